/* SPDX-License-Identifier: GPL-2.0 */
/*
 * report.h - what a tool found in one interval
 *
 * What it is not: no BPF, so that host tests can print reports, too; no row of
 * any tool is printed here.
 */
#ifndef TOOLS_LIB_REPORT_H
#define TOOLS_LIB_REPORT_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "engine.h"
#include "hist.h"
#include "snapshot.h"

/* One key's results; with merged vCPUs the sum over them. */
struct report_row {
	uint32_t key[KIND_KEY_WORDS];
	struct hist hists[KIND_DISTS];
	uint64_t counts[KIND_COUNTS];
};

/* One interval. */
struct report {
	const struct kind *kind;
	const struct engine *engine;
	/* Release string of the kernel; the caller's. */
	const char *kernel;
	uint64_t start_ns;
	uint64_t duration_ns;
	struct report_row *rows;
	size_t count;
	/* Process and vCPU of all keys are 0 and mean every one. */
	bool merged;
	uint64_t drops[KIND_DROPS];
	uint64_t missed;
	/* Sum of drops and missed. */
	uint64_t lost;
};

int report_fill(struct report *report, const struct snapshot *now,
		const struct snapshot *last, bool merged);
void report_free(struct report *report);
struct json_object *json_from_report(const struct report *report,
				     const struct hist *all,
				     int (*fill)(struct json_object *object,
						 const struct report *report,
						 const struct report_row *row));
void print_stage_titles(FILE *out);
void print_stage(FILE *out, const char *kind, const char *stage,
		 const struct hist *hist);
void print_report_head(FILE *out, const struct report *report);
void print_report_lost(FILE *out, const struct report *report);

#endif /* TOOLS_LIB_REPORT_H */
