// SPDX-License-Identifier: GPL-2.0
/*
 * kvmnestlat_report.c - what the results of kvmnestlat's BPF program look like
 *
 * What it is not: no printing (kvmnestlat_table.c, kvmnestlat_json.c).
 */
#include "kvmnestlat_report.h"

static const char *const drop_names[NEST_DROP_MAX] = {
	[NEST_DROP_NO_START]	= "no_start",
	[NEST_DROP_NO_END]	= "no_end",
	[NEST_DROP_LEVEL]	= "level",
	[NEST_DROP_MOVED]	= "moved",
	[NEST_DROP_MAP_FULL]	= "map_full",
	[NEST_DROP_NO_MEMORY]	= "no_memory",
	[NEST_DROP_NEGATIVE]	= "negative",
	[NEST_DROP_NO_RECORD]	= "no_record",
};

const char *const nest_role_names[] = {
	[NEST_HANDLED]		= "handled",
	[NEST_REFLECTED]	= "reflected",
	[NEST_L1_EXIT]		= "l1_exit",
};

const char *const nest_dist_names[NEST_DISTS] = {
	[NEST_TOTAL]		= "total",
	[NEST_L0]		= "l0",
	[NEST_L1]		= "l1",
	[NEST_L2]		= "l2",
	[NEST_USER]		= "user",
	[NEST_OFF]		= "off",
	[NEST_REFLECT]		= "reflect",
	[NEST_SERVE]		= "serve",
	[NEST_ENTER]		= "enter",
	[NEST_L1_EXITS]		= "l1_exits",
};

const char *const nest_count_names[NEST_COUNTS] = {
	[NEST_BEGUN]		= "begun",
	[NEST_SWITCHES]		= "switches",
	[NEST_CHANGED]		= "changed",
	[NEST_FAILED]		= "failed",
	[NEST_UNDONE]		= "undone",
	[NEST_VMPTRLD]		= "vmptrld",
	[NEST_HIT]		= "hit",
	[NEST_RECYCLE]		= "recycle",
	[NEST_FLUSH]		= "flush",
	[NEST_RARE]		= "rare",
	[NEST_VPID_FLUSH]	= "vpid_flush",
};

const struct kind kvmnestlat_kind = {
	.tool = "kvmnestlat",
	.version = "0.1",
	.schema = 1,
	.key_words = sizeof(struct nest_key) / sizeof(uint32_t),
	.dists = NEST_DISTS,
	.counts = NEST_COUNTS,
	.drop_names = drop_names,
	.drops = NEST_DROP_MAX,
};

_Static_assert(sizeof(struct nest_key) == (KEY_ISA + 1) * sizeof(uint32_t),
	       "a key is process, vCPU, role, exit reason and ISA");
_Static_assert(offsetof(struct nest_hist, l1_exits) ==
	       NEST_L1_EXITS * sizeof(struct lat_dist) &&
	       offsetof(struct nest_hist, begun) ==
	       NEST_DISTS * sizeof(struct lat_dist) &&
	       offsetof(struct nest_hist, pool) ==
	       NEST_DISTS * sizeof(struct lat_dist) +
	       NEST_VMPTRLD * sizeof(uint64_t) &&
	       sizeof(struct nest_hist) == NEST_DISTS * sizeof(struct lat_dist) +
					   NEST_COUNTS * sizeof(uint64_t),
	       "a value is distributions, then counters");
