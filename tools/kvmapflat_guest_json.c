// SPDX-License-Identifier: GPL-2.0
/*
 * kvmapflat_guest_json.c - reports and records of the guest's side for programs
 *
 * What it is not: no BPF, no sums (lib/report.c).
 */
#include "kvmapflat_guest_report.h"

#include <errno.h>

#include "json.h"

const char *const guest_event_names[] = {
	[GUEST_EVENT_SLEPT]	= "slept",
	[GUEST_EVENT_SPURIOUS]	= "spurious",
	[GUEST_EVENT_EARLY]	= "early",
	[GUEST_EVENT_WAKE_ALL]	= "wake_all",
};

/* The CPU is "vcpu", as in the host's reports; so are its numbers in Linux. */
static int fill_row(struct json_object *object, const struct report *report,
		    const struct report_row *row)
{
	int err = 0, i;

	for (i = 0; i < GUEST_DISTS; i++)
		err = err ?: json_add(object, guest_dist_names[i],
				      json_from_hist(&row->hists[i],
						     report->engine->suffix));
	for (i = 0; i < GUEST_COUNTS; i++)
		err = err ?: json_add_u64(object, guest_count_names[i],
					  row->counts[i]);
	return err;
}

/**
 * print_guest_json - Print a report as one line of JSON and flush it
 * @out: Where to.
 * @report: The report.
 *
 * Return: 0; -ENOMEM: no memory; another -errno: writing failed.
 */
int print_guest_json(FILE *out, const struct report *report)
{
	struct json_object *object;
	struct hist all = {};
	size_t i;
	int err;

	for (i = 0; i < report->count; i++)
		hist_merge(&all, &report->rows[i].hists[GUEST_TOTAL]);
	object = json_from_report(report, &all, fill_row);
	if (!object)
		return -ENOMEM;
	err = json_add_string(object, "side", "guest");
	err = err ?: print_json_line(out, object);
	json_object_put(object);
	return err;
}

/**
 * fill_guest_record - Make JSON of a record
 * @object: Where it goes.
 * @record: A struct apf_guest_record.
 * @suffix: The unit, as in json_add_figure().
 *
 * Return: 0; -ENOMEM: no memory; -EINVAL: no such event.
 */
int fill_guest_record(struct json_object *object, const void *record,
		      const char *suffix)
{
	const struct apf_guest_record *event = record;
	int err;

	if (event->event > GUEST_EVENT_WAKE_ALL)
		return -EINVAL;
	err = json_add_string(object, "event", guest_event_names[event->event]);
	err = err ?: json_add_u64(object, "token", event->token);
	err = err ?: json_add_u64(object, "vcpu", event->cpu);
	err = err ?: json_add_u64(object, "tid", event->tid);
	err = err ?: json_add_figure(object, "wait", suffix, event->wait_ns);
	if (event->event != GUEST_EVENT_SLEPT)
		return err;
	err = err ?: json_add_figure(object, "wake", suffix, event->wake_ns);
	return err ?: json_add_figure(object, "resume", suffix,
				      event->resume_ns);
}
