/* SPDX-License-Identifier: GPL-2.0 */
/*
 * kvmnestlat_report.h - printing what kvmnestlat found in one interval
 *
 * What it is not: no BPF, so that host tests can print reports, too.
 */
#ifndef KVMNESTLAT_REPORT_H
#define KVMNESTLAT_REPORT_H

#include <linux/types.h>
#include <stddef.h>

#include "kvmnestlat.h"
#include "report.h"

/* Words of a key after process and vCPU: those of struct nest_key. */
enum {
	KEY_ROLE = KEY_VCPU + 1,
	KEY_EXIT_REASON,
	KEY_ISA,
};

/* Distributions of a row: those of struct nest_hist. */
enum {
	NEST_TOTAL,
	NEST_L0,
	NEST_L1,
	NEST_L2,
	NEST_USER,
	NEST_OFF,
	NEST_REFLECT,
	NEST_SERVE,
	NEST_ENTER,
	/* A number, no figure with a unit. */
	NEST_L1_EXITS,
	NEST_DISTS,
};

/* Counters of a row: those of struct nest_hist. */
enum {
	NEST_BEGUN,
	NEST_SWITCHES,
	NEST_CHANGED,
	NEST_FAILED,
	NEST_UNDONE,
	/* From here on those of the pool. */
	NEST_VMPTRLD,
	NEST_HIT,
	NEST_RECYCLE,
	NEST_FLUSH,
	NEST_RARE,
	NEST_VPID_FLUSH,
	NEST_COUNTS,
};

extern const struct kind kvmnestlat_kind;
extern const char *const nest_role_names[];
extern const char *const nest_dist_names[NEST_DISTS];
extern const char *const nest_count_names[NEST_COUNTS];

void print_nest_table(FILE *out, const struct report *report, bool has_pool,
		      bool hists);
int print_nest_json(FILE *out, const struct report *report, bool has_pool);
int fill_nest_record(struct json_object *object, const void *data,
		     const char *suffix);

#endif /* KVMNESTLAT_REPORT_H */
