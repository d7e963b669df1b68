// SPDX-License-Identifier: GPL-2.0
/*
 * kvmschedlat.bpf.c - how vCPUs are scheduled, and what switching them takes
 *
 * A vCPU is out from the moment its thread leaves the CPU to the moment it comes
 * back (sched_switch). It is out because it is halted (blocked in
 * kvm_vcpu_block()), preempted (runnable), waiting (blocked elsewhere in KVM_RUN)
 * or in user space (outside KVM_RUN). What the scheduler took instead tells what
 * replaced it. The run delay is the part from the moment it could run again
 * (sched_wakeup, or at once when it was preempted); the time from coming back in
 * KVM_RUN to the next VM-entry (kvm_entry) is what the switch costs this vCPU.
 * Where another vCPU left at that moment, the same time is that of a handover.
 *
 * A vCPU moves when kvm_arch_vcpu_load() gets another CPU than the one that it
 * was loaded on last. That is where the tracepoint kvm_vcpu_migrate of the patched
 * kernel fires; the function is there on any kernel. What a move takes is said in
 * kvmschedlat_moves.bpf.h.
 *
 * What is known of a thread is kept in a per-CPU slot while it runs, and in its
 * task storage while it does not, as kvmexitlat has it: VM-entries, of which there
 * are many, search nothing. All threads that run vCPUs are known, even those that
 * are not asked for, since they may replace one that is.
 *
 * The tracepoints kvm_sched_out and kvm_sched_in of the patched kernel add what
 * KVM's part of a switch took. Their programs are raw ones, because an object
 * with a typed program of a missing tracepoint does not load at all.
 *
 * What it is not: no user-space component is needed. bpftool loads, attaches
 * and dumps it: bpftool prog loadall FILE DIR autoattach.
 *
 * BREAK_ALWAYS_IDLE builds a program that takes everything for the idle task,
 * BREAK_HALT_PREEMPTS one that takes halts for preemptions, BREAK_ANY_HANDOVER
 * one to which anything that went out was a vCPU, BREAK_LOSE_MOVES one that
 * overlooks moves to a lower CPU, BREAK_ANY_VMCLEAR one to which every move needs
 * VMCLEAR: tests must notice.
 */
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include "compat.bpf.h"
#include "kvmschedlat.h"
#include "kvmschedlat_maps.bpf.h"
#include "kvmschedlat_moves.bpf.h"

/* Source: include/linux/sched.h. */
#define PF_KTHREAD	0x00200000

/* Process to trace; 0: every one. */
const volatile __s32 targ_tgid;
/* vCPU to trace; negative: every one. */
const volatile __s32 targ_vcpu = -1;
/* Nanoseconds per step of the clock that is shown; see kvmexitlat.bpf.c. */
const volatile __u32 ns_per_step = 1;

static __always_inline __u64 clock_now(void)
{
	__u64 now_ns = bpf_ktime_get_ns();

	return ns_per_step == 1 ? now_ns : now_ns / ns_per_step;
}

static __always_inline bool is_wanted(int tgid, int vcpu_id)
{
	return (!targ_tgid || tgid == targ_tgid) &&
	       (targ_vcpu < 0 || vcpu_id == targ_vcpu);
}

/*
 * Make a thread, or another vCPU of it, known. The slot is the thread's from the
 * first line on, so that what follows survives its being scheduled out; without
 * a vCPU it counts for nothing until the last line.
 */
static __always_inline int adopt(struct sched_thread *here,
				 struct task_struct *task,
				 struct kvm_vcpu___sched *vcpu)
{
	if (!bpf_task_storage_get(&parked, task, NULL,
				  BPF_LOCAL_STORAGE_GET_F_CREATE)) {
		counter_add(&drops, DROP_NO_MEMORY);
		return -1;
	}
	here->vcpu = 0;
	barrier();
	here->task = (__u64)task;
	barrier();
	here->kvm = (__u64)vcpu->kvm;
	here->key.tgid = task->tgid;
	here->key.vcpu_id = vcpu->vcpu_id;
	here->wanted = is_wanted(task->tgid, vcpu->vcpu_id);
	here->inside = false;
	here->awaited = false;
	here->handover = false;
	here->in_ns = 0;
	here->moved = false;
	if (here->wanted && !lookup_or_zero(&hists, &here->key, &zero_hist))
		counter_add(&drops, DROP_MAP_FULL);
	barrier();
	here->vcpu = (__u64)vcpu;
	return 0;
}

/*
 * Programs are attached in the order of this file, those that make a thread known
 * last: of a thread that is known, everything else is seen.
 */
SEC("tp_btf/sched_wakeup")
int BPF_PROG(on_sched_wakeup, struct task_struct *task)
{
	struct sched_thread *thread = thread_parked(task);

	/* Left by a thread that runs is what it was before; nobody reads it. */
	if (thread && !thread->runnable_ns)
		thread->runnable_ns = clock_now();
	return 0;
}

static __always_inline __u32 off_of(const struct sched_thread *here, bool runnable)
{
	const struct kvm_vcpu___sched *vcpu = (const void *)here->vcpu;
	__u64 blocking = 0;

	if (!here->inside)
		return OFF_USER;
	if (runnable)
		return OFF_PREEMPT;
	bpf_probe_read_kernel(&blocking, sizeof(blocking),
			      &vcpu->stat.generic.blocking);
#ifdef BREAK_HALT_PREEMPTS
	return blocking ? OFF_PREEMPT : OFF_WAIT;
#endif
	return blocking ? OFF_HALT : OFF_WAIT;
}

static __always_inline bool runs_vcpu(const struct sched_thread *thread)
{
	return thread && thread->vcpu && thread->inside;
}

static __always_inline __u32 next_of(const struct sched_thread *here,
				     const struct task_struct *next,
				     const struct sched_thread *thread)
{
#ifdef BREAK_ALWAYS_IDLE
	return NEXT_IDLE;
#endif
	if (runs_vcpu(thread))
		return thread->kvm == here->kvm ? NEXT_SAME_VM : NEXT_OTHER_VM;
	if (!next->pid)
		return NEXT_IDLE;
	return next->flags & PF_KTHREAD ? NEXT_KTHREAD : NEXT_USER;
}

/* The vCPU has gone before it could enter the guest. */
static __always_inline void give_up_entry(struct sched_thread *here)
{
	struct sched_hist *hist;

	if (!here->vcpu || !here->in_ns)
		return;
	here->in_ns = 0;
	hist = here->wanted ? bpf_map_lookup_elem(&hists, &here->key) : NULL;
	if (hist)
		hist->unentered++;
}

static __always_inline void leave(struct sched_thread *here,
				  struct task_struct *prev, __u64 now_ns)
{
	struct sched_thread *thread = thread_parked(prev);

	give_up_entry(here);
	here->out_ns = now_ns;
	if (thread)
		*thread = *here;
	here->task = 0;
	here->vcpu = 0;
}

static __always_inline void record(const struct sched_thread *here, __u64 now_ns)
{
	struct sched_hist *hist = bpf_map_lookup_elem(&hists, &here->key);
	__u64 runnable_ns = here->runnable_ns, off_ns = now_ns - here->out_ns;
	__u32 off = here->off, next = here->next;
	__u64 *replaced;

	if (!hist) {
		counter_add(&drops, DROP_MAP_FULL);
		return;
	}
	if (!here->out_ns) {
		counter_add(&drops, DROP_NO_START);
		return;
	}
	if ((__s64)off_ns < 0 || (runnable_ns && now_ns < runnable_ns)) {
		counter_add(&drops, DROP_NEGATIVE);
		return;
	}
	if (off <= OFF_USER)
		dist_add(&hist->halt + off, off_ns);
	if (runnable_ns)
		dist_add(&hist->delay, now_ns - runnable_ns);
	else
		counter_add(&drops, DROP_NO_WAKEUP);
	replaced = here->runnable ? &hist->preempted.idle : &hist->blocked.idle;
	if (next < NEXT_MAX)
		replaced[next]++;
}

static __always_inline void arrive(struct sched_thread *here,
				   struct sched_thread *thread,
				   struct task_struct *next, bool handover,
				   __u64 now_ns)
{
	*here = *thread;
	/* In the storage, what is left must not be taken for a time out. */
	thread->out_ns = 0;
	here->task = (__u64)next;
	if (!here->vcpu)
		return;
	if (here->wanted)
		record(here, now_ns);
	here->out_ns = 0;
	here->handover = handover;
	here->in_ns = here->inside ? now_ns : 0;
	here->awaited |= here->inside;
}

/* Source: __schedule(): a task that is preempted stays runnable in any state. */
SEC("tp_btf/sched_switch")
int BPF_PROG(on_sched_switch, bool preempt, struct task_struct *prev,
	     struct task_struct *next, unsigned int prev_state)
{
	struct sched_thread *here = thread_here(), *thread = thread_parked(next);
	bool runnable = preempt || !prev_state, handover = false;
	__u64 now_ns;

	if (!here || (here->task != (__u64)prev && !thread))
		return 0;
	now_ns = clock_now();
	if (here->task == (__u64)prev) {
		handover = runs_vcpu(here);
		here->runnable = runnable;
		here->off = off_of(here, runnable);
		here->next = next_of(here, next, thread);
		here->runnable_ns = runnable ? now_ns : 0;
		leave(here, prev, now_ns);
	}
#ifdef BREAK_ANY_HANDOVER
	handover = true;
#endif
	if (thread)
		arrive(here, thread, next, handover, now_ns);
	return 0;
}

/* Of the vCPU that the current thread loads or has just been made to put. */
static __always_inline struct sched_hist *hist_of(const struct kvm_vcpu___sched *vcpu)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct sched_key key = { .tgid = task->tgid };

	if (bpf_probe_read_kernel(&key.vcpu_id, sizeof(key.vcpu_id),
				  &vcpu->vcpu_id) ||
	    !is_wanted(key.tgid, key.vcpu_id))
		return NULL;
	return bpf_map_lookup_elem(&hists, &key);
}

/* Fires after sched_switch, when the current thread is still the old one. */
SEC("raw_tp/kvm_sched_out")
int on_kvm_sched_out(struct bpf_raw_tracepoint_args *ctx)
{
	const struct kvm_vcpu___sched *vcpu = (const void *)ctx->args[0];
	struct sched_hist *hist = hist_of(vcpu);

	if (hist)
		dist_add(&hist->put, ctx->args[2]);
	return 0;
}

SEC("raw_tp/kvm_sched_in")
int on_kvm_sched_in(struct bpf_raw_tracepoint_args *ctx)
{
	const struct kvm_vcpu___sched *vcpu = (const void *)ctx->args[0];
	struct sched_hist *hist = hist_of(vcpu);
	bool last = false;

	if (!hist)
		return 0;
	dist_add(&hist->load, ctx->args[3]);
	if (bpf_core_field_exists(vcpu->last_on_cpu))
		bpf_probe_read_kernel(&last, sizeof(last), &vcpu->last_on_cpu);
	if (last)
		hist->last_on_cpu++;
	return 0;
}

/*
 * Any thread may load a vCPU, to read its registers for example. What the next
 * VM-entry is going to tell is waited for only by the vCPU's own thread.
 */
SEC("fentry/kvm_arch_vcpu_load")
int BPF_PROG(on_vcpu_load, struct kvm_vcpu___sched *vcpu, int cpu)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct sched_thread *here = thread_here();
	struct move_key key = {};
	int from = vcpu->cpu;
	struct move *move;

	if (from < 0 || from == cpu || !is_wanted(task->tgid, vcpu->vcpu_id))
		return 0;
#ifdef BREAK_LOSE_MOVES
	if (cpu < from)
		return 0;
#endif
	key.vcpu.tgid = task->tgid;
	key.vcpu.vcpu_id = vcpu->vcpu_id;
	key.from = from;
	key.to = cpu;
	move = lookup_or_zero(&moves, &key, &zero_move);
	if (!move) {
		counter_add(&drops, DROP_MAP_FULL);
		return 0;
	}
	move->count++;
	if (needs_vmclear(vcpu, cpu))
		move->vmclear++;
	if (!here || here->vcpu != (__u64)vcpu)
		return 0;
	here->moved = true;
	here->awaited = true;
	here->move = key;
	here->tlb_flush = vcpu->stat.tlb_flush;
	return 0;
}

SEC("tp_btf/kvm_userspace_exit")
int BPF_PROG(on_kvm_userspace_exit)
{
	struct sched_thread *here = thread_here();

	if (!here || here->task != (__u64)bpf_get_current_task_btf())
		return 0;
	give_up_entry(here);
	here->inside = false;
	return 0;
}

static __always_inline void end_move(struct sched_thread *here,
				     const struct kvm_vcpu___sched *vcpu)
{
	struct move *move = bpf_map_lookup_elem(&moves, &here->move);

	here->moved = false;
	if (!move)
		return;
	move->entered++;
	if (vcpu->stat.tlb_flush != here->tlb_flush)
		move->tlb_flush++;
	if (needs_asid(vcpu, vcpu->cpu))
		move->new_asid++;
}

static __always_inline void end_switch(struct sched_thread *here,
				       const struct kvm_vcpu___sched *vcpu)
{
	struct sched_hist *hist;
	__u64 entry_ns = clock_now() - here->in_ns;

	here->in_ns = 0;
	if (!here->wanted)
		return;
	hist = bpf_map_lookup_elem(&hists, &here->key);
	if (!hist) {
		counter_add(&drops, DROP_MAP_FULL);
	} else if ((__s64)entry_ns < 0) {
		counter_add(&drops, DROP_NEGATIVE);
	} else {
		dist_add(&hist->entry, entry_ns);
		if (here->handover)
			dist_add(&hist->handover, entry_ns);
		if (bpf_core_field_exists(vcpu->sched_elided) &&
		    vcpu->sched_elided)
			hist->elided++;
	}
}

/* A new thread gets its storage here, where memory can be had. */
SEC("fentry/kvm_arch_vcpu_ioctl_run")
int BPF_PROG(on_kvm_run, struct kvm_vcpu___sched *vcpu)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct sched_thread *here = thread_here();

	if (!here)
		return 0;
	/* A new vCPU may be where a freed one was. */
	if ((here->task != (__u64)task || here->vcpu != (__u64)vcpu ||
	     here->kvm != (__u64)vcpu->kvm ||
	     here->key.vcpu_id != (__u32)vcpu->vcpu_id) && adopt(here, task, vcpu))
		return 0;
	here->inside = true;
	return 0;
}

/*
 * Here threads become known that were in KVM_RUN already. For the verifier, what
 * a module's tracepoint passes may be NULL.
 */
SEC("tp_btf/kvm_entry")
int BPF_PROG(on_kvm_entry, struct kvm_vcpu___sched *vcpu)
{
	struct sched_thread *here = thread_here();

	if (!here || !vcpu)
		return 0;
	if (here->vcpu == (__u64)vcpu && !here->awaited)
		return 0;
	if (here->vcpu != (__u64)vcpu) {
		if (adopt(here, bpf_get_current_task_btf(), vcpu))
			return 0;
		here->inside = true;
		return 0;
	}
	here->awaited = false;
	if (here->in_ns)
		end_switch(here, vcpu);
	if (here->moved)
		end_move(here, vcpu);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
