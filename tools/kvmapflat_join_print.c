// SPDX-License-Identifier: GPL-2.0
/*
 * kvmapflat_join_print.c - joined faults for people and for programs
 *
 * What it is not: nothing is joined here (kvmapflat_join.c).
 */
#include "kvmapflat_join.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "column.h"
#include "json.h"
#include "report.h"

static const char *const owners[JOIN_STAGES] = {
	"both", "host", "host", "host", "host", "both", "gst", "both", "host",
};

static void fill_hist(const struct join *join, int stage, struct hist *hist)
{
	struct lat_dist dist = {};
	uint64_t value;
	size_t i;

	for (i = 0; i < join->count; i++)
		if (join_stage(&join->list[i], stage, &value))
			lat_dist_add(&dist, value, lat_hist_bucket(value));
	memset(hist, 0, sizeof(*hist));
	hist_from_dists(hist, &dist, NULL);
}

static void print_each(FILE *out, const struct join *join)
{
	uint64_t value;
	size_t i;
	int stage;

	fprintf(out, "\n%-10s %4s", "TOKEN", "VCPU");
	for (stage = 0; stage < JOIN_STAGES; stage++)
		fprintf(out, " %*s", stage == JOIN_PUBLISH ? 7 : 6,
			join_stage_names[stage]);
	fputc('\n', out);
	for (i = 0; i < join->count; i++) {
		fprintf(out, "%#-10x %4u", join->list[i].host->token,
			join->list[i].host->vcpu);
		for (stage = 0; stage < JOIN_STAGES; stage++) {
			if (stage == JOIN_PUBLISH)
				fputc(' ', out);
			if (join_stage(&join->list[i], stage, &value))
				print_column(out, value);
			else
				fprintf(out, " %6s", "-");
		}
		fputc('\n', out);
	}
}

/**
 * print_join_table - Print joined faults as a table
 * @out: Where to.
 * @join: The faults.
 * @each: true: a line for each of them, too.
 *
 * Errors are left in @out, as usual with stdio.
 */
void print_join_table(FILE *out, const struct join *join, bool each)
{
	const struct trail *host = join->host;
	struct hist hist;
	int stage;

	fprintf(out, "kvmapflat join: engine %s, unit %s, clocks within %" PRIu64
		"\n", host->engine, host->unit, join->slack);
	print_stage_titles(out);
	for (stage = 0; stage < JOIN_STAGES; stage++) {
		fill_hist(join, stage, &hist);
		if (hist.count)
			print_stage(out, owners[stage], join_stage_names[stage],
				    &hist);
	}
	fprintf(out, "joined %zu, only host %zu, only guest %zu; "
		"records lost: host %" PRIu64 ", guest %" PRIu64 "\n",
		join->count, join->host_only, join->guest_only, host->lost,
		join->guest->lost);
	if (each)
		print_each(out, join);
}

static struct json_object *fault_to_json(const struct join *join,
					 const struct joined *fault)
{
	struct json_object *object = json_object_new_object();
	uint64_t value;
	int stage, err;

	if (!object)
		return NULL;
	err = json_add_u64(object, "token", fault->host->token);
	err = err ?: json_add_u64(object, "pid", fault->host->host.pid);
	err = err ?: json_add_u64(object, "vcpu", fault->host->vcpu);
	err = err ?: json_add_figure(object, "queued", join->host->suffix,
				     fault->host->host.queued);
	for (stage = 0; stage < JOIN_STAGES; stage++)
		if (join_stage(fault, stage, &value))
			err = err ?: json_add_figure(object,
						join_stage_names[stage],
						join->host->suffix, value);
	if (err) {
		json_object_put(object);
		return NULL;
	}
	return object;
}

static struct json_object *faults_to_json(const struct join *join)
{
	struct json_object *array = json_object_new_array(), *fault;
	size_t i;

	for (i = 0; array && i < join->count; i++) {
		fault = fault_to_json(join, &join->list[i]);
		if (fault && !json_object_array_add(array, fault))
			continue;
		json_object_put(fault);
		json_object_put(array);
		return NULL;
	}
	return array;
}

static int fill_json(struct json_object *object, const struct join *join,
		     bool each)
{
	const struct trail *host = join->host;
	struct hist hist;
	int err, stage;

	err = json_add_u64(object, "schema", 1);
	err = err ?: json_add_string(object, "tool", "kvmapflat");
	err = err ?: json_add_string(object, "side", "join");
	err = err ?: json_add_string(object, "engine", host->engine);
	err = err ?: json_add_string(object, "unit", host->unit);
	err = err ?: json_add_figure(object, "slack", host->suffix,
				     join->slack);
	err = err ?: json_add_u64(object, "joined", join->count);
	err = err ?: json_add_u64(object, "only_host", join->host_only);
	err = err ?: json_add_u64(object, "only_guest", join->guest_only);
	err = err ?: json_add_u64(object, "lost",
				  host->lost + join->guest->lost);
	for (stage = 0; !err && stage < JOIN_STAGES; stage++) {
		fill_hist(join, stage, &hist);
		err = json_add(object, join_stage_names[stage],
			       json_from_hist(&hist, host->suffix));
	}
	if (each)
		err = err ?: json_add(object, "faults", faults_to_json(join));
	return err;
}

/**
 * print_join_json - Print joined faults as one line of JSON and flush it
 * @out: Where to.
 * @join: The faults.
 * @each: true: every one of them, too.
 *
 * Return: 0; -ENOMEM: no memory; another -errno: writing failed.
 */
int print_join_json(FILE *out, const struct join *join, bool each)
{
	struct json_object *object = json_object_new_object();
	int err;

	if (!object)
		return -ENOMEM;
	err = fill_json(object, join, each);
	err = err ?: print_json_line(out, object);
	json_object_put(object);
	return err;
}
