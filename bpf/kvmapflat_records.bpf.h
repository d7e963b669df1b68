/* SPDX-License-Identifier: GPL-2.0 */
/*
 * kvmapflat_records.bpf.h - one record for each event of kvmapflat.bpf.c
 *
 * A fault's record is written when it is taken; of a vCPU's faults those before a
 * publication are what is published, all in the order in which they are written.
 *
 * What it is not: nothing is traced here.
 */
#ifndef KVMAPFLAT_RECORDS_BPF_H
#define KVMAPFLAT_RECORDS_BPF_H

#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include "compat.bpf.h"
#include "kvmapflat.h"
#include "maps.bpf.h"
#include "records.bpf.h"

static __always_inline struct apf_record *new_record(__u32 event,
					const struct apf_key *key, __u64 now_ns)
{
	struct apf_record *record;

	if (!record_bytes)
		return NULL;
	record = bpf_ringbuf_reserve(&records, sizeof(*record), 0);
	if (!record) {
		counter_add(&drops, DROP_NO_RECORD);
		return NULL;
	}
	__builtin_memset(record, 0, sizeof(*record));
	record->event = event;
	record->key = *key;
	record->now_ns = now_ns;
	return record;
}

static __always_inline void record_fault(const struct apf_flight *flight,
					 __u64 now_ns,
					 const struct kvm_vcpu___apf *vcpu)
{
	struct apf_record *record = new_record(APF_EVENT_FAULT, &flight->key,
					       now_ns);

	if (!record)
		return;
	record->token = flight->token;
	record->pv = flight->pv;
	record->queued_ns = flight->queued_ns;
	record->started_ns = flight->started_ns;
	record->page_ns = flight->page_ns;
	if (bpf_core_field_exists(vcpu->arch.l1_tsc_scaling_ratio)) {
		record->tsc_offset = vcpu->arch.l1_tsc_offset;
		record->tsc_ratio = vcpu->arch.l1_tsc_scaling_ratio;
	}
	record_put(record);
}

static __always_inline void record_publish(const struct apf_key *key,
					   __u32 pages, __u64 now_ns)
{
	struct apf_record *record = new_record(APF_EVENT_PUBLISH, key, now_ns);

	if (!record)
		return;
	record->pages = pages;
	record_put(record);
}

static __always_inline void record_ack(const struct apf_key *key,
				       __u64 since_ns, __u64 now_ns)
{
	struct apf_record *record = new_record(APF_EVENT_ACK, key, now_ns);

	if (!record)
		return;
	record->since_ns = since_ns;
	record_put(record);
}

#endif /* KVMAPFLAT_RECORDS_BPF_H */
