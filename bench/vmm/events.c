// SPDX-License-Identifier: GPL-2.0
/*
 * events.c: ioeventfds and the irqfd of payload machines: accesses that KVM
 * handles without leaving the kernel. Nobody reads the eventfds.
 */
#include <errno.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>

#include "vm.h"
#include "../guest/lib/wire.h"

/* MSI to one local APIC: address of the APIC page, destination in 19:12. */
#define MSI_ADDRESS	0xfee00000

static int add_event(struct vm *vm, int index, __u64 address, __u32 flags)
{
	struct kvm_ioeventfd event = {
		.addr = address,
		.len = 4,
		.flags = flags,
	};

	vm->event_fds[index] = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (vm->event_fds[index] < 0)
		return vmm_fail(&vm->error, -errno, "making an eventfd");
	event.fd = vm->event_fds[index];
	if (ioctl(vm->fd, KVM_IOEVENTFD, &event))
		return vmm_fail(&vm->error, -errno, "ioeventfd at 0x%llx",
				address);
	return 0;
}

/* Replaces KVM's whole default routing: payloads use no legacy line. */
static int route_msi(struct vm *vm)
{
	struct {
		struct kvm_irq_routing head;
		struct kvm_irq_routing_entry entry;
	} routing = {
		.head = { .nr = 1 },
		.entry = {
			.gsi = WIRE_GSI,
			.type = KVM_IRQ_ROUTING_MSI,
			.u.msi = {
				.address_lo = MSI_ADDRESS,
				.data = WIRE_GSI_VECTOR,
			},
		},
	};

	if (ioctl(vm->fd, KVM_SET_GSI_ROUTING, &routing))
		return vmm_fail(&vm->error, -errno, "routing GSI %d", WIRE_GSI);
	return 0;
}

/**
 * events_create - Set up what wire.h promises payloads
 * @vm: Machine with its irqchip
 *
 * Return: 0 or -errno of eventfd(), KVM_IOEVENTFD, KVM_IRQFD or
 * KVM_SET_GSI_ROUTING.
 */
int events_create(struct vm *vm)
{
	struct kvm_irqfd irqfd = { .gsi = WIRE_GSI };
	int err;

	err = add_event(vm, 0, WIRE_PORT_EVENT, KVM_IOEVENTFD_FLAG_PIO);
	if (!err)
		err = add_event(vm, 1, WIRE_MMIO_EVENT_GPA, 0);
	if (!err)
		err = add_event(vm, 2, WIRE_PORT_IRQFD,
				KVM_IOEVENTFD_FLAG_PIO);
	if (!err)
		err = route_msi(vm);
	if (err)
		return err;
	irqfd.fd = vm->event_fds[2];
	if (ioctl(vm->fd, KVM_IRQFD, &irqfd))
		return vmm_fail(&vm->error, -errno, "irqfd of GSI %d",
				WIRE_GSI);
	return 0;
}
