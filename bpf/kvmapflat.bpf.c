// SPDX-License-Identifier: GPL-2.0
/*
 * kvmapflat.bpf.c - the life of asynchronous page faults
 *
 * A guest touches a page that its VMM's memory does not have; KVM has a kworker
 * fetch it while the vCPU goes on. The stages, and where they are seen:
 *   queued        kvm_arch_async_page_not_present() has returned: true, the
 *                 guest was told (pv); false, the vCPU halts (halt)
 *   worker start  async_pf_execute() begins
 *   page in       get_user_pages_remote() has returned in that worker
 *   taken         kvm_arch_async_page_present() begins in the vCPU's thread
 *   published     kvm_apic_set_irq() in that thread with the page-ready vector
 *   acknowledged  the guest writes MSR_KVM_ASYNC_PF_ACK
 * Faults given up are seen when kvm_clear_async_pf_completion_queue() begins:
 * all of them still exist then. KVM's own tracepoints have neither vCPU nor
 * anything in common; of these only kvm_async_pf_repeated_fault is used.
 *
 * A fault is known by the address of its struct kvm_async_pf. KVM uses that
 * memory again at once, so an address alone says nothing: a worker and its vCPU
 * must agree with the fault's vCPU and token, and the times that a worker notes
 * replace the fault's own tag, a number used once, by compare and exchange.
 * What belongs to another fault is thus never taken: the fault is lost.
 *
 * What it is not: no user-space component is needed. bpftool loads, attaches
 * and dumps it: bpftool prog loadall FILE DIR autoattach.
 *
 * Who wants every single event gets it through a ring buffer
 * (kvmapflat_records.bpf.h), which is off by default.
 *
 * Limits: a fault queued before the programs were attached is overlooked. A
 * thread that takes turns with several vCPUs loses acknowledgements.
 *
 * BREAK_LOSE_READY overlooks every 8th page taken, BREAK_TRUST_POINTER does
 * that, too, and believes in addresses, BREAK_EARLY_PAGE books the page as in
 * when the worker starts, BREAK_KEEP_CANCELLED overlooks that faults are given
 * up: tests must notice.
 */
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include "compat.bpf.h"
#include "figures.bpf.h"
#include "kvmapflat.h"
#include "kvmapflat_maps.bpf.h"
#include "kvmapflat_records.bpf.h"

/* Source: arch/x86/include/uapi/asm/kvm_para.h. */
#define MSR_KVM_ASYNC_PF_EN	0x4b564d02
#define MSR_KVM_ASYNC_PF_ACK	0x4b564d07
/* Source: the same file with patches/10-apf: KVM_ASYNC_PF_DELIVERY_V2. */
#define DELIVERY_V2		(1 << 4)

/* Process to trace; 0: every one. */
const volatile __s32 targ_tgid;
/* vCPU to trace; negative: every one. */
const volatile __s32 targ_vcpu = -1;

/* Faults ever queued: what makes tags different. */
static __u64 last_tag;

#if defined(BREAK_LOSE_READY) || defined(BREAK_TRUST_POINTER)
static __u32 ready_seen;
#endif

static __always_inline bool filtered(const struct kvm_vcpu___apf *vcpu,
				     const struct task_struct *task)
{
	return (targ_tgid && task->tgid != targ_tgid) ||
	       (targ_vcpu >= 0 && vcpu->vcpu_id != targ_vcpu);
}

/*
 * This thread's notes about a vCPU. Those of a vCPU that it ran before go, and
 * so do those of a freed one at the same address, which had counted more exits.
 */
static __always_inline struct apf_thread *thread_of(struct kvm_vcpu___apf *vcpu,
						struct task_struct *task)
{
	struct apf_thread *thread;

	thread = bpf_task_storage_get(&threads, task, NULL,
				      BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!thread) {
		counter_add(&drops, DROP_NO_MEMORY);
		return NULL;
	}
	if (thread->vcpu == (__u64)vcpu && vcpu->stat.exits >= thread->exits)
		return thread;
	for (__u32 i = 0; !thread->ack_optional && i < MAX_UNACKED &&
		     i < thread->unacked; i++)
		if (thread->unacked_ns[(thread->unacked_from + i) % MAX_UNACKED])
			counter_add(&drops, DROP_NO_ACK);
	thread->outstanding = 0;
	thread->staged = 0;
	thread->unacked = 0;
	thread->key.tgid = task->tgid;
	thread->key.vcpu_id = vcpu->vcpu_id;
	thread->vcpu = (__u64)vcpu;
	thread->exits = vcpu->stat.exits;
	return thread;
}

/* The same where nothing new may begin: nearly all threads have no storage. */
static __always_inline struct apf_thread *thread_here(void)
{
	struct task_struct *task = bpf_get_current_task_btf();

	if (!task->bpf_storage)
		return NULL;
	return bpf_task_storage_get(&threads, task, NULL, 0);
}

static __always_inline void forget(struct apf_flight *flight, __u64 work)
{
	struct apf_gauges *gauge = gauges_of(flight->key.tgid);

	if (gauge)
		gauge_sub(&gauge->outstanding);
	bpf_map_delete_elem(&flights, &work);
}

static __always_inline void record(struct apf_hist *hist,
				   const struct apf_flight *flight, __u64 now_ns)
{
	struct apf_stages *stages = flight->pv ? &hist->pv : &hist->halt;

	dist_add(&stages->total, now_ns - flight->queued_ns);
	dist_add(&stages->queue, flight->started_ns - flight->queued_ns);
	dist_add(&stages->page, flight->page_ns - flight->started_ns);
	dist_add(&stages->take, now_ns - flight->page_ns);
}

/* Either the fault is in every distribution or it is lost, for one reason. */
static __always_inline void land(const struct apf_flight *flight, __u64 now_ns,
				 const struct kvm_vcpu___apf *vcpu)
{
	struct apf_hist *hist = bpf_map_lookup_elem(&hists, &flight->key);

	if (!hist) {
		counter_add(&drops, DROP_MAP_FULL);
	} else if (flight->started_ns & TAG) {
		counter_add(&drops, DROP_NO_START);
	} else if (flight->page_ns & TAG) {
		counter_add(&drops, DROP_NO_PAGE);
	} else if (flight->started_ns < flight->queued_ns ||
		   flight->page_ns < flight->started_ns ||
		   now_ns < flight->page_ns) {
		counter_add(&drops, DROP_NEGATIVE);
	} else {
		record(hist, flight, now_ns);
		record_fault(flight, now_ns, vcpu);
	}
}

static __always_inline struct apf_flight *find_flight(__u64 work, __u64 vcpu,
						  __u32 token)
{
	struct apf_flight *flight = bpf_map_lookup_elem(&flights, &work);

#ifndef BREAK_TRUST_POINTER
	if (flight && (flight->vcpu != vcpu || flight->token != token)) {
		counter_add(&drops, DROP_REUSED);
		forget(flight, work);
		return NULL;
	}
#endif
	return flight;
}

/*
 * Programs are attached in the order of this file, the one that begins a fault
 * last: of a fault that is seen to begin, everything else is seen.
 */
SEC("fentry/kvm_set_msr_common")
int BPF_PROG(on_set_msr, struct kvm_vcpu___apf *vcpu,
	     struct msr_data___apf *msr)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct apf_thread *thread;
	struct apf_hist *hist;
	__u64 since_ns, now_ns;

	/* The vCPU is going to be told to wake everything. */
	if (msr->index == MSR_KVM_ASYNC_PF_EN && (msr->data & 1) &&
	    !filtered(vcpu, task))
		thread_of(vcpu, task);
	if (msr->index != MSR_KVM_ASYNC_PF_ACK || msr->host_initiated ||
	    !(msr->data & 1))
		return 0;
	now_ns = clock_now();
	thread = thread_here();
	if (!thread || thread->vcpu != (__u64)vcpu || !thread->unacked)
		return 0;
	since_ns = thread->unacked_ns[thread->unacked_from % MAX_UNACKED];
	thread->unacked_from++;
	thread->unacked--;
	hist = bpf_map_lookup_elem(&hists, &thread->key);
	if (!since_ns || !hist)
		return 0;
	hist->acks++;
	record_ack(&thread->key, since_ns, now_ns);
	if (now_ns < since_ns)
		counter_add(&drops, DROP_NEGATIVE);
	else
		dist_add(&hist->ack, now_ns - since_ns);
	return 0;
}

static __always_inline void push_unacked(struct apf_thread *thread,
					 __u64 now_ns)
{
	__u32 next = (thread->unacked_from + thread->unacked) % MAX_UNACKED;

	if (thread->unacked == MAX_UNACKED) {
		if (thread->unacked_ns[next])
			counter_add(&drops, DROP_NO_ACK);
		thread->unacked_from++;
	} else {
		thread->unacked++;
	}
	thread->unacked_ns[next] = now_ns;
}

struct publication {
	struct apf_hist *hist;
	struct apf_thread *thread;
	__u64 now_ns;
};

static long publish_one(__u32 i, struct publication *publication)
{
	if (i >= MAX_STAGED)
		return 1;
	dist_add(&publication->hist->publish, publication->now_ns -
		 publication->thread->staged_ns[i]);
	return 0;
}

static __always_inline void publish(struct apf_thread *thread,
				    struct kvm_vcpu___apf *vcpu)
{
	struct apf_hist *hist = lookup_or_zero(&hists, &thread->key, &zero_hist);
	__u64 now_ns = clock_now();
	struct publication publication = { hist, thread, now_ns };

	/*
	 * Version 2 of the protocol has an acknowledgement only where more
	 * pages wait than the interrupt told of: it belongs to the latest one.
	 */
	thread->ack_optional = vcpu->arch.apf.msr_en_val & DELIVERY_V2;
	if (thread->ack_optional)
		thread->unacked = 0;
	push_unacked(thread, thread->staged ? now_ns : 0);
	record_publish(&thread->key, thread->staged, now_ns);
	if (!hist) {
		thread->staged = 0;
		return;
	}
	if (thread->staged)
		hist->interrupts++;
	else
		hist->wake_all++;
	/* A plain loop of as many rounds takes the verifier minutes. */
	bpf_loop(thread->staged, publish_one, &publication, 0);
	thread->staged = 0;
}

/*
 * Nothing else in KVM has a vCPU's own thread set this vector. Where no page
 * was taken before, it tells the guest to wake everything.
 */
SEC("fentry/kvm_apic_set_irq")
int BPF_PROG(on_set_irq, struct kvm_vcpu___apf *vcpu,
	     struct kvm_lapic_irq___apf *irq)
{
	struct apf_thread *thread = thread_here();

	if (thread && thread->vcpu == (__u64)vcpu &&
	    irq->vector == vcpu->arch.apf.vec)
		publish(thread, vcpu);
	return 0;
}

static __always_inline void close_exits(struct apf_thread *thread,
					struct kvm_vcpu___apf *vcpu)
{
	struct apf_hist *hist;

	if (!thread->outstanding || --thread->outstanding)
		return;
	hist = bpf_map_lookup_elem(&hists, &thread->key);
	if (hist)
		hist->exits += vcpu->stat.exits - thread->exits;
}

SEC("tp_btf/kvm_async_pf_repeated_fault")
int BPF_PROG(on_repeated_fault)
{
	struct apf_thread *thread = thread_here();
	struct apf_hist *hist;

	if (!thread || !thread->outstanding)
		return 0;
	hist = bpf_map_lookup_elem(&hists, &thread->key);
	if (hist)
		hist->repeated++;
	return 0;
}

static __always_inline void take(struct kvm_vcpu___apf *vcpu,
				 struct kvm_async_pf___apf *work,
				 struct apf_thread *thread)
{
	struct apf_flight *flight = find_flight((__u64)work, (__u64)vcpu,
					    work->arch.token);
	__u64 now_ns = clock_now();
	__u32 next;

	if (!flight)
		return;
	if (thread) {
		next = thread->staged;
		if (flight->pv && next < MAX_STAGED) {
			thread->staged_ns[next] = now_ns;
			thread->staged = next + 1;
		}
		close_exits(thread, vcpu);
	}
	land(flight, now_ns, vcpu);
	forget(flight, (__u64)work);
}

SEC("fentry/kvm_arch_async_page_present")
int BPF_PROG(on_page_present, struct kvm_vcpu___apf *vcpu,
	     struct kvm_async_pf___apf *work)
{
	struct task_struct *task = bpf_get_current_task_btf();

	if (filtered(vcpu, task))
		return 0;
#if defined(BREAK_LOSE_READY) || defined(BREAK_TRUST_POINTER)
	if (!(++ready_seen % 8))
		return 0;
#endif
	/* The vCPU is known from the fault, unless the thread has changed. */
	take(vcpu, work, thread_of(vcpu, task));
	return 0;
}

static long cancel_flight(void *map, const __u64 *work,
			  struct apf_flight *flight, __u64 *vcpu)
{
	struct apf_hist *hist;

	if (flight->vcpu != *vcpu)
		return 0;
#ifdef BREAK_KEEP_CANCELLED
	return 0;
#endif
	hist = bpf_map_lookup_elem(&hists, &flight->key);
	if (hist)
		hist->cancelled++;
	forget(flight, *work);
	return 0;
}

/* Also called, by whatever thread, when the vCPU is about to be freed. */
SEC("fentry/kvm_clear_async_pf_completion_queue")
int BPF_PROG(on_clear, struct kvm_vcpu___apf *vcpu)
{
	struct apf_thread *thread = thread_here();
	__u64 address = (__u64)vcpu;

	bpf_for_each_map_elem(&flights, cancel_flight, &address, 0);
	if (!thread || thread->vcpu != address)
		return 0;
	if (thread->outstanding) {
		thread->outstanding = 1;
		close_exits(thread, vcpu);
	}
	thread->staged = 0;
	/* Interrupts on their way are still acknowledged. */
	return 0;
}

/* The worker no longer waits for a page. */
static __always_inline void unblock(struct apf_worker *worker)
{
	struct apf_gauges *gauge = gauges_of(worker->key.tgid);

	if (gauge)
		gauge_sub(&gauge->blocked);
	worker->work = 0;
}

static __always_inline struct apf_worker *worker_here(void)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct apf_worker *worker;

	if (!task->bpf_storage)
		return NULL;
	worker = bpf_task_storage_get(&workers, task, NULL, 0);
	return worker && worker->work ? worker : NULL;
}

/* A worker of a process that exits gets no page at all. */
SEC("fexit/async_pf_execute")
int BPF_PROG(on_worker_end)
{
	struct apf_worker *worker = worker_here();

	if (worker)
		unblock(worker);
	return 0;
}

/*
 * The fault is given to the vCPU after this, so that it is not over yet. Its
 * address may be another's by now only if it was cancelled: then the tag is
 * gone.
 */
SEC("fexit/get_user_pages_remote")
int BPF_PROG(on_page_in, void *mm, unsigned long start, unsigned long pages,
	     unsigned int flags, void *page, void *locked, long got)
{
	struct apf_worker *worker = worker_here();
	struct apf_flight *flight;
	struct apf_hist *hist;
	__u64 work;

	if (!worker)
		return 0;
	work = worker->work;
	flight = bpf_map_lookup_elem(&flights, &work);
#ifndef BREAK_EARLY_PAGE
	if (flight)
		__sync_val_compare_and_swap(&flight->page_ns, worker->tag,
					    clock_now());
#endif
	if (flight && got != 1) {
		hist = bpf_map_lookup_elem(&hists, &worker->key);
		if (hist)
			hist->failed++;
	}
	unblock(worker);
	return 0;
}

SEC("fentry/async_pf_execute")
int BPF_PROG(on_worker_start, struct work_struct *item)
{
	struct kvm_async_pf___apf *work = (void *)item -
		bpf_core_field_offset(struct kvm_async_pf___apf, work);
	struct apf_flight *flight = find_flight((__u64)work,
					    (__u64)BPF_CORE_READ(work, vcpu),
					    BPF_CORE_READ(work, arch.token));
	struct apf_gauges *gauge;
	struct apf_worker *worker;
	__u64 now_ns, tag;

	if (!flight)
		return 0;
	now_ns = clock_now();
	worker = bpf_task_storage_get(&workers, bpf_get_current_task_btf(),
				      NULL, BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!worker)
		/* Counted when the page is taken: NO_START. */
		return 0;
	if (worker->work)
		unblock(worker);
	tag = flight->tag;
	worker->tag = tag;
	worker->key = flight->key;
	worker->work = (__u64)work;
	gauge = gauges_of(worker->key.tgid);
	if (gauge)
		gauge_add(&gauge->blocked);
	__sync_val_compare_and_swap(&flight->started_ns, tag, now_ns);
#ifdef BREAK_EARLY_PAGE
	__sync_val_compare_and_swap(&flight->page_ns, tag, now_ns);
#endif
	return 0;
}

static __always_inline void open_exits(struct apf_thread *thread,
				       struct kvm_vcpu___apf *vcpu)
{
	/* The fault's own exit is counted by now; it belongs to it. */
	if (!thread->outstanding++)
		thread->exits = vcpu->stat.exits - 1;
}

static __always_inline int add_flight(const struct apf_flight *flight,
				      __u64 work)
{
	struct apf_flight *old = bpf_map_lookup_elem(&flights, &work);
	struct apf_gauges *gauge;

	if (old) {
#ifdef BREAK_TRUST_POINTER
		return 0;
#endif
		counter_add(&drops, DROP_REUSED);
		forget(old, work);
	}
	if (bpf_map_update_elem(&flights, &work, flight, BPF_ANY)) {
		counter_add(&drops, DROP_MAP_FULL);
		return -1;
	}
	gauge = gauges_of(flight->key.tgid);
	if (gauge)
		gauge_add(&gauge->outstanding);
	return 0;
}

SEC("fexit/kvm_arch_async_page_not_present")
int BPF_PROG(on_not_present, struct kvm_vcpu___apf *vcpu,
	     struct kvm_async_pf___apf *work, bool pv)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct apf_flight flight = {};
	struct apf_thread *thread;
	struct apf_hist *hist;

	if (filtered(vcpu, task))
		return 0;
	flight.tag = TAG | __sync_fetch_and_add(&last_tag, 1);
	flight.vcpu = (__u64)vcpu;
	flight.token = work->arch.token;
	flight.pv = pv;
	flight.started_ns = flight.tag;
	flight.page_ns = flight.tag;
	flight.key.tgid = task->tgid;
	flight.key.vcpu_id = vcpu->vcpu_id;

	hist = lookup_or_zero(&hists, &flight.key, &zero_hist);
	if (!hist) {
		counter_add(&drops, DROP_MAP_FULL);
		return 0;
	}
	if (pv)
		hist->queued_pv++;
	else
		hist->queued_halt++;
	thread = thread_of(vcpu, task);
	flight.queued_ns = clock_now();
	if (!add_flight(&flight, (__u64)work) && thread)
		open_exits(thread, vcpu);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
