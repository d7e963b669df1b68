// SPDX-License-Identifier: GPL-2.0
/*
 * kvmnestlat.bpf.c - what becomes of the exits of a guest's guest
 *
 * L2 exits; L0, this kernel, gets control. Either it handles the exit itself and
 * enters L2 again, or it reflects it to L1, which runs, exits any number of times
 * and at last enters L2 again: L2 -> L0 -> (L1 -> L0)* -> L2. Where that is seen:
 *   kvm_exit, kvm_entry         the statistic guest_mode of the vCPU says whether
 *                               it is L2 or L1 that has exited or is entered
 *   kvm_nested_vmexit_inject    L1 is told, and of what
 *   kvm_nested_vmenter          which vmcs12 (SVM: vmcb12) L1 enters
 *   kvm_nested_vmenter_failed   a check that L1's VM-Enter did not pass
 * Time that the thread is in user space or scheduled out meanwhile is kept apart,
 * as in kvmexitlat.bpf.c. What the pool of vmcs02s did is the growth of the vCPU's
 * statistics from L2's exit to its VM-entry; kernels without them have no pool.
 *
 * A thread that runs no L2 has no storage, which is what its events find out
 * first. The results are per-CPU and never deleted.
 *
 * What it is not: no user-space component is needed. bpftool loads, attaches
 * and dumps it: bpftool prog loadall FILE DIR autoattach.
 *
 * Limits: VM-entries that KVM does not try because it emulates the guest instead
 * are seen by no tracepoint; the exit is lost (MOVED). L0's own VMREADs, VMWRITEs
 * and the like are no events of the kernel.
 *
 * BREAK_LOSE_REFLECT overlooks every 8th reflection, BREAK_TRUST_LEVEL does that,
 * too, and takes the next VM-entry into L2 for the end in any case,
 * BREAK_LOSE_SERVE forgets L0's part of L1's exits that end in L1, BREAK_STALE_POOL
 * counts the pool's statistics since the vCPU's first exit: tests must notice.
 */
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include "compat.bpf.h"
#include "kvmnestlat.h"
#include "kvmnestlat_maps.bpf.h"
#include "kvmnestlat_stages.bpf.h"

/* Process to trace; 0: every one. */
const volatile __s32 targ_tgid;
/* vCPU to trace; negative: every one. */
const volatile __s32 targ_vcpu = -1;
/* See kvmexitlat.bpf.c. */
const volatile bool vendor_builtin;

#if defined(BREAK_LOSE_REFLECT) || defined(BREAK_TRUST_LEVEL)
static __u32 reflections_seen;
#endif

static __always_inline struct nest_flight *flight_here(void)
{
	return flight_of(bpf_get_current_task_btf());
}

/*
 * Programs are attached in the order of this file, the one that begins an exit
 * last: of an exit that is seen to begin, everything else is seen.
 */
SEC("tp_btf/kvm_entry")
int BPF_PROG(on_kvm_entry, struct kvm_vcpu___nest *vcpu)
{
	struct nest_flight *flight = flight_here();
	__u64 now_ns;
	bool l2;

	if (!flight || !vcpu || flight->vcpu != (__u64)vcpu)
		return 0;
	now_ns = clock_now();
	l2 = vcpu->stat.guest_mode;
	if (flight->stage != STAGE_NONE)
		entry(flight, vcpu, l2, now_ns);
	flight->l2_since_ns = l2 ? now_ns : 0;
	return 0;
}

/*
 * The tracepoints of the nested half of KVM don't say which vCPU it is. It is the
 * thread's own, unless the thread is outside KVM_RUN of that one.
 */
static __always_inline struct nest_flight *flight_in_l0(void)
{
	struct nest_flight *flight = flight_here();

	if (!flight || flight->user_since_ns ||
	    (flight->stage != STAGE_FROM_L2 && flight->stage != STAGE_FROM_L1))
		return NULL;
	return flight;
}

SEC("tp_btf/kvm_nested_vmexit_inject")
int BPF_PROG(on_nested_vmexit_inject, __u32 exit_code)
{
	struct nest_flight *flight = flight_in_l0();

	if (!flight)
		return 0;
#if defined(BREAK_LOSE_REFLECT) || defined(BREAK_TRUST_LEVEL)
	if (!(++reflections_seen % 8))
		return 0;
#endif
	if (flight->stage == STAGE_FROM_L1) {
		flight->exit.undone++;
		return 0;
	}
	flight->exit.key.role = NEST_REFLECTED;
	flight->exit.l1_reason = exit_code;
	return 0;
}

SEC("tp_btf/kvm_nested_vmenter")
int BPF_PROG(on_nested_vmenter, __u64 rip, __u64 vmcs12)
{
	struct nest_flight *flight = flight_in_l0();

	if (flight)
		flight->vmcs12 = vmcs12;
	return 0;
}

SEC("tp_btf/kvm_nested_vmenter_failed")
int BPF_PROG(on_nested_vmenter_failed)
{
	struct nest_flight *flight = flight_in_l0();

	if (flight && flight->stage == STAGE_FROM_L1)
		flight->exit.failed++;
	return 0;
}

/*
 * Time scheduled out while outside KVM_RUN is off time, not user time: the
 * start of the user part moves by as much.
 */
SEC("tp_btf/sched_switch")
int BPF_PROG(on_sched_switch, bool preempt, struct task_struct *prev,
	     struct task_struct *next)
{
	struct nest_flight *flight = flight_of(prev);
	__u64 off_ns;

	if (flight && flight->stage != STAGE_NONE)
		flight->off_since_ns = clock_now();
	flight = flight_of(next);
	if (!flight || !flight->off_since_ns)
		return 0;
	off_ns = clock_now() - flight->off_since_ns;
	flight->off_since_ns = 0;
	flight->off_ns += off_ns;
	if (flight->user_since_ns)
		flight->user_since_ns += off_ns;
	return 0;
}

SEC("tp_btf/kvm_userspace_exit")
int BPF_PROG(on_kvm_userspace_exit)
{
	struct nest_flight *flight = flight_in_l0();

	if (flight)
		flight->user_since_ns = clock_now();
	return 0;
}

/* Running another vCPU counts as being outside KVM_RUN. */
SEC("fentry/kvm_arch_vcpu_ioctl_run")
int BPF_PROG(on_kvm_run, struct kvm_vcpu___nest *vcpu)
{
	struct nest_flight *flight = flight_here();

	if (!flight || !flight->user_since_ns || flight->vcpu != (__u64)vcpu)
		return 0;
	flight->user_ns += clock_now() - flight->user_since_ns;
	flight->user_since_ns = 0;
	return 0;
}

/*
 * For the verifier, what a module's tracepoint passes may be NULL: where KVM is
 * a module the check of the vCPU is what makes the program load.
 */
SEC("tp_btf/kvm_exit")
int BPF_PROG(on_kvm_exit, struct kvm_vcpu___nest *vcpu, __u32 isa)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct nest_flight *flight = flight_of(task);
	struct nest_key key = { .role = NEST_HANDLED, .isa = isa };
	__u64 now_ns;

	if (!vcpu)
		return 0;
	if (!vcpu->stat.guest_mode) {
		if (flight && flight->vcpu == (__u64)vcpu &&
		    flight->stage != STAGE_NONE)
			exit_l1(flight, vcpu,
				compat_exit_reason(vcpu, isa, vendor_builtin),
				clock_now());
		return 0;
	}
	now_ns = clock_now();
	key.exit_reason = compat_exit_reason(vcpu, isa, vendor_builtin);
	key.tgid = task->tgid;
	key.vcpu_id = vcpu->vcpu_id;
	if ((targ_tgid && task->tgid != targ_tgid) ||
	    (targ_vcpu >= 0 && vcpu->vcpu_id != targ_vcpu))
		return 0;
	if (!flight)
		flight = bpf_task_storage_get(&flights, task, NULL,
					      BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (flight)
		exit_l2(flight, vcpu, &key, now_ns);
	else
		counter_add(&drops, NEST_DROP_NO_MEMORY);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
