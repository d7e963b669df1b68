/* SPDX-License-Identifier: GPL-2.0 */
/*
 * kvmexitlat_report.h - what kvmexitlat found in one interval, and printing it
 *
 * What it is not: no BPF, so that host tests can print reports, too.
 */
#ifndef KVMEXITLAT_REPORT_H
#define KVMEXITLAT_REPORT_H

#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "engine.h"
#include "hist.h"
#include "kvmexitlat.h"

#define KVMEXITLAT_VERSION	"0.1"
/* Schema number of the JSON output; changes only when a field goes or turns. */
#define KVMEXITLAT_SCHEMA	1

/* All that was counted since the programs were attached. */
struct snapshot {
	struct snapshot_row {
		struct exit_key key;
		struct exit_hist hist;
	} *rows;
	size_t count;
	size_t room;
	uint64_t drops[DROP_MAX];
	/* Runs of programs that the kernel skipped. */
	uint64_t missed;
	uint64_t taken_ns;
};

/* One vCPU's, or with merged keys every vCPU's, exits for one reason. */
struct report_row {
	struct exit_key key;
	struct hist total;
	struct hist handling;
	struct hist user;
	struct hist off;
};

/* One interval. */
struct report {
	const struct engine *engine;
	/* Release string of the kernel; the caller's. */
	const char *kernel;
	uint64_t start_ns;
	uint64_t duration_ns;
	struct report_row *rows;
	size_t count;
	/* Process and vCPU of all keys are 0 and mean every one. */
	bool merged;
	uint64_t drops[DROP_MAX];
	uint64_t missed;
	/* Sum of drops and missed. */
	uint64_t lost;
};

extern const char *const drop_names[DROP_MAX];

const struct snapshot_row *snapshot_find(const struct snapshot *snapshot,
					 const struct exit_key *key,
					 size_t hint);
int snapshot_add(struct snapshot *snapshot, const struct exit_key *key,
		 const void *values, int cpus, size_t stride_bytes);
void snapshot_free(struct snapshot *snapshot);
int report_fill(struct report *report, const struct snapshot *now,
		const struct snapshot *last, bool merged);
void report_free(struct report *report);
void print_report(FILE *out, const struct report *report, bool hists);
int print_report_json(FILE *out, const struct report *report);

#endif /* KVMEXITLAT_REPORT_H */
