// SPDX-License-Identifier: GPL-2.0
/*
 * records.c - every single event, as lines of JSON in a file
 *
 * The first line says what wrote it, the last one how many records there are
 * and were lost; both tell the monotonic clock and the TSC at one moment, so
 * that times of another machine with the same TSC can be compared.
 *
 * What it is not: no record of any tool; nothing is read back.
 */
#include "records.h"

#include <errno.h>
#include <stdlib.h>

#include "json.h"

/* What both the first and the last line have. */
static int add_clocks(struct json_object *object, const struct engine *engine)
{
	uint64_t clock_ns, tsc, slack_tsc;
	int err;

	slack_tsc = engine_read_clocks(&clock_ns, &tsc);
	err = json_add_figure(object, "now", engine->suffix,
			      clock_ns / engine->ns_per_unit);
	err = err ?: json_add_u64(object, "tsc", tsc);
	return err ?: json_add_u64(object, "slack_tsc", slack_tsc);
}

static int fill_head(struct json_object *object, const struct kind *kind,
		     const char *side, const struct engine *engine)
{
	int err;

	err = json_add_u64(object, "schema", kind->schema);
	err = err ?: json_add_string(object, "tool", kind->tool);
	err = err ?: json_add_string(object, "version", kind->version);
	err = err ?: json_add_string(object, "event", "begin");
	err = err ?: json_add_string(object, "records", side);
	err = err ?: json_add_string(object, "engine", engine->name);
	err = err ?: json_add_string(object, "clock", engine->clock);
	err = err ?: json_add_string(object, "unit", engine->unit);
	return err ?: add_clocks(object, engine);
}

/* Takes @object over. */
static int write_line(struct records *records, struct json_object *object,
		      int err)
{
	err = err ?: print_json_line(records->file, object);
	json_object_put(object);
	return err;
}

/**
 * records_open - Begin a file of records
 * @records: Where it goes; all zero at first.
 * @path: The file, which is overwritten.
 * @kind: The tool.
 * @side: "host" or "guest".
 * @engine: What the figures are; must last as long as @records.
 *
 * Return: 0; -ENOMEM: no memory; another -errno of opening or writing.
 */
int records_open(struct records *records, const char *path,
		 const struct kind *kind, const char *side,
		 const struct engine *engine)
{
	struct json_object *object;

	records->engine = engine;
	records->file = fopen(path, "we");
	if (!records->file)
		return -errno;
	object = json_object_new_object();
	if (!object)
		return -ENOMEM;
	return write_line(records, object,
			  fill_head(object, kind, side, engine));
}

static int on_record(void *context, void *data, size_t size)
{
	struct records *records = context;
	struct json_object *object = json_object_new_object();

	(void)size;
	if (!object)
		return -ENOMEM;
	records->count++;
	return write_line(records, object,
			  records->fill(object, data, records->engine->suffix));
}

/**
 * records_attach - Begin to take records
 * @records: From records_open().
 * @map_fd: A ring buffer.
 * @fill: Makes JSON of one of them.
 *
 * Return: 0 or -errno.
 */
int records_attach(struct records *records, int map_fd, records_fill fill)
{
	records->fill = fill;
	records->ring = ring_buffer__new(map_fd, on_record, records, NULL);
	return records->ring ? 0 : -errno;
}

/**
 * records_fd - Tell what to wait for
 * @records: The records.
 *
 * Return: A descriptor that is readable when records_drain() should be called;
 * -1: there is none.
 */
int records_fd(const struct records *records)
{
	return records->ring ? ring_buffer__epoll_fd(records->ring) : -1;
}

/**
 * records_drain - Write what has come
 * @records: The records; nothing happens if none are wanted.
 *
 * Return: 0; -ENOMEM: no memory; another -errno: writing failed.
 */
int records_drain(struct records *records)
{
	int err = records->ring ? ring_buffer__consume(records->ring) : 0;

	return err < 0 ? err : 0;
}

/**
 * records_end - Write what has come since and the last line
 * @records: The records; nothing happens if none are wanted.
 * @lost: Records that there was no room for.
 *
 * Return: 0; -ENOMEM: no memory; another -errno: writing failed.
 */
int records_end(struct records *records, uint64_t lost)
{
	struct json_object *object;
	FILE *file = records->file;
	int err;

	if (!file)
		return 0;
	err = records_drain(records);
	if (err)
		return err;
	object = json_object_new_object();
	if (!object)
		return -ENOMEM;
	err = json_add_string(object, "event", "end");
	err = err ?: json_add_u64(object, "count", records->count);
	err = err ?: json_add_u64(object, "lost", lost);
	err = err ?: add_clocks(object, records->engine);
	err = write_line(records, object, err);
	records->file = NULL;
	if (fclose(file) && !err)
		err = -errno;
	return err;
}

/**
 * records_close - Free what records hold
 * @records: The records; all zero afterwards. Without records_end() the file
 *           has no last line.
 */
void records_close(struct records *records)
{
	if (records->file)
		fclose(records->file);
	ring_buffer__free(records->ring);
	*records = (struct records){};
}
