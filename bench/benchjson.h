/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What benchstat writes as JSON: all figures, and the summary of one bench.
 */
#ifndef BENCH_BENCHJSON_H
#define BENCH_BENCHJSON_H

#include <stdio.h>

#include "samples.h"

/* Number of the output format; it grows when a key changes its meaning. */
#define BENCHJSON_SCHEMA	1

int benchjson_print(const struct sample_table *table, FILE *file);
int benchjson_write_summary(const struct sample_table *table, const char *kernel,
			    const char *path, char *what, size_t size);

#endif
