/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Raw sample lines of the benchmarks, grouped into sets that can be compared.
 *
 * One set is one case of one bench on one engine; it has a cell per
 * configuration: base kernel, patched kernel with the feature off, and on.
 * Reads and groups only: no tables, no words.
 */
#ifndef BENCH_SAMPLES_H
#define BENCH_SAMPLES_H

#include <stdbool.h>
#include <stdio.h>

#include "stats.h"

enum sample_config {
	CONFIG_BASE,
	CONFIG_OFF,
	CONFIG_ON,
	CONFIG_COUNT,
};

/*
 * The samples of one round: one line of input
 */
struct sample_run {
	int round;
	size_t n;
	double *samples;
};

/*
 * All rounds of one case in one configuration
 */
struct sample_cell {
	/* Name of the kernel that ran; NULL if the cell has no samples. */
	char *kernel;
	int warmup;
	struct sample_run *runs;
	size_t run_count;
	/* The pooled samples: of all rounds, or of one if all are copies. */
	double *samples;
	size_t n;
	/* More than one round, and every round has the same samples. */
	bool copies;
	/* Difference of the largest and the smallest median of a round. */
	double between;
	struct stats stats;
};

/*
 * One case of one bench on one engine
 */
struct sample_set {
	char *bench;
	char *name;
	char *engine;
	char *unit;
	char *clock;
	struct sample_cell cells[CONFIG_COUNT];
	/* Valid where both cells have samples. */
	struct stats_ab off_base;
	struct stats_ab on_off;
};

/*
 * All sets, in the order in which they first appeared
 */
struct sample_table {
	struct sample_set *sets;
	size_t count;
};

/*
 * Why a file was refused
 */
struct sample_error {
	long line;
	char what[200];
};

int samples_read(struct sample_table *table, FILE *file,
		 struct sample_error *error);
int samples_finish(struct sample_table *table);
void samples_free(struct sample_table *table);
bool sample_set_has(const struct sample_set *set, enum sample_config config);
int sample_metric_name(const struct sample_set *set, char *buf, size_t size);
bool sample_engine_emulated(const char *engine);

extern const char * const sample_config_names[CONFIG_COUNT];

#endif
