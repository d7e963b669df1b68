// SPDX-License-Identifier: GPL-2.0
/*
 * jsoncheck.c - compare sums over JSON with what is known
 *
 * Usage: jsoncheck FILE CHECK...
 * FILE holds lines of JSON: reports of a tool, or a map dump of bpftool. CHECK is
 *   SUM=SUM, SUM>=SUM, SUM<=SUM   where SUM is TERM or TERM+TERM+...
 *   buckets                       every distribution of the reports is one: its
 *                                 extremes lie in its buckets, which add up
 *   print:SUM                     prints it; always holds
 * TERM is a number or a path of names with dots between them. It stands for the
 * sum of all that is found there: arrays are gone through, and true is 1. Behind
 * a name, [NAME=NUMBER] takes only objects that have such a member. A path that
 * ends in _ is a figure; the unit of the report is added to it.
 * Every CHECK that does not hold is printed; the exit status is then 1.
 *
 * What it is not: no knowledge of any tool's rows.
 */
#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "part.h"

/* Takes what is before the next dot outside of brackets off @path. */
static const char *next_name(const char *path, char *name, size_t size)
{
	size_t length = strcspn(path, ".[");

	if (path[length] == '[')
		length += strcspn(path + length, "]") + 1;
	if (!length || length >= size || (path[length] && path[length] != '.'))
		give_up("bad path", path);
	snprintf(name, size, "%.*s", (int)length, path);
	return path + length + (path[length] == '.');
}

static bool selected(struct json_object *json, const char *selector)
{
	char name[32];
	uint64_t wanted;

	if (!selector)
		return true;
	if (sscanf(selector, "%31[^=]=%lu", name, &wanted) != 2)
		give_up("bad selector", selector);
	return member(json, name) && number(json, name) == wanted;
}

static uint64_t sum_at(struct json_object *json, const char *path,
		       const char *selector);

static uint64_t sum_array(struct json_object *array, const char *path,
			  const char *selector)
{
	uint64_t sum = 0;
	size_t i;

	for (i = 0; i < json_object_array_length(array); i++)
		sum += sum_at(json_object_array_get_idx(array, i), path,
			      selector);
	return sum;
}

/* @selector is what the objects that @json leads to must have. */
static uint64_t sum_at(struct json_object *json, const char *path,
		       const char *selector)
{
	char name[80], *next = NULL;

	if (json_object_is_type(json, json_type_array))
		return sum_array(json, path, selector);
	if (!selected(json, selector))
		return 0;
	if (!*path)
		return json_object_get_uint64(json);
	path = next_name(path, name, sizeof(name));
	if (strchr(name, '[')) {
		next = strchr(name, '[');
		*next++ = '\0';
	}
	return sum_at(member(json, name), path, next);
}

static uint64_t term_value(struct json_object *lines, const char *term)
{
	char path[160], unit[32];
	size_t length = strlen(term);

	if (*term >= '0' && *term <= '9')
		return strtoull(term, NULL, 10);
	unit[0] = '\0';
	if (length && term[length - 1] == '_')
		read_unit(json_object_array_get_idx(lines, 0), unit,
			  sizeof(unit));
	snprintf(path, sizeof(path), "%s%s", term, unit);
	return sum_at(lines, path, NULL);
}

static uint64_t sum_value(struct json_object *lines, const char *text)
{
	char copy[512], *term, *rest = NULL;
	uint64_t sum = 0;

	snprintf(copy, sizeof(copy), "%s", text);
	for (term = strtok_r(copy, "+", &rest); term;
	     term = strtok_r(NULL, "+", &rest))
		sum += term_value(lines, term);
	return sum;
}

/* An object with a count and buckets is a distribution. */
static bool buckets_hold(struct json_object *json, const char *unit,
			 const char *name)
{
	struct part part = {};
	bool holds = true;
	size_t i;

	if (json_object_is_type(json, json_type_array)) {
		for (i = 0; i < json_object_array_length(json); i++)
			holds &= buckets_hold(json_object_array_get_idx(json, i),
					      unit, name);
		return holds;
	}
	if (!json_object_is_type(json, json_type_object))
		return true;
	if (member(json, "count") && member(json, "hist")) {
		if (figure(json, "max", "tsc"))
			unit = "tsc";
		read_part(&part, json, unit);
		if (part_buckets_hold(&part))
			return true;
		printf("FALSE: %s is not in its buckets\n", name);
		return false;
	}
	json_object_object_foreach(json, key, value)
		holds &= buckets_hold(value, unit, key);
	return holds;
}

/* Where the sign is that is not in a selector; NULL: nowhere. */
static const char *find_sign(const char *text)
{
	int depth = 0;

	for (; *text; text++) {
		depth += (*text == '[') - (*text == ']');
		if (!depth && strchr("<>=", *text))
			return text;
	}
	return NULL;
}

static bool check(struct json_object *lines, const char *text)
{
	const char *sign = find_sign(text);
	uint64_t left, right;
	char name[512];
	bool holds;

	if (!strcmp(text, "buckets")) {
		read_unit(json_object_array_get_idx(lines, 0), name,
			  sizeof(name));
		return buckets_hold(lines, name, "");
	}
	if (!strncmp(text, "print:", 6)) {
		printf("%llu\n", (unsigned long long)sum_value(lines, text + 6));
		return true;
	}
	if (!sign || sign == text || (size_t)(sign - text) >= sizeof(name))
		give_up("bad check", text);
	snprintf(name, sizeof(name), "%.*s", (int)(sign - text), text);
	left = sum_value(lines, name);
	right = sum_value(lines, sign + (*sign == '=' ? 1 : 2));
	holds = *sign == '=' ? left == right :
		*sign == '>' ? left >= right : left <= right;
	if (!holds)
		printf("FALSE: %s: %llu, %llu\n", text, (unsigned long long)left,
		       (unsigned long long)right);
	return holds;
}

static struct json_object *read_lines(const char *path)
{
	struct json_object *lines = json_object_new_array(), *json;
	FILE *file = fopen(path, "r");
	char *line = NULL;
	size_t room = 0;

	if (!file)
		give_up("cannot open", path);
	while (getline(&line, &room, file) > 0) {
		json = json_tokener_parse(line);
		if (!json)
			give_up("no JSON in", path);
		json_object_array_add(lines, json);
	}
	free(line);
	fclose(file);
	if (!json_object_array_length(lines))
		give_up("nothing in", path);
	return lines;
}

int main(int argc, char **argv)
{
	struct json_object *lines;
	bool holds = true;
	int i;

	if (argc < 3)
		give_up("usage:", "jsoncheck FILE CHECK...");
	lines = read_lines(argv[1]);
	for (i = 2; i < argc; i++)
		holds &= check(lines, argv[i]);
	json_object_put(lines);
	return holds ? 0 : 1;
}
