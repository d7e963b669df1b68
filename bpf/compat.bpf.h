/* SPDX-License-Identifier: GPL-2.0 */
/*
 * compat.bpf.h - all differences between the kernels that are traced
 *
 * The types below are declared here, with only the fields that are read, since
 * a kernel with KVM as modules has none of them in its vmlinux.h. What follows
 * three underscores in a name is ignored by CO-RE: fields are looked up in the
 * running kernel and its modules when the program is loaded.
 *
 * Known differences:
 * - struct vcpu_vmx and struct vcpu_svm exist only where that vendor's half of
 *   KVM is built in or loaded: a program asks before it reads one.
 * - The bit of vcpu->arch.hflags that says that L2 runs has moved; the statistic
 *   guest_mode says the same.
 * - The VMCB's exit_code has 32 bits up to 6.12 and may have 64 later. The low
 *   half, which comes first, holds every code there is.
 * - What a vCPU remembers of its last switch (last_on_cpu, sched_elided) comes
 *   with patches/30-sched.
 *
 * Limits: Linux 5.17 or newer, where the tracepoint kvm_exit takes the vCPU
 * first and no exit reason; kvmschedlat needs 5.18, where sched_switch ends with
 * the state of the task that leaves.
 */
#ifndef COMPAT_BPF_H
#define COMPAT_BPF_H

#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

/* Source: arch/x86/kvm/trace.h, KVM_ISA_VMX and KVM_ISA_SVM. */
#define ISA_VMX	1
#define ISA_SVM	2

#define relocated __attribute__((preserve_access_index))

struct kvm_vcpu_stat___lat {
	__u64 exits;
} relocated;

struct kvm_vcpu___lat {
	int vcpu_id;
	struct kvm_vcpu_stat___lat stat;
} relocated;

union vmx_exit_reason___lat {
	__u32 full;
} relocated;

struct vcpu_vmx___lat {
	union vmx_exit_reason___lat exit_reason;
} relocated;

struct vmcb_control_area___lat {
	__u32 exit_code;
} relocated;

struct vmcb___lat {
	struct vmcb_control_area___lat control;
} relocated;

struct vcpu_svm___lat {
	struct vmcb___lat *vmcb;
} relocated;

/* What kvmapflat reads. */
struct kvm_vcpu_arch___apf {
	__u64 l1_tsc_offset;
	__u64 l1_tsc_scaling_ratio;
	struct {
		__u64 msr_en_val;
		__u16 vec;
	} apf;
} relocated;

struct kvm_vcpu___apf {
	int vcpu_id;
	struct kvm_vcpu_stat___lat stat;
	struct kvm_vcpu_arch___apf arch;
} relocated;

struct kvm_arch_async_pf___apf {
	__u32 token;
} relocated;

struct kvm_async_pf___apf {
	struct work_struct work;
	struct kvm_vcpu___apf *vcpu;
	struct kvm_arch_async_pf___apf arch;
} relocated;

struct msr_data___apf {
	bool host_initiated;
	__u32 index;
	__u64 data;
} relocated;

struct kvm_lapic_irq___apf {
	__u32 vector;
} relocated;

/* What kvmschedlat reads. */
struct kvm_vcpu_stat_generic___sched {
	__u64 blocking;
} relocated;

struct kvm_vcpu_stat___sched {
	struct kvm_vcpu_stat_generic___sched generic;
	__u64 tlb_flush;
} relocated;

struct kvm_vcpu___sched {
	void *kvm;
	int cpu;
	int vcpu_id;
	struct kvm_vcpu_stat___sched stat;
	bool last_on_cpu;
	__u32 sched_elided;
} relocated;

struct loaded_vmcs___sched {
	int cpu;
} relocated;

struct vcpu_vmx___sched {
	struct loaded_vmcs___sched *loaded_vmcs;
} relocated;

struct kvm_vmcb_info___sched {
	int cpu;
} relocated;

struct vcpu_svm___sched {
	struct kvm_vmcb_info___sched *current_vmcb;
} relocated;

/* What kvmapflat_guest reads; only in kernels with patches/10-apf. */
struct kvm_apf_snap___apf {
	int cpu;
} relocated;

/* What kvmnestlat reads; nested_* only in kernels with patches/20-pool. */
struct kvm_vcpu_stat___nest {
	__u64 exits;
	__u64 guest_mode;
	__u64 nested_vmptrld;
	__u64 nested_vmcs02_hit;
	__u64 nested_vmcs02_recycle;
	__u64 nested_vmcs12_flush;
	__u64 nested_vmcs02_rare;
	__u64 nested_vpid02_flush;
} relocated;

struct kvm_vcpu___nest {
	int vcpu_id;
	struct kvm_vcpu_stat___nest stat;
} relocated;

/*
 * Through bpf_rdonly_cast() a field of the running kernel is read by one
 * instruction. It takes types of the kernel's own BTF only.
 */
static __always_inline __u32 read_builtin(const void *vcpu, __u32 isa)
{
	if (isa == ISA_VMX && bpf_core_type_exists(struct vcpu_vmx___lat))
		return bpf_core_cast(vcpu, struct vcpu_vmx___lat)->
			exit_reason.full;
	if (isa == ISA_SVM && bpf_core_type_exists(struct vcpu_svm___lat))
		return bpf_core_cast(vcpu, struct vcpu_svm___lat)->
			vmcb->control.exit_code;
	return ~0U;
}

static __always_inline __u32 read_anywhere(const void *vcpu, __u32 isa)
{
	__u32 reason = ~0U;

	if (isa == ISA_VMX && bpf_core_type_exists(struct vcpu_vmx___lat)) {
		const struct vcpu_vmx___lat *vmx = vcpu;

		bpf_probe_read_kernel(&reason, sizeof(reason),
				      &vmx->exit_reason.full);
	} else if (isa == ISA_SVM && bpf_core_type_exists(struct vcpu_svm___lat)) {
		const struct vcpu_svm___lat *svm = vcpu;
		const struct vmcb___lat *vmcb;

		if (!bpf_probe_read_kernel(&vmcb, sizeof(vmcb), &svm->vmcb))
			bpf_probe_read_kernel(&reason, sizeof(reason),
					      &vmcb->control.exit_code);
	}
	return reason;
}

/**
 * compat_exit_reason - Read the exit reason of the VM-exit just taken
 * @vcpu: The vCPU; first member of struct vcpu_vmx and struct vcpu_svm.
 * @isa: ISA_VMX or ISA_SVM, as the tracepoint kvm_exit has it.
 * @builtin: Both structs are in the kernel's own BTF; must be a constant that
 *           the verifier knows.
 *
 * Context: Tracepoint kvm_exit: KVM has stored the reason by then.
 * Return: VMX: the exit reason field, flags included. SVM: EXITCODE. All ones,
 * SVM's code of a failed VMRUN, when it could not be read.
 */
static __always_inline __u32 compat_exit_reason(const void *vcpu, __u32 isa,
						bool builtin)
{
	if (builtin && bpf_ksym_exists(bpf_rdonly_cast))
		return read_builtin(vcpu, isa);
	return read_anywhere(vcpu, isa);
}

#endif /* COMPAT_BPF_H */
