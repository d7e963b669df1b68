// SPDX-License-Identifier: GPL-2.0
/*
 * report_json.c - a report for programs
 *
 * What it is not: no row of any tool; nothing is written here.
 */
#include "report.h"

#include "json.h"

typedef int (*fill_function)(struct json_object *object,
			     const struct report *report,
			     const struct report_row *row);

static struct json_object *row_to_json(const struct report *report,
				       const struct report_row *row,
				       fill_function fill)
{
	struct json_object *object = json_object_new_object();
	int err = 0;

	if (!object)
		return NULL;
	if (!report->merged) {
		err = json_add_u64(object, "pid", row->key[KEY_TGID]);
		err = err ?: json_add_u64(object, "vcpu", row->key[KEY_VCPU]);
	}
	err = err ?: fill(object, report, row);
	if (err) {
		json_object_put(object);
		return NULL;
	}
	return object;
}

static struct json_object *rows_to_json(const struct report *report,
					fill_function fill)
{
	struct json_object *array = json_object_new_array();
	size_t i;

	for (i = 0; array && i < report->count; i++) {
		struct json_object *row = row_to_json(report, &report->rows[i],
						      fill);

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
	unsigned int i;
	int err;

	if (!object)
		return NULL;
	err = json_add_u64(object, "missed", report->missed);
	for (i = 0; i < report->kind->drops; i++)
		err = err ?: json_add_u64(object, report->kind->drop_names[i],
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
	const struct kind *kind = report->kind;
	int err;

	err = json_add_u64(object, "schema", kind->schema);
	err = err ?: json_add_string(object, "tool", kind->tool);
	err = err ?: json_add_string(object, "version", kind->version);
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
 * json_from_report - Make an object of a report
 * @report: The report.
 * @all: What its "hist" says: all rows' main distribution together.
 * @fill: Adds to @object what the tool says of @row; process and vCPU are there
 *        already. Returns 0 or -errno.
 *
 * Return: The object, the caller's to put; NULL: no memory, or @fill failed.
 */
struct json_object *json_from_report(const struct report *report,
				     const struct hist *all,
				     int (*fill)(struct json_object *object,
						 const struct report *report,
						 const struct report_row *row))
{
	struct json_object *object = json_object_new_object();
	int err;

	if (!object)
		return NULL;
	err = fill_header(object, report);
	err = err ?: json_add(object, "hist",
			      json_from_slots(all, report->engine->suffix));
	err = err ?: json_add(object, "rows", rows_to_json(report, fill));
	if (err) {
		json_object_put(object);
		return NULL;
	}
	return object;
}
