// SPDX-License-Identifier: GPL-2.0
/*
 * pv.c: KVM's paravirtual interface: feature leaf, hypercalls, kvmclock.
 *
 * Numbers and layouts by name from the kernel's uapi asm/kvm_para.h and
 * asm/pvclock-abi.h; kvmclock here is for vCPU 0 only.
 */
#include "guest.h"

#define KVM_CPUID_SIGNATURE	0x40000000
#define KVM_CPUID_FEATURES	0x40000001
#define KVM_FEATURE_CLOCKSOURCE2	3
#define MSR_KVM_SYSTEM_TIME_NEW	0x4b564d01

/**
 * struct pv_time - One vCPU's clock as KVM writes it
 * @version: Odd while KVM writes
 * @pad0: Unused
 * @tsc: TSC at @system_ns
 * @system_ns: Nanoseconds
 * @mul: Scale, 32 fraction bits
 * @shift: Power of two before the scale
 * @flags: Not used here
 * @pad: Unused
 */
struct pv_time {
	u32 version;
	u32 pad0;
	u64 tsc;
	u64 system_ns;
	u32 mul;
	signed char shift;
	u8 flags;
	u8 pad[2];
};

static volatile struct pv_time clock __attribute__((aligned(64)));

/**
 * pv_is_amd - Whose virtualization is below
 *
 * Return: true for AMD and Hygon (VMMCALL), false for others (VMCALL).
 */
bool pv_is_amd(void)
{
	struct cpuid_regs r = cpuid(0, 0);

	/* "Auth" and "Hygo" in EBX. */
	return r.ebx == 0x68747541 || r.ebx == 0x6f677948;
}

/**
 * pv_is_kvm - Is KVM's signature there
 *
 * Return: true if so.
 */
bool pv_is_kvm(void)
{
	struct cpuid_regs r = cpuid(KVM_CPUID_SIGNATURE, 0);

	/* "KVMK" "VMKV" "M\0\0\0" */
	return r.ebx == 0x4b4d564b && r.ecx == 0x564b4d56 && r.edx == 0x4d;
}

/**
 * pv_features - KVM's feature bits
 *
 * Return: EAX of the feature leaf, 0 without KVM.
 */
u32 pv_features(void)
{
	return pv_is_kvm() ? cpuid(KVM_CPUID_FEATURES, 0).eax : 0;
}

/**
 * pv_hypercall - Call KVM with one argument
 * @nr: KVM_HC_* number
 * @a0: Argument
 *
 * The vendor is looked up once: the first call is longer.
 *
 * Return: KVM's value.
 */
u64 pv_hypercall(u64 nr, u64 a0)
{
	static int amd = -1;
	u64 ret;

	if (amd < 0)
		amd = pv_is_amd();
	if (amd)
		asm volatile("vmmcall"
			     : "=a" (ret) : "a" (nr), "b" (a0) : "memory");
	else
		asm volatile("vmcall"
			     : "=a" (ret) : "a" (nr), "b" (a0) : "memory");
	return ret;
}

/**
 * pv_clock_enable - Have KVM keep the clock of vCPU 0
 *
 * Return: false if KVM does not offer it.
 */
bool pv_clock_enable(void)
{
	if (!(pv_features() & (1u << KVM_FEATURE_CLOCKSOURCE2)))
		return false;
	wrmsr(MSR_KVM_SYSTEM_TIME_NEW, (u64)&clock | 1);
	return clock.version != 0;
}

/**
 * pv_clock_ns - Read the clock
 *
 * Return: Nanoseconds since the VM was made; on an emulator emulated ones.
 */
u64 pv_clock_ns(void)
{
	u64 delta, ns;
	u32 version;

	do {
		version = clock.version;
		delta = rdtsc_fenced() - clock.tsc;
		if (clock.shift < 0)
			delta >>= -clock.shift;
		else
			delta <<= clock.shift;
		ns = clock.system_ns +
		     (u64)(((unsigned __int128)delta * clock.mul) >> 32);
	} while ((version & 1) || version != clock.version);
	return ns;
}
