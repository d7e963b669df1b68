/* SPDX-License-Identifier: GPL-2.0 */
/*
 * records.h - every single event, as lines of JSON in a file
 *
 * What it is not: no record of any tool; nothing is read back.
 */
#ifndef TOOLS_LIB_RECORDS_H
#define TOOLS_LIB_RECORDS_H

#include <bpf/libbpf.h>
#include <json-c/json.h>
#include <stdint.h>
#include <stdio.h>

#include "engine.h"
#include "snapshot.h"

/* Adds to @object what @record says, figures named by @suffix; 0 or -errno. */
typedef int (*records_fill)(struct json_object *object, const void *record,
			    const char *suffix);

/* Opened by records_open(); all zero: none are wanted. */
struct records {
	FILE *file;
	struct ring_buffer *ring;
	const struct engine *engine;
	records_fill fill;
	uint64_t count;
};

int records_open(struct records *records, const char *path,
		 const struct kind *kind, const char *side,
		 const struct engine *engine);
int records_attach(struct records *records, int map_fd, records_fill fill);
int records_fd(const struct records *records);
int records_drain(struct records *records);
int records_end(struct records *records, uint64_t lost);
void records_close(struct records *records);

#endif /* TOOLS_LIB_RECORDS_H */
