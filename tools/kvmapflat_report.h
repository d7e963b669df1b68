/* SPDX-License-Identifier: GPL-2.0 */
/*
 * kvmapflat_report.h - printing what kvmapflat found in one interval
 *
 * What it is not: no BPF, so that host tests can print reports, too.
 */
#ifndef KVMAPFLAT_REPORT_H
#define KVMAPFLAT_REPORT_H

#include <linux/types.h>
#include <stddef.h>

#include "kvmapflat.h"
#include "report.h"

/* Distributions of one kind of fault: those of struct apf_stages. */
enum {
	STAGE_TOTAL,
	STAGE_QUEUE,
	STAGE_PAGE,
	STAGE_TAKE,
	STAGES,
};

/* Distributions of a row: those of struct apf_hist. */
enum {
	APF_PV,
	APF_HALT = APF_PV + STAGES,
	APF_PUBLISH = APF_HALT + STAGES,
	APF_ACK,
	APF_DISTS,
};

/* Counters of a row: those of struct apf_hist. */
enum {
	APF_QUEUED_PV,
	APF_QUEUED_HALT,
	APF_REPEATED,
	APF_CANCELLED,
	APF_FAILED,
	APF_INTERRUPTS,
	APF_ACKS,
	APF_WAKE_ALL,
	APF_EXITS,
	APF_COUNTS,
};

/* One process's gauges at the end of the interval. */
struct apf_process {
	uint32_t tgid;
	struct apf_gauges gauges;
};

struct apf_processes {
	const struct apf_process *list;
	size_t count;
};

extern const struct kind kvmapflat_kind;
extern const char *const apf_dist_names[APF_DISTS];
extern const char *const apf_count_names[APF_COUNTS];
extern const char *const apf_event_names[];

void print_apf_table(FILE *out, const struct report *report,
		     const struct apf_processes *processes, bool hists);
int print_apf_json(FILE *out, const struct report *report,
		   const struct apf_processes *processes);
int fill_apf_record(struct json_object *object, const void *data,
		    const char *suffix);

#endif /* KVMAPFLAT_REPORT_H */
