/* SPDX-License-Identifier: GPL-2.0 */
/*
 * kvmschedlat_maps.bpf.h - what kvmschedlat.bpf.c remembers, and where
 *
 * What it is not: nothing is traced here; who may write what, and why, is said
 * in kvmschedlat.bpf.c.
 */
#ifndef KVMSCHEDLAT_MAPS_BPF_H
#define KVMSCHEDLAT_MAPS_BPF_H

#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "kvmschedlat.h"
#include "maps.bpf.h"

/* A thread that runs a vCPU. */
struct sched_thread {
	/* Whose it is; only ever compared. 0: nobody's. */
	__u64 task;
	/* Which vCPU it ran last, of which VM. 0: not known yet. */
	__u64 vcpu;
	__u64 kvm;
	struct sched_key key;
	/* Asked for by targ_tgid and targ_vcpu. */
	bool wanted;
	/* In KVM_RUN. */
	bool inside;
	/* The next VM-entry ends something. */
	bool awaited;
	/* It came in when another vCPU went out. */
	bool handover;
	/* When it went out (0: it runs), why, and what ran instead. */
	bool runnable;
	__u64 out_ns;
	__u32 off;
	__u32 next;
	/* Since when it could run; 0: not yet, or not known. */
	__u64 runnable_ns;
	/* When it came in; 0: the vCPU has entered since, or it was outside. */
	__u64 in_ns;
	/* A move that no VM-entry came after yet. */
	bool moved;
	struct move_key move;
	/* The vCPU's flushes of the TLB before it. */
	__u64 tlb_flush;
};

/* The one that runs on this CPU. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct sched_thread);
} running SEC(".maps");

/* Those that do not run. */
struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct sched_thread);
} parked SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	/* For bpftool; the tool sets what the machine's CPUs allow. */
	__uint(max_entries, 128);
	__type(key, struct sched_key);
	__type(value, struct sched_hist);
} hists SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(max_entries, 4096);
	__type(key, struct move_key);
	__type(value, struct move);
} moves SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, DROP_MAX);
	__type(key, __u32);
	__type(value, __u64);
} drops SEC(".maps");

/* Too large for the stack. */
static const struct sched_hist zero_hist;
static const struct move zero_move;

static __always_inline struct sched_thread *thread_here(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&running, &zero);
}

/* Nearly all threads have no task storage at all, which one load tells. */
static __always_inline struct sched_thread *thread_parked(struct task_struct *task)
{
	if (!task->bpf_storage)
		return NULL;
	return bpf_task_storage_get(&parked, task, NULL, 0);
}

static __always_inline void dist_add(struct lat_dist *dist, __u64 value)
{
	lat_dist_add(dist, value, lat_hist_bucket(value));
}

#endif /* KVMSCHEDLAT_MAPS_BPF_H */
