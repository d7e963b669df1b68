// SPDX-License-Identifier: GPL-2.0
/*
 * kvmnestlat_table.c - a report for people
 *
 * Each vCPU has a table of L2's exits, one of L1's exits on the way back, and
 * lines about round trips and the pool of vmcs02s.
 *
 * What it is not: no BPF, no sums over CPUs or intervals (lib/).
 */
#include "kvmnestlat_report.h"

#include <inttypes.h>

#include "column.h"
#include "exit_reason.h"

static const char *name_of(const struct report_row *row, char *buffer,
			   size_t size)
{
	return exit_reason_name(row->key[KEY_ISA], row->key[KEY_EXIT_REASON],
				buffer, size);
}

static void print_mean(FILE *out, uint64_t sum, uint64_t count)
{
	if (sum)
		print_column(out, (sum + count / 2) / count);
	else
		fprintf(out, " %6s", "-");
}

/* Means are over all exits of the row, also those without such a part. */
static void print_row(FILE *out, const struct report_row *row)
{
	const struct hist *hists = row->hists;
	uint64_t exits = hists[NEST_TOTAL].count;
	char name[40];

	fprintf(out, "%-15.15s %-2s", name_of(row, name, sizeof(name)),
		row->key[KEY_ROLE] == NEST_HANDLED ? "L0" : "L1");
	print_count(out, exits);
	print_mean(out, hists[NEST_TOTAL].sum, exits);
	print_mean(out, hists[NEST_L0].sum, exits);
	print_mean(out, hists[NEST_L1].sum, exits);
	print_mean(out, hists[NEST_USER].sum + hists[NEST_OFF].sum, exits);
	if (hists[NEST_L2].count)
		print_column(out, hist_mean(&hists[NEST_L2]));
	else
		fprintf(out, " %6s", "-");
	if (exits) {
		print_column(out, hist_percentile_lt(&hists[NEST_TOTAL], 990));
		print_column(out, hists[NEST_TOTAL].max);
	} else {
		fprintf(out, " %6s %6s", "-", "-");
	}
	fprintf(out, "%s\n", !exits || hists[NEST_TOTAL].max_exact ? "" : "*");
}

static void print_l1_row(FILE *out, const struct report_row *row,
			 uint64_t trips)
{
	const struct hist *hists = row->hists;
	uint64_t exits = hists[NEST_TOTAL].count;
	char name[40];

	fprintf(out, "%-18.18s", name_of(row, name, sizeof(name)));
	print_count(out, exits);
	if (trips)
		fprintf(out, " %6.2f", (double)exits / trips);
	else
		fprintf(out, " %6s", "-");
	print_mean(out, hists[NEST_TOTAL].sum, exits);
	print_mean(out, hists[NEST_L0].sum, exits);
	print_mean(out, hists[NEST_USER].sum + hists[NEST_OFF].sum, exits);
	print_column(out, hist_percentile_lt(&hists[NEST_TOTAL], 500));
	print_column(out, hist_percentile_lt(&hists[NEST_TOTAL], 990));
	print_column(out, hists[NEST_TOTAL].max);
	fprintf(out, "%s\n", hists[NEST_TOTAL].max_exact ? "" : "*");
}

/* Rows of one vCPU are neighbours; @from is the first, the end is returned. */
static size_t end_of_vcpu(const struct report *report, size_t from)
{
	const uint32_t *first = report->rows[from].key;
	size_t i;

	for (i = from; i < report->count; i++)
		if (report->rows[i].key[KEY_TGID] != first[KEY_TGID] ||
		    report->rows[i].key[KEY_VCPU] != first[KEY_VCPU])
			break;
	return i;
}

static bool is_l1_exit(const struct report_row *row)
{
	return row->key[KEY_ROLE] == NEST_L1_EXIT;
}

/* Of all exits of L2 of one vCPU. */
static void sum_rows(struct report_row *sum, const struct report *report,
		     size_t from, size_t to, enum nest_role role)
{
	int i;

	*sum = (struct report_row){};
	for (; from < to; from++) {
		const struct report_row *row = &report->rows[from];

		if (row->key[KEY_ROLE] != role)
			continue;
		for (i = 0; i < NEST_DISTS; i++)
			hist_merge(&sum->hists[i], &row->hists[i]);
		for (i = 0; i < NEST_COUNTS; i++)
			sum->counts[i] += row->counts[i];
	}
}

static void print_trips(FILE *out, const struct report_row *sum)
{
	const uint64_t *counts = sum->counts;
	const struct hist *exits = &sum->hists[NEST_L1_EXITS];

	fprintf(out, "round trips %" PRIu64 ", begun %" PRIu64, exits->count,
		counts[NEST_BEGUN]);
	if (!exits->count) {
		fputc('\n', out);
		return;
	}
	fprintf(out, "; L1's exits mean %.2f, max %" PRIu64 "%s\n",
		(double)exits->sum / exits->count, exits->max,
		exits->max_exact ? "" : "*");
	fprintf(out, "L0 per round trip: reflect %" PRIu64 ", serve %" PRIu64
		", enter %" PRIu64 "\n", hist_mean(&sum->hists[NEST_REFLECT]),
		hist_mean(&sum->hists[NEST_SERVE]),
		hist_mean(&sum->hists[NEST_ENTER]));
	fprintf(out, "switches %" PRIu64 ", changed %" PRIu64 ", failed %" PRIu64
		", undone %" PRIu64 "\n", counts[NEST_SWITCHES],
		counts[NEST_CHANGED], counts[NEST_FAILED], counts[NEST_UNDONE]);
}

static void print_pool(FILE *out, const uint64_t *counts, bool has_pool)
{
	uint64_t loads = counts[NEST_VMPTRLD];

	if (!has_pool) {
		fputs("pool: not offered by this kernel\n", out);
		return;
	}
	fprintf(out, "pool: VMPTRLD %" PRIu64 ": hit %" PRIu64, loads,
		counts[NEST_HIT]);
	if (loads)
		fprintf(out, " (%.1f %%)", 100.0 * counts[NEST_HIT] / loads);
	fprintf(out, ", recycled %" PRIu64 ", other miss %" PRIu64 "\n",
		counts[NEST_RECYCLE],
		loads - counts[NEST_HIT] - counts[NEST_RECYCLE]);
	fprintf(out, "pool: written back %" PRIu64 ", prepared in full %" PRIu64
		", TLB flushed %" PRIu64 "\n", counts[NEST_FLUSH],
		counts[NEST_RARE], counts[NEST_VPID_FLUSH]);
}

static void print_vcpu_title(FILE *out, const struct report *report,
			     const uint32_t *key)
{
	if (report->merged)
		fprintf(out, "\nall vcpus %s\n", exit_isa_name(key[KEY_ISA]));
	else
		fprintf(out, "\npid %u vcpu %u %s\n", key[KEY_TGID], key[KEY_VCPU],
			exit_isa_name(key[KEY_ISA]));
	fprintf(out, "%-15s %-2s %9s %6s %6s %6s %6s %6s %6s %6s\n", "L2 EXIT",
		"TO", "COUNT", "MEAN", "L0", "L1", "OUT", "L2", "P99<", "MAX");
}

static void print_vcpu(FILE *out, const struct report *report, size_t from,
		       size_t to, bool has_pool)
{
	struct report_row handled, reflected;
	bool first = true;
	size_t i;
	int j;

	print_vcpu_title(out, report, report->rows[from].key);
	for (i = from; i < to; i++)
		if (!is_l1_exit(&report->rows[i]))
			print_row(out, &report->rows[i]);
	sum_rows(&handled, report, from, to, NEST_HANDLED);
	sum_rows(&reflected, report, from, to, NEST_REFLECTED);
	for (i = from; i < to; i++) {
		if (!is_l1_exit(&report->rows[i]))
			continue;
		if (first)
			fprintf(out, "%-18s %9s %6s %6s %6s %6s %6s %6s %6s\n",
				"L1 EXIT", "COUNT", "/TRIP", "MEAN", "L0",
				"OUT", "P50<", "P99<", "MAX");
		first = false;
		print_l1_row(out, &report->rows[i],
			     reflected.hists[NEST_TOTAL].count);
	}
	print_trips(out, &reflected);
	/* Not only round trips: L0 may have to prepare vmcs02 anew. */
	for (j = 0; j < NEST_COUNTS; j++)
		reflected.counts[j] += handled.counts[j];
	/* SVM has no VMPTRLD. */
	if (report->rows[from].key[KEY_ISA] == EXIT_ISA_VMX)
		print_pool(out, reflected.counts, has_pool);
}

static void print_row_hists(FILE *out, const struct report_row *row,
			    const char *unit)
{
	char name[40];
	int i;

	for (i = 0; i < NEST_DISTS; i++) {
		if (!row->hists[i].count)
			continue;
		fprintf(out, "\n%s, %s, %s:\n", name_of(row, name, sizeof(name)),
			nest_role_names[row->key[KEY_ROLE]], nest_dist_names[i]);
		print_hist(out, &row->hists[i],
			   i == NEST_L1_EXITS ? "exits" : unit);
	}
}

/**
 * print_nest_table - Print a report as tables
 * @out: Where to.
 * @report: The report.
 * @has_pool: The kernel has statistics of a pool of vmcs02s.
 * @hists: true: print every row's distributions below the tables.
 *
 * Errors are left in @out, as usual with stdio.
 */
void print_nest_table(FILE *out, const struct report *report, bool has_pool,
		      bool hists)
{
	size_t i, end;

	print_report_head(out, report);
	for (i = 0; i < report->count; i = end) {
		end = end_of_vcpu(report, i);
		print_vcpu(out, report, i, end, has_pool);
	}
	for (i = 0; hists && i < report->count; i++)
		print_row_hists(out, &report->rows[i], report->engine->unit);
	if (!report->count)
		fputs("no exits of nested guests\n", out);
	print_report_lost(out, report);
}
