// SPDX-License-Identifier: GPL-2.0
/*
 * benchstat: order statistics and A/B comparison of raw benchmark samples.
 *
 * Reads the JSON lines that benchmarks write (bench/schema/raw.json), prints a
 * table or JSON, writes the summary that other tools read. Every figure comes
 * from the samples; none is left out.
 *
 * Not here: the statistics (stats.c), reading (samples.c), JSON (benchjson.c).
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "benchjson.h"
#include "samples.h"
#include "words.h"

static const char help_text[] =
"Usage: benchstat [-hjV] [--summary FILE] [--kernel NAME] [FILE...]\n"
"Order statistics and comparison of raw benchmark samples.\n"
"\n"
"FILE holds JSON lines as described by bench/schema/raw.json; - or no FILE is\n"
"the standard input. Printed per case and configuration (base kernel; patched\n"
"kernel with the feature off; and on): samples, min, median, p99, max, median\n"
"absolute deviation; then the change from base to off and from off to on.\n"
"A dash is a figure that these samples cannot give.\n"
"\n"
"  -j, --json       print JSON, with every figure, instead of the table\n"
"  --summary FILE   also write the medians of one bench on one engine to FILE\n"
"  --kernel NAME    what the summary says of the kernel (default: from the\n"
"                   samples)\n"
"  -h, --help       print this help\n"
"  -V, --version    print the version\n"
"\n"
"Exit status: 0 done; 1 a file cannot be read or is refused; 2 usage.\n"
"\n"
"Examples:\n"
"  benchstat build/bench/raw/vmexit.qemu-svm.jsonl\n"
"  benchstat -j *.jsonl | jq '.sets[] | {case, off_base}'\n";

struct env {
	bool json;
	const char *summary;
	const char *kernel;
};

static int usage_error(void)
{
	fprintf(stderr, "Try 'benchstat --help'\n");
	return 2;
}

/* Returns -1 to go on, else the exit status. */
static int parse_options(int argc, char **argv, struct env *env)
{
	static const struct option options[] = {
		{ "json",	no_argument,		NULL, 'j' },
		{ "summary",	required_argument,	NULL, 's' },
		{ "kernel",	required_argument,	NULL, 'k' },
		{ "help",	no_argument,		NULL, 'h' },
		{ "version",	no_argument,		NULL, 'V' },
		{ NULL, 0, NULL, 0 },
	};
	int opt;

	while ((opt = getopt_long(argc, argv, "hjV", options, NULL)) != -1) {
		switch (opt) {
		case 'j':
			env->json = true;
			break;
		case 's':
			env->summary = optarg;
			break;
		case 'k':
			env->kernel = optarg;
			break;
		case 'h':
			fputs(help_text, stdout);
			return 0;
		case 'V':
			printf("benchstat schema %d\n", BENCHJSON_SCHEMA);
			return 0;
		default:
			return usage_error();
		}
	}
	if (env->kernel && !env->summary) {
		fprintf(stderr, "benchstat: --kernel needs --summary\n");
		return usage_error();
	}
	return -1;
}

static void print_cell(const char *name, const char *config,
		       const struct sample_cell *cell)
{
	const struct stats *s = &cell->stats;
	char min[32], median[32], p99[32], max[32], mad[32];

	words_value(min, sizeof(min), s->min);
	words_value(median, sizeof(median), s->median);
	words_value(p99, sizeof(p99), s->p99);
	words_value(max, sizeof(max), s->max);
	words_value(mad, sizeof(mad), s->mad);
	printf("%-22s %-4s %6zu %8s %8s %8s %8s %7s\n",
	       name, config, s->n, min, median, p99, max, mad);
}

static void print_change(const char *label, const struct sample_set *set,
			 enum sample_config from, enum sample_config to,
			 const struct stats_ab *ab)
{
	char text[200];

	if (!sample_set_has(set, from) || !sample_set_has(set, to))
		return;
	words_change(text, sizeof(text), set, &set->cells[from], ab);
	printf("    %-9s %s\n", label, text);
}

/* What a reader should know before trusting a row. */
static void print_warnings(const struct sample_set *set, int config)
{
	const struct sample_cell *cell = &set->cells[config];
	const char *name = sample_config_names[config];

	if (cell->stats.outliers)
		printf("    %s: %zu of %zu beyond 3.5 scaled MADs (kept)\n", name,
		       cell->stats.outliers, cell->n);
	if (cell->copies)
		printf("    %s: %zu rounds, copies of each other, counted once\n", name,
		       cell->run_count);
	if (cell->stats.correlated)
		printf("    %s: samples hang together (lag-1 %+.2f): intervals too narrow\n",
		       name, cell->stats.lag1);
}

static void print_set(const struct sample_set *set)
{
	const char *name = set->name;
	int config;

	for (config = 0; config < CONFIG_COUNT; config++) {
		if (!sample_set_has(set, config))
			continue;
		print_cell(name, sample_config_names[config], &set->cells[config]);
		name = "";
	}
	print_change("off-base", set, CONFIG_BASE, CONFIG_OFF, &set->off_base);
	print_change("on-off", set, CONFIG_OFF, CONFIG_ON, &set->on_off);
	for (config = 0; config < CONFIG_COUNT; config++)
		if (sample_set_has(set, config))
			print_warnings(set, config);
}

/* A title wherever what the figures are changes. */
static void print_table(const struct sample_table *table)
{
	const struct sample_set *set, *last = NULL;
	size_t i;

	for (i = 0; i < table->count; i++, last = set) {
		set = &table->sets[i];
		if (!last || strcmp(last->bench, set->bench) ||
		    strcmp(last->engine, set->engine) || strcmp(last->unit, set->unit) ||
		    strcmp(last->clock, set->clock)) {
			printf("%s%s on %s, clock %s, unit %s: %s\n", last ? "\n" : "",
			       set->bench, set->engine, set->clock, set->unit,
			       words_unit_meaning(set->engine, set->unit));
			printf("%-22s %-4s %6s %8s %8s %8s %8s %7s\n", "CASE", "CONF",
			       "N", "MIN", "MEDIAN", "P99", "MAX", "MAD");
		}
		print_set(set);
	}
}

static int read_file(struct sample_table *table, const char *path)
{
	struct sample_error error;
	FILE *file = stdin;
	int err;

	if (strcmp(path, "-")) {
		file = fopen(path, "r");
		if (!file) {
			fprintf(stderr, "benchstat: %s: %s\n", path, strerror(errno));
			return -EIO;
		}
	}
	err = samples_read(table, file, &error);
	if (err == -EINVAL)
		fprintf(stderr, "benchstat: %s:%ld: %s\n", path, error.line, error.what);
	else if (err)
		fprintf(stderr, "benchstat: %s: %s\n", path, strerror(-err));
	if (file != stdin)
		fclose(file);
	return err;
}

static int read_all(struct sample_table *table, int count, char **paths)
{
	char *from_stdin[] = { "-" };
	int i, err;

	if (!count) {
		count = 1;
		paths = from_stdin;
	}
	for (i = 0; i < count; i++) {
		err = read_file(table, paths[i]);
		if (err)
			return err;
	}
	if (!table->count) {
		fprintf(stderr, "benchstat: no samples\n");
		return -EINVAL;
	}
	err = samples_finish(table);
	if (err)
		fprintf(stderr, "benchstat: %s\n", strerror(-err));
	return err;
}

static int write_output(const struct sample_table *table, const struct env *env)
{
	char what[200] = "";
	int err = 0;

	if (env->summary)
		err = benchjson_write_summary(table, env->kernel, env->summary,
					      what, sizeof(what));
	if (err) {
		fprintf(stderr, "benchstat: %s: %s\n", env->summary,
			what[0] ? what : strerror(-err));
		return err;
	}
	if (env->json)
		err = benchjson_print(table, stdout);
	else
		print_table(table);
	if (!err && (fflush(stdout) || ferror(stdout)))
		err = -EIO;
	if (err)
		fprintf(stderr, "benchstat: standard output: %s\n", strerror(-err));
	return err;
}

int main(int argc, char **argv)
{
	struct sample_table table = { 0 };
	struct env env = { 0 };
	int status, err;

	/* For getopt's own messages. */
	argv[0] = "benchstat";
	status = parse_options(argc, argv, &env);
	if (status >= 0)
		return status;
	err = read_all(&table, argc - optind, argv + optind);
	if (!err)
		err = write_output(&table, &env);
	samples_free(&table);
	return !!err;
}
