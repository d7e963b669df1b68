// SPDX-License-Identifier: GPL-2.0
/*
 * What benchstat writes as JSON: all figures, and the summary of one bench
 * (bench/schema/summary.json).
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "benchjson.h"
#include "words.h"

static void add(struct json_object *obj, const char *key, double value)
{
	json_object_object_add(obj, key, words_json_number(value));
}

static void add_text(struct json_object *obj, const char *key, const char *text)
{
	json_object_object_add(obj, key, json_object_new_string(text));
}

static void add_flag(struct json_object *obj, const char *key, bool flag)
{
	json_object_object_add(obj, key, json_object_new_boolean(flag));
}

static struct json_object *cell_json(const struct sample_cell *cell)
{
	const struct stats *s = &cell->stats;
	struct json_object *obj;

	if (!cell->kernel)
		return NULL;
	obj = json_object_new_object();
	add_text(obj, "kernel", cell->kernel);
	add(obj, "warmup", cell->warmup);
	add(obj, "rounds", cell->run_count);
	add_flag(obj, "rounds_are_copies", cell->copies);
	add(obj, "between_rounds", cell->between);
	add(obj, "n", s->n);
	add(obj, "min", s->min);
	add(obj, "median", s->median);
	add(obj, "median_lo", s->median_lo);
	add(obj, "median_hi", s->median_hi);
	add(obj, "p90", s->p90);
	add(obj, "p99", s->p99);
	add(obj, "p999", s->p999);
	add(obj, "max", s->max);
	add(obj, "mad", s->mad);
	add(obj, "outliers", s->outliers);
	add(obj, "mean", s->mean);
	add(obj, "sd", s->sd);
	add(obj, "lag1", s->lag1);
	add_flag(obj, "correlated", s->correlated);
	return obj;
}

static struct json_object *change_json(const struct sample_set *set,
				       enum sample_config from,
				       enum sample_config to,
				       const struct stats_ab *ab)
{
	struct json_object *obj;
	char text[200];

	if (!sample_set_has(set, from) || !sample_set_has(set, to))
		return NULL;
	words_change(text, sizeof(text), set, &set->cells[from], ab);
	obj = json_object_new_object();
	add_text(obj, "verdict", stats_verdict_word(ab->verdict));
	add(obj, "shift", ab->shift);
	add(obj, "shift_lo", ab->shift_lo);
	add(obj, "shift_hi", ab->shift_hi);
	add(obj, "a12", ab->a12);
	add(obj, "delta", ab->delta);
	add_text(obj, "effect", stats_effect_word(ab->delta));
	add(obj, "between_rounds", ab->between);
	add(obj, "floor", ab->floor);
	add_text(obj, "text", text);
	return obj;
}

static struct json_object *set_json(const struct sample_set *set)
{
	struct json_object *obj = json_object_new_object();
	int config;

	add_text(obj, "bench", set->bench);
	add_text(obj, "case", set->name);
	add_text(obj, "engine", set->engine);
	add_text(obj, "unit", set->unit);
	add_text(obj, "clock", set->clock);
	for (config = 0; config < CONFIG_COUNT; config++)
		json_object_object_add(obj, sample_config_names[config],
				       cell_json(&set->cells[config]));
	json_object_object_add(obj, "off_base",
			       change_json(set, CONFIG_BASE, CONFIG_OFF, &set->off_base));
	json_object_object_add(obj, "on_off",
			       change_json(set, CONFIG_OFF, CONFIG_ON, &set->on_off));
	return obj;
}

static int write_object(struct json_object *obj, FILE *file, int flags)
{
	const char *text = json_object_to_json_string_ext(obj, flags);

	if (!text)
		return -ENOMEM;
	return fputs(text, file) < 0 || fputc('\n', file) < 0 ? -EIO : 0;
}

/**
 * benchjson_print - Write every figure of a table as one JSON object
 * @table: Finished by samples_finish().
 * @file: Where to.
 *
 * Return: 0; -ENOMEM; -EIO if writing failed.
 */
int benchjson_print(const struct sample_table *table, FILE *file)
{
	struct json_object *obj = json_object_new_object();
	struct json_object *sets = json_object_new_array();
	size_t i;
	int err;

	add(obj, "schema", BENCHJSON_SCHEMA);
	add_text(obj, "tool", "benchstat");
	add(obj, "confidence", STATS_CONFIDENCE);
	add(obj, "resamples", STATS_RESAMPLES);
	add(obj, "seed", STATS_SEED);
	for (i = 0; i < table->count; i++)
		json_object_array_add(sets, set_json(&table->sets[i]));
	json_object_object_add(obj, "sets", sets);
	err = write_object(obj, file, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED);
	json_object_put(obj);
	return err;
}

/* The names of the kernels, each once, in the order base, off, on. */
static void kernel_names(const struct sample_table *table, char *buf, size_t size)
{
	const char *seen[CONFIG_COUNT];
	size_t count = 0, i, k, len = 0;
	const char *name;
	int config;

	buf[0] = '\0';
	for (config = 0; config < CONFIG_COUNT; config++) {
		for (i = 0, name = NULL; i < table->count && !name; i++)
			name = table->sets[i].cells[config].kernel;
		for (k = 0; name && k < count; k++)
			if (!strcmp(seen[k], name))
				name = NULL;
		if (!name)
			continue;
		seen[count++] = name;
		len += snprintf(buf + len, size - len, "%s%s", len ? "+" : "", name);
		if (len >= size)
			return;
	}
}

static struct json_object *metric_json(const struct sample_set *set)
{
	struct json_object *obj;
	char name[160];
	int config;

	if (sample_metric_name(set, name, sizeof(name)))
		return NULL;
	obj = json_object_new_object();
	add_text(obj, "name", name);
	add_text(obj, "unit", set->unit);
	for (config = 0; config < CONFIG_COUNT; config++)
		json_object_object_add(obj, sample_config_names[config],
				       sample_set_has(set, config) ?
				       words_json_number(set->cells[config].stats.median) :
				       NULL);
	return obj;
}

/* What all units have in common up to the first _: insn for insn_allcpu. */
static void common_unit(const struct sample_table *table, char *buf, size_t size)
{
	size_t i, len = strcspn(table->sets[0].unit, "_");
	bool same = true, kin = true;
	const char *unit;

	for (i = 1; i < table->count; i++) {
		unit = table->sets[i].unit;
		same = same && !strcmp(unit, table->sets[0].unit);
		kin = kin && strcspn(unit, "_") == len &&
		      !strncmp(unit, table->sets[0].unit, len);
	}
	if (same)
		snprintf(buf, size, "%s", table->sets[0].unit);
	else if (kin)
		snprintf(buf, size, "%.*s", (int)len, table->sets[0].unit);
	else
		snprintf(buf, size, "mixed");
}

static struct json_object *summary_json(const struct sample_table *table,
					const char *kernel)
{
	struct json_object *obj = json_object_new_object();
	struct json_object *metrics = json_object_new_array();
	char names[200], unit[80];
	size_t i;

	for (i = 0; i < table->count; i++)
		json_object_array_add(metrics, metric_json(&table->sets[i]));
	common_unit(table, unit, sizeof(unit));
	kernel_names(table, names, sizeof(names));
	add_text(obj, "bench", table->sets[0].bench);
	add_text(obj, "engine", table->sets[0].engine);
	add_text(obj, "unit", unit);
	add_text(obj, "kernel", kernel ? kernel : names);
	json_object_object_add(obj, "metrics", metrics);
	return obj;
}

/* Write beside the file, then rename: a reader never sees half a summary. */
static int write_whole(struct json_object *obj, const char *path)
{
	char *part = NULL;
	FILE *file;
	int err;

	if (asprintf(&part, "%s.part", path) < 0)
		return -ENOMEM;
	file = fopen(part, "w");
	if (!file) {
		err = -errno;
		goto out_free;
	}
	err = write_object(obj, file, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED);
	if (fclose(file) && !err)
		err = -errno;
	if (!err && rename(part, path))
		err = -errno;
	if (err)
		remove(part);
out_free:
	free(part);
	return err;
}

/**
 * benchjson_write_summary - Write the medians of one bench on one engine
 * @table: Finished, and not empty.
 * @kernel: What to say of the kernel; NULL for the names in the samples.
 * @path: File to write; replaced as a whole or not at all.
 * @what: On -EINVAL, why.
 * @size: Its size in bytes.
 *
 * Return: 0; -EINVAL if the table holds more than one bench or engine; -ENOMEM;
 * or what opening, writing or renaming the file failed with.
 */
int benchjson_write_summary(const struct sample_table *table, const char *kernel,
			    const char *path, char *what, size_t size)
{
	const struct sample_set *first = &table->sets[0], *set;
	struct json_object *obj;
	size_t i;
	int err;

	for (i = 1; i < table->count; i++) {
		set = &table->sets[i];
		if (!strcmp(set->bench, first->bench) && !strcmp(set->engine, first->engine))
			continue;
		snprintf(what, size, "one summary holds one bench on one engine, not %s on %s and %s on %s",
			 first->bench, first->engine, set->bench, set->engine);
		return -EINVAL;
	}
	obj = summary_json(table, kernel);
	err = write_whole(obj, path);
	json_object_put(obj);
	return err;
}
