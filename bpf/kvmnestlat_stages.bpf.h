/* SPDX-License-Identifier: GPL-2.0 */
/*
 * kvmnestlat_stages.bpf.h - the life of one exit of L2, from stage to stage
 *
 * exit_l2() begins it; entry() ends a stage in L0 and begins one of L1 or completes
 * the exit; exit_l1() ends a stage of L1. A stage begins at the very reading of the
 * clock that the last one has ended at, so that all of them add up to the whole.
 *
 * What it is not: nothing is traced here (kvmnestlat.bpf.c).
 */
#ifndef KVMNESTLAT_STAGES_BPF_H
#define KVMNESTLAT_STAGES_BPF_H

#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "compat.bpf.h"
#include "kvmnestlat.h"
#include "kvmnestlat_maps.bpf.h"
#include "records.bpf.h"

static __always_inline void lose(struct nest_flight *flight, __u32 reason)
{
	flight->stage = STAGE_NONE;
	counter_add(&drops, reason);
}

static __always_inline void begin_stage(struct nest_flight *flight,
					enum nest_stage stage, __u64 now_ns)
{
	flight->stage = stage;
	flight->since_ns = now_ns;
	flight->user_ns = 0;
	flight->user_since_ns = 0;
	flight->off_ns = 0;
	flight->off_since_ns = 0;
}

static __always_inline void put_record(const struct nest_record *exit)
{
	struct nest_record *record;

	if (!record_bytes)
		return;
	record = bpf_ringbuf_reserve(&records, sizeof(*record), 0);
	if (!record) {
		counter_add(&drops, NEST_DROP_NO_RECORD);
		return;
	}
	*record = *exit;
	record_put(record);
}

static __always_inline void add_counts(struct nest_hist *hist,
				       const struct nest_record *exit)
{
	if (exit->vmcs12 && exit->vmcs12 != exit->next_vmcs12)
		hist->switches++;
	if (exit->l1_reason != exit->key.exit_reason)
		hist->changed++;
	hist->failed += exit->failed;
	hist->undone += exit->undone;
}

/* L2 runs again: the exit is over. */
static __always_inline void complete(struct nest_flight *flight,
				     const struct kvm_vcpu___nest *vcpu,
				     __u64 now_ns)
{
	struct nest_record *exit = &flight->exit;
	struct nest_hist *hist = hist_of(&exit->key);

	flight->stage = STAGE_NONE;
	exit->total_ns = now_ns - exit->begin_ns;
	exit->next_vmcs12 = flight->vmcs12;
	read_pool(&exit->pool, vcpu);
	pool_since(&exit->pool, &flight->pool);
	put_record(exit);
	if (!hist)
		return;
	dist_add(&hist->total, exit->total_ns);
	dist_add(&hist->l0, exit->reflect_ns + exit->serve_ns + exit->enter_ns);
	if (exit->l2_ns)
		dist_add(&hist->l2, exit->l2_ns);
	if (exit->user_ns)
		dist_add(&hist->user, exit->user_ns);
	if (exit->off_ns)
		dist_add(&hist->off, exit->off_ns);
	pool_add(&hist->pool, &exit->pool);
	if (exit->key.role != NEST_REFLECTED)
		return;
	dist_add(&hist->l1, exit->l1_ns);
	dist_add(&hist->reflect, exit->reflect_ns);
	dist_add(&hist->serve, exit->serve_ns);
	dist_add(&hist->enter, exit->enter_ns);
	dist_add(&hist->l1_exits, exit->l1_exits);
	add_counts(hist, exit);
}

static __always_inline void count_l1_exit(const struct nest_flight *flight,
					  __u64 total_ns, __u64 l0_ns)
{
	struct nest_key key = flight->exit.key;
	struct nest_hist *hist;

	key.role = NEST_L1_EXIT;
	key.exit_reason = flight->l1_reason;
	hist = hist_of(&key);
	if (!hist)
		return;
	dist_add(&hist->total, total_ns);
	dist_add(&hist->l0, l0_ns);
	if (flight->user_ns)
		dist_add(&hist->user, flight->user_ns);
	if (flight->off_ns)
		dist_add(&hist->off, flight->off_ns);
}

/* L1 runs: it was told of the exit, or goes on after one of its own. */
static __always_inline void enter_l1(struct nest_flight *flight, __u64 l0_ns,
				     __u64 now_ns)
{
	struct nest_record *exit = &flight->exit;
	struct nest_hist *hist;

	if (flight->stage == STAGE_FROM_L2) {
		exit->reflect_ns = l0_ns;
		/* If there is no room, it is lost when it is over. */
		hist = lookup_or_zero(&hists, &exit->key, &zero_hist);
		if (hist)
			hist->begun++;
	}
#ifndef BREAK_LOSE_SERVE
	else
		exit->serve_ns += l0_ns;
#endif
	begin_stage(flight, STAGE_L1, now_ns);
}

static __always_inline void enter_l2(struct nest_flight *flight,
				     const struct kvm_vcpu___nest *vcpu,
				     __u64 l0_ns, __u64 now_ns)
{
	if (flight->stage == STAGE_FROM_L2)
		flight->exit.reflect_ns = l0_ns;
	else
		flight->exit.enter_ns = l0_ns;
	complete(flight, vcpu, now_ns);
}

/* What was L0's part of the stage that ends; negative: the exit is lost. */
static __always_inline __s64 end_l0(struct nest_flight *flight, __u64 now_ns)
{
	__u64 total_ns = now_ns - flight->since_ns, out_ns;

	if (flight->user_since_ns)
		flight->user_ns += now_ns - flight->user_since_ns;
	out_ns = flight->user_ns + flight->off_ns;
	if ((__s64)total_ns < 0 || out_ns > total_ns) {
		lose(flight, NEST_DROP_NEGATIVE);
		return -1;
	}
	flight->exit.user_ns += flight->user_ns;
	flight->exit.off_ns += flight->off_ns;
	if (flight->stage == STAGE_FROM_L1)
		count_l1_exit(flight, total_ns, total_ns - out_ns);
	return total_ns - out_ns;
}

static __always_inline void entry(struct nest_flight *flight,
				  const struct kvm_vcpu___nest *vcpu,
				  bool l2, __u64 now_ns)
{
	__s64 l0_ns;

	if (flight->stage == STAGE_L1) {
		lose(flight, NEST_DROP_NO_START);
		return;
	}
	/* Elsewhere, or a new vCPU where a freed one was: it has counted less. */
	if (vcpu->stat.exits != flight->exits + 1) {
		lose(flight, NEST_DROP_MOVED);
		return;
	}
#ifndef BREAK_TRUST_LEVEL
	/* L1 runs exactly if it was told of the exit. */
	if (flight->stage == STAGE_FROM_L2 &&
	    l2 != (flight->exit.key.role == NEST_HANDLED)) {
		lose(flight, NEST_DROP_LEVEL);
		return;
	}
#endif
	l0_ns = end_l0(flight, now_ns);
	if (l0_ns < 0)
		return;
	if (l2)
		enter_l2(flight, vcpu, l0_ns, now_ns);
	else
		enter_l1(flight, l0_ns, now_ns);
}

/* L1 exits on its way back to L2. */
static __always_inline void exit_l1(struct nest_flight *flight,
				    const struct kvm_vcpu___nest *vcpu,
				    __u32 reason, __u64 now_ns)
{
	struct nest_record *exit = &flight->exit;
	__u32 before = exit->l1_exits;

	if (flight->stage != STAGE_L1) {
		lose(flight, NEST_DROP_NO_END);
		return;
	}
	if (vcpu->stat.exits != flight->exits + 1) {
		lose(flight, NEST_DROP_MOVED);
		return;
	}
	flight->exits = vcpu->stat.exits;
	flight->l1_reason = reason;
	if (before < NEST_TRAIL)
		exit->trail[before] = reason;
	exit->l1_exits = before + 1;
	exit->l1_ns += now_ns - flight->since_ns;
	begin_stage(flight, STAGE_FROM_L1, now_ns);
}

static __always_inline void exit_l2(struct nest_flight *flight,
				    const struct kvm_vcpu___nest *vcpu,
				    const struct nest_key *key, __u64 now_ns)
{
	bool same = flight->vcpu == (__u64)vcpu;
	struct nest_record *exit = &flight->exit;

	if (flight->stage != STAGE_NONE)
		lose(flight, same ? NEST_DROP_NO_END : NEST_DROP_MOVED);
	same = same && vcpu->stat.exits == flight->exits + 1;
	if (!same)
		flight->vmcs12 = 0;
	__builtin_memset(exit, 0, sizeof(*exit));
	exit->key = *key;
	exit->vmcs12 = flight->vmcs12;
	exit->begin_ns = now_ns;
	if (same && flight->l2_since_ns)
		exit->l2_ns = now_ns - flight->l2_since_ns;
#ifdef BREAK_STALE_POOL
	if (flight->vcpu != (__u64)vcpu)
#endif
	read_pool(&flight->pool, vcpu);
	flight->vcpu = (__u64)vcpu;
	flight->exits = vcpu->stat.exits;
	begin_stage(flight, STAGE_FROM_L2, now_ns);
}

#endif /* KVMNESTLAT_STAGES_BPF_H */
