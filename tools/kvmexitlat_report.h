/* SPDX-License-Identifier: GPL-2.0 */
/*
 * kvmexitlat_report.h - printing what kvmexitlat found in one interval
 *
 * What it is not: no BPF, so that host tests can print reports, too.
 */
#ifndef KVMEXITLAT_REPORT_H
#define KVMEXITLAT_REPORT_H

#include <linux/types.h>

#include "kvmexitlat.h"
#include "report.h"

/* Words of a key after process and vCPU: those of struct exit_key. */
enum {
	KEY_EXIT_REASON = KEY_VCPU + 1,
	KEY_ISA,
};

/* Distributions of a row: those of struct exit_hist. */
enum {
	EXIT_TOTAL,
	EXIT_HANDLING,
	EXIT_USER,
	EXIT_OFF,
	EXIT_DISTS,
};

extern const struct kind kvmexitlat_kind;

void print_exit_table(FILE *out, const struct report *report, bool hists);
int print_exit_json(FILE *out, const struct report *report);

#endif /* KVMEXITLAT_REPORT_H */
