/* SPDX-License-Identifier: GPL-2.0 */
/*
 * part.h - what the checkers of reports have in common: distributions as a
 * report or a map dump has them
 *
 * What it is not: no knowledge of any tool's rows.
 */
#ifndef TOOLS_TESTS_PART_H
#define TOOLS_TESTS_PART_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

#include "lat_hist.h"

/* One distribution. */
struct part {
	uint64_t count, sum, min, max, slots[LAT_HIST_SLOTS];
	bool exact;
};

/* What a report said: each checker's own. */
struct found;

/**
 * struct checker - What the checks of one tool's reports mean
 * @split: Do the parts of every row add up to the whole.
 * @buckets: Is every distribution one, see part_buckets_hold().
 * @value: What a name stands for.
 */
struct checker {
	bool (*split)(const struct found *found);
	bool (*buckets)(const struct found *found);
	uint64_t (*value)(const struct found *found, const char *name);
};

_Noreturn void give_up(const char *what, const char *arg);
bool checks_hold(const struct checker *checker, const struct found *found,
		 char **checks);
struct json_object *member(struct json_object *object, const char *name);
uint64_t number(struct json_object *object, const char *name);
uint64_t figure(struct json_object *object, const char *name,
		const char *unit);
void read_unit(struct json_object *report, char *unit, size_t size);
void read_part(struct part *part, struct json_object *json, const char *unit);
void add_dist(struct part *part, struct json_object *dist);
bool part_buckets_hold(const struct part *part);
bool comparison_holds(const char *text, const char *sign,
		      unsigned long long value);

#endif /* TOOLS_TESTS_PART_H */
