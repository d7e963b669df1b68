/* SPDX-License-Identifier: GPL-2.0 */
/*
 * kvmapflat_join.h - faults as both sides saw them
 *
 * What it is not: no files (kvmapflat_trail.h).
 */
#ifndef KVMAPFLAT_JOIN_H
#define KVMAPFLAT_JOIN_H

#include <stdio.h>

#include "hist.h"
#include "kvmapflat_trail.h"

/* Stages of a joined fault; total is the sum of the six after it. */
enum {
	JOIN_TOTAL,
	JOIN_QUEUE,
	JOIN_PAGE,
	JOIN_TAKE,
	JOIN_PUBLISH,
	JOIN_WAKE,
	JOIN_RUN,
	/* Beside these: queued to asleep, published to acknowledged. */
	JOIN_SLEEP,
	JOIN_ACK,
	JOIN_STAGES,
};

/* A fault of the host and one of the tasks that slept on it. */
struct joined {
	const struct trail_fault *host;
	const struct trail_fault *guest;
	/* The guest's times on the host's clock, in the host's unit. */
	uint64_t wait, wake, resume;
};

struct join {
	const struct trail *host, *guest;
	struct joined *list;
	size_t count;
	/* Faults and sleeps without the other half. */
	size_t host_only, guest_only;
	/* How far the two clocks may be apart, in the host's unit. */
	uint64_t slack;
	/* What is wrong when joining failed. */
	char reason[200];
};

extern const char *const join_stage_names[JOIN_STAGES];

int join_fill(struct join *join, const struct trail *host,
	      const struct trail *guest);
void join_free(struct join *join);
bool join_stage(const struct joined *fault, int stage, uint64_t *value);
void print_join_table(FILE *out, const struct join *join, bool each);
int print_join_json(FILE *out, const struct join *join, bool each);

#endif /* KVMAPFLAT_JOIN_H */
