// SPDX-License-Identifier: GPL-2.0
/*
 * kvmapflat_trail.c - the records of one side, read back from a file
 *
 * Of the host's faults only those that the guest was told of are kept (pv), and
 * publications and acknowledgements, which have records of their own, are put
 * into the faults they belong to.
 *
 * What it is not: no printing, no comparing of two sides (kvmapflat_join.c).
 */
#include "kvmapflat_trail.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

static int refuse(struct trail *trail, int err, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static int refuse(struct trail *trail, int err, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(trail->reason, sizeof(trail->reason), format, args);
	va_end(args);
	return err;
}

static const char *text(struct json_object *object, const char *name)
{
	struct json_object *value;

	if (!json_object_object_get_ex(object, name, &value))
		return "";
	return json_object_get_string(value);
}

static uint64_t number(struct json_object *object, const char *name)
{
	struct json_object *value;

	if (!json_object_object_get_ex(object, name, &value))
		return 0;
	return json_object_get_uint64(value);
}

static uint64_t figure(const struct trail *trail, struct json_object *object,
		       const char *name)
{
	char full[48];

	snprintf(full, sizeof(full), "%s_%s", name, trail->suffix);
	return number(object, full);
}

static void read_clocks(const struct trail *trail, struct json_object *line,
			struct trail_clocks *clocks)
{
	clocks->now = figure(trail, line, "now");
	clocks->tsc = number(line, "tsc");
	clocks->slack_tsc = number(line, "slack_tsc");
}

static int read_begin(struct trail *trail, struct json_object *line)
{
	const char *side = trail->host ? "host" : "guest";
	char *dash;

	if (strcmp(text(line, "tool"), "kvmapflat") ||
	    strcmp(text(line, "event"), "begin"))
		return refuse(trail, -EINVAL, "no records of kvmapflat");
	if (number(line, "schema") != 1)
		return refuse(trail, -EINVAL, "schema is not 1");
	if (strcmp(text(line, "records"), side))
		return refuse(trail, -EINVAL, "not the %s's side", side);
	snprintf(trail->engine, sizeof(trail->engine), "%s",
		 text(line, "engine"));
	snprintf(trail->unit, sizeof(trail->unit), "%s", text(line, "unit"));
	snprintf(trail->suffix, sizeof(trail->suffix), "%s", trail->unit);
	for (dash = trail->suffix; *dash; dash++)
		if (*dash == '-')
			*dash = '_';
	read_clocks(trail, line, &trail->begin);
	return 0;
}

static struct trail_fault *new_fault(struct trail *trail,
				     struct json_object *line)
{
	size_t room = trail->room ? 2 * trail->room : 256;
	struct trail_fault *fault;

	if (trail->count == trail->room) {
		fault = realloc(trail->faults, room * sizeof(*fault));
		if (!fault)
			return NULL;
		trail->faults = fault;
		trail->room = room;
	}
	fault = &trail->faults[trail->count++];
	memset(fault, 0, sizeof(*fault));
	fault->token = number(line, "token");
	fault->vcpu = number(line, "vcpu");
	return fault;
}

static int add_fault(struct trail *trail, struct json_object *line)
{
	struct trail_fault *fault;

	if (strcmp(text(line, "kind"), "pv"))
		return 0;
	fault = new_fault(trail, line);
	if (!fault)
		return refuse(trail, -ENOMEM, "no memory");
	fault->host.pid = number(line, "pid");
	fault->host.queued = figure(trail, line, "queued");
	fault->host.started = figure(trail, line, "started");
	fault->host.page = figure(trail, line, "page");
	fault->host.taken = figure(trail, line, "taken");
	fault->host.tsc_offset = number(line, "tsc_offset");
	fault->host.tsc_ratio = number(line, "tsc_ratio");
	return 0;
}

/*
 * Records are in the order of their events: the latest of the vCPU's faults are
 * those that are published.
 */
static void publish(struct trail *trail, struct json_object *line)
{
	uint64_t pages = number(line, "pages"), at = figure(trail, line, "at");
	uint32_t vcpu = number(line, "vcpu");
	size_t i;

	for (i = trail->count; pages && i--; ) {
		struct trail_fault *fault = &trail->faults[i];

		if (fault->vcpu != vcpu)
			continue;
		if (fault->host.published)
			return;
		fault->host.published = at;
		pages--;
	}
}

static void acknowledge(struct trail *trail, struct json_object *line)
{
	uint64_t since = figure(trail, line, "since");
	uint32_t vcpu = number(line, "vcpu");
	size_t i;

	for (i = trail->count; i--; ) {
		struct trail_fault *fault = &trail->faults[i];

		if (fault->vcpu != vcpu || !fault->host.published)
			continue;
		if (fault->host.published < since)
			return;
		if (fault->host.published == since)
			fault->host.acked = figure(trail, line, "at");
	}
}

static int read_host(struct trail *trail, struct json_object *line,
		     uint32_t *pid)
{
	const char *event = text(line, "event");

	if (*pid && number(line, "pid") != *pid && trail->count)
		return refuse(trail, -EINVAL,
			      "faults of several processes: choose one with -p");
	*pid = number(line, "pid");
	if (!strcmp(event, "fault"))
		return add_fault(trail, line);
	if (!strcmp(event, "publish"))
		publish(trail, line);
	else
		acknowledge(trail, line);
	return 0;
}

static int read_guest(struct trail *trail, struct json_object *line)
{
	struct trail_fault *fault;

	if (strcmp(text(line, "event"), "slept"))
		return 0;
	fault = new_fault(trail, line);
	if (!fault)
		return refuse(trail, -ENOMEM, "no memory");
	fault->guest.wait = figure(trail, line, "wait");
	fault->guest.wake = figure(trail, line, "wake");
	fault->guest.resume = figure(trail, line, "resume");
	return 0;
}

static int read_line(struct trail *trail, struct json_object *line,
		     uint32_t wanted, uint32_t *pid)
{
	if (!trail->suffix[0])
		return read_begin(trail, line);
	if (!strcmp(text(line, "event"), "end")) {
		trail->lost = number(line, "lost");
		read_clocks(trail, line, &trail->end);
		return 0;
	}
	if (!trail->host)
		return read_guest(trail, line);
	if (wanted && number(line, "pid") != wanted)
		return 0;
	return read_host(trail, line, pid);
}

static int read_lines(struct trail *trail, FILE *file, uint32_t wanted)
{
	struct json_object *object;
	char *line = NULL;
	uint32_t pid = 0;
	size_t room = 0;
	int err = 0;

	while (!err && getline(&line, &room, file) > 0) {
		object = json_tokener_parse(line);
		if (object)
			err = read_line(trail, object, wanted, &pid);
		else
			err = refuse(trail, -EINVAL, "a line is no JSON");
		json_object_put(object);
	}
	free(line);
	return err;
}

/**
 * trail_read - Read a file of records
 * @trail: Where they go; all zero at first. To be freed whatever is returned.
 * @path: The file, which is @trail's name from then on.
 * @host: true: it must be the host's side; false: the guest's.
 * @pid: Of the host's side: which process; 0: there is only one.
 *
 * Return: 0; with a reason in @trail: -EINVAL: not such a file, or no end;
 * -ENOMEM: no memory; another -errno of opening it.
 */
int trail_read(struct trail *trail, const char *path, bool host, uint32_t pid)
{
	FILE *file = fopen(path, "re");
	int err;

	trail->path = path;
	trail->host = host;
	if (!file) {
		err = -errno;
		return refuse(trail, err, "%s", strerror(-err));
	}
	err = read_lines(trail, file, pid);
	fclose(file);
	if (err)
		return err;
	if (!trail->suffix[0])
		return refuse(trail, -EINVAL, "no records of kvmapflat");
	if (!trail->end.tsc)
		return refuse(trail, -EINVAL,
			      "no last line: it was not written to its end");
	return 0;
}

/**
 * trail_free - Free what a trail holds
 * @trail: The trail; its reason stays.
 */
void trail_free(struct trail *trail)
{
	free(trail->faults);
	trail->faults = NULL;
	trail->count = 0;
}
