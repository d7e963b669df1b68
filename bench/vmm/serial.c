// SPDX-License-Identifier: GPL-2.0
/*
 * serial.c: a 16550A as far as Linux's 8250 driver and kvm-unit-tests look:
 * output, interrupts for the empty transmitter, loop-back for the probe.
 *
 * Nothing is ever received from outside, and a byte takes no time to send.
 */
#include <stdio.h>

#include "serial.h"

/* Bits by name from the kernel's uapi linux/serial_reg.h. */
#define IER_RDI		0x01
#define IER_THRI	0x02
#define IIR_NONE	0x01
#define IIR_THRI	0x02
#define IIR_RDI		0x04
#define IIR_FIFO	0xc0
#define FCR_ENABLE	0x01
#define LCR_DLAB	0x80
#define MCR_OUT2	0x08
#define MCR_LOOP	0x10
#define LSR_DR		0x01
#define LSR_EMPTY	0x60
#define MSR_READY	0xb0

/**
 * serial_init - Put the port into its state after reset
 * @serial: Zeroed port
 */
void serial_init(struct serial *serial)
{
	pthread_mutex_init(&serial->lock, NULL);
	serial->tx_empty = true;
}

static void transmit(struct serial *serial, __u8 value)
{
	if (serial->mcr & MCR_LOOP) {
		serial->loop_data = value;
		serial->has_data = true;
	} else {
		putchar(value);
		if (value == '\n')
			fflush(stdout);
	}
	serial->tx_empty = true;
}

static __u8 receive(struct serial *serial)
{
	serial->has_data = false;
	return serial->loop_data;
}

/* Reading acknowledges the empty transmitter if that is what is told. */
static __u8 identify(struct serial *serial)
{
	__u8 fifo = serial->fcr & FCR_ENABLE ? IIR_FIFO : 0;

	if ((serial->ier & IER_RDI) && serial->has_data)
		return fifo | IIR_RDI;
	if ((serial->ier & IER_THRI) && serial->tx_empty) {
		serial->tx_empty = false;
		return fifo | IIR_THRI;
	}
	return fifo | IIR_NONE;
}

/* Loop-back shows the four outputs on the four inputs, two of them crossed. */
static __u8 modem_status(const struct serial *serial)
{
	__u8 mcr = serial->mcr;

	if (!(mcr & MCR_LOOP))
		return MSR_READY;
	return (mcr & 0x0c) << 4 | (mcr & 0x01) << 5 | (mcr & 0x02) << 3;
}

/**
 * serial_read - The guest reads a register
 * @serial: Port, its lock held
 * @reg: 0 to 7
 *
 * Return: The register.
 */
__u8 serial_read(struct serial *serial, int reg)
{
	if ((serial->lcr & LCR_DLAB) && reg < 2)
		return serial->divisor[reg];
	switch (reg) {
	case 0:
		return receive(serial);
	case 1:
		return serial->ier;
	case 2:
		return identify(serial);
	case 3:
		return serial->lcr;
	case 4:
		return serial->mcr;
	case 5:
		return LSR_EMPTY | (serial->has_data ? LSR_DR : 0);
	case 6:
		return modem_status(serial);
	default:
		return serial->scr;
	}
}

/**
 * serial_write - The guest writes a register
 * @serial: Port, its lock held
 * @reg: 0 to 7
 * @value: Byte
 */
void serial_write(struct serial *serial, int reg, __u8 value)
{
	if ((serial->lcr & LCR_DLAB) && reg < 2) {
		serial->divisor[reg] = value;
		return;
	}
	switch (reg) {
	case 0:
		transmit(serial, value);
		break;
	case 1:
		if (value & ~serial->ier & IER_THRI)
			serial->tx_empty = true;
		serial->ier = value & 0x0f;
		break;
	case 2:
		serial->fcr = value;
		break;
	case 3:
		serial->lcr = value;
		break;
	case 4:
		serial->mcr = value & 0x1f;
		break;
	case 7:
		serial->scr = value;
		break;
	}
}

/**
 * serial_line - Level that the interrupt line should have
 * @serial: Port, its lock held
 *
 * Return: true for high.
 */
bool serial_line(const struct serial *serial)
{
	bool tx = (serial->ier & IER_THRI) && serial->tx_empty;
	bool rx = (serial->ier & IER_RDI) && serial->has_data;

	return (serial->mcr & MCR_OUT2) && (tx || rx);
}
