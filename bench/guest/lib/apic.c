// SPDX-License-Identifier: GPL-2.0
/*
 * apic.c: the local APIC in xAPIC (MMIO) and x2APIC (MSR) mode.
 *
 * The mode is the whole machine's: every vCPU calls apic_enable() with the
 * same one. Physical destinations only; APIC ID = vCPU number.
 */
#include "guest.h"

#define APIC_GPA		0xfee00000ULL
#define APIC_SPIV_ENABLE	0x100
#define APIC_SPURIOUS		0xff
#define APICBASE_X2APIC		(1u << 10)
#define APICBASE_ENABLE		(1u << 11)
#define ICR_SELF		(1u << 18)
#define LVTT_DEADLINE		(2u << 17)
#define CPUID1_ECX_DEADLINE	(1u << 24)

static enum apic_mode mode_now;

static void spurious(struct irq_frame *frame)
{
	(void)frame;
}

/**
 * apic_enable - Put this vCPU's local APIC into a mode and switch it on
 * @mode: APIC_XAPIC or APIC_X2APIC
 *
 * From x2APIC the way back leads through the disabled state, which clears
 * every register: the timer is lost.
 */
void apic_enable(enum apic_mode mode)
{
	u64 base = rdmsr(MSR_IA32_APICBASE);
	bool is_x2apic = base & APICBASE_X2APIC;

	if (is_x2apic && mode == APIC_XAPIC) {
		base &= ~(u64)(APICBASE_X2APIC | APICBASE_ENABLE);
		wrmsr(MSR_IA32_APICBASE, base);
	}
	base |= APICBASE_ENABLE;
	wrmsr(MSR_IA32_APICBASE, base);
	if (mode == APIC_X2APIC)
		wrmsr(MSR_IA32_APICBASE, base | APICBASE_X2APIC);
	mode_now = mode;
	irq_handle(APIC_SPURIOUS, spurious);
	apic_write(APIC_SPIV, APIC_SPIV_ENABLE | APIC_SPURIOUS);
}

/**
 * apic_read - Read a register
 * @reg: Offset in the xAPIC page
 *
 * Return: Its low 32 bits.
 */
u32 apic_read(u32 reg)
{
	if (mode_now == APIC_X2APIC)
		return rdmsr(MSR_X2APIC_BASE + (reg >> 4));
	return readl(APIC_GPA + reg);
}

/**
 * apic_write - Write a register
 * @reg: Offset in the xAPIC page
 * @value: 32 bits
 */
void apic_write(u32 reg, u32 value)
{
	if (mode_now == APIC_X2APIC)
		wrmsr(MSR_X2APIC_BASE + (reg >> 4), value);
	else
		writel(APIC_GPA + reg, value);
}

/**
 * apic_eoi - End of interrupt
 */
void apic_eoi(void)
{
	apic_write(APIC_EOI, 0);
}

/**
 * apic_id - This vCPU's APIC ID
 *
 * Return: The ID in the running mode's width.
 */
u32 apic_id(void)
{
	u32 id = apic_read(APIC_ID);

	return mode_now == APIC_X2APIC ? id : id >> 24;
}

/**
 * apic_ipi - Send a fixed interrupt
 * @dest: APIC ID, physical
 * @vector: Vector
 */
void apic_ipi(u32 dest, u8 vector)
{
	if (mode_now == APIC_X2APIC) {
		wrmsr(MSR_X2APIC_BASE + (APIC_ICR >> 4),
		      (u64)dest << 32 | vector);
		return;
	}
	writel(APIC_GPA + APIC_ICR2, dest << 24);
	writel(APIC_GPA + APIC_ICR, vector);
}

/**
 * apic_self_ipi - Send an interrupt to this vCPU
 * @vector: Vector
 *
 * By the ICR's self shorthand in xAPIC mode, by the SELF IPI register in x2APIC
 * mode: one exit either way.
 */
void apic_self_ipi(u8 vector)
{
	if (mode_now == APIC_X2APIC)
		wrmsr(MSR_X2APIC_BASE + (APIC_SELF_IPI >> 4), vector);
	else
		writel(APIC_GPA + APIC_ICR, ICR_SELF | vector);
}

/**
 * apic_has_deadline - Does this machine have the TSC-deadline timer
 *
 * Return: CPUID's answer.
 */
bool apic_has_deadline(void)
{
	return cpuid(1, 0).ecx & CPUID1_ECX_DEADLINE;
}

/**
 * apic_timer_deadline - Put the timer into TSC-deadline mode, not armed
 * @vector: Vector of its interrupt
 */
void apic_timer_deadline(u8 vector)
{
	apic_write(APIC_LVTT, LVTT_DEADLINE | vector);
	/* SDM, TSC-Deadline Mode: order the mode before the first deadline. */
	asm volatile("mfence" ::: "memory");
}
