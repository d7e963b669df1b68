// SPDX-License-Identifier: GPL-2.0
/*
 * check.c: does the machine that the VMM makes do what wire.h and the library
 * promise? Prints TAP; status 1 if anything is wrong.
 *
 * Arguments: value=N expected in the MSR that the VMM was told to set;
 * vcpus=N expected; end=exit|fault|spin how to end instead, with status=N.
 */
#include "guest.h"

#define VECTOR_TEST		0x70
#define VECTOR_GP		13
#define MSR_TEST		MSR_KERNEL_GS_BASE
/* In no range that KVM or the VMM knows. */
#define MSR_NOBODY		0x4b4d4cff
/* RDMSR is two bytes long. */
#define RDMSR_BYTES		2
#define KVM_HC_VAPIC_POLL_IRQ	1
#define PATTERN			0x5aa5f00d

static volatile u32 irqs;
static volatile u32 faults;
static volatile u32 others;
static u32 tests;
static u32 failures;

static void on_irq(struct irq_frame *frame)
{
	(void)frame;
	irqs++;
	apic_eoi();
}

static void on_gp(struct irq_frame *frame)
{
	faults++;
	frame->rip += RDMSR_BYTES;
}

static void report(bool good, const char *name)
{
	tests++;
	if (!good)
		failures++;
	printf("%s %u - %s\n", good ? "ok" : "not ok", tests, name);
}

static void wait_irq(u32 before)
{
	cli();
	while (irqs == before) {
		sti_hlt();
		cli();
	}
}

static void check_exits(void)
{
	report(inb(WIRE_PORT_USER) == WIRE_PORT_VALUE, "port read");
	report((readl(WIRE_MMIO_GPA) & 0xff) == WIRE_PORT_VALUE, "MMIO read");
	report(rdmsr(WIRE_MSR_USER) == WIRE_PORT_VALUE, "MSR of user space");
	report(rdmsr(MSR_TEST) == arg_u64("value", 0), "MSR set by the VMM");
	irq_handle(VECTOR_GP, on_gp);
	rdmsr(MSR_NOBODY);
	report(faults == 1, "unknown MSR gives #GP");
	irq_handle(VECTOR_GP, NULL);
}

static void check_pv(void)
{
	u64 first;

	report(pv_is_kvm(), "KVM's signature");
	report(pv_hypercall(KVM_HC_VAPIC_POLL_IRQ, 0) == 0, "hypercall");
	report((long long)pv_hypercall(~0u, 0) == -1000,
	       "unknown hypercall gives KVM_ENOSYS");
	report(pv_clock_enable(), "kvmclock on");
	first = pv_clock_ns();
	report(pv_clock_ns() >= first, "kvmclock does not go back");
}

static void check_interrupts(enum apic_mode mode, const char *self,
			     const char *event)
{
	u32 before;

	apic_enable(mode);
	report(apic_id() == 0, "APIC ID");
	before = irqs;
	cli();
	apic_self_ipi(VECTOR_TEST);
	wait_irq(before);
	report(irqs == before + 1, self);
	before = irqs;
	outl(WIRE_PORT_IRQFD, 0);
	wait_irq(before);
	report(irqs == before + 1, event);
}

static void check_deadline(void)
{
	u32 before = irqs;
	u64 deadline;

	apic_timer_deadline(VECTOR_TEST);
	deadline = rdtsc() + 100000;
	wrmsr(MSR_IA32_TSC_DEADLINE, deadline);
	wait_irq(before);
	report(rdtsc() >= deadline, "TSC deadline is not early");
}

static void check_memory(void)
{
	u64 gpa, bad = 0;

	for (gpa = info->fault_gpa; gpa < info->fault_gpa + info->fault_bytes;
	     gpa += 4096) {
		if (readl(gpa))
			bad++;
		writel(gpa, PATTERN ^ (u32)gpa);
	}
	for (gpa = info->fault_gpa; gpa < info->fault_gpa + info->fault_bytes;
	     gpa += 4096) {
		if (readl(gpa) != (PATTERN ^ (u32)gpa))
			bad++;
	}
	report(!bad, "second slot is zero, then keeps what is written");
}

static void check_others(void)
{
	u32 answered = 0;
	u32 before, i;

	report(info->nr_vcpus == arg_u64("vcpus", 1), "number of vCPUs");
	for (i = 1; i < info->nr_vcpus; i++) {
		before = irqs;
		cli();
		apic_ipi(i, VECTOR_TEST + 1);
		wait_irq(before);
		answered += others == i;
	}
	report(answered == info->nr_vcpus - 1, "every vCPU answers its IPI");
}

static void on_other(struct irq_frame *frame)
{
	(void)frame;
	apic_eoi();
	others = apic_id();
	apic_ipi(0, VECTOR_TEST);
}

/**
 * ap_main - Wait for interrupts
 * @vcpu: vCPU number
 */
void ap_main(u32 vcpu)
{
	(void)vcpu;
	for (;;)
		sti_hlt();
}

static void other_end(void)
{
	if (arg_has("end", "exit"))
		guest_exit(arg_u64("status", 0));
	if (arg_has("end", "fault")) {
		struct { u16 limit; u64 base; } __attribute__((packed))
			none = { 0, 0 };

		asm volatile("lidt %0; ud2" :: "m" (none));
	}
	if (arg_has("end", "spin")) {
		for (;;)
			;
	}
	if (arg_has("end", "vector"))
		asm volatile("ud2");
}

/**
 * main - Run all checks
 *
 * Return: 0, or 1 if one failed.
 */
int main(void)
{
	other_end();
	irq_handle(VECTOR_TEST, on_irq);
	irq_handle(VECTOR_TEST + 1, on_other);
	irq_handle(WIRE_GSI_VECTOR, on_irq);
	check_exits();
	check_pv();
	check_others();
	check_memory();
	check_deadline();
	if (info->nr_vcpus == 1) {
		check_interrupts(APIC_XAPIC, "self IPI, xAPIC", "irqfd, xAPIC");
		check_interrupts(APIC_X2APIC, "self IPI, x2APIC",
				 "irqfd, x2APIC");
	}
	printf("1..%u\n", tests);
	return failures ? 1 : 0;
}
