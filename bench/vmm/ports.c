// SPDX-License-Identifier: GPL-2.0
/*
 * ports.c: port and MMIO accesses that reach user space.
 *
 * The port that benchmarks use is looked at first. Everything unknown reads as
 * all ones and swallows writes, as an empty bus does.
 */
#include <errno.h>
#include <string.h>

#include "fw_cfg.h"
#include "pool.h"
#include "vm.h"
#include "../guest/lib/wire.h"

#define PORT_CMOS_INDEX		0x70
#define PORT_CMOS_DATA		0x71
#define PORT_KEYBOARD		0x64
#define KEYBOARD_RESET		0xfe
#define PORT_RESET		0xcf9
#define RESET_CPU		0x04
#define CMOS_STATUS_B		0x0b
#define CMOS_STATUS_D		0x0d

static void update_line(struct vm *vm)
{
	struct serial *serial = &vm->serial;
	bool line = serial_line(serial);

	if (line == serial->line)
		return;
	serial->line = line;
	if (vm_irq_line(vm, SERIAL_GSI, line))
		run_stop(vm, -EIO);
}

static __u32 serial_in(struct vm *vm, __u16 port)
{
	__u32 value;

	pthread_mutex_lock(&vm->serial.lock);
	value = serial_read(&vm->serial, port - SERIAL_PORT);
	update_line(vm);
	pthread_mutex_unlock(&vm->serial.lock);
	return value;
}

static void serial_out(struct vm *vm, __u16 port, __u8 value)
{
	pthread_mutex_lock(&vm->serial.lock);
	serial_write(&vm->serial, port - SERIAL_PORT, value);
	update_line(vm);
	pthread_mutex_unlock(&vm->serial.lock);
}

/* A clock that stands still: 24-hour BCD, valid, not updating. */
static __u32 cmos_in(const struct vm *vm)
{
	switch (vm->cmos_index) {
	case CMOS_STATUS_B:
		return 0x02;
	case CMOS_STATUS_D:
		return 0x80;
	case 0x07:
	case 0x08:
		return 0x01;
	case 0x09:
		return 0x20;
	default:
		return 0;
	}
}

static __u32 port_in(struct vm *vm, __u16 port)
{
	if (port == WIRE_PORT_USER)
		return WIRE_PORT_VALUE;
	if (port - SERIAL_PORT < SERIAL_PORTS && port >= SERIAL_PORT)
		return serial_in(vm, port);
	switch (port) {
	case PORT_CMOS_DATA:
		return cmos_in(vm);
	case FW_CFG_PORT_DATA:
		return fw_cfg_read(vm);
	default:
		return ~0u;
	}
}

/* An image that passed or failed would have said so at the exit port. */
static void reset(struct vm *vm)
{
	run_stop(vm, vmm_fail(&vm->error, -ECANCELED,
			      "the image reset the machine"));
}

static void set_pool(struct vm *vm, __u32 value)
{
	__u32 pages = value >> WIRE_POOL_PAGES_SHIFT;
	__u64 delay_us = value & ((1u << WIRE_POOL_PAGES_SHIFT) - 1);

	if (!vm->fault.pool || !pages || pages > POOL_MAX_PAGES ||
	    (pages & (pages - 1)))
		run_stop(vm, -EINVAL);
	else
		pool_set(vm->fault.pool, delay_us * 1000, pages);
}

static void port_out(struct vcpu *vcpu, __u16 port, __u32 value)
{
	struct vm *vm = vcpu->vm;
	int err;

	if (port == WIRE_PORT_USER)
		return;
	if (port - SERIAL_PORT < SERIAL_PORTS && port >= SERIAL_PORT) {
		serial_out(vm, port, value);
		return;
	}
	switch (port) {
	case WIRE_PORT_EXIT:
		run_stop(vm, value & 0xff);
		break;
	case WIRE_PORT_START:
		err = run_start_others(vm);
		if (err)
			run_stop(vm, err);
		break;
	case WIRE_PORT_MIGRATE:
		err = run_migrate(vcpu, value);
		if (err)
			run_stop(vm, err);
		break;
	case WIRE_PORT_STATS:
		if (vm->stats)
			kvmstats_take(vm->stats, vcpu);
		break;
	case WIRE_PORT_POOL:
		set_pool(vm, value);
		break;
	case PORT_KEYBOARD:
		if (value == KEYBOARD_RESET)
			reset(vm);
		break;
	case PORT_RESET:
		if (value & RESET_CPU)
			reset(vm);
		break;
	case PORT_CMOS_INDEX:
		vm->cmos_index = value & 0x7f;
		break;
	case FW_CFG_PORT_SELECT:
		fw_cfg_select(vm, value);
		break;
	}
}

/**
 * ports_exit - Handle a port exit
 * @vcpu: vCPU whose run page describes it
 *
 * Return: 0.
 */
int ports_exit(struct vcpu *vcpu)
{
	struct kvm_run *run = vcpu->run;
	__u8 *data = (__u8 *)run + run->io.data_offset;
	__u32 value, i;

	for (i = 0; i < run->io.count; i++, data += run->io.size) {
		value = 0;
		if (run->io.direction == KVM_EXIT_IO_IN) {
			value = port_in(vcpu->vm, run->io.port);
			memcpy(data, &value, run->io.size);
		} else {
			memcpy(&value, data, run->io.size);
			port_out(vcpu, run->io.port, value);
		}
	}
	return 0;
}

/**
 * mmio_exit - Handle an access to no memory
 * @vcpu: vCPU whose run page describes it
 *
 * WIRE_MMIO_GPA reads as WIRE_PORT_VALUE, the rest as all ones.
 *
 * Return: 0.
 */
int mmio_exit(struct vcpu *vcpu)
{
	struct kvm_run *run = vcpu->run;
	__u64 value = ~0ULL;

	if (run->mmio.is_write)
		return 0;
	if (run->mmio.phys_addr == WIRE_MMIO_GPA)
		value = WIRE_PORT_VALUE;
	memcpy(run->mmio.data, &value, sizeof(run->mmio.data));
	return 0;
}
