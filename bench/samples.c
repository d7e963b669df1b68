// SPDX-License-Identifier: GPL-2.0
/*
 * Raw sample lines: read strictly, group, pool the rounds.
 *
 * A line that is not exactly what bench/schema/raw.json describes is refused;
 * keys that it does not describe are left alone, so that a bench may say more.
 *
 * Rounds that are copies of each other (a deterministic emulator started
 * again) are pooled as one: copies are no new evidence, and counting them would
 * make every interval too narrow.
 */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_sort.h>
#include <json-c/json.h>

#include "samples.h"

/* Above this a double no longer holds every whole number. */
#define SAMPLE_MAX	9007199254740992.0

const char * const sample_config_names[CONFIG_COUNT] = { "base", "off", "on" };

/* A line as read; the strings belong to the JSON object. */
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
};

__attribute__((format(printf, 2, 3)))
static int refuse(struct sample_error *error, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(error->what, sizeof(error->what), fmt, args);
	va_end(args);
	return -EINVAL;
}

/**
 * sample_engine_emulated - Is this engine an emulator
 * @engine: Name of an engine of kernel/boot/run.
 *
 * Return: True unless the figures come from a CPU running guests natively.
 */
bool sample_engine_emulated(const char *engine)
{
	return strcmp(engine, "host") && strcmp(engine, "qemu-kvm");
}

/* A name that can stand in a file name, a table and an HTML id as it is. */
static bool name_ok(const char *name)
{
	size_t i;

	for (i = 0; name[i]; i++)
		if (!isalnum((unsigned char)name[i]) && !strchr("_-+.", name[i]))
			return false;
	return i > 0 && i <= 64 && isalnum((unsigned char)name[0]);
}

static int get_string(struct json_object *obj, const char *key,
		      const char **value, struct sample_error *error)
{
	struct json_object *member;

	if (!json_object_object_get_ex(obj, key, &member))
		return refuse(error, "no \"%s\"", key);
	if (!json_object_is_type(member, json_type_string))
		return refuse(error, "\"%s\" is not a string", key);
	*value = json_object_get_string(member);
	if (!name_ok(*value))
		return refuse(error, "\"%s\" is not a plain name: '%.60s'", key, *value);
	return 0;
}

static int get_int(struct json_object *obj, const char *key, int least,
		   int *value, struct sample_error *error)
{
	struct json_object *member;
	int64_t number;

	if (!json_object_object_get_ex(obj, key, &member))
		return refuse(error, "no \"%s\"", key);
	if (!json_object_is_type(member, json_type_int))
		return refuse(error, "\"%s\" is not a whole number", key);
	number = json_object_get_int64(member);
	if (number < least || number > INT_MAX)
		return refuse(error, "\"%s\" is out of range", key);
	*value = number;
	return 0;
}

/* What an emulated CPU can be said to have done is not time. */
static int check_unit(const struct raw_line *raw, struct sample_error *error)
{
	if (sample_engine_emulated(raw->engine) &&
	    (!strcmp(raw->unit, "ns") || !strcmp(raw->unit, "cycles")))
		return refuse(error, "unit \"%s\" from the emulator %s, which has no such clock",
			      raw->unit, raw->engine);
	return 0;
}

static int parse_line(struct json_object *obj, struct raw_line *raw,
		      struct sample_error *error)
{
	int err;

	if (!json_object_is_type(obj, json_type_object))
		return refuse(error, "not a JSON object");
	if ((err = get_string(obj, "bench", &raw->bench, error)) ||
	    (err = get_string(obj, "case", &raw->name, error)) ||
	    (err = get_string(obj, "kernel", &raw->kernel, error)) ||
	    (err = get_string(obj, "config", &raw->config, error)) ||
	    (err = get_string(obj, "engine", &raw->engine, error)) ||
	    (err = get_string(obj, "unit", &raw->unit, error)) ||
	    (err = get_string(obj, "clock", &raw->clock, error)) ||
	    (err = get_int(obj, "round", 0, &raw->round, error)) ||
	    (err = get_int(obj, "warmup", 0, &raw->warmup, error)) ||
	    (err = check_unit(raw, error)))
		return err;
	if (!json_object_object_get_ex(obj, "samples", &raw->samples))
		return refuse(error, "no \"samples\"");
	if (!json_object_is_type(raw->samples, json_type_array))
		return refuse(error, "\"samples\" is not an array");
	if (!json_object_array_length(raw->samples))
		return refuse(error, "\"samples\" is empty");
	return 0;
}

static int copy_samples(struct json_object *array, struct sample_run *run,
			struct sample_error *error)
{
	struct json_object *item;
	enum json_type type;
	size_t i;

	run->n = json_object_array_length(array);
	run->samples = calloc(run->n, sizeof(*run->samples));
	if (!run->samples)
		return -ENOMEM;
	for (i = 0; i < run->n; i++) {
		item = json_object_array_get_idx(array, i);
		type = json_object_get_type(item);
		if (type != json_type_int && type != json_type_double)
			return refuse(error, "sample %zu is not a number", i);
		run->samples[i] = json_object_get_double(item);
		if (!isfinite(run->samples[i]) || run->samples[i] < 0)
			return refuse(error, "sample %zu is not a number from 0 up", i);
		if (run->samples[i] > SAMPLE_MAX)
			return refuse(error, "sample %zu is above 2^53", i);
	}
	return 0;
}

static struct sample_set *find_set(struct sample_table *table,
				   const struct raw_line *raw)
{
	struct sample_set *set;
	size_t i;

	for (i = 0; i < table->count; i++) {
		set = &table->sets[i];
		if (!strcmp(set->bench, raw->bench) && !strcmp(set->name, raw->name) &&
		    !strcmp(set->engine, raw->engine))
			return set;
	}
	set = reallocarray(table->sets, table->count + 1, sizeof(*set));
	if (!set)
		return NULL;
	table->sets = set;
	set += table->count++;
	memset(set, 0, sizeof(*set));
	set->bench = strdup(raw->bench);
	set->name = strdup(raw->name);
	set->engine = strdup(raw->engine);
	set->unit = strdup(raw->unit);
	set->clock = strdup(raw->clock);
	if (!set->bench || !set->name || !set->engine || !set->unit || !set->clock)
		return NULL;
	return set;
}

static int check_cell(const struct sample_set *set, const struct sample_cell *cell,
		      const struct raw_line *raw, struct sample_error *error)
{
	size_t i;

	if (strcmp(set->unit, raw->unit))
		return refuse(error, "case %s has unit \"%s\" here and \"%s\" before",
			      set->name, raw->unit, set->unit);
	if (strcmp(set->clock, raw->clock))
		return refuse(error, "case %s has clock \"%s\" here and \"%s\" before",
			      set->name, raw->clock, set->clock);
	if (!cell->kernel)
		return 0;
	if (strcmp(cell->kernel, raw->kernel))
		return refuse(error, "case %s, config %s, has kernel \"%s\" here and \"%s\" before",
			      set->name, raw->config, raw->kernel, cell->kernel);
	if (cell->warmup != raw->warmup)
		return refuse(error, "case %s, config %s, has warmup %d here and %d before",
			      set->name, raw->config, raw->warmup, cell->warmup);
	for (i = 0; i < cell->run_count; i++)
		if (cell->runs[i].round == raw->round)
			return refuse(error, "case %s, config %s, round %d a second time",
				      set->name, raw->config, raw->round);
	return 0;
}

static int add_line(struct sample_table *table, const struct raw_line *raw,
		    struct sample_error *error)
{
	struct sample_cell *cell;
	struct sample_set *set;
	struct sample_run *run;
	int config, err;

	for (config = 0; config < CONFIG_COUNT; config++)
		if (!strcmp(raw->config, sample_config_names[config]))
			break;
	if (config == CONFIG_COUNT)
		return refuse(error, "\"config\" is none of base, off, on: '%s'", raw->config);
	set = find_set(table, raw);
	if (!set)
		return -ENOMEM;
	cell = &set->cells[config];
	err = check_cell(set, cell, raw, error);
	if (err)
		return err;

	if (!cell->kernel)
		cell->kernel = strdup(raw->kernel);
	run = reallocarray(cell->runs, cell->run_count + 1, sizeof(*run));
	if (!cell->kernel || !run)
		return -ENOMEM;
	cell->runs = run;
	cell->warmup = raw->warmup;
	run += cell->run_count++;
	run->round = raw->round;
	return copy_samples(raw->samples, run, error);
}

/* One line of text: exactly one JSON value, nothing behind it. */
static int read_line(struct sample_table *table, const char *text, size_t len,
		     struct sample_error *error)
{
	struct json_tokener *tok = json_tokener_new();
	struct raw_line raw = { 0 };
	struct json_object *obj;
	int err;

	if (!tok)
		return -ENOMEM;
	json_tokener_set_flags(tok, JSON_TOKENER_STRICT);
	obj = json_tokener_parse_ex(tok, text, len + 1);
	if (json_tokener_get_error(tok) != json_tokener_success)
		err = refuse(error, "not JSON: %s",
			     json_tokener_error_desc(json_tokener_get_error(tok)));
	else if (strlen(text) != len)
		err = refuse(error, "not JSON: a zero byte");
	else
		err = parse_line(obj, &raw, error);
	if (!err)
		err = add_line(table, &raw, error);
	json_object_put(obj);
	json_tokener_free(tok);
	return err;
}

/**
 * samples_read - Add the raw lines of one file to a table
 * @table: Zeroed, or filled by earlier calls.
 * @file: Open for reading; left open.
 * @error: On -EINVAL, the line and what is wrong with it.
 *
 * Empty lines are allowed. After a failure the table may only be freed.
 *
 * Return: 0; -EINVAL for a line that is refused; what reading failed with;
 * -ENOMEM.
 */
int samples_read(struct sample_table *table, FILE *file,
		 struct sample_error *error)
{
	size_t size = 0;
	char *text = NULL;
	ssize_t len;
	int err = 0;

	error->line = 0;
	error->what[0] = '\0';
	while (!err && (len = getline(&text, &size, file)) >= 0) {
		error->line++;
		while (len > 0 && (text[len - 1] == '\n' || text[len - 1] == '\r'))
			text[--len] = '\0';
		if (len)
			err = read_line(table, text, len, error);
	}
	if (!err && ferror(file))
		err = -errno;
	free(text);
	return err;
}

static int by_round(const void *a, const void *b)
{
	const struct sample_run *left = a, *right = b;

	return (left->round > right->round) - (left->round < right->round);
}

static bool all_copies(const struct sample_cell *cell)
{
	const struct sample_run *first = &cell->runs[0];
	size_t i;

	for (i = 1; i < cell->run_count; i++)
		if (cell->runs[i].n != first->n ||
		    memcmp(cell->runs[i].samples, first->samples,
			   first->n * sizeof(*first->samples)))
			return false;
	return cell->run_count > 1;
}

/* The median of one round; its other figures are nobody's business. */
static int run_median(const struct sample_run *run, double *median)
{
	double *sorted = malloc(run->n * sizeof(*sorted));

	if (!sorted)
		return -ENOMEM;
	memcpy(sorted, run->samples, run->n * sizeof(*sorted));
	gsl_sort(sorted, 1, run->n);
	*median = stats_quantile(sorted, run->n, 0.5);
	free(sorted);
	return 0;
}

/* Pool the rounds of a cell, in their order, and describe them. */
static int finish_cell(struct sample_cell *cell)
{
	double low = INFINITY, high = -INFINITY, median;
	size_t i, used;
	int err;

	qsort(cell->runs, cell->run_count, sizeof(*cell->runs), by_round);
	cell->copies = all_copies(cell);
	used = cell->copies ? 1 : cell->run_count;
	for (cell->n = 0, i = 0; i < used; i++)
		cell->n += cell->runs[i].n;
	cell->samples = calloc(cell->n, sizeof(*cell->samples));
	if (!cell->samples)
		return -ENOMEM;
	for (cell->n = 0, i = 0; i < used; i++) {
		memcpy(cell->samples + cell->n, cell->runs[i].samples,
		       cell->runs[i].n * sizeof(*cell->samples));
		cell->n += cell->runs[i].n;
		err = run_median(&cell->runs[i], &median);
		if (err)
			return err;
		low = fmin(low, median);
		high = fmax(high, median);
	}
	cell->between = high - low;
	return stats_describe(cell->samples, cell->n, &cell->stats);
}

static int compare_cells(const struct sample_cell *a, const struct sample_cell *b,
			 struct stats_ab *ab)
{
	if (!a->kernel || !b->kernel)
		return 0;
	return stats_compare(a->samples, a->n, b->samples, b->n,
			     fmax(a->between, b->between), ab);
}

/**
 * samples_finish - Compute the figures of every set after the last file
 * @table: Filled by samples_read().
 *
 * Return: 0; -ENOMEM.
 */
int samples_finish(struct sample_table *table)
{
	struct sample_set *set;
	int config, err;
	size_t i;

	for (i = 0; i < table->count; i++) {
		set = &table->sets[i];
		for (config = 0; config < CONFIG_COUNT; config++) {
			if (!sample_set_has(set, config))
				continue;
			err = finish_cell(&set->cells[config]);
			if (err)
				return err;
		}
		err = compare_cells(&set->cells[CONFIG_BASE], &set->cells[CONFIG_OFF],
				    &set->off_base);
		if (err)
			return err;
		err = compare_cells(&set->cells[CONFIG_OFF], &set->cells[CONFIG_ON],
				    &set->on_off);
		if (err)
			return err;
	}
	return 0;
}

/**
 * sample_set_has - Are there samples of this configuration
 * @set: The set.
 * @config: The configuration.
 *
 * Return: True if at least one line gave samples.
 */
bool sample_set_has(const struct sample_set *set, enum sample_config config)
{
	return set->cells[config].kernel;
}

/**
 * sample_metric_name - Stable name of a set's figure in summaries
 * @set: The set.
 * @buf: Result: <case>_<unit>, dashes of the unit as underscores.
 * @size: Its size in bytes.
 *
 * Return: 0; -ENAMETOOLONG.
 */
int sample_metric_name(const struct sample_set *set, char *buf, size_t size)
{
	int len = snprintf(buf, size, "%s_%s", set->name, set->unit);
	char *p;

	if (len < 0 || (size_t)len >= size)
		return -ENAMETOOLONG;
	for (p = buf + strlen(set->name); *p; p++)
		if (*p == '-')
			*p = '_';
	return 0;
}

/**
 * samples_free - Free a table
 * @table: Becomes empty.
 */
void samples_free(struct sample_table *table)
{
	struct sample_cell *cell;
	struct sample_set *set;
	size_t i, k;
	int config;

	for (i = 0; i < table->count; i++) {
		set = &table->sets[i];
		for (config = 0; config < CONFIG_COUNT; config++) {
			cell = &set->cells[config];
			for (k = 0; k < cell->run_count; k++)
				free(cell->runs[k].samples);
			free(cell->runs);
			free(cell->samples);
			free(cell->kernel);
		}
		free(set->bench);
		free(set->name);
		free(set->engine);
		free(set->unit);
		free(set->clock);
	}
	free(table->sets);
	memset(table, 0, sizeof(*table));
}
