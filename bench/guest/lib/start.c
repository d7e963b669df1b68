// SPDX-License-Identifier: GPL-2.0
/*
 * start.c: from the assembly entry to main() of vCPU 0 and ap_main() of the
 * others, and the way out.
 *
 * Limit: the information page is trusted apart from its magic and version.
 */
#include "guest.h"

const struct wire_info *info;
static volatile u32 others_ready;

#define VECTOR_READY	0xfe

/**
 * ap_main - What the other vCPUs do if the payload does not say
 * @vcpu: vCPU number, from 1
 *
 * Sleeps for good with interrupts off.
 */
__attribute__((weak)) void ap_main(u32 vcpu)
{
	(void)vcpu;
}

static void on_ready(struct irq_frame *frame)
{
	(void)frame;
	apic_eoi();
}

/*
 * Everybody halts while waiting: where an emulator's CPUs take turns, a spinning
 * vCPU uses up its whole turn for each exit of the other.
 */
static void start_others(void)
{
	irq_handle(VECTOR_READY, on_ready);
	outb(WIRE_PORT_START, 0);
	cli();
	while (others_ready != info->nr_vcpus - 1) {
		sti_hlt();
		cli();
	}
}

/**
 * guest_start - Set the library up and enter the payload
 * @wire: Information page, from the VMM
 * @vcpu: vCPU number; 0 sets up what is shared and starts the others
 *
 * main() begins when every vCPU takes interrupts: an IPI sent earlier would be
 * lost in a local APIC that is not enabled.
 *
 * Return: Never; main()'s value is the run's status.
 */
noreturn void guest_start(const struct wire_info *wire, u32 vcpu)
{
	if (vcpu == 0) {
		info = wire;
		if (wire->magic != WIRE_MAGIC || wire->version != WIRE_VERSION)
			panic("information page is not version %u",
			      WIRE_VERSION);
		irq_setup();
	}
	irq_load();
	apic_enable(APIC_XAPIC);
	if (vcpu == 0) {
		if (wire->nr_vcpus > 1)
			start_others();
		guest_exit(main());
	}
	__atomic_add_fetch(&others_ready, 1, __ATOMIC_SEQ_CST);
	apic_ipi(0, VECTOR_READY);
	ap_main(vcpu);
	for (;;) {
		cli();
		asm volatile("hlt");
	}
}

/**
 * guest_exit - End the run
 * @status: Exit status of the VMM, 0 to 255
 */
noreturn void guest_exit(int status)
{
	for (;;)
		outb(WIRE_PORT_EXIT, status);
}
