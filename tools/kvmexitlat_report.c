// SPDX-License-Identifier: GPL-2.0
/*
 * kvmexitlat_report.c - what kvmexitlat found in one interval, and printing it
 *
 * A report is the difference of two snapshots of the BPF maps, which only ever
 * grow.
 *
 * What it is not: no BPF; where snapshots come from is kvmexitlat.c's matter.
 *
 * Limit: a snapshot that is taken while vCPUs run may hold an exit's total
 * without its parts; the next report has them.
 */
#include "kvmexitlat_report.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "exit_reason.h"
#include "json.h"

static const char *const drop_names[DROP_MAX] = {
	[DROP_NO_START]		= "no_start",
	[DROP_NO_END]		= "no_end",
	[DROP_MOVED]		= "moved",
	[DROP_MAP_FULL]		= "map_full",
	[DROP_NO_MEMORY]	= "no_memory",
	[DROP_NEGATIVE]		= "negative",
};

static struct snapshot_row *find_row(const struct snapshot *snapshot,
				     const struct exit_key *key)
{
	size_t i;

	for (i = 0; i < snapshot->count; i++)
		if (!memcmp(&snapshot->rows[i].key, key, sizeof(*key)))
			return &snapshot->rows[i];
	return NULL;
}

/**
 * snapshot_add - Add one CPU's part of one map entry
 * @snapshot: What grows; all zero at first.
 * @key: The entry's key.
 * @hist: That CPU's value.
 *
 * Return: 0; -ENOMEM: no memory for another row.
 */
int snapshot_add(struct snapshot *snapshot, const struct exit_key *key,
		 const struct exit_hist *hist)
{
	struct snapshot_row *row = find_row(snapshot, key);
	size_t room = snapshot->room ? 2 * snapshot->room : 32;

	if (!row && snapshot->count == snapshot->room) {
		row = realloc(snapshot->rows, room * sizeof(*row));
		if (!row)
			return -ENOMEM;
		snapshot->rows = row;
		snapshot->room = room;
		row = NULL;
	}
	if (!row) {
		row = &snapshot->rows[snapshot->count++];
		memset(row, 0, sizeof(*row));
		row->key = *key;
	}
	lat_dist_merge(&row->hist.total, &hist->total);
	lat_dist_merge(&row->hist.handling, &hist->handling);
	lat_dist_merge(&row->hist.user, &hist->user);
	lat_dist_merge(&row->hist.off, &hist->off);
	return 0;
}

/**
 * snapshot_free - Free what a snapshot holds
 * @snapshot: The snapshot; empty afterwards.
 */
void snapshot_free(struct snapshot *snapshot)
{
	free(snapshot->rows);
	memset(snapshot, 0, sizeof(*snapshot));
}

static void merge_row(struct report *report, const struct report_row *row)
{
	struct report_row *into;
	size_t i;

	for (i = 0; i < report->count; i++) {
		into = &report->rows[i];
		if (memcmp(&into->key, &row->key, sizeof(row->key)))
			continue;
		hist_merge(&into->total, &row->total);
		hist_merge(&into->handling, &row->handling);
		hist_merge(&into->user, &row->user);
		hist_merge(&into->off, &row->off);
		return;
	}
	report->rows[report->count++] = *row;
}

/* By process and vCPU; what took longest comes first. */
static int compare_rows(const void *a, const void *b)
{
	const struct report_row *left = a, *right = b;

	if (left->key.tgid != right->key.tgid)
		return left->key.tgid < right->key.tgid ? -1 : 1;
	if (left->key.vcpu_id != right->key.vcpu_id)
		return left->key.vcpu_id < right->key.vcpu_id ? -1 : 1;
	if (left->total.sum != right->total.sum)
		return left->total.sum > right->total.sum ? -1 : 1;
	return left->key.exit_reason < right->key.exit_reason ? -1 :
	       left->key.exit_reason > right->key.exit_reason;
}

static void fill_row(struct report_row *row, const struct snapshot_row *now,
		     const struct snapshot *last_snapshot)
{
	const struct snapshot_row *last = NULL;

	if (last_snapshot)
		last = find_row(last_snapshot, &now->key);
	row->key = now->key;
	hist_from_dists(&row->total, &now->hist.total,
			last ? &last->hist.total : NULL);
	hist_from_dists(&row->handling, &now->hist.handling,
			last ? &last->hist.handling : NULL);
	hist_from_dists(&row->user, &now->hist.user,
			last ? &last->hist.user : NULL);
	hist_from_dists(&row->off, &now->hist.off,
			last ? &last->hist.off : NULL);
}

/**
 * report_fill - Take the difference of two snapshots
 * @report: The report; its engine and kernel are left as they are.
 * @now: The later snapshot.
 * @last: The earlier one.
 * @merged: true: add up all vCPUs.
 *
 * Return: 0; -ENOMEM: no memory for the rows.
 */
int report_fill(struct report *report, const struct snapshot *now,
		const struct snapshot *last, bool merged)
{
	struct report_row row;
	size_t i;

	report->rows = calloc(now->count + 1, sizeof(*report->rows));
	if (!report->rows)
		return -ENOMEM;
	report->count = 0;
	report->merged = merged;
	report->start_ns = last->taken_ns;
	report->duration_ns = now->taken_ns - last->taken_ns;

	for (i = 0; i < now->count; i++) {
		fill_row(&row, &now->rows[i], last);
		if (merged)
			row.key.tgid = row.key.vcpu_id = 0;
		if (row.total.count)
			merge_row(report, &row);
	}
	qsort(report->rows, report->count, sizeof(*report->rows),
	      compare_rows);

	report->missed = now->missed - last->missed;
	report->lost = report->missed;
	for (i = 0; i < DROP_MAX; i++) {
		report->drops[i] = now->drops[i] - last->drops[i];
		report->lost += report->drops[i];
	}
	return 0;
}

/**
 * report_free - Free what a report holds
 * @report: The report; without rows afterwards.
 */
void report_free(struct report *report)
{
	free(report->rows);
	report->rows = NULL;
	report->count = 0;
}

/* At most six characters, three digits at least. */
static const char *short_number(uint64_t value, char *buffer, size_t size)
{
	static const char powers[] = "kMGTPE";
	double scaled = (double)value;
	int power = -1;

	if (value < 1000000) {
		snprintf(buffer, size, "%" PRIu64, value);
		return buffer;
	}
	while (scaled >= 999.5) {
		scaled /= 1000;
		power++;
	}
	snprintf(buffer, size, "%.*f%c",
		 scaled < 9.995 ? 2 : scaled < 99.95 ? 1 : 0, scaled,
		 powers[power]);
	return buffer;
}

static void print_column(FILE *out, uint64_t value)
{
	char buffer[16];

	fprintf(out, " %6s", short_number(value, buffer, sizeof(buffer)));
}

/* The mean over all exits of the row, also those without such a part. */
static void print_part(FILE *out, const struct hist *part, uint64_t exits)
{
	if (part->count)
		print_column(out, (part->sum + exits / 2) / exits);
	else
		fprintf(out, " %6s", "-");
}

static void print_row(FILE *out, const struct report_row *row)
{
	uint64_t exits = row->total.count;
	char name[40];

	fprintf(out, "%-19.19s",
		exit_reason_name(row->key.isa, row->key.exit_reason, name,
				 sizeof(name)));
	if (exits < 1000000000)
		fprintf(out, " %9" PRIu64, exits);
	else
		fprintf(out, " %9s", short_number(exits, name, sizeof(name)));
	print_column(out, hist_mean(&row->total));
	print_part(out, &row->handling, exits);
	print_part(out, &row->user, exits);
	print_part(out, &row->off, exits);
	print_column(out, hist_percentile_lt(&row->total, 500));
	print_column(out, hist_percentile_lt(&row->total, 990));
	print_column(out, row->total.max);
	fprintf(out, "%s\n", row->total.max_exact ? "" : "*");
}

static void print_row_hists(FILE *out, const struct report_row *row,
			    const char *unit)
{
	static const char *const titles[] = {
		"exit latency", "handling", "user space", "scheduled out",
	};
	const struct hist *const hists[] = {
		&row->total, &row->handling, &row->user, &row->off,
	};
	char name[40];
	int i;

	for (i = 0; i < 4; i++) {
		if (!hists[i]->count)
			continue;
		fprintf(out, "\n%s, %s:\n",
			exit_reason_name(row->key.isa, row->key.exit_reason,
					 name, sizeof(name)), titles[i]);
		print_hist(out, hists[i], unit);
	}
}

static void print_lost(FILE *out, const struct report *report)
{
	int i;

	fprintf(out, "lost %" PRIu64, report->lost);
	for (i = 0; i < DROP_MAX; i++)
		if (report->drops[i])
			fprintf(out, " %s %" PRIu64, drop_names[i],
				report->drops[i]);
	if (report->missed)
		fprintf(out, " missed %" PRIu64, report->missed);
	fputc('\n', out);
}

static void print_vcpu(FILE *out, const struct report *report,
		       const struct exit_key *key)
{
	if (report->merged)
		fprintf(out, "\nall vcpus %s\n", exit_isa_name(key->isa));
	else
		fprintf(out, "\npid %u vcpu %u %s\n", key->tgid, key->vcpu_id,
			exit_isa_name(key->isa));
	fprintf(out, "%-19s %9s %6s %6s %6s %6s %6s %6s %6s\n", "REASON",
		"COUNT", "MEAN", "KVM", "USER", "OFF", "P50<", "P99<", "MAX");
}

/**
 * print_report - Print a report as a table
 * @out: Where to.
 * @report: The report.
 * @hists: true: print every row's distributions below its table.
 *
 * Errors are left in @out, as usual with stdio.
 */
void print_report(FILE *out, const struct report *report, bool hists)
{
	const struct engine *engine = report->engine;
	const struct exit_key *last = NULL;
	size_t i;

	fprintf(out, "kvmexitlat: engine %s, clock %s, unit %s\nduration ",
		engine->name, engine->clock, engine->unit);
	if (engine->emulated)
		fprintf(out, "%" PRIu64 " %s\n", report->duration_ns,
			engine->unit);
	else
		fprintf(out, "%.3f s\n", (double)report->duration_ns / 1e9);

	for (i = 0; i < report->count; i++) {
		const struct exit_key *key = &report->rows[i].key;

		if (!last || last->tgid != key->tgid ||
		    last->vcpu_id != key->vcpu_id)
			print_vcpu(out, report, key);
		last = key;
		print_row(out, &report->rows[i]);
	}
	for (i = 0; hists && i < report->count; i++)
		print_row_hists(out, &report->rows[i], engine->unit);
	if (!report->count)
		fputs("no VM-exits\n", out);
	print_lost(out, report);
}

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
