// SPDX-License-Identifier: GPL-2.0
/*
 * kvmexitlat_table.c - a report for people
 *
 * What it is not: no BPF, no sums (lib/report.c).
 */
#include "kvmexitlat_report.h"

#include <inttypes.h>

#include "column.h"
#include "exit_reason.h"

/* The mean over all exits of the row, also those without such a part. */
static void print_part(FILE *out, const struct hist *part, uint64_t exits)
{
	if (part->count)
		print_column(out, (part->sum + exits / 2) / exits);
	else
		fprintf(out, " %6s", "-");
}

static void print_row(FILE *out, const struct report_row *row)
{
	uint64_t exits = row->hists[EXIT_TOTAL].count;
	char name[40];

	fprintf(out, "%-19.19s",
		exit_reason_name(row->key[KEY_ISA], row->key[KEY_EXIT_REASON], name,
				 sizeof(name)));
	print_count(out, exits);
	print_column(out, hist_mean(&row->hists[EXIT_TOTAL]));
	print_part(out, &row->hists[EXIT_HANDLING], exits);
	print_part(out, &row->hists[EXIT_USER], exits);
	print_part(out, &row->hists[EXIT_OFF], exits);
	print_column(out, hist_percentile_lt(&row->hists[EXIT_TOTAL], 500));
	print_column(out, hist_percentile_lt(&row->hists[EXIT_TOTAL], 990));
	print_column(out, row->hists[EXIT_TOTAL].max);
	fprintf(out, "%s\n", row->hists[EXIT_TOTAL].max_exact ? "" : "*");
}

static void print_row_hists(FILE *out, const struct report_row *row,
			    const char *unit)
{
	static const char *const titles[EXIT_DISTS] = {
		"exit latency", "handling", "user space", "scheduled out",
	};
	char name[40];
	int i;

	for (i = 0; i < EXIT_DISTS; i++) {
		if (!row->hists[i].count)
			continue;
		fprintf(out, "\n%s, %s:\n",
			exit_reason_name(row->key[KEY_ISA], row->key[KEY_EXIT_REASON],
					 name, sizeof(name)), titles[i]);
		print_hist(out, &row->hists[i], unit);
	}
}

static void print_vcpu(FILE *out, const struct report *report,
		       const uint32_t *key)
{
	if (report->merged)
		fprintf(out, "\nall vcpus %s\n", exit_isa_name(key[KEY_ISA]));
	else
		fprintf(out, "\npid %u vcpu %u %s\n", key[KEY_TGID], key[KEY_VCPU],
			exit_isa_name(key[KEY_ISA]));
	fprintf(out, "%-19s %9s %6s %6s %6s %6s %6s %6s %6s\n", "REASON",
		"COUNT", "MEAN", "KVM", "USER", "OFF", "P50<", "P99<", "MAX");
}

/**
 * print_exit_table - Print a report as a table
 * @out: Where to.
 * @report: The report.
 * @hists: true: print every row's distributions below its table.
 *
 * Errors are left in @out, as usual with stdio.
 */
void print_exit_table(FILE *out, const struct report *report, bool hists)
{
	const uint32_t *last = NULL;
	size_t i;

	print_report_head(out, report);
	for (i = 0; i < report->count; i++) {
		const uint32_t *key = report->rows[i].key;

		if (!last || last[KEY_TGID] != key[KEY_TGID] ||
		    last[KEY_VCPU] != key[KEY_VCPU])
			print_vcpu(out, report, key);
		last = key;
		print_row(out, &report->rows[i]);
	}
	for (i = 0; hists && i < report->count; i++)
		print_row_hists(out, &report->rows[i], report->engine->unit);
	if (!report->count)
		fputs("no VM-exits\n", out);
	print_report_lost(out, report);
}
