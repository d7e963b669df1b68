/* SPDX-License-Identifier: GPL-2.0 */
/*
 * json.h - one JSON object per line, built with json-c
 *
 * What it is not: no schema of any tool.
 */
#ifndef TOOLS_LIB_JSON_H
#define TOOLS_LIB_JSON_H

#include <json-c/json.h>
#include <stdint.h>
#include <stdio.h>

#include "hist.h"

int json_add(struct json_object *object, const char *name,
	     struct json_object *value);
int json_add_u64(struct json_object *object, const char *name, uint64_t value);
int json_add_string(struct json_object *object, const char *name,
		    const char *value);
int json_add_figure(struct json_object *object, const char *name,
		    const char *suffix, uint64_t value);
struct json_object *json_from_slots(const struct hist *hist,
				    const char *suffix);
struct json_object *json_from_hist(const struct hist *hist,
				   const char *suffix);
int print_json_line(FILE *out, struct json_object *object);

#endif /* TOOLS_LIB_JSON_H */
