/* SPDX-License-Identifier: GPL-2.0 */
/*
 * records.bpf.h - a ring buffer for who wants every single event
 *
 * Records are off, and the buffer as small as can be, unless the tool says
 * otherwise. It is woken when half of it is full, so that on an idle machine
 * the records cost no task switches; and once, since what wakes it is an
 * interrupt, which may be just what the next record is about.
 *
 * What it is not: no record of any tool.
 */
#ifndef RECORDS_BPF_H
#define RECORDS_BPF_H

#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

/* Bytes that may lie there before the tool is woken; 0: no records. */
const volatile __u32 record_bytes;

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} records SEC(".maps");

/* The tool was woken and has not been there yet. */
static bool record_woken;

/**
 * record_put - Hand a record over to the tool
 * @record: What was reserved in @records.
 */
static __always_inline void record_put(void *record)
{
	bool half_full = bpf_ringbuf_query(&records, BPF_RB_AVAIL_DATA) >=
			 record_bytes;
	bool wake = half_full && !record_woken;

	record_woken = half_full;
	bpf_ringbuf_submit(record, wake ? BPF_RB_FORCE_WAKEUP :
					  BPF_RB_NO_WAKEUP);
}

#endif /* RECORDS_BPF_H */
