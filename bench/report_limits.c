// SPDX-License-Identifier: GPL-2.0
/*
 * What a report must not be read for: what was not tested, found from the
 * samples themselves; and what changed since the report before.
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "report_lines.h"
#include "report_text.h"
#include "words.h"

/* Fewer repeated rounds than this are said to be few. */
#define ENOUGH_ROUNDS	5

static const char * const engines[] = { "bochs-vmx", "qemu-svm", "qemu-kvm", "host" };

/* Does the environment's list of engines reported together hold this one? */
static bool was_reported(const struct report *report, const char *engine)
{
	struct json_object *list;
	size_t i;

	if (!json_object_object_get_ex(report->env, "engines_reported", &list))
		return !strcmp(engine, report->args.engine);
	for (i = 0; i < json_object_array_length(list); i++)
		if (!strcmp(json_object_get_string(json_object_array_get_idx(list, i)),
			    engine))
			return true;
	return false;
}

static int untested_engines(const struct report *report, struct report_lines *lines)
{
	size_t i;
	int err;

	for (i = 0; i < sizeof(engines) / sizeof(engines[0]); i++) {
		if (was_reported(report, engines[i]))
			continue;
		err = report_line(lines, "Engine %s: no figures were there to report.", engines[i]);
		if (err)
			return err;
	}
	return 0;
}

static bool has_metric(const struct report *report, const char *bench, const char *name)
{
	struct json_object *metrics, *text;
	size_t i, k;

	for (i = 0; i < report->bench_count; i++) {
		if (strcmp(report->benches[i].name, bench))
			continue;
		json_object_object_get_ex(report->benches[i].summary, "metrics", &metrics);
		for (k = 0; k < json_object_array_length(metrics); k++) {
			if (json_object_object_get_ex(json_object_array_get_idx(metrics, k),
						      "name", &text) &&
			    !strcmp(json_object_get_string(text), name))
				return true;
		}
	}
	return false;
}

/* Metrics that another engine's summary has and this engine's has not. */
static int missing_cases(const struct report *report, struct json_object *other,
			 struct report_lines *lines)
{
	struct json_object *bench, *engine, *metrics, *name;
	char text[600] = "";
	size_t i, len = 0;

	json_object_object_get_ex(other, "bench", &bench);
	json_object_object_get_ex(other, "engine", &engine);
	json_object_object_get_ex(other, "metrics", &metrics);
	for (i = 0; i < json_object_array_length(metrics); i++) {
		if (!json_object_object_get_ex(json_object_array_get_idx(metrics, i),
					       "name", &name) ||
		    has_metric(report, json_object_get_string(bench),
			       json_object_get_string(name)))
			continue;
		len += snprintf(text + len, sizeof(text) - len, "%s%s", len ? ", " : "",
				json_object_get_string(name));
		if (len >= sizeof(text))
			break;
	}
	if (!len)
		return 0;
	return report_line(lines, "Bench %s, measured on %s but not on %s: %s.",
			   json_object_get_string(bench), json_object_get_string(engine),
			   report->args.engine, text);
}

/*
 * What the samples of a report lack, in numbers of cells or sets
 */
struct gaps {
	size_t sets;
	size_t cells;
	size_t missing[CONFIG_COUNT];
	size_t few_rounds;
	size_t copies;
	size_t no_p999;
	size_t no_p99;
	size_t correlated;
};

static void count_gaps(const struct report *report, struct gaps *gaps)
{
	const struct sample_cell *cell;
	size_t i;
	int config;

	memset(gaps, 0, sizeof(*gaps));
	gaps->sets = report->table.count;
	for (i = 0; i < report->table.count; i++) {
		for (config = 0; config < CONFIG_COUNT; config++) {
			cell = &report->table.sets[i].cells[config];
			if (!cell->kernel) {
				gaps->missing[config]++;
				continue;
			}
			gaps->cells++;
			gaps->few_rounds += cell->run_count < ENOUGH_ROUNDS;
			gaps->copies += cell->copies;
			gaps->no_p99 += isnan(cell->stats.p99);
			gaps->no_p999 += isnan(cell->stats.p999);
			gaps->correlated += cell->stats.correlated;
		}
	}
}

static int untested_samples(const struct report *report, struct report_lines *lines)
{
	static const char * const meaning[CONFIG_COUNT] = {
		"the base kernel", "the patched kernel with the feature off",
		"the patched kernel with the feature on",
	};
	struct gaps g;
	int config, err = 0;

	count_gaps(report, &g);
	for (config = 0; !err && config < CONFIG_COUNT; config++)
		if (g.missing[config])
			err = report_line(lines, "%zu of %zu cases have no samples of %s.",
					  g.missing[config], g.sets, meaning[config]);
	if (!err && g.few_rounds)
		err = report_line(lines, "%zu of %zu rows have fewer than %d rounds.",
				  g.few_rounds, g.cells, ENOUGH_ROUNDS);
	if (!err && g.copies)
		err = report_line(lines, "%zu of %zu rows come from rounds that are copies of each "
				  "other: they show that the engine repeats itself, not how much "
				  "another build, layout or boot would differ.", g.copies, g.cells);
	if (!err && g.no_p999)
		err = report_line(lines, "%zu of %zu rows have too few samples for p99.9, %zu for "
				  "p99.", g.no_p999, g.cells, g.no_p99);
	if (!err && g.correlated)
		err = report_line(lines, "%zu of %zu rows have samples that hang together; their "
				  "intervals are too narrow.", g.correlated, g.cells);
	return err;
}

/**
 * report_untested - What was not tested
 * @report: The report.
 * @lines: Sentences are added here; never none.
 *
 * Return: 0; -ENOMEM.
 */
int report_untested(const struct report *report, struct report_lines *lines)
{
	size_t i;
	int err;

	if (sample_engine_emulated(report->args.engine))
		err = report_line(lines, "No hardware was measured. Nothing here is time.");
	else
		err = report_line(lines, "One machine was measured.");
	if (!err)
		err = report_line(lines, "One build of each kernel from one configuration and one "
				  "compiler was measured.");
	if (!err)
		err = untested_engines(report, lines);
	for (i = 0; !err && i < report->other_count; i++)
		err = missing_cases(report, report->others[i], lines);
	return err ? err : untested_samples(report, lines);
}

/* One case and configuration against the report before. */
static int compare_cell(const struct sample_set *now, const struct sample_set *then,
			int config, struct report_lines *lines, size_t *moved)
{
	const struct sample_cell *a = &then->cells[config], *b = &now->cells[config];
	struct stats_ab ab;
	char text[200];
	int err;

	if (!a->kernel || !b->kernel)
		return 0;
	err = stats_compare(a->samples, a->n, b->samples, b->n,
			    fmax(a->between, b->between), &ab);
	if (err)
		return err;
	if (ab.verdict != STATS_EXACT && ab.verdict != STATS_RESOLVED)
		return 0;
	(*moved)++;
	words_change(text, sizeof(text), now, a, &ab);
	return report_line(lines, "%s %s, %s: %s.", now->bench, now->name,
			   sample_config_names[config], text);
}

/**
 * report_since - What changed since the report before
 * @report: The report.
 * @lines: Sentences are added here; none if there is no earlier report.
 *
 * Return: 0; -ENOMEM.
 */
int report_since(const struct report *report, struct report_lines *lines)
{
	size_t i, moved = 0, common = 0, fresh = 0;
	const struct sample_set *set, *then;
	int config, err = 0;

	if (!report->args.previous)
		return 0;
	for (i = 0; !err && i < report->table.count; i++) {
		set = &report->table.sets[i];
		then = report_same(&report->previous, set);
		if (!then) {
			fresh++;
			continue;
		}
		common++;
		for (config = 0; !err && config < CONFIG_COUNT; config++)
			err = compare_cell(set, then, config, lines, &moved);
	}
	if (err)
		return err;
	return report_line(lines, "Compared with %s: %zu cases in both, %zu new; %zu rows moved.",
			   report->args.previous_name, common, fresh, moved);
}
