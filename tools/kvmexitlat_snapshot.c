// SPDX-License-Identifier: GPL-2.0
/*
 * kvmexitlat_snapshot.c - all that kvmexitlat's BPF maps held at one moment
 *
 * What it is not: no BPF; where the entries come from is kvmexitlat.c's matter.
 */
#include "kvmexitlat_report.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/**
 * snapshot_find - Find a row
 * @snapshot: Where to look.
 * @key: What to look for.
 * @hint: Where it may be: maps are walked in the same order each time.
 *
 * Return: The row, NULL when there is none.
 */
const struct snapshot_row *snapshot_find(const struct snapshot *snapshot,
					 const struct exit_key *key,
					 size_t hint)
{
	size_t i;

	for (i = hint; i < snapshot->count; i++)
		if (!memcmp(&snapshot->rows[i].key, key, sizeof(*key)))
			return &snapshot->rows[i];
	for (i = 0; i < hint && i < snapshot->count; i++)
		if (!memcmp(&snapshot->rows[i].key, key, sizeof(*key)))
			return &snapshot->rows[i];
	return NULL;
}

static struct snapshot_row *new_row(struct snapshot *snapshot)
{
	size_t room = snapshot->room ? 2 * snapshot->room : 32;
	struct snapshot_row *rows;

	if (snapshot->count == snapshot->room) {
		rows = realloc(snapshot->rows, room * sizeof(*rows));
		if (!rows)
			return NULL;
		snapshot->rows = rows;
		snapshot->room = room;
	}
	return memset(&snapshot->rows[snapshot->count++], 0,
		      sizeof(*snapshot->rows));
}

/**
 * snapshot_add - Add one entry of the map
 * @snapshot: What grows; all zero at first. It must not have this key yet.
 * @key: The entry's key.
 * @values: The values of all CPUs.
 * @cpus: Their number.
 * @stride_bytes: From one value to the next.
 *
 * Return: 0; -ENOMEM: no memory for another row.
 */
int snapshot_add(struct snapshot *snapshot, const struct exit_key *key,
		 const void *values, int cpus, size_t stride_bytes)
{
	struct snapshot_row *row = new_row(snapshot);
	const struct exit_hist *hist;
	int cpu;

	if (!row)
		return -ENOMEM;
	row->key = *key;
	for (cpu = 0; cpu < cpus; cpu++) {
		hist = (const void *)((const char *)values + cpu * stride_bytes);
		lat_dist_merge(&row->hist.total, &hist->total);
		lat_dist_merge(&row->hist.handling, &hist->handling);
		lat_dist_merge(&row->hist.user, &hist->user);
		lat_dist_merge(&row->hist.off, &hist->off);
	}
	return 0;
}

/**
 * snapshot_free - Free what a snapshot holds
 * @snapshot: The snapshot; empty afterwards.
 */
void snapshot_free(struct snapshot *snapshot)
{
	free(snapshot->rows);
	memset(snapshot, 0, sizeof(*snapshot));
}
