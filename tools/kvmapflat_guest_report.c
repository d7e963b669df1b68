// SPDX-License-Identifier: GPL-2.0
/*
 * kvmapflat_guest_report.c - what the results of the guest's side look like
 *
 * What it is not: no printing (kvmapflat_guest_table.c, kvmapflat_guest_json.c).
 */
#include "kvmapflat_guest_report.h"

static const char *const drop_names[GUEST_DROP_MAX] = {
	[GUEST_DROP_NO_WAKE]	= "no_wake",
	[GUEST_DROP_MAP_FULL]	= "map_full",
	[GUEST_DROP_NO_MEMORY]	= "no_memory",
	[GUEST_DROP_NEGATIVE]	= "negative",
	[GUEST_DROP_NO_RECORD]	= "no_record",
};

const char *const guest_dist_names[GUEST_DISTS] = {
	[GUEST_TOTAL]		= "total",
	[GUEST_SLEEP]		= "sleep",
	[GUEST_RUN]		= "run",
};

const char *const guest_count_names[GUEST_COUNTS] = {
	[GUEST_WAITS]		= "waits",
	[GUEST_SPURIOUS]	= "spurious",
	[GUEST_EARLY]		= "early",
	[GUEST_DROPPED]		= "dropped",
	[GUEST_WAKE_ALL]	= "wake_all",
	[GUEST_WOKEN_BY_ALL]	= "woken_by_all",
};

const struct kind kvmapflat_guest_kind = {
	.tool = "kvmapflat",
	.version = "0.2",
	.schema = 1,
	.key_words = sizeof(struct apf_guest_key) / sizeof(uint32_t),
	.dists = GUEST_DISTS,
	.counts = GUEST_COUNTS,
	.drop_names = drop_names,
	.drops = GUEST_DROP_MAX,
};

_Static_assert(offsetof(struct apf_guest_hist, run) ==
	       GUEST_RUN * sizeof(struct lat_dist) &&
	       offsetof(struct apf_guest_hist, waits) ==
	       GUEST_DISTS * sizeof(struct lat_dist) &&
	       sizeof(struct apf_guest_hist) ==
	       GUEST_DISTS * sizeof(struct lat_dist) +
	       GUEST_COUNTS * sizeof(uint64_t),
	       "a value is distributions, then counters");
