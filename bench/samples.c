// SPDX-License-Identifier: GPL-2.0
/*
 * Raw sample lines: group them, pool the rounds, compute the figures.
 *
 * Rounds that are copies of each other (a deterministic emulator started
 * again) are pooled as one: copies are no new evidence, and counting them would
 * make every interval too narrow.
 *
 * Not here: what a line must hold (raw.c).
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_sort.h>

#include "raw.h"
#include "samples.h"

const char * const sample_config_names[CONFIG_COUNT] = { "base", "off", "on" };

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
		return raw_refuse(error, "case %s has unit \"%s\" here and \"%s\" before",
			      set->name, raw->unit, set->unit);
	if (strcmp(set->clock, raw->clock))
		return raw_refuse(error, "case %s has clock \"%s\" here and \"%s\" before",
			      set->name, raw->clock, set->clock);
	if (!cell->kernel)
		return 0;
	if (strcmp(cell->kernel, raw->kernel))
		return raw_refuse(error, "case %s, config %s, has kernel \"%s\" here and \"%s\" before",
			      set->name, raw->config, raw->kernel, cell->kernel);
	if (cell->warmup != raw->warmup)
		return raw_refuse(error, "case %s, config %s, has warmup %d here and %d before",
			      set->name, raw->config, raw->warmup, cell->warmup);
	for (i = 0; i < cell->run_count; i++)
		if (cell->runs[i].round == raw->round)
			return raw_refuse(error, "case %s, config %s, round %d a second time",
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
		return raw_refuse(error, "\"config\" is none of base, off, on: '%s'", raw->config);
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
	return raw_samples(raw, run, error);
}

static int read_line(struct sample_table *table, const char *text, size_t len,
		     struct sample_error *error)
{
	struct raw_line raw;
	int err;

	err = raw_parse(text, len, &raw, error);
	if (!err)
		err = add_line(table, &raw, error);
	raw_release(&raw);
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

/* Is the unit a part of the case's name, as in resume_insn_n4? */
static bool names_unit(const char *name, const char *unit)
{
	size_t len = strlen(unit);
	const char *p = name;

	while ((p = strstr(p, unit))) {
		if (p > name && p[-1] == '_' && (p[len] == '_' || !p[len]))
			return true;
		p++;
	}
	return false;
}

/**
 * sample_metric_name - Stable name of a set's figure in summaries
 * @set: The set.
 * @buf: Result: <case>_<unit>, dashes of the unit as underscores; the case alone
 *       if it names the unit itself or is a ratio, whose name says of what.
 * @size: Its size in bytes.
 *
 * Return: 0; -ENAMETOOLONG.
 */
int sample_metric_name(const struct sample_set *set, char *buf, size_t size)
{
	bool bare = !strncmp(set->unit, "per_", 4) || !strcmp(set->unit, "share") ||
		    names_unit(set->name, set->unit);
	int len = bare ? snprintf(buf, size, "%s", set->name) :
			  snprintf(buf, size, "%s_%s", set->name, set->unit);
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
