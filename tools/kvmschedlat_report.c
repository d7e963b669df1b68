// SPDX-License-Identifier: GPL-2.0
/*
 * kvmschedlat_report.c - what the results of kvmschedlat's BPF program look like
 *
 * What it is not: no printing (kvmschedlat_table.c, kvmschedlat_map.c,
 * kvmschedlat_json.c).
 */
#include "kvmschedlat_report.h"

#include <stddef.h>

static const char *const drop_names[DROP_MAX] = {
	[DROP_NO_START]		= "no_start",
	[DROP_NO_WAKEUP]	= "no_wakeup",
	[DROP_MAP_FULL]		= "map_full",
	[DROP_NO_MEMORY]	= "no_memory",
	[DROP_NEGATIVE]		= "negative",
};

/* Names in tables and in JSON, where the first four have their own object. */
const char *const sched_dist_names[SCHED_DISTS] = {
	[SCHED_HALT]		= "halt",
	[SCHED_PREEMPT]		= "preempt",
	[SCHED_WAIT]		= "wait",
	[SCHED_USER]		= "user",
	[SCHED_DELAY]		= "delay",
	[SCHED_ENTRY]		= "entry",
	[SCHED_HANDOVER]	= "handover",
	[SCHED_PUT]		= "put",
	[SCHED_LOAD]		= "load",
};

const char *const sched_next_names[NEXT_MAX] = {
	[NEXT_IDLE]	= "idle",
	[NEXT_KTHREAD]	= "kthread",
	[NEXT_USER]	= "user",
	[NEXT_SAME_VM]	= "same_vm",
	[NEXT_OTHER_VM]	= "other_vm",
};

const char *const sched_move_names[MOVE_COUNTS] = {
	[MOVE_COUNT]		= "count",
	[MOVE_VMCLEAR]		= "vmclear",
	[MOVE_ENTERED]		= "entered",
	[MOVE_TLB_FLUSH]	= "tlb_flush",
	[MOVE_NEW_ASID]		= "new_asid",
};

/* As struct loader_kernel wants them. */
const char *const sched_extra_names[EXTRAS + 1] = {
	[EXTRA_SCHED_OUT]	= "kvm_sched_out",
	[EXTRA_SCHED_IN]	= "kvm_sched_in",
	[EXTRA_LAST_ON_CPU]	= "kvm_vcpu.last_on_cpu",
	[EXTRA_ELIDED]		= "kvm_vcpu.sched_elided",
};

const struct kind kvmschedlat_kind = {
	.tool = "kvmschedlat",
	.version = "0.1",
	.schema = 1,
	.key_words = sizeof(struct sched_key) / sizeof(uint32_t),
	.dists = SCHED_DISTS,
	.counts = SCHED_COUNTS,
	.drop_names = drop_names,
	.drops = DROP_MAX,
};

const struct kind kvmschedlat_moves = {
	.tool = "kvmschedlat",
	.version = "0.1",
	.schema = 1,
	.key_words = sizeof(struct move_key) / sizeof(uint32_t),
	.counts = MOVE_COUNTS,
};

/**
 * sched_extra_of_dist - Say what a distribution needs that not every kernel has
 * @dist: SCHED_HALT to SCHED_LOAD.
 *
 * Return: The bits that must all be there; 0: it is there on any kernel.
 */
uint32_t sched_extra_of_dist(int dist)
{
	if (dist == SCHED_PUT)
		return 1u << EXTRA_SCHED_OUT;
	return dist == SCHED_LOAD ? 1u << EXTRA_SCHED_IN : 0;
}

_Static_assert(offsetof(struct sched_hist, load) ==
	       SCHED_LOAD * sizeof(struct lat_dist) &&
	       offsetof(struct sched_hist, preempted) ==
	       SCHED_DISTS * sizeof(struct lat_dist) +
	       SCHED_PREEMPTED * sizeof(uint64_t) &&
	       sizeof(struct sched_hist) ==
	       SCHED_DISTS * sizeof(struct lat_dist) +
	       SCHED_COUNTS * sizeof(uint64_t),
	       "a value is distributions, then counters");
_Static_assert(sizeof(struct move) == MOVE_COUNTS * sizeof(uint64_t),
	       "a move is counters only");
