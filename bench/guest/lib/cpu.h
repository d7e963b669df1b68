/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cpu.h: instructions of the x86 processor as C functions: ports, MSRs, CPUID,
 * TSC, interrupt flag, halt. No state, no policy, one instruction each.
 */
#ifndef GUEST_CPU_H
#define GUEST_CPU_H

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef _Bool bool;

#define true			1
#define false			0
#define NULL			((void *)0)
#define ARRAY_SIZE(a)		(sizeof(a) / sizeof((a)[0]))
#define noinline		__attribute__((noinline))
#define noreturn		__attribute__((noreturn))

/* Names and numbers as in the kernel's asm/msr-index.h. */
#define MSR_IA32_TSC		0x10
#define MSR_IA32_APICBASE	0x1b
#define MSR_IA32_MISC_ENABLE	0x1a0
#define MSR_IA32_TSC_DEADLINE	0x6e0
#define MSR_KERNEL_GS_BASE	0xc0000102
#define MSR_X2APIC_BASE		0x800

/**
 * struct cpuid_regs - Result of CPUID
 * @eax: EAX
 * @ebx: EBX
 * @ecx: ECX
 * @edx: EDX
 */
struct cpuid_regs {
	u32 eax, ebx, ecx, edx;
};

static inline struct cpuid_regs cpuid(u32 leaf, u32 subleaf)
{
	struct cpuid_regs r;

	asm volatile("cpuid"
		     : "=a" (r.eax), "=b" (r.ebx), "=c" (r.ecx), "=d" (r.edx)
		     : "a" (leaf), "c" (subleaf) : "memory");
	return r;
}

static inline u64 rdmsr(u32 msr)
{
	u32 lo, hi;

	asm volatile("rdmsr" : "=a" (lo), "=d" (hi) : "c" (msr) : "memory");
	return lo | (u64)hi << 32;
}

static inline void wrmsr(u32 msr, u64 value)
{
	asm volatile("wrmsr"
		     :: "c" (msr), "a" ((u32)value), "d" ((u32)(value >> 32))
		     : "memory");
}

static inline void outb(u16 port, u8 value)
{
	asm volatile("outb %0, %1" :: "a" (value), "Nd" (port) : "memory");
}

static inline void outl(u16 port, u32 value)
{
	asm volatile("outl %0, %1" :: "a" (value), "Nd" (port) : "memory");
}

static inline u8 inb(u16 port)
{
	u8 value;

	asm volatile("inb %1, %0" : "=a" (value) : "Nd" (port) : "memory");
	return value;
}

static inline u32 readl(u64 gpa)
{
	u32 value;

	asm volatile("movl (%1), %0" : "=r" (value) : "r" (gpa) : "memory");
	return value;
}

static inline void writel(u64 gpa, u32 value)
{
	asm volatile("movl %0, (%1)" :: "r" (value), "r" (gpa) : "memory");
}

static inline u64 rdtsc(void)
{
	u32 lo, hi;

	asm volatile("rdtsc" : "=a" (lo), "=d" (hi) :: "memory");
	return lo | (u64)hi << 32;
}

/* Nothing before is still running, nothing behind has begun. */
static inline u64 rdtsc_fenced(void)
{
	u32 lo, hi;

	asm volatile("lfence; rdtsc; lfence"
		     : "=a" (lo), "=d" (hi) :: "memory");
	return lo | (u64)hi << 32;
}

static inline void cli(void)
{
	asm volatile("cli" ::: "memory");
}

static inline void sti(void)
{
	asm volatile("sti" ::: "memory");
}

/* Interrupts stay shut until HLT has begun: no wake-up is lost. */
static inline void sti_hlt(void)
{
	asm volatile("sti; hlt" ::: "memory");
}

#endif /* GUEST_CPU_H */
