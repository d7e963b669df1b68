/* SPDX-License-Identifier: GPL-2.0 */
/*
 * kvmapflat_trail.h - the records of one side, read back from a file
 *
 * What it is not: no printing, no comparing of two sides (kvmapflat_join.c).
 */
#ifndef KVMAPFLAT_TRAIL_H
#define KVMAPFLAT_TRAIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Both clocks of a machine at one moment, in its own units. */
struct trail_clocks {
	uint64_t now;
	uint64_t tsc;
	uint64_t slack_tsc;
};

/* A fault of the host or a sleep of the guest; times in the file's unit. */
struct trail_fault {
	uint32_t token;
	uint32_t vcpu;
	union {
		struct {
			uint32_t pid;
			uint64_t queued, started, page, taken;
			/* 0: not seen. */
			uint64_t published, acked;
			uint64_t tsc_offset, tsc_ratio;
		} host;
		struct {
			uint64_t wait, wake, resume;
		} guest;
	};
};

/* One file. */
struct trail {
	const char *path;
	bool host;
	char unit[16];
	char suffix[16];
	char engine[16];
	struct trail_clocks begin, end;
	struct trail_fault *faults;
	size_t count, room;
	uint64_t lost;
	/* What is wrong when reading failed. */
	char reason[160];
};

int trail_read(struct trail *trail, const char *path, bool host, uint32_t pid);
void trail_free(struct trail *trail);

#endif /* KVMAPFLAT_TRAIL_H */
