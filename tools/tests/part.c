// SPDX-License-Identifier: GPL-2.0
/*
 * part.c - what the checkers of reports have in common: distributions as a
 * report or a map dump has them
 *
 * What it is not: no knowledge of any tool's rows.
 */
#include "part.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/**
 * give_up - End the checker: it cannot tell
 * @what: Why.
 * @arg: Of what.
 */
void give_up(const char *what, const char *arg)
{
	fprintf(stderr, "%s: %s '%s'\n", program_invocation_short_name, what, arg);
	exit(2);
}

/**
 * member - Find a member of an object
 * @object: The object; NULL is one without members.
 * @name: The member's name.
 *
 * Return: Its value, NULL when there is none.
 */
struct json_object *member(struct json_object *object, const char *name)
{
	struct json_object *value = NULL;

	json_object_object_get_ex(object, name, &value);
	return value;
}

/**
 * number - Read a number of an object
 * @object: The object.
 * @name: The number's name.
 *
 * Return: The number; 0: there is none.
 */
uint64_t number(struct json_object *object, const char *name)
{
	return json_object_get_uint64(member(object, name));
}

/**
 * figure - Read a number with a unit
 * @object: The object.
 * @name: The number's name without the unit, such as "max".
 * @unit: The end of the name, see read_unit().
 *
 * Return: The number; 0: there is none.
 */
uint64_t figure(struct json_object *object, const char *name,
		const char *unit)
{
	char full[48];

	snprintf(full, sizeof(full), "%s_%s", name, unit);
	return number(object, full);
}

/**
 * read_unit - Find the end of the names of a report's figures
 * @report: The report.
 * @unit: Where it goes, such as "ns".
 * @size: Room there.
 */
void read_unit(struct json_object *report, char *unit, size_t size)
{
	snprintf(unit, size, "%s",
		 json_object_get_string(member(report, "unit")));
	if (strchr(unit, '-'))
		*strchr(unit, '-') = '_';
}

/**
 * read_part - Read a distribution of a report
 * @part: Where it goes; all zero at first.
 * @json: The distribution's object.
 * @unit: The end of the names, see read_unit().
 */
void read_part(struct part *part, struct json_object *json,
	       const char *unit)
{
	struct json_object *hist = member(json, "hist"), *slot;
	size_t i;

	part->count = number(json, "count");
	part->sum = figure(json, "sum", unit);
	part->min = figure(json, "min", unit);
	part->max = figure(json, "max", unit);
	part->exact = json_object_get_boolean(member(json, "min_exact")) &&
		      json_object_get_boolean(member(json, "max_exact"));
	for (i = 0; i < json_object_array_length(hist); i++) {
		slot = json_object_array_get_idx(hist, i);
		part->slots[lat_hist_bucket(figure(slot, "ge", unit))] =
			number(slot, "count");
	}
}

/**
 * add_dist - Add one CPU's struct lat_dist of a map dump
 * @part: What grows.
 * @dist: The object that bpftool made of it.
 */
void add_dist(struct part *part, struct json_object *dist)
{
	struct json_object *slots = member(dist, "slots");
	uint64_t min = ~number(dist, "inv_min_ns");
	uint64_t max = number(dist, "max_ns"), count;
	size_t i;

	part->sum += number(dist, "sum_ns");
	part->exact = true;
	for (i = 0; i < json_object_array_length(slots); i++) {
		count = json_object_get_uint64(
				json_object_array_get_idx(slots, i));
		part->slots[i] += count;
		if (count && (!part->count || min < part->min))
			part->min = min;
		part->count += count;
	}
	if (max > part->max)
		part->max = max;
}

/**
 * part_buckets_hold - Check a distribution against itself
 * @part: The distribution.
 *
 * KVM's rule, written out once more: bucket 1 + log2(value).
 *
 * Return: true: the buckets add up to the count and have the extremes in them.
 */
bool part_buckets_hold(const struct part *part)
{
	uint64_t count = 0, low = 0, high = 0;
	bool first = true;
	int i;

	for (i = 0; i < LAT_HIST_SLOTS; i++) {
		if (!part->slots[i])
			continue;
		count += part->slots[i];
		high = i ? 2ULL << (i - 1) : 1;
		if (first)
			low = i ? 1ULL << (i - 1) : 0;
		first = false;
	}
	if (count != part->count)
		return false;
	if (!count || !part->exact)
		return true;
	return part->min >= low && part->min < (low ? 2 * low : 1) &&
	       part->max < high && part->max >= high / 2 &&
	       part->sum >= count * low && part->sum <= count * (high - 1);
}

/**
 * comparison_holds - Compare a value with what a check wants
 * @text: The check, such as "io>=5"; printed when it does not hold.
 * @sign: Where its sign is, one of = >= <=.
 * @value: The value.
 *
 * Return: true: it holds.
 */
bool comparison_holds(const char *text, const char *sign,
		      unsigned long long value)
{
	unsigned long long wanted;
	bool holds;

	wanted = strtoull(sign + (*sign == '=' ? 1 : 2), NULL, 10);
	holds = *sign == '=' ? value == wanted :
		*sign == '>' ? value >= wanted : value <= wanted;
	if (!holds)
		printf("FALSE: %s: it is %llu\n", text, value);
	return holds;
}

static bool check_holds(const struct checker *checker,
			const struct found *found, const char *text)
{
	const char *sign = strpbrk(text, "<>=");
	char name[64];

	if (!strcmp(text, "split"))
		return checker->split(found);
	if (!strcmp(text, "buckets"))
		return checker->buckets(found);
	if (!strncmp(text, "print:", 6)) {
		printf("%llu\n",
		       (unsigned long long)checker->value(found, text + 6));
		return true;
	}
	if (!sign || sign == text || (size_t)(sign - text) >= sizeof(name))
		give_up("bad check", text);
	snprintf(name, sizeof(name), "%.*s", (int)(sign - text), text);
	return comparison_holds(text, sign, checker->value(found, name));
}

/**
 * checks_hold - Check a report
 * @checker: What the checks mean.
 * @found: The report.
 * @checks: "split", "buckets", "print:NAME", or a name, one of = >= <=, and a
 *          number; NULL after the last.
 *
 * Every check that does not hold is printed; a bad one ends the program.
 *
 * Return: true: all of them hold.
 */
bool checks_hold(const struct checker *checker, const struct found *found,
		 char **checks)
{
	bool holds = true;

	for (; *checks; checks++)
		holds &= check_holds(checker, found, *checks);
	return holds;
}
