/* SPDX-License-Identifier: GPL-2.0 */
/*
 * All that one report is made of: samples, summaries, environment, notes.
 *
 * One report is one engine. It is made from the samples as published, so that
 * every figure in it can be had again from its folder.
 */
#ifndef BENCH_REPORT_MODEL_H
#define BENCH_REPORT_MODEL_H

#include <stddef.h>

#include "samples.h"

struct json_object;

/*
 * Where the parts of a report are
 */
struct report_args {
	/* Name of the engine reported. */
	const char *engine;
	/* env.json as made by report_env. */
	const char *env;
	/* Raw lines of this engine. */
	const char *samples;
	/* Raw lines of an earlier report, and the name of its folder; or NULL. */
	const char *previous;
	const char *previous_name;
	/* Folder with <bench>.md; may be absent. */
	const char *notes;
	/* Folder for the data of plots and for the finished plots. */
	const char *work;
	/* Summaries of every engine. */
	char **summaries;
	size_t summary_count;
};

/*
 * One bench of the report
 */
struct report_bench {
	const char *name;
	struct json_object *summary;
	/* The whole of <bench>.md; NULL if there is none. */
	char *notes;
};

struct report {
	struct report_args args;
	struct json_object *env;
	struct sample_table table;
	struct sample_table previous;
	struct report_bench *benches;
	size_t bench_count;
	/* Summaries of other engines. */
	struct json_object **others;
	size_t other_count;
};

int report_load(struct report *report, const struct report_args *args);
void report_free(struct report *report);
const char *report_env_text(const struct report *report, const char *key);
char *report_read_file(const char *path);

/* A row's place: the next set of a bench, from index *i on; NULL at the end. */
const struct sample_set *report_next(const struct report *report,
				     const struct report_bench *bench, size_t *i);
const struct sample_set *report_same(const struct sample_table *table,
				     const struct sample_set *set);

/*
 * A figure of a summary that has no samples behind it
 */
struct report_bare {
	const struct report_bench *bench;
	/* Where the walk is; 0 at first. */
	size_t next;
	const char *name;
	const char *unit;
	char figures[CONFIG_COUNT][40];
};

bool report_next_bare(const struct report *report, struct report_bare *bare);

#endif
