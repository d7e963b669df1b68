/* SPDX-License-Identifier: GPL-2.0 */
/*
 * kvmapflat.h - types shared by kvmapflat.bpf.c and tools/kvmapflat.c
 *
 * Figures are nanoseconds of CLOCK_MONOTONIC, or on an emulator whatever the
 * tool has ns_per_step make of them, as in kvmexitlat.h.
 *
 * What it is not: no bucket rule (lat_hist.h), no kernel types.
 */
#ifndef KVMAPFLAT_H
#define KVMAPFLAT_H

#include "lat_hist.h"

/*
 * Why a fault was lost. Names are in tools/kvmapflat_report.c.
 *
 * NO_START  its worker was not seen to start
 * NO_PAGE   its page was not seen to come in
 * REUSED    what was noted of it was of another fault at the same address
 * NO_ACK    published interrupts that the vCPU never acknowledged
 * MAP_FULL  no room for another vCPU or for another outstanding fault
 * NO_MEMORY no memory to remember the worker or the vCPU's thread in
 * NEGATIVE  the clock went back
 * NO_RECORD no room for the event's record
 */
enum kvmapflat_drop {
	DROP_NO_START,
	DROP_NO_PAGE,
	DROP_REUSED,
	DROP_NO_ACK,
	DROP_MAP_FULL,
	DROP_NO_MEMORY,
	DROP_NEGATIVE,
	DROP_NO_RECORD,
	DROP_MAX,
};

/* Two VMs of one process that use the same vCPU number share a key. */
struct apf_key {
	__u32 tgid;
	__u32 vcpu_id;
};

/*
 * The stages of faults up to the vCPU's taking the page:
 * total.sum_ns == queue.sum_ns + page.sum_ns + take.sum_ns, and all four hold
 * the same faults.
 */
struct apf_stages {
	/* Queued to taken. */
	struct lat_dist total;
	/* Queued to worker start. */
	struct lat_dist queue;
	/* Worker start to page in. */
	struct lat_dist page;
	/* Page in to taken by the vCPU. */
	struct lat_dist take;
};

/* What became of one vCPU's faults. */
struct apf_hist {
	/* The guest was told that the page is missing. */
	struct apf_stages pv;
	/* The vCPU was halted instead. */
	struct apf_stages halt;
	/* Taken to the interrupt that tells the guest; per fault. */
	struct lat_dist publish;
	/* The interrupt to the guest's acknowledgement; per interrupt. */
	struct lat_dist ack;

	__u64 queued_pv;
	__u64 queued_halt;
	/* Faults at a page that was waited for already. */
	__u64 repeated;
	/* Given up before the vCPU took the page. */
	__u64 cancelled;
	/* Page-ins that ended in an error; they are taken all the same. */
	__u64 failed;
	/* Interrupts that told of pages, and acknowledgements of these. */
	__u64 interrupts;
	__u64 acks;
	/* Interrupts that told the guest to wake everything. */
	__u64 wake_all;
	/* VM-exits of the vCPU while at least one fault was outstanding. */
	__u64 exits;
};

/* Of one process: a number now, and the largest that it ever was. */
struct apf_gauge {
	__u32 now;
	__u32 most;
};

struct apf_gauges {
	/* Faults queued and not taken yet. */
	struct apf_gauge outstanding;
	/* Workers that wait for a page. */
	struct apf_gauge blocked;
};

/* What a record tells. */
enum apf_event {
	/* A fault is taken: all four times are there. */
	APF_EVENT_FAULT,
	/* The vCPU's faults of kind pv that were taken are published. */
	APF_EVENT_PUBLISH,
	/* What was published is acknowledged. */
	APF_EVENT_ACK,
};

/* One event, for who wants each of them. */
struct apf_record {
	__u32 event;
	struct apf_key key;
	/* Of faults: what the guest knows it by, unless the vCPU was halted. */
	__u32 token;
	__u32 pv;
	/* Of publications: number of pages; 0 wakes everything. */
	__u32 pages;
	/* Of acknowledgements: when it was published. */
	__u64 since_ns;
	/* Of faults: taken. */
	__u64 now_ns;
	__u64 queued_ns;
	__u64 started_ns;
	__u64 page_ns;
	/*
	 * Of faults: guest TSC = host TSC + offset, if the ratio means 1, which
	 * is that power of two that the vendor's fraction has; ratio 0: unknown.
	 */
	__u64 tsc_offset;
	__u64 tsc_ratio;
};

#endif /* KVMAPFLAT_H */
