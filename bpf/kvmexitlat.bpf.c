// SPDX-License-Identifier: GPL-2.0
/*
 * kvmexitlat.bpf.c - exit latency per exit reason and vCPU
 *
 * Exit latency is the time from a VM-exit (tracepoint kvm_exit) to the next
 * VM-entry of the same vCPU (kvm_entry). It is split into three parts:
 *   off       the vCPU's thread was scheduled out (sched_switch)
 *   user      it ran outside KVM_RUN: from the return of KVM_RUN
 *             (kvm_userspace_exit) to its next call (kvm_arch_vcpu_ioctl_run),
 *             which is user space with its system calls
 *   handling  the rest: it ran inside KVM
 *
 * What is in flight on a CPU is kept in a per-CPU slot. When the scheduler
 * takes the thread off the CPU, the slot is parked in the thread's task storage
 * and comes back with it: exits, of which there are many, search nothing, and
 * other threads' switches pay two compares. A thread that goes on with another
 * vCPU before this one has entered again loses that sample; it is counted in
 * drops. The results are per-CPU, keyed by process, vCPU and exit reason, and
 * never deleted.
 *
 * What it is not: no user-space component is needed. bpftool loads, attaches
 * and dumps it: bpftool prog loadall FILE DIR autoattach.
 *
 * Why not the tracepoints kvm_sched_out, kvm_sched_in and kvm_vcpu_load of the
 * patched kernel: they see a vCPU only inside KVM_RUN (or at any other vCPU
 * ioctl), while a thread can be scheduled out in user space, too. The split
 * means the same on every kernel as it is.
 *
 * BREAK_USER_SPLIT builds a program that books user space as handling time,
 * BREAK_LOSE_EXITS one that overlooks every 64th VM-exit, BREAK_TRUST_ADDRESS one
 * that takes two vCPUs of one address for the same: tests must notice.
 */
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include "compat.bpf.h"
#include "figures.bpf.h"
#include "kvmexitlat.h"
#include "maps.bpf.h"

/* Process to trace; 0: every one. */
const volatile __s32 targ_tgid;
/* vCPU to trace; negative: every one. */
const volatile __s32 targ_vcpu = -1;

/*
 * The kernel has struct vcpu_vmx and vcpu_svm in its own BTF, not in that of a
 * module. Set by the tool; without it reading the exit reason costs more.
 */
const volatile bool vendor_builtin;

/* One thread's VM-exit that has not seen its VM-entry. */
struct flight {
	/* Whose it is; only ever compared. 0: nobody's. */
	__u64 task;
	/* Which vCPU exited last; only ever compared. */
	__u64 vcpu;
	/* VM-exits that it had counted before this one. */
	__u64 exits;
	/* Time of the VM-exit; 0: the vCPU is in the guest. */
	__u64 exit_ns;
	/* Time outside KVM_RUN so far, and since when (0: inside). */
	__u64 user_ns;
	__u64 user_since_ns;
	/* Time scheduled out so far, and since when (0: running). */
	__u64 off_ns;
	__u64 off_since_ns;
	struct exit_key key;
};

/* The flight of the thread that runs on this CPU. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct flight);
} running SEC(".maps");

/* The flights of threads that do not run. */
struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct flight);
} parked SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	/* For bpftool; the tool sets what the machine's CPUs allow. */
	__uint(max_entries, 128);
	__type(key, struct exit_key);
	__type(value, struct exit_hist);
} hists SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, DROP_MAX);
	__type(key, __u32);
	__type(value, __u64);
} drops SEC(".maps");

#ifdef BREAK_LOSE_EXITS
static __u32 exits_seen;
#endif

/* Too large for the stack. */
static const struct exit_hist zero_hist;

static __always_inline void record(const struct flight *flight, __u64 total_ns,
				   __u64 handling_ns)
{
	__u32 slot = lat_hist_bucket(total_ns);
	struct exit_hist *hist;

	hist = lookup_or_zero(&hists, &flight->key, &zero_hist);
	if (!hist) {
		counter_add(&drops, DROP_MAP_FULL);
		return;
	}

	lat_dist_add(&hist->total, total_ns, slot);
	if (handling_ns != total_ns)
		slot = lat_hist_bucket(handling_ns);
	lat_dist_add(&hist->handling, handling_ns, slot);
	if (flight->user_ns)
		lat_dist_add(&hist->user, flight->user_ns,
			     lat_hist_bucket(flight->user_ns));
	if (flight->off_ns)
		lat_dist_add(&hist->off, flight->off_ns,
			     lat_hist_bucket(flight->off_ns));
}

static __always_inline struct flight *flight_here(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&running, &zero);
}

/*
 * Make a thread known. Its storage is what tells sched_switch of it, so it must
 * exist before the slot is the thread's: in between another may run here.
 */
static __always_inline int adopt(struct flight *flight,
				 struct task_struct *task)
{
	if (targ_tgid && task->tgid != targ_tgid)
		return -1;
	if (!bpf_task_storage_get(&parked, task, NULL,
				  BPF_LOCAL_STORAGE_GET_F_CREATE)) {
		counter_add(&drops, DROP_NO_MEMORY);
		return -1;
	}
	flight->vcpu = 0;
	flight->exit_ns = 0;
	flight->user_since_ns = 0;
	flight->off_since_ns = 0;
	flight->task = (__u64)task;
	return 0;
}

/*
 * Programs are attached in the order of this file, the one that begins a
 * flight last: a VM-exit that is seen is one whose VM-entry will be seen.
 *
 * The thread need not be compared: the slot is emptied when it leaves.
 */
SEC("tp_btf/kvm_entry")
int BPF_PROG(on_kvm_entry, struct kvm_vcpu___lat *vcpu)
{
	struct flight *flight = flight_here();
	__u64 now_ns, total_ns, parts_ns;

	if (!flight || !vcpu || flight->vcpu != (__u64)vcpu)
		return 0;
	if (!flight->exit_ns) {
		counter_add(&drops, DROP_NO_START);
		return 0;
	}
#ifndef BREAK_TRUST_ADDRESS
	/* A new vCPU where a freed one was: it has counted less. */
	if (vcpu->stat.exits <= flight->exits) {
		flight->exit_ns = 0;
		counter_add(&drops, DROP_MOVED);
		return 0;
	}
#endif

	now_ns = clock_now();
	if (flight->user_since_ns)
		flight->user_ns += now_ns - flight->user_since_ns;
	total_ns = now_ns - flight->exit_ns;
	flight->exit_ns = 0;

	parts_ns = flight->off_ns;
#ifndef BREAK_USER_SPLIT
	parts_ns += flight->user_ns;
#endif
	if ((__s64)total_ns < 0 || parts_ns > total_ns) {
		counter_add(&drops, DROP_NEGATIVE);
		return 0;
	}
	record(flight, total_ns, total_ns - parts_ns);
	return 0;
}

static __always_inline void park(struct flight *flight,
				 struct task_struct *task)
{
	struct flight *store = bpf_task_storage_get(&parked, task, NULL, 0);

	if (store) {
		*store = *flight;
		if (store->exit_ns)
			store->off_since_ns = clock_now();
	}
	flight->task = 0;
	flight->vcpu = 0;
}

/*
 * Time scheduled out while outside KVM_RUN is off time, not user time: the
 * start of the user part moves by as much.
 */
static __always_inline void unpark(struct flight *flight,
				   struct task_struct *task)
{
	struct flight *store = bpf_task_storage_get(&parked, task, NULL, 0);
	__u64 off_ns;

	if (!store)
		return;
	*flight = *store;
	flight->task = (__u64)task;
	if (!flight->off_since_ns)
		return;
	off_ns = clock_now() - flight->off_since_ns;
	flight->off_since_ns = 0;
	flight->off_ns += off_ns;
	if (flight->user_since_ns)
		flight->user_since_ns += off_ns;
}

/* Nearly all threads have no task storage at all, which one load tells. */
SEC("tp_btf/sched_switch")
int BPF_PROG(on_sched_switch, bool preempt, struct task_struct *prev,
	     struct task_struct *next)
{
	struct flight *flight = flight_here();

	if (!flight)
		return 0;
	if (flight->task == (__u64)prev)
		park(flight, prev);
	if (next->bpf_storage)
		unpark(flight, next);
	return 0;
}

SEC("tp_btf/kvm_userspace_exit")
int BPF_PROG(on_kvm_userspace_exit)
{
	struct flight *flight = flight_here();

	if (flight && flight->task == (__u64)bpf_get_current_task_btf() &&
	    flight->exit_ns && !flight->user_since_ns)
		flight->user_since_ns = clock_now();
	return 0;
}

/*
 * The vCPU is compared: running another one counts as being outside KVM_RUN.
 * A new thread gets its storage here, where memory can be had, rather than in
 * on_kvm_exit() with interrupts off.
 */
SEC("fentry/kvm_arch_vcpu_ioctl_run")
int BPF_PROG(on_kvm_run, struct kvm_vcpu___lat *vcpu)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct flight *flight = flight_here();

	if (!flight)
		return 0;
	if (flight->task != (__u64)task) {
		adopt(flight, task);
	} else if (flight->user_since_ns && flight->vcpu == (__u64)vcpu) {
		flight->user_ns += clock_now() - flight->user_since_ns;
		flight->user_since_ns = 0;
	}
	return 0;
}

/*
 * For the verifier, what a module's tracepoint passes may be NULL: where KVM is
 * a module the check of the vCPU is what makes the program load.
 */
SEC("tp_btf/kvm_exit")
int BPF_PROG(on_kvm_exit, struct kvm_vcpu___lat *vcpu, __u32 isa)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct flight *flight = flight_here();

	if (!flight || !vcpu)
		return 0;
	if (targ_vcpu >= 0 && vcpu->vcpu_id != targ_vcpu)
		return 0;
#ifdef BREAK_LOSE_EXITS
	if (!(++exits_seen % 64))
		return 0;
#endif
	if (flight->task != (__u64)task && adopt(flight, task))
		return 0;
	if (flight->exit_ns)
		counter_add(&drops, flight->vcpu == (__u64)vcpu ?
				    DROP_NO_END : DROP_MOVED);

	flight->vcpu = (__u64)vcpu;
	flight->exits = vcpu->stat.exits;
	flight->user_ns = 0;
	flight->user_since_ns = 0;
	flight->off_ns = 0;
	flight->off_since_ns = 0;
	flight->key.tgid = task->tgid;
	flight->key.vcpu_id = vcpu->vcpu_id;
	flight->key.exit_reason = compat_exit_reason(vcpu, isa,
						     vendor_builtin);
	flight->key.isa = isa;
	flight->exit_ns = clock_now();
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
