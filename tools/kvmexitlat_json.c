// SPDX-License-Identifier: GPL-2.0
/*
 * kvmexitlat_json.c - a report for programs
 *
 * What it is not: no BPF, no sums (lib/report.c).
 */
#include "kvmexitlat_report.h"

#include <errno.h>

#include "exit_reason.h"
#include "json.h"

static int fill_row(struct json_object *object, const struct report *report,
		    const struct report_row *row)
{
	static const char *const names[EXIT_DISTS] = {
		[EXIT_TOTAL]	= "total",
		[EXIT_HANDLING]	= "handling",
		[EXIT_USER]	= "user",
		[EXIT_OFF]	= "off",
	};
	uint32_t isa = row->key[KEY_ISA], reason = row->key[KEY_EXIT_REASON];
	char name[40];
	int err, i;

	err = json_add_string(object, "isa", exit_isa_name(isa));
	err = err ?: json_add_u64(object, "exit_reason", reason);
	err = err ?: json_add_string(object, "name",
				     exit_reason_name(isa, reason, name,
						      sizeof(name)));
	for (i = 0; i < EXIT_DISTS; i++)
		err = err ?: json_add(object, names[i],
				      json_from_hist(&row->hists[i],
						     report->engine->suffix));
	return err;
}

/**
 * print_exit_json - Print a report as one line of JSON and flush it
 * @out: Where to.
 * @report: The report.
 *
 * Return: 0; -ENOMEM: no memory; another -errno: writing failed.
 */
int print_exit_json(FILE *out, const struct report *report)
{
	struct json_object *object;
	struct hist all = {};
	size_t i;
	int err;

	for (i = 0; i < report->count; i++)
		hist_merge(&all, &report->rows[i].hists[EXIT_TOTAL]);
	object = json_from_report(report, &all, fill_row);
	if (!object)
		return -ENOMEM;
	err = print_json_line(out, object);
	json_object_put(object);
	return err;
}
