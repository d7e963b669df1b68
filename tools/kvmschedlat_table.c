// SPDX-License-Identifier: GPL-2.0
/*
 * kvmschedlat_table.c - a report for people
 *
 * What it is not: no BPF, no sums (lib/report.c); the matrix of moves is in
 * kvmschedlat_map.c.
 */
#include "kvmschedlat_report.h"

#include <inttypes.h>

#include "column.h"

static const char *kind_of(int dist)
{
	if (dist <= SCHED_USER)
		return "off";
	if (dist == SCHED_DELAY)
		return "run";
	return dist <= SCHED_HANDOVER ? "in" : "kvm";
}

static void print_replaced(FILE *out, const struct report_row *row)
{
	static const char *const titles[] = { "blocked", "preempted" };
	const uint64_t *counts = &row->counts[SCHED_BLOCKED];
	int i, j;

	fprintf(out, "%-13s", "REPLACED BY");
	for (i = 0; i < NEXT_MAX; i++)
		fprintf(out, " %9s", sched_next_names[i]);
	for (i = 0; i < 2; i++, counts += NEXT_MAX) {
		fprintf(out, "\n%-13s", titles[i]);
		for (j = 0; j < NEXT_MAX; j++)
			print_count(out, counts[j]);
	}
	fputc('\n', out);
}

static void print_counts(FILE *out, const struct report_row *row,
			 uint32_t extras)
{
	const uint64_t *counts = row->counts;

	fprintf(out, "in without VM-entry %" PRIu64, counts[SCHED_UNENTERED]);
	if (extras & 1u << EXTRA_SCHED_IN && extras & 1u << EXTRA_LAST_ON_CPU)
		fprintf(out, ", last on CPU %" PRIu64,
			counts[SCHED_LAST_ON_CPU]);
	if (extras & 1u << EXTRA_ELIDED)
		fprintf(out, ", elided %" PRIu64, counts[SCHED_ELIDED]);
	fputc('\n', out);
}

/* All of a vCPU's moves together. */
static void print_moves(FILE *out, const struct report *moves,
			const uint32_t *key)
{
	uint64_t sums[MOVE_COUNTS] = {};
	size_t i;
	int j;

	for (i = 0; i < moves->count; i++) {
		const struct report_row *row = &moves->rows[i];

		if (row->key[KEY_TGID] != key[KEY_TGID] ||
		    row->key[KEY_VCPU] != key[KEY_VCPU])
			continue;
		for (j = 0; j < MOVE_COUNTS; j++)
			sums[j] += row->counts[j];
	}
	fprintf(out, "moved %" PRIu64 ", VMCLEAR by IPI %" PRIu64 "\n",
		sums[MOVE_COUNT], sums[MOVE_VMCLEAR]);
	if (sums[MOVE_COUNT])
		fprintf(out, "VM-entry after %" PRIu64 " moves: TLB flush %" PRIu64
			", new ASID %" PRIu64 "\n", sums[MOVE_ENTERED],
			sums[MOVE_TLB_FLUSH], sums[MOVE_NEW_ASID]);
}

static void print_row(FILE *out, const struct report *report,
		      const struct sched_more *more, const struct report_row *row)
{
	int i;

	if (report->merged)
		fputs("\nall vcpus\n", out);
	else
		fprintf(out, "\npid %u vcpu %u\n", row->key[KEY_TGID],
			row->key[KEY_VCPU]);
	print_stage_titles(out);
	for (i = 0; i < SCHED_DISTS; i++)
		if (row->hists[i].count)
			print_stage(out, kind_of(i), sched_dist_names[i],
				    &row->hists[i]);
	print_replaced(out, row);
	print_counts(out, row, more->extras);
	print_moves(out, more->moves, row->key);
}

static void print_row_hists(FILE *out, const struct report_row *row,
			    const char *unit)
{
	int i;

	for (i = 0; i < SCHED_DISTS; i++) {
		if (!row->hists[i].count)
			continue;
		fprintf(out, "\n%s, %s:\n", kind_of(i), sched_dist_names[i]);
		print_hist(out, &row->hists[i],
			   sched_extra_of_dist(i) ? "tsc" : unit);
	}
}

static void print_missing(FILE *out, uint32_t extras)
{
	const char *before = "not offered by this kernel: ";
	int i;

	for (i = 0; i < EXTRAS; i++) {
		if (extras & 1u << i)
			continue;
		fprintf(out, "%s%s", before, sched_extra_names[i]);
		before = i == EXTRA_SCHED_IN ? ",\n  " : ", ";
	}
	if (extras != (1u << EXTRAS) - 1)
		fputc('\n', out);
}

/**
 * print_sched_table - Print a report as a table
 * @out: Where to.
 * @report: The report.
 * @more: Moves, and what this kernel tells.
 * @hists: true: print every row's distributions below its table.
 *
 * Errors are left in @out, as usual with stdio.
 */
void print_sched_table(FILE *out, const struct report *report,
		       const struct sched_more *more, bool hists)
{
	size_t i;

	print_report_head(out, report);
	for (i = 0; i < report->count; i++)
		print_row(out, report, more, &report->rows[i]);
	for (i = 0; hists && i < report->count; i++)
		print_row_hists(out, &report->rows[i], report->engine->unit);
	if (!report->count)
		fputs("no vCPU came back from being scheduled out\n", out);
	print_sched_map(out, more->moves);
	print_missing(out, more->extras);
	print_report_lost(out, report);
}
