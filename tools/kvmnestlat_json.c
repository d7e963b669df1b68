// SPDX-License-Identifier: GPL-2.0
/*
 * kvmnestlat_json.c - reports and records for programs
 *
 * What it is not: no BPF, no sums (lib/report.c).
 */
#include "kvmnestlat_report.h"

#include <errno.h>

#include "exit_reason.h"
#include "json.h"

static int add_reason(struct json_object *object, const char *number,
		      const char *name, uint32_t isa, uint32_t reason)
{
	char buffer[40];
	int err;

	err = json_add_u64(object, number, reason);
	return err ?: json_add_string(object, name,
				      exit_reason_name(isa, reason, buffer,
						       sizeof(buffer)));
}

static int fill_row(struct json_object *object, const struct report *report,
		    const struct report_row *row)
{
	const char *suffix = report->engine->suffix;
	uint32_t isa = row->key[KEY_ISA];
	int err, i;

	err = json_add_string(object, "role", nest_role_names[row->key[KEY_ROLE]]);
	err = err ?: json_add_string(object, "isa", exit_isa_name(isa));
	err = err ?: add_reason(object, "exit_reason", "name", isa,
				row->key[KEY_EXIT_REASON]);
	for (i = 0; i < NEST_DISTS; i++)
		err = err ?: json_add(object, nest_dist_names[i],
				      json_from_hist(&row->hists[i],
						     i == NEST_L1_EXITS ?
						     "exits" : suffix));
	for (i = 0; i < NEST_COUNTS; i++)
		err = err ?: json_add_u64(object, nest_count_names[i],
					  row->counts[i]);
	return err;
}

/**
 * print_nest_json - Print a report as one line of JSON and flush it
 * @out: Where to.
 * @report: The report.
 * @has_pool: The kernel has statistics of a pool of vmcs02s.
 *
 * Return: 0; -ENOMEM: no memory; another -errno: writing failed.
 */
int print_nest_json(FILE *out, const struct report *report, bool has_pool)
{
	struct json_object *object;
	struct hist all = {};
	size_t i;
	int err;

	for (i = 0; i < report->count; i++)
		if (report->rows[i].key[KEY_ROLE] != NEST_L1_EXIT)
			hist_merge(&all, &report->rows[i].hists[NEST_TOTAL]);
	object = json_from_report(report, &all, fill_row);
	if (!object)
		return -ENOMEM;
	err = json_add(object, "has_pool", json_object_new_boolean(has_pool));
	err = err ?: print_json_line(out, object);
	json_object_put(object);
	return err;
}

static struct json_object *trail_to_json(const struct nest_record *record)
{
	struct json_object *array = json_object_new_array();
	struct json_object *name;
	char buffer[40];
	uint32_t i;

	for (i = 0; array && i < record->l1_exits && i < NEST_TRAIL; i++) {
		name = json_object_new_string(
			exit_reason_name(record->key.isa, record->trail[i],
					 buffer, sizeof(buffer)));
		if (name && !json_object_array_add(array, name))
			continue;
		json_object_put(name);
		json_object_put(array);
		return NULL;
	}
	return array;
}

static int add_figures(struct json_object *object,
		       const struct nest_record *record, const char *suffix)
{
	const struct {
		const char *name;
		uint64_t value;
	} figures[] = {
		{ "at", record->begin_ns },
		{ "total", record->total_ns },
		{ "l2", record->l2_ns },
		{ "l1", record->l1_ns },
		{ "reflect", record->reflect_ns },
		{ "serve", record->serve_ns },
		{ "enter", record->enter_ns },
		{ "user", record->user_ns },
		{ "off", record->off_ns },
	};
	int err = 0;
	size_t i;

	for (i = 0; !err && i < sizeof(figures) / sizeof(figures[0]); i++)
		err = json_add_figure(object, figures[i].name, suffix,
				      figures[i].value);
	return err;
}

static int add_pool(struct json_object *object, const struct nest_pool *pool)
{
	int err;

	err = json_add_u64(object, "vmptrld", pool->vmptrld);
	err = err ?: json_add_u64(object, "hit", pool->hit);
	err = err ?: json_add_u64(object, "recycle", pool->recycle);
	err = err ?: json_add_u64(object, "flush", pool->flush);
	err = err ?: json_add_u64(object, "rare", pool->rare);
	return err ?: json_add_u64(object, "vpid_flush", pool->vpid_flush);
}

/* What only reflected exits have. */
static int add_trip(struct json_object *object,
		    const struct nest_record *record)
{
	int err;

	err = add_reason(object, "l1_reason", "l1_name", record->key.isa,
			 record->l1_reason);
	err = err ?: json_add_u64(object, "l1_exits", record->l1_exits);
	err = err ?: json_add(object, "trail", trail_to_json(record));
	err = err ?: json_add_u64(object, "failed", record->failed);
	return err ?: json_add_u64(object, "undone", record->undone);
}

/**
 * fill_nest_record - Make JSON of a record
 * @object: Where it goes.
 * @data: A struct nest_record.
 * @suffix: The unit, as in json_add_figure().
 *
 * Return: 0; -ENOMEM: no memory; -EINVAL: neither handled nor reflected.
 */
int fill_nest_record(struct json_object *object, const void *data,
		     const char *suffix)
{
	const struct nest_record *record = data;
	const struct nest_key *key = &record->key;
	int err;

	if (key->role != NEST_HANDLED && key->role != NEST_REFLECTED)
		return -EINVAL;
	err = json_add_string(object, "event", nest_role_names[key->role]);
	err = err ?: json_add_u64(object, "pid", key->tgid);
	err = err ?: json_add_u64(object, "vcpu", key->vcpu_id);
	err = err ?: json_add_string(object, "isa", exit_isa_name(key->isa));
	err = err ?: add_reason(object, "exit_reason", "name", key->isa,
				key->exit_reason);
	if (key->role == NEST_REFLECTED)
		err = err ?: add_trip(object, record);
	err = err ?: json_add_u64(object, "vmcs12", record->vmcs12);
	err = err ?: json_add_u64(object, "next_vmcs12", record->next_vmcs12);
	err = err ?: add_figures(object, record, suffix);
	return err ?: add_pool(object, &record->pool);
}
