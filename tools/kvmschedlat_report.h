/* SPDX-License-Identifier: GPL-2.0 */
/*
 * kvmschedlat_report.h - printing what kvmschedlat found in one interval
 *
 * What it is not: no BPF, so that host tests can print reports, too.
 */
#ifndef KVMSCHEDLAT_REPORT_H
#define KVMSCHEDLAT_REPORT_H

#include <linux/types.h>

#include "kvmschedlat.h"
#include "report.h"

/* Distributions of a row: those of struct sched_hist. */
enum {
	SCHED_HALT,
	SCHED_PREEMPT,
	SCHED_WAIT,
	SCHED_USER,
	SCHED_DELAY,
	SCHED_ENTRY,
	SCHED_HANDOVER,
	SCHED_PUT,
	SCHED_LOAD,
	SCHED_DISTS,
};

/* Counters of a row: those of struct sched_hist. */
enum {
	SCHED_BLOCKED,
	SCHED_PREEMPTED = SCHED_BLOCKED + NEXT_MAX,
	SCHED_UNENTERED = SCHED_PREEMPTED + NEXT_MAX,
	SCHED_LAST_ON_CPU,
	SCHED_ELIDED,
	SCHED_COUNTS,
};

/* Words of a key of moves after process and vCPU: those of struct move_key. */
enum {
	KEY_FROM = KEY_VCPU + 1,
	KEY_TO,
};

/* Counters of a row of moves: those of struct move. */
enum {
	MOVE_COUNT,
	MOVE_VMCLEAR,
	MOVE_ENTERED,
	MOVE_TLB_FLUSH,
	MOVE_NEW_ASID,
	MOVE_COUNTS,
};

/* What not every kernel tells, as bits; the order of sched_extra_names. */
enum {
	EXTRA_SCHED_OUT,
	EXTRA_SCHED_IN,
	EXTRA_LAST_ON_CPU,
	EXTRA_ELIDED,
	EXTRAS,
};

/* What there is besides the rows of struct report. */
struct sched_more {
	/* Moves between CPUs of the same interval; kind kvmschedlat_moves. */
	const struct report *moves;
	/* A bit for each extra that this kernel tells. */
	uint32_t extras;
};

extern const struct kind kvmschedlat_kind;
extern const struct kind kvmschedlat_moves;
extern const char *const sched_dist_names[SCHED_DISTS];
extern const char *const sched_next_names[NEXT_MAX];
extern const char *const sched_move_names[MOVE_COUNTS];
extern const char *const sched_extra_names[EXTRAS + 1];

uint32_t sched_extra_of_dist(int dist);
void print_sched_table(FILE *out, const struct report *report,
		       const struct sched_more *more, bool hists);
void print_sched_map(FILE *out, const struct report *moves);
int print_sched_json(FILE *out, const struct report *report,
		     const struct sched_more *more);

#endif /* KVMSCHEDLAT_REPORT_H */
