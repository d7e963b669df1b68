/* SPDX-License-Identifier: GPL-2.0 */
/*
 * kvmschedlat_moves.bpf.h - what it takes to load a vCPU on another CPU
 *
 * VMX: a VMCS that another CPU still holds must be cleared there, by IPI, and
 * KVM then flushes the vCPU's translations on the new CPU. SVM: nothing is held,
 * but the VM-entry takes a new ASID, so that none of the translations is used any
 * more. What KVM is about to do is read where it decides.
 *
 * What it is not: no program; kvmschedlat.bpf.c says when these are called.
 *
 * Limit: of a vCPU with several VMCSes (nested guests) only the one in use is
 * looked at. The others are cleared when they are used next.
 */
#ifndef KVMSCHEDLAT_MOVES_BPF_H
#define KVMSCHEDLAT_MOVES_BPF_H

#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include "compat.bpf.h"

/* Source: X86_FEATURE_VMX in arch/x86/include/asm/cpufeatures.h: word and bit. */
#define VMX_WORD	4
#define VMX_BIT		5

extern const struct cpuinfo_x86 cpu_info __ksym __weak;

/* Both halves of KVM may be built in; the processor tells which one is used. */
static __always_inline bool is_vmx(void)
{
	const struct cpuinfo_x86 *info;

	if (!bpf_ksym_exists(&cpu_info))
		return false;
	info = bpf_this_cpu_ptr(&cpu_info);
	return info->x86_capability[VMX_WORD] >> VMX_BIT & 1;
}

/*
 * Source: vmx_vcpu_load_vmcs(), which is called soon, and loaded_vmcs_clear(). The
 * CPU is -1 when the VMCS was cleared before, as of a CPU that went offline.
 */
static __always_inline bool needs_vmclear(const void *vcpu, int cpu)
{
	const struct loaded_vmcs___sched *loaded;
	const struct vcpu_vmx___sched *vmx = vcpu;
	int holder = -1;

#ifdef BREAK_ANY_VMCLEAR
	return true;
#endif
	if (!bpf_core_type_exists(struct vcpu_vmx___sched) || !is_vmx())
		return false;
	if (!bpf_probe_read_kernel(&loaded, sizeof(loaded), &vmx->loaded_vmcs))
		bpf_probe_read_kernel(&holder, sizeof(holder), &loaded->cpu);
	return holder >= 0 && holder != cpu;
}

/* Source: pre_svm_run(), which is called after the tracepoint kvm_entry. */
static __always_inline bool needs_asid(const void *vcpu, int cpu)
{
	const struct kvm_vmcb_info___sched *vmcb;
	const struct vcpu_svm___sched *svm = vcpu;
	int user = cpu;

	if (!bpf_core_type_exists(struct vcpu_svm___sched) || is_vmx())
		return false;
	if (!bpf_probe_read_kernel(&vmcb, sizeof(vmcb), &svm->current_vmcb))
		bpf_probe_read_kernel(&user, sizeof(user), &vmcb->cpu);
	return user != cpu;
}

#endif /* KVMSCHEDLAT_MOVES_BPF_H */
