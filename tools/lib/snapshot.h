/* SPDX-License-Identifier: GPL-2.0 */
/*
 * snapshot.h - all that a tool's BPF maps held at one moment
 *
 * Every tool has one map of results: a per-CPU hash whose keys are 32-bit words,
 * process and vCPU first, and whose values are distributions (lat_hist.h) and
 * then counters. A struct kind says how many.
 *
 * What it is not: no BPF; where the entries come from is session.c's matter.
 */
#ifndef TOOLS_LIB_SNAPSHOT_H
#define TOOLS_LIB_SNAPSHOT_H

#include <stddef.h>
#include <stdint.h>

#include "lat_hist.h"

/* The most that any tool has. */
#define KIND_KEY_WORDS	5
#define KIND_DISTS	10
#define KIND_COUNTS	16
#define KIND_DROPS	8

/* First words of every key. */
enum {
	KEY_TGID,
	KEY_VCPU,
};

/* What a tool's results look like; all strings are constant. */
struct kind {
	const char *tool;
	const char *version;
	/* Of the JSON output; changes only when a field goes or turns. */
	unsigned int schema;
	unsigned int key_words;
	unsigned int dists;
	unsigned int counts;
	/* Names of the reasons why a sample was lost, and their number. */
	const char *const *drop_names;
	unsigned int drops;
};

/* One entry, summed over all CPUs. */
struct snapshot_row {
	uint32_t key[KIND_KEY_WORDS];
	struct lat_dist dists[KIND_DISTS];
	uint64_t counts[KIND_COUNTS];
};

/* All that was counted since the programs were attached. */
struct snapshot {
	const struct kind *kind;
	struct snapshot_row *rows;
	size_t count;
	size_t room;
	uint64_t drops[KIND_DROPS];
	/* Runs of programs that the kernel skipped. */
	uint64_t missed;
	uint64_t taken_ns;
};

const struct snapshot_row *snapshot_find(const struct snapshot *snapshot,
					 const uint32_t *key, size_t hint);
int snapshot_add(struct snapshot *snapshot, const void *key,
		 const void *values, int cpus, size_t stride_bytes);
void snapshot_free(struct snapshot *snapshot);

#endif /* TOOLS_LIB_SNAPSHOT_H */
