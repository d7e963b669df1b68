/* SPDX-License-Identifier: GPL-2.0 */
/*
 * kvmapflat_guest.h - types shared by kvmapflat_guest.bpf.c and
 * tools/kvmapflat_guest.c
 *
 * Figures are nanoseconds of the guest's CLOCK_MONOTONIC, or on an emulator
 * whatever the tool has ns_per_step make of them, as in kvmexitlat.h.
 *
 * What it is not: no bucket rule (lat_hist.h), no kernel types.
 */
#ifndef KVMAPFLAT_GUEST_H
#define KVMAPFLAT_GUEST_H

#include "lat_hist.h"

/*
 * Why a sleep was lost. Names are in tools/kvmapflat_guest_report.c.
 *
 * NO_WAKE   the task runs again, and was not seen to be woken
 * MAP_FULL  no room for another CPU
 * NO_MEMORY no memory to remember the sleeping task in
 * NEGATIVE  the clock went back
 * NO_RECORD no room for the event's record
 */
enum apf_guest_drop {
	GUEST_DROP_NO_WAKE,
	GUEST_DROP_MAP_FULL,
	GUEST_DROP_NO_MEMORY,
	GUEST_DROP_NEGATIVE,
	GUEST_DROP_NO_RECORD,
	GUEST_DROP_MAX,
};

/* The process that is traced, 0: every one; the CPU that was told. */
struct apf_guest_key {
	__u32 tgid;
	__u32 cpu;
};

/*
 * What became of the tasks that one CPU was told to stop:
 * total.sum_ns == sleep.sum_ns + run.sum_ns, and all three hold the same ones.
 */
struct apf_guest_hist {
	/* Falls asleep to running. */
	struct lat_dist total;
	/* Falls asleep to woken: the event was handled. */
	struct lat_dist sleep;
	/* Woken to running. */
	struct lat_dist run;

	/* Tasks that fell asleep, and those that were told but did not have to. */
	__u64 waits;
	__u64 spurious;
	/* Events that found no task, and how many of them made one forgotten. */
	__u64 early;
	__u64 dropped;
	/* Events that stand for every task, and how many tasks they woke. */
	__u64 wake_all;
	__u64 woken_by_all;
};

/* What a record tells. */
enum apf_guest_event {
	/* A task slept: all three times are there. */
	GUEST_EVENT_SLEPT,
	/* The others have wait_ns only, which is when it happened. */
	GUEST_EVENT_SPURIOUS,
	GUEST_EVENT_EARLY,
	GUEST_EVENT_WAKE_ALL,
};

/* One event, for who wants each of them. */
struct apf_guest_record {
	__u32 event;
	__u32 token;
	__u32 cpu;
	__u32 tid;
	__u64 wait_ns;
	__u64 wake_ns;
	__u64 resume_ns;
};

#endif /* KVMAPFLAT_GUEST_H */
