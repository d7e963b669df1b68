// SPDX-License-Identifier: GPL-2.0
/*
 * report.c - what happened between two snapshots
 *
 * A report is the difference of two snapshots of the BPF maps, which only ever
 * grow.
 *
 * What it is not: no printing (report_table.c, report_json.c).
 *
 * Limit: a snapshot that is taken while vCPUs run may hold one distribution of
 * an event without the others; the next report has them.
 */
#include "report.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void merge_row(struct report *report, const struct report_row *row)
{
	struct report_row *into;
	size_t i;
	int j;

	for (i = 0; i < report->count; i++) {
		into = &report->rows[i];
		if (memcmp(into->key, row->key, sizeof(row->key)))
			continue;
		for (j = 0; j < KIND_DISTS; j++)
			hist_merge(&into->hists[j], &row->hists[j]);
		for (j = 0; j < KIND_COUNTS; j++)
			into->counts[j] += row->counts[j];
		return;
	}
	report->rows[report->count++] = *row;
}

/* By process and vCPU; what took longest comes first. */
static int compare_rows(const void *a, const void *b)
{
	const struct report_row *left = a, *right = b;
	int i;

	for (i = 0; i < KIND_KEY_WORDS; i++) {
		if (i == KEY_VCPU + 1 &&
		    left->hists[0].sum != right->hists[0].sum)
			return left->hists[0].sum > right->hists[0].sum ?
			       -1 : 1;
		if (left->key[i] != right->key[i])
			return left->key[i] < right->key[i] ? -1 : 1;
	}
	return 0;
}

static void fill_row(struct report_row *row, const struct kind *kind,
		     const struct snapshot_row *now,
		     const struct snapshot_row *last)
{
	unsigned int i;

	memset(row, 0, sizeof(*row));
	memcpy(row->key, now->key, sizeof(row->key));
	for (i = 0; i < kind->dists; i++)
		hist_from_dists(&row->hists[i], &now->dists[i],
				last ? &last->dists[i] : NULL);
	for (i = 0; i < kind->counts; i++)
		row->counts[i] = now->counts[i] - (last ? last->counts[i] : 0);
}

static bool row_is_empty(const struct report_row *row)
{
	int i;

	for (i = 0; i < KIND_COUNTS; i++)
		if (row->counts[i])
			return false;
	return !row->hists[0].count;
}

/**
 * report_fill - Take the difference of two snapshots
 * @report: The report; its engine and kernel are left as they are.
 * @now: The later snapshot.
 * @last: The earlier one.
 * @merged: true: add up all vCPUs.
 *
 * Rows that nothing happened in are left out.
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
	report->kind = now->kind;
	report->count = 0;
	report->merged = merged;
	report->start_ns = last->taken_ns;
	report->duration_ns = now->taken_ns - last->taken_ns;

	for (i = 0; i < now->count; i++) {
		fill_row(&row, now->kind, &now->rows[i],
			 snapshot_find(last, now->rows[i].key, i));
		if (merged)
			row.key[KEY_TGID] = row.key[KEY_VCPU] = 0;
		if (!row_is_empty(&row))
			merge_row(report, &row);
	}
	qsort(report->rows, report->count, sizeof(*report->rows),
	      compare_rows);

	report->missed = now->missed - last->missed;
	report->lost = report->missed;
	for (i = 0; i < KIND_DROPS; i++) {
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
