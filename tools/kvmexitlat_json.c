// SPDX-License-Identifier: GPL-2.0
/*
 * kvmexitlat_json.c - a report for programs
 *
 * What it is not: no BPF, no sums (kvmexitlat_report.c).
 */
#include "kvmexitlat_report.h"

#include <errno.h>

#include "exit_reason.h"
#include "json.h"

static struct json_object *row_to_json(const struct report *report,
				       const struct report_row *row)
{
	struct json_object *object = json_object_new_object();
	const char *suffix = report->engine->suffix;
	char name[40];
	int err = 0;

	if (!object)
		return NULL;
	if (!report->merged) {
		err = json_add_u64(object, "pid", row->key.tgid);
		err = err ?: json_add_u64(object, "vcpu", row->key.vcpu_id);
	}
	err = err ?: json_add_string(object, "isa",
				     exit_isa_name(row->key.isa));
	err = err ?: json_add_u64(object, "exit_reason", row->key.exit_reason);
	err = err ?: json_add_string(object, "name",
			exit_reason_name(row->key.isa, row->key.exit_reason,
					 name, sizeof(name)));
	err = err ?: json_add(object, "total",
			      json_from_hist(&row->total, suffix));
	err = err ?: json_add(object, "handling",
			      json_from_hist(&row->handling, suffix));
	err = err ?: json_add(object, "user",
			      json_from_hist(&row->user, suffix));
	err = err ?: json_add(object, "off",
			      json_from_hist(&row->off, suffix));
	if (err) {
		json_object_put(object);
		return NULL;
	}
	return object;
}

static struct json_object *rows_to_json(const struct report *report)
{
	struct json_object *array = json_object_new_array();
	size_t i;

	for (i = 0; array && i < report->count; i++) {
		struct json_object *row = row_to_json(report, &report->rows[i]);

		if (row && !json_object_array_add(array, row))
			continue;
		json_object_put(row);
		json_object_put(array);
		return NULL;
	}
	return array;
}

static struct json_object *drops_to_json(const struct report *report)
{
	struct json_object *object = json_object_new_object();
	int err, i;

	if (!object)
		return NULL;
	err = json_add_u64(object, "missed", report->missed);
	for (i = 0; i < DROP_MAX; i++)
		err = err ?: json_add_u64(object, drop_names[i],
					  report->drops[i]);
	if (err) {
		json_object_put(object);
		return NULL;
	}
	return object;
}

static int fill_header(struct json_object *object, const struct report *report)
{
	const struct engine *engine = report->engine;
	int err;

	err = json_add_u64(object, "schema", KVMEXITLAT_SCHEMA);
	err = err ?: json_add_string(object, "tool", "kvmexitlat");
	err = err ?: json_add_string(object, "version", KVMEXITLAT_VERSION);
	err = err ?: json_add_string(object, "kernel", report->kernel);
	err = err ?: json_add_figure(object, "start", engine->suffix,
				     report->start_ns);
	err = err ?: json_add_figure(object, "duration", engine->suffix,
				     report->duration_ns);
	err = err ?: json_add_string(object, "engine", engine->name);
	err = err ?: json_add_string(object, "clock", engine->clock);
	err = err ?: json_add_string(object, "unit", engine->unit);
	err = err ?: json_add_u64(object, "lost", report->lost);
	return err ?: json_add(object, "drops", drops_to_json(report));
}

/**
 * print_report_json - Print a report as one line of JSON and flush it
 * @out: Where to.
 * @report: The report.
 *
 * Return: 0; -ENOMEM: no memory; another -errno: writing failed.
 */
int print_report_json(FILE *out, const struct report *report)
{
	const char *suffix = report->engine->suffix;
	struct json_object *object = json_object_new_object();
	struct hist all = {};
	size_t i;
	int err;

	if (!object)
		return -ENOMEM;
	for (i = 0; i < report->count; i++)
		hist_merge(&all, &report->rows[i].total);
	err = fill_header(object, report);
	err = err ?: json_add(object, "hist", json_from_slots(&all, suffix));
	err = err ?: json_add(object, "rows", rows_to_json(report));
	err = err ?: print_json_line(out, object);
	json_object_put(object);
	return err;
}
