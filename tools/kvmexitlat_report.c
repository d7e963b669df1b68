// SPDX-License-Identifier: GPL-2.0
/*
 * kvmexitlat_report.c - what the results of kvmexitlat's BPF program look like
 *
 * What it is not: no printing (kvmexitlat_table.c, kvmexitlat_json.c).
 */
#include "kvmexitlat_report.h"

static const char *const drop_names[DROP_MAX] = {
	[DROP_NO_START]		= "no_start",
	[DROP_NO_END]		= "no_end",
	[DROP_MOVED]		= "moved",
	[DROP_MAP_FULL]		= "map_full",
	[DROP_NO_MEMORY]	= "no_memory",
	[DROP_NEGATIVE]		= "negative",
};

const struct kind kvmexitlat_kind = {
	.tool = "kvmexitlat",
	.version = "0.1",
	.schema = 1,
	.key_words = sizeof(struct exit_key) / sizeof(uint32_t),
	.dists = sizeof(struct exit_hist) / sizeof(struct lat_dist),
	.drop_names = drop_names,
	.drops = DROP_MAX,
};

_Static_assert(sizeof(struct exit_key) == 4 * sizeof(uint32_t),
	       "a key is process, vCPU, exit reason and ISA");
_Static_assert(sizeof(struct exit_hist) == EXIT_DISTS * sizeof(struct lat_dist),
	       "a value is distributions only");
