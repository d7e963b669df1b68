// SPDX-License-Identifier: GPL-2.0
/*
 * One raw sample line: what it must hold.
 *
 * A line that is not exactly what bench/schema/raw.json describes is refused;
 * keys that it does not describe are left alone, so that a bench may say more.
 */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "raw.h"

/* Above this a double no longer holds every whole number. */
#define SAMPLE_MAX	9007199254740992.0

/**
 * raw_refuse - Say why a line is refused
 * @error: Gets the reason.
 * @fmt: As for printf().
 *
 * Return: -EINVAL.
 */
int raw_refuse(struct sample_error *error, const char *fmt, ...)
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
		return raw_refuse(error, "no \"%s\"", key);
	if (!json_object_is_type(member, json_type_string))
		return raw_refuse(error, "\"%s\" is not a string", key);
	*value = json_object_get_string(member);
	if (!name_ok(*value))
		return raw_refuse(error, "\"%s\" is not a plain name: '%.60s'", key, *value);
	return 0;
}

static int get_int(struct json_object *obj, const char *key, int least,
		   int *value, struct sample_error *error)
{
	struct json_object *member;
	int64_t number;

	if (!json_object_object_get_ex(obj, key, &member))
		return raw_refuse(error, "no \"%s\"", key);
	if (!json_object_is_type(member, json_type_int))
		return raw_refuse(error, "\"%s\" is not a whole number", key);
	number = json_object_get_int64(member);
	if (number < least || number > INT_MAX)
		return raw_refuse(error, "\"%s\" is out of range", key);
	*value = number;
	return 0;
}

/* What an emulated CPU can be said to have done is not time. */
static int check_unit(const struct raw_line *raw, struct sample_error *error)
{
	if (sample_engine_emulated(raw->engine) &&
	    (!strcmp(raw->unit, "ns") || !strcmp(raw->unit, "cycles")))
		return raw_refuse(error, "unit \"%s\" from the emulator %s, which has no such clock",
			      raw->unit, raw->engine);
	return 0;
}

static int parse_line(struct json_object *obj, struct raw_line *raw,
		      struct sample_error *error)
{
	int err;

	if (!json_object_is_type(obj, json_type_object))
		return raw_refuse(error, "not a JSON object");
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
		return raw_refuse(error, "no \"samples\"");
	if (!json_object_is_type(raw->samples, json_type_array))
		return raw_refuse(error, "\"samples\" is not an array");
	if (!json_object_array_length(raw->samples))
		return raw_refuse(error, "\"samples\" is empty");
	return 0;
}

/**
 * raw_parse - Parse one line
 * @text: The line, without its end.
 * @len: Its length; a zero byte within is refused.
 * @raw: Result, to be released by raw_release() also after a failure.
 * @error: On -EINVAL, what is wrong.
 *
 * Return: 0; -EINVAL for a line that is refused; -ENOMEM.
 */
int raw_parse(const char *text, size_t len, struct raw_line *raw,
	      struct sample_error *error)
{
	struct json_tokener *tok = json_tokener_new();
	enum json_tokener_error problem;

	memset(raw, 0, sizeof(*raw));
	if (!tok)
		return -ENOMEM;
	json_tokener_set_flags(tok, JSON_TOKENER_STRICT);
	raw->holder = json_tokener_parse_ex(tok, text, len + 1);
	problem = json_tokener_get_error(tok);
	json_tokener_free(tok);
	if (problem != json_tokener_success)
		return raw_refuse(error, "not JSON: %s", json_tokener_error_desc(problem));
	if (strlen(text) != len)
		return raw_refuse(error, "not JSON: a zero byte");
	return parse_line(raw->holder, raw, error);
}

/**
 * raw_release - Free what a line holds
 * @raw: The line; its strings are gone then.
 */
void raw_release(struct raw_line *raw)
{
	json_object_put(raw->holder);
	raw->holder = NULL;
}

/**
 * raw_samples - Copy the samples out of a line
 * @raw: The line.
 * @run: Gets them, to be freed also after a failure.
 * @error: On -EINVAL, which sample and why.
 *
 * Return: 0; -EINVAL for a sample that is none; -ENOMEM.
 */
int raw_samples(const struct raw_line *raw, struct sample_run *run,
		struct sample_error *error)
{
	struct json_object *array = raw->samples, *item;
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
			return raw_refuse(error, "sample %zu is not a number", i);
		run->samples[i] = json_object_get_double(item);
		if (!isfinite(run->samples[i]) || run->samples[i] < 0)
			return raw_refuse(error, "sample %zu is not a number from 0 up", i);
		if (run->samples[i] > SAMPLE_MAX)
			return raw_refuse(error, "sample %zu is above 2^53", i);
	}
	return 0;
}
