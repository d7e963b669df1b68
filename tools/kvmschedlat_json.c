// SPDX-License-Identifier: GPL-2.0
/*
 * kvmschedlat_json.c - a report for programs
 *
 * What it is not: no BPF, no sums (lib/report.c).
 */
#include "kvmschedlat_report.h"

#include <errno.h>

#include "json.h"

/* put and load are ticks of the TSC, whatever the unit of the others is. */
static int add_dists(struct json_object *object, const struct report *report,
		     const struct report_row *row, int from, int to)
{
	const char *suffix = report->engine->suffix;
	int err = 0, i;

	for (i = from; !err && i < to; i++)
		err = json_add(object, sched_dist_names[i],
			       json_from_hist(&row->hists[i],
					      sched_extra_of_dist(i) ? "tsc" :
								       suffix));
	return err;
}

static struct json_object *off_to_json(const struct report *report,
				       const struct report_row *row)
{
	struct json_object *object = json_object_new_object();

	if (object &&
	    add_dists(object, report, row, SCHED_HALT, SCHED_USER + 1)) {
		json_object_put(object);
		return NULL;
	}
	return object;
}

static struct json_object *replaced_to_json(const uint64_t *counts)
{
	struct json_object *object = json_object_new_object();
	int err = object ? 0 : -ENOMEM, i;

	for (i = 0; !err && i < NEXT_MAX; i++)
		err = json_add_u64(object, sched_next_names[i], counts[i]);
	if (err) {
		json_object_put(object);
		return NULL;
	}
	return object;
}

static int fill_row(struct json_object *object, const struct report *report,
		    const struct report_row *row)
{
	int err;

	err = json_add(object, "off", off_to_json(report, row));
	err = err ?: add_dists(object, report, row, SCHED_DELAY, SCHED_DISTS);
	err = err ?: json_add(object, "blocked",
			      replaced_to_json(&row->counts[SCHED_BLOCKED]));
	err = err ?: json_add(object, "preempted",
			      replaced_to_json(&row->counts[SCHED_PREEMPTED]));
	err = err ?: json_add_u64(object, "unentered",
				  row->counts[SCHED_UNENTERED]);
	err = err ?: json_add_u64(object, "last_on_cpu",
				  row->counts[SCHED_LAST_ON_CPU]);
	return err ?: json_add_u64(object, "elided",
				   row->counts[SCHED_ELIDED]);
}

static struct json_object *move_to_json(const struct report *moves,
					const struct report_row *row)
{
	struct json_object *object = json_object_new_object();
	int err = 0, i;

	if (!object)
		return NULL;
	if (!moves->merged) {
		err = json_add_u64(object, "pid", row->key[KEY_TGID]);
		err = err ?: json_add_u64(object, "vcpu", row->key[KEY_VCPU]);
	}
	err = err ?: json_add_u64(object, "from", row->key[KEY_FROM]);
	err = err ?: json_add_u64(object, "to", row->key[KEY_TO]);
	for (i = 0; i < MOVE_COUNTS; i++)
		err = err ?: json_add_u64(object, sched_move_names[i],
					  row->counts[i]);
	if (err) {
		json_object_put(object);
		return NULL;
	}
	return object;
}

static struct json_object *moves_to_json(const struct report *moves)
{
	struct json_object *array = json_object_new_array();
	size_t i;

	for (i = 0; array && i < moves->count; i++) {
		struct json_object *entry = move_to_json(moves, &moves->rows[i]);

		if (entry && !json_object_array_add(array, entry))
			continue;
		json_object_put(entry);
		json_object_put(array);
		return NULL;
	}
	return array;
}

static struct json_object *missing_to_json(uint32_t extras)
{
	struct json_object *array = json_object_new_array();
	int i;

	for (i = 0; array && i < EXTRAS; i++) {
		struct json_object *name;

		if (extras & 1u << i)
			continue;
		name = json_object_new_string(sched_extra_names[i]);
		if (name && !json_object_array_add(array, name))
			continue;
		json_object_put(name);
		json_object_put(array);
		return NULL;
	}
	return array;
}

/**
 * print_sched_json - Print a report as one line of JSON and flush it
 * @out: Where to.
 * @report: The report.
 * @more: Moves, and what this kernel tells.
 *
 * Return: 0; -ENOMEM: no memory; another -errno: writing failed.
 */
int print_sched_json(FILE *out, const struct report *report,
		     const struct sched_more *more)
{
	struct json_object *object;
	struct hist all = {};
	size_t i;
	int err;

	for (i = 0; i < report->count; i++)
		hist_merge(&all, &report->rows[i].hists[SCHED_ENTRY]);
	object = json_from_report(report, &all, fill_row);
	if (!object)
		return -ENOMEM;
	err = json_add(object, "moves", moves_to_json(more->moves));
	err = err ?: json_add(object, "not_offered",
			      missing_to_json(more->extras));
	err = err ?: print_json_line(out, object);
	json_object_put(object);
	return err;
}
