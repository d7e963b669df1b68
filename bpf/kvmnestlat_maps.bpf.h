/* SPDX-License-Identifier: GPL-2.0 */
/*
 * kvmnestlat_maps.bpf.h - what kvmnestlat.bpf.c remembers, and where
 *
 * What it is not: nothing is traced here.
 */
#ifndef KVMNESTLAT_MAPS_BPF_H
#define KVMNESTLAT_MAPS_BPF_H

#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include "compat.bpf.h"
#include "figures.bpf.h"
#include "kvmnestlat.h"
#include "maps.bpf.h"

/* Where a vCPU is, as far as an exit of L2 is concerned. */
enum nest_stage {
	/* No exit of L2 is open. */
	STAGE_NONE,
	/* In L0, since L2's exit. */
	STAGE_FROM_L2,
	/* L1 runs. */
	STAGE_L1,
	/* In L0, since an exit of L1. */
	STAGE_FROM_L1,
};

/* An exit of L2 that is not over, kept with the thread that runs the vCPU. */
struct nest_flight {
	enum nest_stage stage;
	/* Whose; only ever compared. */
	__u64 vcpu;
	/* VM-exits that it had counted before the latest one. */
	__u64 exits;
	/* When the stage began. */
	__u64 since_ns;
	/* When L2 was entered; 0: not seen, or it does not run. */
	__u64 l2_since_ns;
	/* In this stage: time outside KVM_RUN, and since when (0: inside). */
	__u64 user_ns;
	__u64 user_since_ns;
	/* In this stage: time scheduled out, and since when (0: running). */
	__u64 off_ns;
	__u64 off_since_ns;
	/* Address of the vmcs12 that L1 has entered last; 0: not seen. */
	__u64 vmcs12;
	/* The reason of L1's latest exit. */
	__u32 l1_reason;
	/* KVM's statistics when L2 exited. */
	struct nest_pool pool;
	/* What is known of the exit so far. */
	struct nest_record exit;
};

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct nest_flight);
} flights SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	/* For bpftool; the tool sets what the machine's CPUs allow. */
	__uint(max_entries, 128);
	__type(key, struct nest_key);
	__type(value, struct nest_hist);
} hists SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, NEST_DROP_MAX);
	__type(key, __u32);
	__type(value, __u64);
} drops SEC(".maps");

/* The kernel has statistics of a pool of vmcs02s; known after the first exit. */
bool has_pool;

/* Too large for the stack. */
static const struct nest_hist zero_hist;

static __always_inline struct nest_hist *hist_of(const struct nest_key *key)
{
	struct nest_hist *hist = lookup_or_zero(&hists, key, &zero_hist);

	if (!hist)
		counter_add(&drops, NEST_DROP_MAP_FULL);
	return hist;
}

/* Nearly all threads have no task storage at all, which one load tells. */
static __always_inline struct nest_flight *
flight_of(struct task_struct *task)
{
	if (!task->bpf_storage)
		return NULL;
	return bpf_task_storage_get(&flights, task, NULL, 0);
}

static __always_inline void read_pool(struct nest_pool *pool,
				      const struct kvm_vcpu___nest *vcpu)
{
	const struct kvm_vcpu_stat___nest *stat = &vcpu->stat;

	if (!bpf_core_field_exists(stat->nested_vpid02_flush))
		return;
	has_pool = true;
	pool->vmptrld = stat->nested_vmptrld;
	pool->hit = stat->nested_vmcs02_hit;
	pool->recycle = stat->nested_vmcs02_recycle;
	pool->flush = stat->nested_vmcs12_flush;
	pool->rare = stat->nested_vmcs02_rare;
	pool->vpid_flush = stat->nested_vpid02_flush;
}

static __always_inline void pool_since(struct nest_pool *now,
				       const struct nest_pool *then)
{
	now->vmptrld -= then->vmptrld;
	now->hit -= then->hit;
	now->recycle -= then->recycle;
	now->flush -= then->flush;
	now->rare -= then->rare;
	now->vpid_flush -= then->vpid_flush;
}

static __always_inline void pool_add(struct nest_pool *into,
				     const struct nest_pool *more)
{
	into->vmptrld += more->vmptrld;
	into->hit += more->hit;
	into->recycle += more->recycle;
	into->flush += more->flush;
	into->rare += more->rare;
	into->vpid_flush += more->vpid_flush;
}

#endif /* KVMNESTLAT_MAPS_BPF_H */
