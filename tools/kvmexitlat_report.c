// SPDX-License-Identifier: GPL-2.0
/*
 * kvmexitlat_report.c - what happened between two snapshots
 *
 * A report is the difference of two snapshots of the BPF maps, which only ever
 * grow.
 *
 * What it is not: no printing (kvmexitlat_table.c, kvmexitlat_json.c).
 *
 * Limit: a snapshot that is taken while vCPUs run may hold an exit's total
 * without its parts; the next report has them.
 */
#include "kvmexitlat_report.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Names of the reasons why a sample was lost. */
const char *const drop_names[DROP_MAX] = {
	[DROP_NO_START]		= "no_start",
	[DROP_NO_END]		= "no_end",
	[DROP_MOVED]		= "moved",
	[DROP_MAP_FULL]		= "map_full",
	[DROP_NO_MEMORY]	= "no_memory",
	[DROP_NEGATIVE]		= "negative",
};

static void merge_row(struct report *report, const struct report_row *row)
{
	struct report_row *into;
	size_t i;

	for (i = 0; i < report->count; i++) {
		into = &report->rows[i];
		if (memcmp(&into->key, &row->key, sizeof(row->key)))
			continue;
		hist_merge(&into->total, &row->total);
		hist_merge(&into->handling, &row->handling);
		hist_merge(&into->user, &row->user);
		hist_merge(&into->off, &row->off);
		return;
	}
	report->rows[report->count++] = *row;
}

/* By process and vCPU; what took longest comes first. */
static int compare_rows(const void *a, const void *b)
{
	const struct report_row *left = a, *right = b;

	if (left->key.tgid != right->key.tgid)
		return left->key.tgid < right->key.tgid ? -1 : 1;
	if (left->key.vcpu_id != right->key.vcpu_id)
		return left->key.vcpu_id < right->key.vcpu_id ? -1 : 1;
	if (left->total.sum != right->total.sum)
		return left->total.sum > right->total.sum ? -1 : 1;
	return left->key.exit_reason < right->key.exit_reason ? -1 :
	       left->key.exit_reason > right->key.exit_reason;
}

static void fill_row(struct report_row *row, const struct snapshot_row *now,
		     const struct snapshot_row *last)
{
	row->key = now->key;
	hist_from_dists(&row->total, &now->hist.total,
			last ? &last->hist.total : NULL);
	hist_from_dists(&row->handling, &now->hist.handling,
			last ? &last->hist.handling : NULL);
	hist_from_dists(&row->user, &now->hist.user,
			last ? &last->hist.user : NULL);
	hist_from_dists(&row->off, &now->hist.off,
			last ? &last->hist.off : NULL);
}

/**
 * report_fill - Take the difference of two snapshots
 * @report: The report; its engine and kernel are left as they are.
 * @now: The later snapshot.
 * @last: The earlier one.
 * @merged: true: add up all vCPUs.
 *
 * Return: 0; -ENOMEM: no memory for the rows.
 */
int report_fill(struct report *report, const struct snapshot *now,
		const struct snapshot *last, bool merged)
{
	struct report_row row;
	size_t i;

	report->rows = calloc(now->count + 1, sizeof(*report->rows));
	if (!report->rows)
		return -ENOMEM;
	report->count = 0;
	report->merged = merged;
	report->start_ns = last->taken_ns;
	report->duration_ns = now->taken_ns - last->taken_ns;

	for (i = 0; i < now->count; i++) {
		fill_row(&row, &now->rows[i],
			 snapshot_find(last, &now->rows[i].key, i));
		if (merged)
			row.key.tgid = row.key.vcpu_id = 0;
		if (row.total.count)
			merge_row(report, &row);
	}
	qsort(report->rows, report->count, sizeof(*report->rows),
	      compare_rows);

	report->missed = now->missed - last->missed;
	report->lost = report->missed;
	for (i = 0; i < DROP_MAX; i++) {
		report->drops[i] = now->drops[i] - last->drops[i];
		report->lost += report->drops[i];
	}
	return 0;
}

/**
 * report_free - Free what a report holds
 * @report: The report; without rows afterwards.
 */
void report_free(struct report *report)
{
	free(report->rows);
	report->rows = NULL;
	report->count = 0;
}
