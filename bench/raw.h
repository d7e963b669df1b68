/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One raw sample line; for samples.c only.
 */
#ifndef BENCH_RAW_H
#define BENCH_RAW_H

#include <stddef.h>

#include "samples.h"

struct json_object;

/*
 * A line as read; the strings belong to the holder.
 */
struct raw_line {
	const char *bench;
	const char *name;
	const char *kernel;
	const char *config;
	const char *engine;
	const char *unit;
	const char *clock;
	int round;
	int warmup;
	struct json_object *samples;
	struct json_object *holder;
};

__attribute__((format(printf, 2, 3)))
int raw_refuse(struct sample_error *error, const char *fmt, ...);
int raw_parse(const char *text, size_t len, struct raw_line *raw,
	      struct sample_error *error);
int raw_samples(const struct raw_line *raw, struct sample_run *run,
		struct sample_error *error);
void raw_release(struct raw_line *raw);

#endif
