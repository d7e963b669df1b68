// SPDX-License-Identifier: GPL-2.0
/*
 * json.c - one JSON object per line, built with json-c
 *
 * What it is not: no schema of any tool; only print_json_line() writes.
 *
 * Every function that takes a value takes it over: when it fails, the value is
 * gone and the caller has only its own object to put.
 */
#include "json.h"

#include <errno.h>

/**
 * json_add - Put a value into an object
 * @object: The object.
 * @name: The value's name in it.
 * @value: The value, taken over; NULL: making it failed.
 *
 * Return: 0; -ENOMEM: no memory for the value or for the entry.
 */
int json_add(struct json_object *object, const char *name,
	     struct json_object *value)
{
	if (!value)
		return -ENOMEM;
	if (json_object_object_add(object, name, value)) {
		json_object_put(value);
		return -ENOMEM;
	}
	return 0;
}

/**
 * json_add_u64 - Put a number into an object
 * @object: The object.
 * @name: The number's name in it.
 * @value: The number.
 *
 * Return: 0; -ENOMEM: no memory.
 */
int json_add_u64(struct json_object *object, const char *name, uint64_t value)
{
	return json_add(object, name, json_object_new_uint64(value));
}

/**
 * json_add_string - Put a string into an object
 * @object: The object.
 * @name: The string's name in it.
 * @value: The string, which is copied.
 *
 * Return: 0; -ENOMEM: no memory.
 */
int json_add_string(struct json_object *object, const char *name,
		    const char *value)
{
	return json_add(object, name, json_object_new_string(value));
}

/**
 * json_add_figure - Put a number with a unit into an object
 * @object: The object.
 * @name: The number's name without its unit, such as "max".
 * @suffix: The unit, such as "ns": the name becomes "max_ns".
 * @value: The number.
 *
 * Return: 0; -ENOMEM: no memory; -ENAMETOOLONG: the names are too long.
 */
int json_add_figure(struct json_object *object, const char *name,
		    const char *suffix, uint64_t value)
{
	char full[48];

	if (snprintf(full, sizeof(full), "%s_%s", name, suffix) >=
	    (int)sizeof(full))
		return -ENAMETOOLONG;
	return json_add_u64(object, full, value);
}

static int add_slot(struct json_object *array, const struct hist *hist,
		    unsigned int slot, const char *suffix)
{
	struct json_object *entry = json_object_new_object();
	char name[48];
	int err;

	if (!entry)
		return -ENOMEM;
	err = json_add_figure(entry, "ge", suffix, lat_hist_ge(slot));
	if (!err && lat_hist_lt(slot)) {
		err = json_add_figure(entry, "lt", suffix, lat_hist_lt(slot));
	} else if (!err) {
		snprintf(name, sizeof(name), "lt_%s", suffix);
		if (json_object_object_add(entry, name, NULL))
			err = -ENOMEM;
	}
	if (!err)
		err = json_add_u64(entry, "count", hist->slots[slot]);
	if (!err && json_object_array_add(array, entry))
		err = -ENOMEM;
	if (err)
		json_object_put(entry);
	return err;
}

/**
 * json_from_slots - Make an array of a histogram's buckets
 * @hist: The histogram; buckets without a value are left out.
 * @suffix: The unit, as in json_add_figure().
 *
 * Each entry is {ge_UNIT, lt_UNIT, count}: at least ge, less than lt; lt is
 * null in the bucket that is open at the top.
 *
 * Return: The array, the caller's to put; NULL: no memory.
 */
struct json_object *json_from_slots(const struct hist *hist,
				    const char *suffix)
{
	struct json_object *array = json_object_new_array();
	unsigned int i;

	if (!array)
		return NULL;
	for (i = 0; i < LAT_HIST_SLOTS; i++) {
		if (hist->slots[i] && add_slot(array, hist, i, suffix)) {
			json_object_put(array);
			return NULL;
		}
	}
	return array;
}

static int add_percentile(struct json_object *object, const struct hist *hist,
			  unsigned int permille, const char *name,
			  const char *suffix)
{
	return json_add_figure(object, name, suffix,
			       hist_percentile_lt(hist, permille));
}

/**
 * json_from_hist - Make an object of a histogram
 * @hist: The histogram.
 * @suffix: The unit, as in json_add_figure().
 *
 * Return: The object {count, sum_UNIT, min_UNIT, max_UNIT, min_exact,
 * max_exact, p50_lt_UNIT, p90_lt_UNIT, p99_lt_UNIT, hist}, the caller's to
 * put; without extremes and percentiles when count is 0. NULL: no memory.
 */
struct json_object *json_from_hist(const struct hist *hist,
				   const char *suffix)
{
	struct json_object *object = json_object_new_object();
	int err;

	if (!object)
		return NULL;
	err = json_add_u64(object, "count", hist->count);
	err = err ?: json_add_figure(object, "sum", suffix, hist->sum);
	if (hist->count) {
		err = err ?: json_add_figure(object, "min", suffix, hist->min);
		err = err ?: json_add_figure(object, "max", suffix, hist->max);
		err = err ?: json_add(object, "min_exact",
				json_object_new_boolean(hist->min_exact));
		err = err ?: json_add(object, "max_exact",
				json_object_new_boolean(hist->max_exact));
		err = err ?: add_percentile(object, hist, 500, "p50_lt",
					    suffix);
		err = err ?: add_percentile(object, hist, 900, "p90_lt",
					    suffix);
		err = err ?: add_percentile(object, hist, 990, "p99_lt",
					    suffix);
	}
	err = err ?: json_add(object, "hist", json_from_slots(hist, suffix));
	if (err) {
		json_object_put(object);
		return NULL;
	}
	return object;
}

/**
 * print_json_line - Print an object as one line and flush it
 * @out: Where to.
 * @object: The object; still the caller's.
 *
 * Return: 0; -ENOMEM: no memory for the text; -EPIPE, -ENOSPC, ...: writing
 * failed, as write() says.
 */
int print_json_line(FILE *out, struct json_object *object)
{
	const char *text;

	text = json_object_to_json_string_ext(object, JSON_C_TO_STRING_PLAIN);
	if (!text)
		return -ENOMEM;
	errno = 0;
	if (fputs(text, out) == EOF || fputc('\n', out) == EOF || fflush(out))
		return -(errno ? errno : EIO);
	return 0;
}
