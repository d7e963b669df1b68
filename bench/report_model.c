// SPDX-License-Identifier: GPL-2.0
/*
 * Load what a report is made of, and refuse what does not fit together: a
 * summary without samples, or one whose figures are not those of its samples.
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "report_model.h"
#include "words.h"

/* Summaries keep ten digits (words_json_number()). */
#define SUMMARY_SLACK	1e-9

static const char *text_of(struct json_object *obj, const char *key)
{
	struct json_object *member;

	if (!json_object_object_get_ex(obj, key, &member) ||
	    !json_object_is_type(member, json_type_string))
		return "";
	return json_object_get_string(member);
}

static int complain(const char *path, const char *what)
{
	fprintf(stderr, "mkreport: %s: %s\n", path, what);
	return -EINVAL;
}

/**
 * report_read_file - Read a text file
 * @path: The file.
 *
 * Return: Its content, to be freed; NULL if it cannot be read, errno set.
 */
char *report_read_file(const char *path)
{
	FILE *file = fopen(path, "r");
	char *text = NULL;
	size_t size = 0;
	ssize_t len;

	if (!file)
		return NULL;
	len = getdelim(&text, &size, '\0', file);
	if (len < 0 && !ferror(file)) {
		free(text);
		text = strdup("");
	} else if (len < 0) {
		free(text);
		text = NULL;
	}
	fclose(file);
	return text;
}

/**
 * report_env_text - One entry of the environment
 * @report: The report.
 * @key: Key of env.json.
 *
 * Return: Its text; "" if it is absent or no string.
 */
const char *report_env_text(const struct report *report, const char *key)
{
	return text_of(report->env, key);
}

/**
 * report_next - Walk the sets of one bench
 * @report: The report.
 * @bench: The bench.
 * @i: Where to go on; 0 at first, moved behind the set found.
 *
 * Return: The set; NULL after the last.
 */
const struct sample_set *report_next(const struct report *report,
				     const struct report_bench *bench, size_t *i)
{
	const struct sample_set *set;

	while (*i < report->table.count) {
		set = &report->table.sets[(*i)++];
		if (!strcmp(set->bench, bench->name))
			return set;
	}
	return NULL;
}

/**
 * report_same - Find the same case in another table
 * @table: Where to look, e.g. the samples of an earlier report.
 * @set: The case looked for.
 *
 * Return: The set with the same bench, case, engine, unit and clock; or NULL.
 */
const struct sample_set *report_same(const struct sample_table *table,
				     const struct sample_set *set)
{
	const struct sample_set *other;
	size_t i;

	for (i = 0; i < table->count; i++) {
		other = &table->sets[i];
		if (!strcmp(other->bench, set->bench) && !strcmp(other->name, set->name) &&
		    !strcmp(other->engine, set->engine) && !strcmp(other->unit, set->unit) &&
		    !strcmp(other->clock, set->clock))
			return other;
	}
	return NULL;
}

static int load_samples(struct sample_table *table, const char *path)
{
	struct sample_error error;
	FILE *file = fopen(path, "r");
	int err;

	if (!file)
		return complain(path, strerror(errno));
	err = samples_read(table, file, &error);
	fclose(file);
	if (err == -EINVAL) {
		fprintf(stderr, "mkreport: %s:%ld: %s\n", path, error.line, error.what);
		return err;
	}
	return err ? err : samples_finish(table);
}

static int load_summary(struct report *report, const char *path)
{
	struct json_object *obj = json_object_from_file(path), *metrics;
	struct json_object **others;
	struct report_bench *bench;

	if (!obj)
		return complain(path, "not JSON, or not readable");
	if (!text_of(obj, "bench")[0] || !text_of(obj, "engine")[0] ||
	    !json_object_object_get_ex(obj, "metrics", &metrics) ||
	    !json_object_is_type(metrics, json_type_array)) {
		json_object_put(obj);
		return complain(path, "not a summary: no bench, engine or metrics");
	}
	if (strcmp(text_of(obj, "engine"), report->args.engine)) {
		others = reallocarray(report->others, report->other_count + 1,
				      sizeof(*others));
		if (!others)
			return -ENOMEM;
		report->others = others;
		others[report->other_count++] = obj;
		return 0;
	}
	bench = reallocarray(report->benches, report->bench_count + 1, sizeof(*bench));
	if (!bench)
		return -ENOMEM;
	report->benches = bench;
	bench += report->bench_count++;
	bench->summary = obj;
	bench->name = text_of(obj, "bench");
	bench->notes = NULL;
	return 0;
}

static int load_notes(const struct report *report, struct report_bench *bench)
{
	char *path;

	if (!report->args.notes)
		return 0;
	if (asprintf(&path, "%s/%s.md", report->args.notes, bench->name) < 0)
		return -ENOMEM;
	bench->notes = report_read_file(path);
	free(path);
	return 0;
}

/* Is the summary's figure the median of the samples? */
static bool figure_fits(struct json_object *metric, const struct sample_set *set,
			enum sample_config config)
{
	struct json_object *figure = NULL;
	double median;

	json_object_object_get_ex(metric, sample_config_names[config], &figure);
	if (!sample_set_has(set, config))
		return !figure;
	if (!figure)
		return false;
	median = set->cells[config].stats.median;
	return fabs(json_object_get_double(figure) - median) <=
	       SUMMARY_SLACK * fmax(1, fabs(median));
}

static struct json_object *find_metric(struct json_object *summary, const char *name)
{
	struct json_object *metrics, *metric;
	size_t i;

	json_object_object_get_ex(summary, "metrics", &metrics);
	for (i = 0; i < json_object_array_length(metrics); i++) {
		metric = json_object_array_get_idx(metrics, i);
		if (!strcmp(text_of(metric, "name"), name))
			return metric;
	}
	return NULL;
}

/* Every set must be in the summary with its medians; further metrics may be. */
static int check_bench(const struct report *report, const struct report_bench *bench)
{
	const struct sample_set *set;
	struct json_object *metric;
	size_t i = 0, count = 0;
	char name[160];
	int config;

	while ((set = report_next(report, bench, &i))) {
		if (sample_metric_name(set, name, sizeof(name)))
			return -ENAMETOOLONG;
		metric = find_metric(bench->summary, name);
		for (config = 0; metric && config < CONFIG_COUNT; config++)
			if (!figure_fits(metric, set, config))
				metric = NULL;
		if (!metric) {
			fprintf(stderr, "mkreport: summary of %s on %s does not fit its samples: %s\n",
				bench->name, report->args.engine, name);
			return -EINVAL;
		}
		count++;
	}
	if (!count) {
		fprintf(stderr, "mkreport: no raw samples of %s on %s\n", bench->name,
			report->args.engine);
		return -EINVAL;
	}
	return 0;
}

/* Is there a set whose figure this metric is? */
static bool has_samples(const struct report *report, const struct report_bench *bench,
			const char *metric)
{
	const struct sample_set *set;
	char name[160];
	size_t i = 0;

	while ((set = report_next(report, bench, &i)))
		if (!sample_metric_name(set, name, sizeof(name)) && !strcmp(name, metric))
			return true;
	return false;
}

/**
 * report_next_bare - Walk the figures of a summary that have no samples
 * @report: The report.
 * @bare: Its bench is given, the rest zeroed at first; the figure found.
 *
 * Return: False after the last.
 */
bool report_next_bare(const struct report *report, struct report_bare *bare)
{
	struct json_object *metrics, *metric, *figure;
	int config;

	json_object_object_get_ex(bare->bench->summary, "metrics", &metrics);
	while (bare->next < json_object_array_length(metrics)) {
		metric = json_object_array_get_idx(metrics, bare->next++);
		bare->name = text_of(metric, "name");
		bare->unit = text_of(metric, "unit");
		if (has_samples(report, bare->bench, bare->name))
			continue;
		for (config = 0; config < CONFIG_COUNT; config++) {
			figure = NULL;
			json_object_object_get_ex(metric, sample_config_names[config], &figure);
			words_value(bare->figures[config], sizeof(bare->figures[config]),
				    figure ? json_object_get_double(figure) : NAN);
		}
		return true;
	}
	return false;
}

/**
 * report_load - Load and check the parts of a report
 * @report: Result; to be freed by report_free() also after a failure.
 * @args: Where the parts are; must outlive the report.
 *
 * Prints one line on standard error for a part that is refused.
 *
 * Return: 0; -EINVAL for a part that is refused; -ENOMEM; -ENAMETOOLONG.
 */
int report_load(struct report *report, const struct report_args *args)
{
	size_t i;
	int err;

	memset(report, 0, sizeof(*report));
	report->args = *args;
	report->env = json_object_from_file(args->env);
	if (!report->env)
		return complain(args->env, "not JSON, or not readable");
	err = load_samples(&report->table, args->samples);
	if (!err && args->previous)
		err = load_samples(&report->previous, args->previous);
	for (i = 0; !err && i < args->summary_count; i++)
		err = load_summary(report, args->summaries[i]);
	if (!err && !report->bench_count)
		err = complain(args->engine, "no summaries");
	for (i = 0; !err && i < report->bench_count; i++) {
		err = load_notes(report, &report->benches[i]);
		if (!err)
			err = check_bench(report, &report->benches[i]);
	}
	return err;
}

/**
 * report_free - Free a report
 * @report: Loaded, or zeroed.
 */
void report_free(struct report *report)
{
	size_t i;

	for (i = 0; i < report->bench_count; i++) {
		json_object_put(report->benches[i].summary);
		free(report->benches[i].notes);
	}
	for (i = 0; i < report->other_count; i++)
		json_object_put(report->others[i]);
	free(report->benches);
	free(report->others);
	samples_free(&report->table);
	samples_free(&report->previous);
	json_object_put(report->env);
	memset(report, 0, sizeof(*report));
}
