/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How figures and verdicts are worded, the same in tables, reports and JSON.
 *
 * No I/O: text goes into the caller's buffer, JSON into objects.
 */
#ifndef BENCH_WORDS_H
#define BENCH_WORDS_H

#include <stddef.h>

#include "samples.h"

struct json_object;

void words_value(char *buf, size_t size, double value);
void words_signed(char *buf, size_t size, double value);
void words_change(char *buf, size_t size, const struct sample_set *set,
		  const struct sample_cell *from, const struct stats_ab *ab);
const char *words_unit_meaning(const char *engine, const char *unit);
struct json_object *words_json_number(double value);

#endif
