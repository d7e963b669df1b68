// SPDX-License-Identifier: GPL-2.0
/*
 * vmexit.c: round trips of single VM-exits, seen from the guest.
 *
 * A sample is the round trip of one operation: guest, VM-exit, KVM, perhaps the
 * VMM, VM-entry, guest. It is not the exit latency that kvmexitlat shows.
 * Cases that wait for time to pass (tsc_deadline_fire, hlt_timer) carry
 * WIRE_IDLE; cases with a second vCPU carry WIRE_ALL_CPUS.
 */
#include "measure.h"

#define VECTOR_SELF		0x60
#define VECTOR_TIMER		0x61
#define VECTOR_OTHER		0x63
#define VECTOR_BACK		0x64
#define KVM_HC_VAPIC_POLL_IRQ	1
/* ELCR of the first 8259: kept by KVM's in-kernel PIC, no state changes. */
#define PORT_ELCR		0x4d0
#define PAGE_BYTES		4096

/* Far enough that arming never fires within a sample. */
#define DEADLINE_FAR_TSC	(1ULL << 40)
#define DEADLINE_NEAR_TSC	200000

static volatile u32 irqs;
static volatile u64 irq_tsc;
static volatile u32 acks;
static u64 fault_next;
static u64 msr_value;
static bool amd;

static void on_irq(struct irq_frame *frame)
{
	(void)frame;
	irqs++;
	apic_eoi();
}

static void on_timer(struct irq_frame *frame)
{
	(void)frame;
	irq_tsc = rdtsc_fenced();
	irqs++;
	apic_eoi();
}

static void on_other(struct irq_frame *frame)
{
	(void)frame;
	acks++;
	apic_eoi();
}

static void op_empty(void)
{
}

static void op_cpuid(void)
{
	cpuid(0, 0);
}

static void setup_hypercall(void)
{
	amd = pv_is_amd();
}

static void op_hypercall(void)
{
	u64 ret;

	if (amd)
		asm volatile("vmmcall" : "=a" (ret)
			     : "a" (KVM_HC_VAPIC_POLL_IRQ) : "memory");
	else
		asm volatile("vmcall" : "=a" (ret)
			     : "a" (KVM_HC_VAPIC_POLL_IRQ) : "memory");
}

static void op_rdmsr_pass(void)
{
	rdmsr(MSR_KERNEL_GS_BASE);
}

static void op_wrmsr_pass(void)
{
	wrmsr(MSR_KERNEL_GS_BASE, 0);
}

static void setup_msr(void)
{
	msr_value = rdmsr(MSR_IA32_MISC_ENABLE);
}

static void op_rdmsr_exit(void)
{
	rdmsr(MSR_IA32_MISC_ENABLE);
}

static void op_wrmsr_exit(void)
{
	wrmsr(MSR_IA32_MISC_ENABLE, msr_value);
}

static void op_rdmsr_user(void)
{
	rdmsr(WIRE_MSR_USER);
}

static void op_wrmsr_user(void)
{
	wrmsr(WIRE_MSR_USER, 0);
}

static void op_pio_kernel(void)
{
	inb(PORT_ELCR);
}

static void op_pio_ioeventfd(void)
{
	outl(WIRE_PORT_EVENT, 0);
}

static void op_pio_user_in(void)
{
	inb(WIRE_PORT_USER);
}

static void op_pio_user_out(void)
{
	outb(WIRE_PORT_USER, 0);
}

static void op_mmio_ioeventfd(void)
{
	writel(WIRE_MMIO_EVENT_GPA, 0);
}

static void op_mmio_user_read(void)
{
	readl(WIRE_MMIO_GPA);
}

static void op_mmio_user_write(void)
{
	writel(WIRE_MMIO_GPA, 0);
}

static void setup_self(void)
{
	irq_handle(VECTOR_SELF, on_irq);
	sti();
}

static void setup_self_x2apic(void)
{
	apic_enable(APIC_X2APIC);
	setup_self();
}

static void op_self_ipi(void)
{
	u32 before = irqs;

	apic_self_ipi(VECTOR_SELF);
	while (irqs == before)
		;
}

/* The interrupt is pending before HLT: the wake-up needs no other party. */
static void prep_hlt(void)
{
	cli();
	apic_self_ipi(VECTOR_SELF);
}

static void op_hlt(void)
{
	sti_hlt();
}

static void setup_irqfd(void)
{
	irq_handle(WIRE_GSI_VECTOR, on_irq);
	sti();
}

static void op_irqfd(void)
{
	u32 before = irqs;

	outl(WIRE_PORT_IRQFD, 0);
	while (irqs == before)
		;
}

static void setup_deadline(void)
{
	if (!apic_has_deadline())
		panic("no TSC-deadline timer");
	irq_handle(VECTOR_TIMER, on_timer);
	apic_timer_deadline(VECTOR_TIMER);
	sti();
}

static void op_deadline_arm(void)
{
	wrmsr(MSR_IA32_TSC_DEADLINE, rdtsc() + DEADLINE_FAR_TSC);
}

static u64 sample_deadline_fire(void)
{
	u32 before = irqs;
	u64 deadline;

	deadline = rdtsc() + DEADLINE_NEAR_TSC;
	wrmsr(MSR_IA32_TSC_DEADLINE, deadline);
	while (irqs == before)
		;
	return irq_tsc - deadline;
}

static u64 sample_hlt_timer(void)
{
	u32 before = irqs;
	u64 deadline;

	cli();
	deadline = rdtsc() + DEADLINE_NEAR_TSC;
	wrmsr(MSR_IA32_TSC_DEADLINE, deadline);
	while (irqs == before) {
		sti_hlt();
		cli();
	}
	sti();
	return irq_tsc - deadline;
}

static void setup_npf(void)
{
	u64 pages = arg_u64("warmup", 100) + arg_u64("samples", 1000);

	if (info->fault_bytes < pages * PAGE_BYTES)
		panic("fault memory too small for %llu pages", pages);
	fault_next = info->fault_gpa - PAGE_BYTES;
}

static void prep_npf(void)
{
	fault_next += PAGE_BYTES;
}

static void op_npf(void)
{
	writel(fault_next, 1);
}

/* On vCPU 1: answer with an interrupt. */
static void on_other_back(struct irq_frame *frame)
{
	(void)frame;
	apic_eoi();
	apic_ipi(0, VECTOR_BACK);
}

static void need_two(void)
{
	if (info->nr_vcpus < 2)
		panic("this case needs 2 vCPUs");
}

static void setup_spin(void)
{
	need_two();
	irq_handle(VECTOR_OTHER, on_other);
}

static void op_ipi_spin(void)
{
	u32 before = acks;

	apic_ipi(1, VECTOR_OTHER);
	while (acks == before)
		;
}

static void setup_pingpong(void)
{
	need_two();
	irq_handle(VECTOR_OTHER, on_other_back);
	irq_handle(VECTOR_BACK, on_irq);
}

/* Both sides halt while they wait: nobody spins, so all work is path. */
static void op_ipi_pingpong(void)
{
	u32 before = irqs;

	cli();
	apic_ipi(1, VECTOR_OTHER);
	while (irqs == before) {
		sti_hlt();
		cli();
	}
}

/*
 * Halt unless the case needs a spinning vCPU: where an emulator's CPUs take turns
 * a spinning one uses up its whole turn for each exit of the other. PAUSE would
 * exit on some processors: spin without it.
 */
void ap_main(u32 vcpu)
{
	bool spin = arg_has("case", "ipi_spin");

	(void)vcpu;
	sti();
	for (;;) {
		if (!spin)
			sti_hlt();
	}
}

static const struct measure_case cases[] = {
	{ .name = "empty", .op = op_empty },
	{ .name = "cpuid", .op = op_cpuid },
	{ .name = "hypercall", .setup = setup_hypercall, .op = op_hypercall },
	{ .name = "rdmsr_pass", .op = op_rdmsr_pass },
	{ .name = "wrmsr_pass", .op = op_wrmsr_pass },
	{ .name = "rdmsr_exit", .op = op_rdmsr_exit },
	{ .name = "wrmsr_exit", .setup = setup_msr, .op = op_wrmsr_exit },
	{ .name = "rdmsr_user", .op = op_rdmsr_user },
	{ .name = "wrmsr_user", .op = op_wrmsr_user },
	{ .name = "pio_kernel", .op = op_pio_kernel },
	{ .name = "pio_ioeventfd", .op = op_pio_ioeventfd },
	{ .name = "pio_user_in", .op = op_pio_user_in },
	{ .name = "pio_user_out", .op = op_pio_user_out },
	{ .name = "mmio_ioeventfd", .op = op_mmio_ioeventfd },
	{ .name = "mmio_user_read", .op = op_mmio_user_read },
	{ .name = "mmio_user_write", .op = op_mmio_user_write },
	{ .name = "self_ipi", .setup = setup_self, .op = op_self_ipi },
	{ .name = "self_ipi_x2apic", .setup = setup_self_x2apic,
	  .op = op_self_ipi },
	{ .name = "hlt_wake", .setup = setup_self, .prep = prep_hlt,
	  .op = op_hlt },
	{ .name = "irqfd", .setup = setup_irqfd, .op = op_irqfd },
	{ .name = "tsc_deadline_arm", .setup = setup_deadline,
	  .op = op_deadline_arm },
	{ .name = "tsc_deadline_fire", .flags = WIRE_IDLE,
	  .setup = setup_deadline, .sample = sample_deadline_fire },
	{ .name = "hlt_timer", .flags = WIRE_IDLE, .setup = setup_deadline,
	  .sample = sample_hlt_timer },
	{ .name = "npf", .setup = setup_npf, .prep = prep_npf, .op = op_npf },
	{ .name = "ipi_spin", .flags = WIRE_ALL_CPUS | WIRE_IDLE,
	  .setup = setup_spin, .op = op_ipi_spin },
	{ .name = "ipi_pingpong", .flags = WIRE_ALL_CPUS | WIRE_IDLE,
	  .setup = setup_pingpong, .op = op_ipi_pingpong },
	/* The same on one CPU: the host switches from one vCPU to the other. */
	{ .name = "vcpu_switch", .flags = WIRE_IDLE,
	  .setup = setup_pingpong, .op = op_ipi_pingpong },
};

/**
 * main - Run the cases asked for
 *
 * Return: Exit status of the run.
 */
int main(void)
{
	return measure_main(cases, ARRAY_SIZE(cases));
}
