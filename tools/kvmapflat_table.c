// SPDX-License-Identifier: GPL-2.0
/*
 * kvmapflat_table.c - a report for people
 *
 * What it is not: no BPF, no sums (lib/report.c).
 */
#include "kvmapflat_report.h"

#include <inttypes.h>

static const char *kind_of(int dist)
{
	return dist >= APF_HALT && dist < APF_PUBLISH ? "halt" : "pv";
}

/* In the order of a fault's life. */
static const int order[APF_DISTS] = {
	APF_PV + STAGE_TOTAL, APF_PV + STAGE_QUEUE, APF_PV + STAGE_PAGE,
	APF_PV + STAGE_TAKE, APF_PUBLISH, APF_ACK,
	APF_HALT + STAGE_TOTAL, APF_HALT + STAGE_QUEUE, APF_HALT + STAGE_PAGE,
	APF_HALT + STAGE_TAKE,
};

static void print_ratio(FILE *out, const char *name, uint64_t events,
			uint64_t faults)
{
	if (faults)
		fprintf(out, " %s %.2f", name, (double)events / faults);
	else
		fprintf(out, " %s -", name);
}

static void print_counts(FILE *out, const struct report_row *row)
{
	const uint64_t *counts = row->counts;
	uint64_t pv = row->hists[APF_PV].count;
	uint64_t all = pv + row->hists[APF_HALT].count;

	fprintf(out, "queued: pv %" PRIu64 ", halt %" PRIu64 "; repeated %" PRIu64
		"\n", counts[APF_QUEUED_PV], counts[APF_QUEUED_HALT],
		counts[APF_REPEATED]);
	fprintf(out, "cancelled %" PRIu64 ", failed %" PRIu64 ", wake-all %" PRIu64
		"\n", counts[APF_CANCELLED], counts[APF_FAILED],
		counts[APF_WAKE_ALL]);
	fputs("per fault:", out);
	print_ratio(out, "exits", counts[APF_EXITS], all);
	print_ratio(out, "interrupts", counts[APF_INTERRUPTS], pv);
	print_ratio(out, "acknowledges", counts[APF_ACKS], pv);
	fputc('\n', out);
}

static void print_row(FILE *out, const struct report *report,
		      const struct report_row *row)
{
	int i;

	if (report->merged)
		fputs("\nall vcpus\n", out);
	else
		fprintf(out, "\npid %u vcpu %u\n", row->key[KEY_TGID],
			row->key[KEY_VCPU]);
	print_stage_titles(out);
	for (i = 0; i < APF_DISTS; i++)
		if (row->hists[order[i]].count)
			print_stage(out, kind_of(order[i]),
				    apf_dist_names[order[i]],
				    &row->hists[order[i]]);
	print_counts(out, row);
}

static void print_row_hists(FILE *out, const struct report_row *row,
			    const char *unit)
{
	int i;

	for (i = 0; i < APF_DISTS; i++) {
		const struct hist *hist = &row->hists[order[i]];

		if (!hist->count)
			continue;
		fprintf(out, "\n%s, %s:\n", kind_of(order[i]),
			apf_dist_names[order[i]]);
		print_hist(out, hist, unit);
	}
}

static void print_process(FILE *out, const struct apf_process *process)
{
	const struct apf_gauges *gauges = &process->gauges;

	fprintf(out, "pid %u: outstanding %u (most %u), "
		"blocked workers %u (most %u)\n", process->tgid,
		gauges->outstanding.now, gauges->outstanding.most,
		gauges->blocked.now, gauges->blocked.most);
}

/**
 * print_apf_table - Print a report as a table
 * @out: Where to.
 * @report: The report.
 * @processes: Numbers of outstanding faults and workers.
 * @hists: true: print every row's distributions below its table.
 *
 * Errors are left in @out, as usual with stdio.
 */
void print_apf_table(FILE *out, const struct report *report,
		     const struct apf_processes *processes, bool hists)
{
	size_t i;

	print_report_head(out, report);
	for (i = 0; i < report->count; i++)
		print_row(out, report, &report->rows[i]);
	for (i = 0; hists && i < report->count; i++)
		print_row_hists(out, &report->rows[i], report->engine->unit);
	if (!report->count)
		fputs("no async page faults\n", out);
	for (i = 0; i < processes->count; i++)
		print_process(out, &processes->list[i]);
	print_report_lost(out, report);
}
