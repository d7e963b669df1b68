// SPDX-License-Identifier: GPL-2.0
/*
 * kvmapflat_guest_table.c - a report of the guest's side for people
 *
 * What it is not: no BPF, no sums (lib/report.c).
 */
#include "kvmapflat_guest_report.h"

#include <inttypes.h>

static void print_counts(FILE *out, const struct report_row *row)
{
	const uint64_t *counts = row->counts;
	uint64_t told = counts[GUEST_WAITS] + counts[GUEST_SPURIOUS];

	fprintf(out, "told to wait %" PRIu64 ": slept %" PRIu64 ", spurious %"
		PRIu64, told, counts[GUEST_WAITS], counts[GUEST_SPURIOUS]);
	if (told)
		fprintf(out, " (%.1f %%)\n",
			100.0 * counts[GUEST_SPURIOUS] / told);
	else
		fputs(" (-)\n", out);
	fprintf(out, "early %" PRIu64 " (dropped %" PRIu64 "), wake-all %" PRIu64
		" (woke %" PRIu64 ")\n", counts[GUEST_EARLY],
		counts[GUEST_DROPPED], counts[GUEST_WAKE_ALL],
		counts[GUEST_WOKEN_BY_ALL]);
}

static void print_row(FILE *out, const struct report *report,
		      const struct report_row *row)
{
	int i;

	if (report->merged)
		fputs("\nall cpus\n", out);
	else if (row->key[KEY_TGID])
		fprintf(out, "\npid %u cpu %u\n", row->key[KEY_TGID],
			row->key[KEY_VCPU]);
	else
		fprintf(out, "\ncpu %u\n", row->key[KEY_VCPU]);
	print_stage_titles(out);
	for (i = 0; i < GUEST_DISTS; i++)
		if (row->hists[i].count)
			print_stage(out, "pv", guest_dist_names[i],
				    &row->hists[i]);
	print_counts(out, row);
}

static void print_row_hists(FILE *out, const struct report_row *row,
			    const char *unit)
{
	int i;

	for (i = 0; i < GUEST_DISTS; i++) {
		if (!row->hists[i].count)
			continue;
		fprintf(out, "\n%s:\n", guest_dist_names[i]);
		print_hist(out, &row->hists[i], unit);
	}
}

/**
 * print_guest_table - Print a report as a table
 * @out: Where to.
 * @report: The report.
 * @hists: true: print every row's distributions below its table.
 *
 * Errors are left in @out, as usual with stdio.
 */
void print_guest_table(FILE *out, const struct report *report, bool hists)
{
	size_t i;

	print_report_head(out, report);
	for (i = 0; i < report->count; i++)
		print_row(out, report, &report->rows[i]);
	for (i = 0; hists && i < report->count; i++)
		print_row_hists(out, &report->rows[i], report->engine->unit);
	if (!report->count)
		fputs("no async page faults\n", out);
	print_report_lost(out, report);
}
