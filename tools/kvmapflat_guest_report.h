/* SPDX-License-Identifier: GPL-2.0 */
/*
 * kvmapflat_guest_report.h - printing what kvmapflat --guest found in one interval
 *
 * What it is not: no BPF, so that host tests can print reports, too.
 */
#ifndef KVMAPFLAT_GUEST_REPORT_H
#define KVMAPFLAT_GUEST_REPORT_H

#include <linux/types.h>
#include <stddef.h>

#include "kvmapflat_guest.h"
#include "report.h"

/* Distributions of a row: those of struct apf_guest_hist. */
enum {
	GUEST_TOTAL,
	GUEST_SLEEP,
	GUEST_RUN,
	GUEST_DISTS,
};

/* Counters of a row: those of struct apf_guest_hist. */
enum {
	GUEST_WAITS,
	GUEST_SPURIOUS,
	GUEST_EARLY,
	GUEST_DROPPED,
	GUEST_WAKE_ALL,
	GUEST_WOKEN_BY_ALL,
	GUEST_COUNTS,
};

extern const struct kind kvmapflat_guest_kind;
extern const char *const guest_dist_names[GUEST_DISTS];
extern const char *const guest_count_names[GUEST_COUNTS];
extern const char *const guest_event_names[];

int print_guest_json(FILE *out, const struct report *report);
int fill_guest_record(struct json_object *object, const void *record,
		      const char *suffix);
void print_guest_table(FILE *out, const struct report *report, bool hists);

#endif /* KVMAPFLAT_GUEST_REPORT_H */
