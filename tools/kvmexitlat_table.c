// SPDX-License-Identifier: GPL-2.0
/*
 * kvmexitlat_table.c - a report for people
 *
 * What it is not: no BPF, no sums (kvmexitlat_report.c).
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
	uint64_t exits = row->total.count;
	char name[40];

	fprintf(out, "%-19.19s",
		exit_reason_name(row->key.isa, row->key.exit_reason, name,
				 sizeof(name)));
	print_count(out, exits);
	print_column(out, hist_mean(&row->total));
	print_part(out, &row->handling, exits);
	print_part(out, &row->user, exits);
	print_part(out, &row->off, exits);
	print_column(out, hist_percentile_lt(&row->total, 500));
	print_column(out, hist_percentile_lt(&row->total, 990));
	print_column(out, row->total.max);
	fprintf(out, "%s\n", row->total.max_exact ? "" : "*");
}

static void print_row_hists(FILE *out, const struct report_row *row,
			    const char *unit)
{
	static const char *const titles[] = {
		"exit latency", "handling", "user space", "scheduled out",
	};
	const struct hist *const hists[] = {
		&row->total, &row->handling, &row->user, &row->off,
	};
	char name[40];
	int i;

	for (i = 0; i < 4; i++) {
		if (!hists[i]->count)
			continue;
		fprintf(out, "\n%s, %s:\n",
			exit_reason_name(row->key.isa, row->key.exit_reason,
					 name, sizeof(name)), titles[i]);
		print_hist(out, hists[i], unit);
	}
}

static void print_lost(FILE *out, const struct report *report)
{
	int i;

	fprintf(out, "lost %" PRIu64, report->lost);
	for (i = 0; i < DROP_MAX; i++)
		if (report->drops[i])
			fprintf(out, " %s %" PRIu64, drop_names[i],
				report->drops[i]);
	if (report->missed)
		fprintf(out, " missed %" PRIu64, report->missed);
	fputc('\n', out);
}

static void print_vcpu(FILE *out, const struct report *report,
		       const struct exit_key *key)
{
	if (report->merged)
		fprintf(out, "\nall vcpus %s\n", exit_isa_name(key->isa));
	else
		fprintf(out, "\npid %u vcpu %u %s\n", key->tgid, key->vcpu_id,
			exit_isa_name(key->isa));
	fprintf(out, "%-19s %9s %6s %6s %6s %6s %6s %6s %6s\n", "REASON",
		"COUNT", "MEAN", "KVM", "USER", "OFF", "P50<", "P99<", "MAX");
}

/**
 * print_report - Print a report as a table
 * @out: Where to.
 * @report: The report.
 * @hists: true: print every row's distributions below its table.
 *
 * Errors are left in @out, as usual with stdio.
 */
void print_report(FILE *out, const struct report *report, bool hists)
{
	const struct engine *engine = report->engine;
	const struct exit_key *last = NULL;
	size_t i;

	fprintf(out, "kvmexitlat: engine %s, clock %s, unit %s\nduration ",
		engine->name, engine->clock, engine->unit);
	if (engine->emulated)
		fprintf(out, "%" PRIu64 " %s\n", report->duration_ns,
			engine->unit);
	else
		fprintf(out, "%.3f s\n", (double)report->duration_ns / 1e9);

	for (i = 0; i < report->count; i++) {
		const struct exit_key *key = &report->rows[i].key;

		if (!last || last->tgid != key->tgid ||
		    last->vcpu_id != key->vcpu_id)
			print_vcpu(out, report, key);
		last = key;
		print_row(out, &report->rows[i]);
	}
	for (i = 0; hists && i < report->count; i++)
		print_row_hists(out, &report->rows[i], engine->unit);
	if (!report->count)
		fputs("no VM-exits\n", out);
	print_lost(out, report);
}
