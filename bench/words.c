// SPDX-License-Identifier: GPL-2.0
/*
 * How figures and verdicts are worded, the same in tables, reports and JSON.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include <json-c/json.h>

#include "words.h"

/**
 * words_value - Write one figure
 * @buf: Result; "-" for NAN, whole numbers without a point.
 * @size: Its size in bytes.
 * @value: The figure.
 */
void words_value(char *buf, size_t size, double value)
{
	if (isnan(value))
		snprintf(buf, size, "-");
	else if (value == round(value))
		snprintf(buf, size, "%.0f", value + 0.0);
	else
		snprintf(buf, size, fabs(value) < 10 ? "%.2f" : "%.1f", value);
}

/**
 * words_signed - Write a difference, always with its sign
 * @buf: Result.
 * @size: Its size in bytes.
 * @value: The difference.
 */
void words_signed(char *buf, size_t size, double value)
{
	if (value > 0 && size) {
		*buf++ = '+';
		size--;
	}
	words_value(buf, size, value);
}

/* The shift as a share of the median it starts from. */
static void words_share(char *buf, size_t size, double shift, double median)
{
	if (median > 0)
		snprintf(buf, size, " (%+.2f%%)", 100 * shift / median);
	else
		buf[0] = '\0';
}

/**
 * words_change - Say what a comparison found, and what it cannot find
 * @buf: Result.
 * @size: Its size in bytes; 200 are enough.
 * @set: The case, for its unit.
 * @from: The cell compared against.
 * @ab: The comparison.
 */
void words_change(char *buf, size_t size, const struct sample_set *set,
		  const struct sample_cell *from, const struct stats_ab *ab)
{
	char shift[32], lo[32], hi[32], share[32], floor[32];

	words_signed(shift, sizeof(shift), ab->shift);
	words_signed(lo, sizeof(lo), ab->shift_lo);
	words_signed(hi, sizeof(hi), ab->shift_hi);
	words_value(floor, sizeof(floor), ab->floor);
	words_share(share, sizeof(share), ab->shift, from->stats.median);

	switch (ab->verdict) {
	case STATS_IDENTICAL:
		snprintf(buf, size, "the same in every sample");
		break;
	case STATS_EXACT:
		snprintf(buf, size, "%s %s%s in every sample", shift, set->unit, share);
		break;
	case STATS_RESOLVED:
		snprintf(buf, size, "%s %s%s, 95%% in [%s, %s]; effect %s (delta %+.2f)",
			 shift, set->unit, share, lo, hi,
			 stats_effect_word(ab->delta), ab->delta);
		break;
	case STATS_UNMOVED:
		if (fabs(ab->delta) < 0.005)
			snprintf(buf, size, "unmoved, 95%% in [0, 0]");
		else
			snprintf(buf, size, "unmoved, 95%% in [0, 0]; tails differ (delta %+.2f)",
				 ab->delta);
		break;
	case STATS_TOO_FEW:
		snprintf(buf, size, "too few samples to say (%s %s)", shift, set->unit);
		break;
	case STATS_UNRESOLVED:
		snprintf(buf, size, "not resolved: %s, 95%% in [%s, %s]; below %s %s %s",
			 shift, lo, hi, floor, set->unit,
			 ab->between >= ab->floor ?
			 "nothing can be seen, as rounds differ by that" : "nothing can be seen");
		break;
	}
}

/**
 * words_unit_meaning - Say what a figure counts
 * @engine: Name of the engine.
 * @unit: Unit of the figures.
 *
 * Return: Half a sentence, e.g. to follow the unit in a table's title.
 */
const char *words_unit_meaning(const char *engine, const char *unit)
{
	if (sample_engine_emulated(engine)) {
		if (!strcmp(unit, "insn"))
			return "instructions executed by an emulated CPU, not time";
		if (!strcmp(unit, "insn_allcpu"))
			return "instructions executed by all emulated CPUs together, not time";
		return "counted on an emulated CPU, not time";
	}
	if (!strcmp(unit, "cycles"))
		return "clock cycles of this machine's CPU";
	if (!strcmp(unit, "ns"))
		return "nanoseconds on this machine";
	return "counted on this machine";
}

/**
 * words_json_number - A figure as JSON
 * @value: The figure.
 *
 * Return: null for NAN, a whole number where it is one, else a double with
 * ten digits; NULL is JSON's null as json-c has it.
 */
struct json_object *words_json_number(double value)
{
	char text[40];

	if (!isfinite(value))
		return NULL;
	if (value == round(value) && fabs(value) < 9e15)
		return json_object_new_int64((int64_t)value);
	snprintf(text, sizeof(text), "%.10g", value);
	return json_object_new_double_s(value, text);
}
