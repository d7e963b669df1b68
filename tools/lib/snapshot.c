// SPDX-License-Identifier: GPL-2.0
/*
 * snapshot.c - all that a tool's BPF maps held at one moment
 *
 * What it is not: no BPF; where the entries come from is session.c's matter.
 */
#include "snapshot.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "hist.h"

/**
 * snapshot_find - Find a row
 * @snapshot: Where to look.
 * @key: What to look for, KIND_KEY_WORDS words; those that the tool's keys do
 *       not have are 0.
 * @hint: Where it may be: maps are walked in the same order each time.
 *
 * Return: The row, NULL when there is none.
 */
const struct snapshot_row *snapshot_find(const struct snapshot *snapshot,
					 const uint32_t *key, size_t hint)
{
	size_t bytes = sizeof(snapshot->rows->key), i;

	for (i = hint; i < snapshot->count; i++)
		if (!memcmp(snapshot->rows[i].key, key, bytes))
			return &snapshot->rows[i];
	for (i = 0; i < hint && i < snapshot->count; i++)
		if (!memcmp(snapshot->rows[i].key, key, bytes))
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
 * @snapshot: What grows; empty but for its kind at first. It must not have this
 *            key yet.
 * @key: The entry's key.
 * @values: The values of all CPUs.
 * @cpus: Their number.
 * @stride_bytes: From one value to the next.
 *
 * Return: 0; -ENOMEM: no memory for another row.
 */
int snapshot_add(struct snapshot *snapshot, const void *key,
		 const void *values, int cpus, size_t stride_bytes)
{
	const struct kind *kind = snapshot->kind;
	struct snapshot_row *row = new_row(snapshot);
	const struct lat_dist *dists;
	const uint64_t *counts;
	unsigned int i;
	int cpu;

	if (!row)
		return -ENOMEM;
	memcpy(row->key, key, kind->key_words * sizeof(*row->key));
	for (cpu = 0; cpu < cpus; cpu++) {
		dists = (const void *)((const char *)values + cpu * stride_bytes);
		for (i = 0; i < kind->dists; i++)
			lat_dist_merge(&row->dists[i], &dists[i]);
		counts = (const void *)&dists[kind->dists];
		for (i = 0; i < kind->counts; i++)
			row->counts[i] += counts[i];
	}
	return 0;
}

/**
 * snapshot_free - Free what a snapshot holds
 * @snapshot: The snapshot; empty afterwards, its kind included.
 */
void snapshot_free(struct snapshot *snapshot)
{
	free(snapshot->rows);
	memset(snapshot, 0, sizeof(*snapshot));
}
