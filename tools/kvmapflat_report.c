// SPDX-License-Identifier: GPL-2.0
/*
 * kvmapflat_report.c - what the results of kvmapflat's BPF program look like
 *
 * What it is not: no printing (kvmapflat_table.c, kvmapflat_json.c).
 */
#include "kvmapflat_report.h"

static const char *const drop_names[DROP_MAX] = {
	[DROP_NO_START]		= "no_start",
	[DROP_NO_PAGE]		= "no_page",
	[DROP_REUSED]		= "reused",
	[DROP_NO_ACK]		= "no_ack",
	[DROP_MAP_FULL]		= "map_full",
	[DROP_NO_MEMORY]	= "no_memory",
	[DROP_NEGATIVE]		= "negative",
	[DROP_NO_RECORD]	= "no_record",
};

/* Names in tables and in JSON, where pv and halt have their own objects. */
const char *const apf_dist_names[APF_DISTS] = {
	[APF_PV + STAGE_TOTAL]		= "total",
	[APF_PV + STAGE_QUEUE]		= "queue",
	[APF_PV + STAGE_PAGE]		= "page",
	[APF_PV + STAGE_TAKE]		= "take",
	[APF_HALT + STAGE_TOTAL]	= "total",
	[APF_HALT + STAGE_QUEUE]	= "queue",
	[APF_HALT + STAGE_PAGE]		= "page",
	[APF_HALT + STAGE_TAKE]		= "take",
	[APF_PUBLISH]			= "publish",
	[APF_ACK]			= "ack",
};

const char *const apf_count_names[APF_COUNTS] = {
	[APF_QUEUED_PV]		= "queued_pv",
	[APF_QUEUED_HALT]	= "queued_halt",
	[APF_REPEATED]		= "repeated",
	[APF_CANCELLED]		= "cancelled",
	[APF_FAILED]		= "failed",
	[APF_INTERRUPTS]	= "interrupts",
	[APF_ACKS]		= "acks",
	[APF_WAKE_ALL]		= "wake_all",
	[APF_EXITS]		= "exits",
};

const char *const apf_event_names[] = {
	[APF_EVENT_FAULT]	= "fault",
	[APF_EVENT_PUBLISH]	= "publish",
	[APF_EVENT_ACK]		= "ack",
};

const struct kind kvmapflat_kind = {
	.tool = "kvmapflat",
	.version = "0.2",
	.schema = 1,
	.key_words = sizeof(struct apf_key) / sizeof(uint32_t),
	.dists = APF_DISTS,
	.counts = APF_COUNTS,
	.drop_names = drop_names,
	.drops = DROP_MAX,
};

_Static_assert(offsetof(struct apf_hist, halt) ==
	       APF_HALT * sizeof(struct lat_dist) &&
	       offsetof(struct apf_hist, publish) ==
	       APF_PUBLISH * sizeof(struct lat_dist) &&
	       offsetof(struct apf_hist, queued_pv) ==
	       APF_DISTS * sizeof(struct lat_dist) &&
	       sizeof(struct apf_hist) == APF_DISTS * sizeof(struct lat_dist) +
					  APF_COUNTS * sizeof(uint64_t),
	       "a value is distributions, then counters");
