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
