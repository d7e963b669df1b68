/* SPDX-License-Identifier: GPL-2.0 */
/*
 * serial.h: one 16550A serial port, output only.
 */
#ifndef VMM_SERIAL_H
#define VMM_SERIAL_H

#include <linux/types.h>
#include <pthread.h>
#include <stdbool.h>

/* First port and interrupt line of COM1. */
#define SERIAL_PORT	0x3f8
#define SERIAL_PORTS	8
#define SERIAL_GSI	4

/**
 * struct serial - State of the port
 * @lock: Guards all of it: any vCPU may come
 * @ier: Interrupt enable
 * @fcr: FIFO control as last written
 * @lcr: Line control, bit 7 selects the divisor
 * @mcr: Modem control
 * @scr: Scratch
 * @divisor: Never used, only kept
 * @loop_data: Byte received in loop-back mode
 * @has_data: @loop_data is valid
 * @tx_empty: "Transmitter empty" has not been acknowledged
 * @line: Level of the interrupt line
 */
struct serial {
	pthread_mutex_t lock;
	__u8 ier;
	__u8 fcr;
	__u8 lcr;
	__u8 mcr;
	__u8 scr;
	__u8 divisor[2];
	__u8 loop_data;
	bool has_data;
	bool tx_empty;
	bool line;
};

void serial_init(struct serial *serial);
__u8 serial_read(struct serial *serial, int reg);
void serial_write(struct serial *serial, int reg, __u8 value);
bool serial_line(const struct serial *serial);

#endif /* VMM_SERIAL_H */
