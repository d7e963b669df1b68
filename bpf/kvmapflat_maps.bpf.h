/* SPDX-License-Identifier: GPL-2.0 */
/*
 * kvmapflat_maps.bpf.h - what kvmapflat.bpf.c remembers, and where
 *
 * What it is not: nothing is traced here; who may write what, and why, is said
 * in kvmapflat.bpf.c.
 */
#ifndef KVMAPFLAT_MAPS_BPF_H
#define KVMAPFLAT_MAPS_BPF_H

#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "kvmapflat.h"
#include "maps.bpf.h"

/* Source: ASYNC_PF_PER_VCPU; more pages than one interrupt can tell of. */
#define MAX_STAGED	64
/*
 * Interrupts that a vCPU may have unacknowledged: one, or two when the guest
 * clears the token before it acknowledges.
 */
#define MAX_UNACKED	4
/* The tag of a fault, in place of a time that is not known yet. */
#define TAG		(1ULL << 63)

/* A fault from queued to taken. */
struct apf_flight {
	/* Which vCPU, and what KVM calls the fault; only ever compared. */
	__u64 vcpu;
	__u32 token;
	bool pv;
	/* TAG and a number that no other fault has. */
	__u64 tag;
	__u64 queued_ns;
	/* The tag as long as they are not known. */
	__u64 started_ns;
	__u64 page_ns;
	struct apf_key key;
};

/* By address of struct kvm_async_pf. Room for 64 vCPUs' faults. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__type(key, __u64);
	__type(value, struct apf_flight);
} flights SEC(".maps");

/* What a kworker is at. */
struct apf_worker {
	/* Address of struct kvm_async_pf; 0: nothing that is traced. */
	__u64 work;
	__u64 tag;
	struct apf_key key;
};

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct apf_worker);
} workers SEC(".maps");

/* What is not over on a vCPU, kept with the thread that runs it. */
struct apf_thread {
	/* Only ever compared. */
	__u64 vcpu;
	struct apf_key key;
	/* Faults outstanding, and VM-exits that the vCPU had before the first. */
	__u32 outstanding;
	__u64 exits;
	/* Faults taken and not published: when they were taken. */
	__u32 staged;
	/* Interrupts not acknowledged; when the oldest ... the latest came. */
	__u32 unacked_from;
	__u32 unacked;
	/* Nobody waits for the acknowledgement: version 2 of the protocol. */
	bool ack_optional;
	/* 0: the interrupt told of no page. */
	__u64 unacked_ns[MAX_UNACKED];
	__u64 staged_ns[MAX_STAGED];
};

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct apf_thread);
} threads SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	/* For bpftool; the tool sets what the machine's CPUs allow. */
	__uint(max_entries, 128);
	__type(key, struct apf_key);
	__type(value, struct apf_hist);
} hists SEC(".maps");

/* By process. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 128);
	__type(key, __u32);
	__type(value, struct apf_gauges);
} gauges SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, DROP_MAX);
	__type(key, __u32);
	__type(value, __u64);
} drops SEC(".maps");

/* Too large for the stack. */
static const struct apf_hist zero_hist;
static const struct apf_gauges zero_gauges;

static __always_inline void gauge_add(struct apf_gauge *gauge)
{
	__u32 now = __sync_fetch_and_add(&gauge->now, 1) + 1;
	__u32 most = gauge->most;

	/* Who is beaten to it by a smaller number tries again. */
	for (int i = 0; i < 8 && now > most; i++)
		most = __sync_val_compare_and_swap(&gauge->most, most, now);
}

static __always_inline void gauge_sub(struct apf_gauge *gauge)
{
	__sync_fetch_and_add(&gauge->now, (__u32)-1);
}

static __always_inline struct apf_gauges *gauges_of(__u32 tgid)
{
	return lookup_or_zero(&gauges, &tgid, &zero_gauges);
}

#endif /* KVMAPFLAT_MAPS_BPF_H */
