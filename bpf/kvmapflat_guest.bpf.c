// SPDX-License-Identifier: GPL-2.0
/*
 * kvmapflat_guest.bpf.c - a guest's side of asynchronous page faults
 *
 * The host tells a vCPU that a page is missing, and its kernel puts the task to
 * sleep until the host says that the page is there. The stages, and where they
 * are seen:
 *   asleep   kvm_apf_guest_wait: the task is in the table of sleeping tasks
 *   woken    kvm_apf_guest_wake: the host's event is handled
 *   running  kvm_apf_guest_resume: the task goes on
 * Told, but not put to sleep: kvm_apf_guest_spurious. An event that finds no
 * task, since it overtook its "page not present": kvm_apf_guest_early. One event
 * for all tasks of a CPU: kvm_apf_guest_wake_all.
 *
 * A task sleeps on one token at a time, so that what is known of a sleep is kept
 * with the task. All events come with interrupts off: nothing on this CPU gets
 * between an event and what is noted of it.
 *
 * What it is not: no user-space component is needed (bpftool prog loadall FILE
 * DIR autoattach), and nothing of the host is seen (kvmapflat.bpf.c).
 *
 * Limits: needs a kernel with these tracepoints, that is patches/10-apf. A task
 * that slept before the programs were attached is overlooked. The events early
 * and wake_all belong to no process and are counted whichever one is traced.
 *
 * BREAK_LOSE_WAKE overlooks every 8th wake, BREAK_EARLY_WAKE books tasks as woken
 * when they fall asleep: tests must notice.
 */
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include "compat.bpf.h"
#include "figures.bpf.h"
#include "kvmapflat_guest.h"
#include "maps.bpf.h"
#include "records.bpf.h"

/* Process to trace; 0: every one. */
const volatile __s32 targ_tgid;
/* CPU to trace; negative: every one. */
const volatile __s32 targ_cpu = -1;

/* What a task is at. */
struct apf_sleep {
	bool asleep;
	__u32 token;
	__u32 cpu;
	__u64 wait_ns;
	/* 0: not woken yet. */
	__u64 wake_ns;
};

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct apf_sleep);
} sleeps SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	/* For bpftool; the tool sets what the machine's CPUs allow. */
	__uint(max_entries, 128);
	__type(key, struct apf_guest_key);
	__type(value, struct apf_guest_hist);
} hists SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, GUEST_DROP_MAX);
	__type(key, __u32);
	__type(value, __u64);
} drops SEC(".maps");

/* Too large for the stack. */
static const struct apf_guest_hist zero_hist;

#ifdef BREAK_LOSE_WAKE
static __u32 wakes_seen;
#endif

static __always_inline bool filtered_cpu(__u32 cpu)
{
	return targ_cpu >= 0 && cpu != (__u32)targ_cpu;
}

static __always_inline bool filtered(const struct task_struct *task, __u32 cpu)
{
	return (targ_tgid && task->tgid != targ_tgid) || filtered_cpu(cpu);
}

static __always_inline struct apf_guest_hist *hist_of(__u32 cpu)
{
	struct apf_guest_key key = { targ_tgid, cpu };
	struct apf_guest_hist *hist = lookup_or_zero(&hists, &key, &zero_hist);

	if (!hist)
		counter_add(&drops, GUEST_DROP_MAP_FULL);
	return hist;
}

static __always_inline struct apf_guest_record *new_record(__u32 event,
						__u32 token, __u32 cpu)
{
	struct apf_guest_record *record;

	if (!record_bytes)
		return NULL;
	record = bpf_ringbuf_reserve(&records, sizeof(*record), 0);
	if (!record) {
		counter_add(&drops, GUEST_DROP_NO_RECORD);
		return NULL;
	}
	record->event = event;
	record->token = token;
	record->cpu = cpu;
	record->tid = 0;
	record->wake_ns = 0;
	record->resume_ns = 0;
	return record;
}

/* An event without stages. */
static __always_inline void record_event(__u32 event, __u32 token, __u32 cpu,
					 __u32 tid)
{
	struct apf_guest_record *record = new_record(event, token, cpu);

	if (!record)
		return;
	record->tid = tid;
	record->wait_ns = clock_now();
	record_put(record);
}

static __always_inline void record_sleep(const struct apf_sleep *sleep,
					 __u32 tid, __u64 now_ns)
{
	struct apf_guest_record *record = new_record(GUEST_EVENT_SLEPT,
						sleep->token, sleep->cpu);

	if (!record)
		return;
	record->tid = tid;
	record->wait_ns = sleep->wait_ns;
	record->wake_ns = sleep->wake_ns;
	record->resume_ns = now_ns;
	record_put(record);
}

/*
 * Programs are attached in the order of this file, the one that begins a sleep
 * last: of a sleep that is seen to begin, everything else is seen.
 */
SEC("tp_btf/kvm_apf_guest_resume")
int BPF_PROG(on_resume, __u32 token)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct apf_sleep *sleep = bpf_task_storage_get(&sleeps, task, NULL, 0);
	struct apf_guest_hist *hist;
	__u64 now_ns = clock_now();

	if (!sleep || !sleep->asleep || sleep->token != token)
		return 0;
	sleep->asleep = false;
	if (!sleep->wake_ns) {
		counter_add(&drops, GUEST_DROP_NO_WAKE);
		return 0;
	}
	if (sleep->wake_ns < sleep->wait_ns || now_ns < sleep->wake_ns) {
		counter_add(&drops, GUEST_DROP_NEGATIVE);
		return 0;
	}
	hist = hist_of(sleep->cpu);
	if (!hist)
		return 0;
	dist_add(&hist->total, now_ns - sleep->wait_ns);
	dist_add(&hist->sleep, sleep->wake_ns - sleep->wait_ns);
	dist_add(&hist->run, now_ns - sleep->wake_ns);
	record_sleep(sleep, task->pid, now_ns);
	return 0;
}

/* On another CPU this can come before the task's own kvm_apf_guest_wait. */
SEC("tp_btf/kvm_apf_guest_wake")
int BPF_PROG(on_wake, __u32 token, int snap_cpu, struct task_struct *task)
{
	struct apf_sleep *sleep = bpf_task_storage_get(&sleeps, task, NULL, 0);

	if (!sleep || !sleep->asleep || sleep->token != token)
		return 0;
#ifdef BREAK_LOSE_WAKE
	if (!(++wakes_seen % 8))
		return 0;
#endif
#ifndef BREAK_EARLY_WAKE
	sleep->wake_ns = clock_now();
#endif
	return 0;
}

SEC("tp_btf/kvm_apf_guest_early")
int BPF_PROG(on_early, __u32 token, __u32 dropped)
{
	__u32 cpu = bpf_get_smp_processor_id();
	struct apf_guest_hist *hist;

	if (filtered_cpu(cpu))
		return 0;
	hist = hist_of(cpu);
	if (!hist)
		return 0;
	hist->early++;
	if (dropped)
		hist->dropped++;
	record_event(GUEST_EVENT_EARLY, token, cpu, 0);
	return 0;
}

SEC("tp_btf/kvm_apf_guest_wake_all")
int BPF_PROG(on_wake_all, int cpu, unsigned int nr)
{
	struct apf_guest_hist *hist;

	if (filtered_cpu(cpu))
		return 0;
	hist = hist_of(cpu);
	if (!hist)
		return 0;
	hist->wake_all++;
	hist->woken_by_all += nr;
	record_event(GUEST_EVENT_WAKE_ALL, ~0U, cpu, 0);
	return 0;
}

SEC("tp_btf/kvm_apf_guest_spurious")
int BPF_PROG(on_spurious, __u32 token, struct kvm_apf_snap___apf *snap)
{
	struct task_struct *task = bpf_get_current_task_btf();
	__u32 cpu = snap->cpu;
	struct apf_guest_hist *hist;

	if (filtered(task, cpu))
		return 0;
	hist = hist_of(cpu);
	if (!hist)
		return 0;
	hist->spurious++;
	record_event(GUEST_EVENT_SPURIOUS, token, cpu, task->pid);
	return 0;
}

SEC("tp_btf/kvm_apf_guest_wait")
int BPF_PROG(on_wait, __u32 token, struct kvm_apf_snap___apf *snap)
{
	struct task_struct *task = bpf_get_current_task_btf();
	__u32 cpu = snap->cpu;
	struct apf_guest_hist *hist;
	struct apf_sleep *sleep;

	if (filtered(task, cpu))
		return 0;
	hist = hist_of(cpu);
	if (!hist)
		return 0;
	hist->waits++;
	sleep = bpf_task_storage_get(&sleeps, task, NULL,
				     BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!sleep) {
		counter_add(&drops, GUEST_DROP_NO_MEMORY);
		return 0;
	}
	sleep->token = token;
	sleep->cpu = cpu;
	sleep->wait_ns = clock_now();
	sleep->wake_ns = 0;
#ifdef BREAK_EARLY_WAKE
	sleep->wake_ns = sleep->wait_ns;
#endif
	sleep->asleep = true;
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
