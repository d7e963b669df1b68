// SPDX-License-Identifier: GPL-2.0
/*
 * kvmapflat_json.c - reports and records for programs
 *
 * What it is not: no BPF, no sums (lib/report.c).
 */
#include "kvmapflat_report.h"

#include <errno.h>

#include "json.h"

static int add_dists(struct json_object *object, const struct report *report,
		     const struct report_row *row, int from, int to)
{
	int err = 0, i;

	for (i = from; !err && i < to; i++)
		err = json_add(object, apf_dist_names[i],
			       json_from_hist(&row->hists[i],
					      report->engine->suffix));
	return err;
}

static struct json_object *stages_to_json(const struct report *report,
					  const struct report_row *row,
					  int from)
{
	struct json_object *object = json_object_new_object();

	if (object && add_dists(object, report, row, from, from + STAGES)) {
		json_object_put(object);
		return NULL;
	}
	return object;
}

static int fill_row(struct json_object *object, const struct report *report,
		    const struct report_row *row)
{
	int err, i;

	err = json_add(object, "pv", stages_to_json(report, row, APF_PV));
	err = err ?: json_add(object, "halt",
			      stages_to_json(report, row, APF_HALT));
	err = err ?: add_dists(object, report, row, APF_PUBLISH, APF_DISTS);
	for (i = 0; i < APF_COUNTS; i++)
		err = err ?: json_add_u64(object, apf_count_names[i],
					  row->counts[i]);
	return err;
}

static struct json_object *process_to_json(const struct apf_process *process)
{
	struct json_object *object = json_object_new_object();
	const struct apf_gauges *gauges = &process->gauges;
	int err;

	if (!object)
		return NULL;
	err = json_add_u64(object, "pid", process->tgid);
	err = err ?: json_add_u64(object, "outstanding",
				  gauges->outstanding.now);
	err = err ?: json_add_u64(object, "outstanding_most",
				  gauges->outstanding.most);
	err = err ?: json_add_u64(object, "blocked", gauges->blocked.now);
	err = err ?: json_add_u64(object, "blocked_most",
				  gauges->blocked.most);
	if (err) {
		json_object_put(object);
		return NULL;
	}
	return object;
}

static struct json_object *
processes_to_json(const struct apf_processes *processes)
{
	struct json_object *array = json_object_new_array();
	size_t i;

	for (i = 0; array && i < processes->count; i++) {
		struct json_object *entry =
			process_to_json(&processes->list[i]);

		if (entry && !json_object_array_add(array, entry))
			continue;
		json_object_put(entry);
		json_object_put(array);
		return NULL;
	}
	return array;
}

/**
 * print_apf_json - Print a report as one line of JSON and flush it
 * @out: Where to.
 * @report: The report.
 * @processes: Numbers of outstanding faults and workers.
 *
 * Return: 0; -ENOMEM: no memory; another -errno: writing failed.
 */
int print_apf_json(FILE *out, const struct report *report,
		   const struct apf_processes *processes)
{
	struct json_object *object;
	struct hist all = {};
	size_t i;
	int err;

	for (i = 0; i < report->count; i++) {
		hist_merge(&all, &report->rows[i].hists[APF_PV]);
		hist_merge(&all, &report->rows[i].hists[APF_HALT]);
	}
	object = json_from_report(report, &all, fill_row);
	if (!object)
		return -ENOMEM;
	err = json_add(object, "processes", processes_to_json(processes));
	err = err ?: print_json_line(out, object);
	json_object_put(object);
	return err;
}

/* The stages of a taken fault, and what relates the guest's TSC to the host's. */
static int fill_fault(struct json_object *object,
		      const struct apf_record *record, const char *suffix)
{
	int err;

	err = json_add_u64(object, "token", record->token);
	err = err ?: json_add_string(object, "kind",
				     record->pv ? "pv" : "halt");
	err = err ?: json_add_figure(object, "queued", suffix,
				     record->queued_ns);
	err = err ?: json_add_figure(object, "started", suffix,
				     record->started_ns);
	err = err ?: json_add_figure(object, "page", suffix, record->page_ns);
	err = err ?: json_add_figure(object, "taken", suffix, record->now_ns);
	err = err ?: json_add_u64(object, "tsc_offset", record->tsc_offset);
	return err ?: json_add_u64(object, "tsc_ratio", record->tsc_ratio);
}

/**
 * fill_apf_record - Make JSON of a record
 * @object: Where it goes.
 * @data: A struct apf_record.
 * @suffix: The unit, as in json_add_figure().
 *
 * Return: 0; -ENOMEM: no memory; -EINVAL: no such event.
 */
int fill_apf_record(struct json_object *object, const void *data,
		    const char *suffix)
{
	const struct apf_record *record = data;
	int err;

	if (record->event > APF_EVENT_ACK)
		return -EINVAL;
	err = json_add_string(object, "event", apf_event_names[record->event]);
	err = err ?: json_add_u64(object, "pid", record->key.tgid);
	err = err ?: json_add_u64(object, "vcpu", record->key.vcpu_id);
	if (record->event == APF_EVENT_FAULT)
		return err ?: fill_fault(object, record, suffix);
	if (record->event == APF_EVENT_PUBLISH)
		err = err ?: json_add_u64(object, "pages", record->pages);
	else
		err = err ?: json_add_figure(object, "since", suffix,
					     record->since_ns);
	return err ?: json_add_figure(object, "at", suffix, record->now_ns);
}
