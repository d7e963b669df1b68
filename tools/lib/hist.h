/* SPDX-License-Identifier: GPL-2.0 */
/*
 * hist.h - log2 histograms of one interval, in user space
 *
 * BPF programs only ever add to a struct lat_dist (bpf/lat_hist.h). A struct
 * hist is the difference of two snapshots of one.
 *
 * What it is not: no BPF, no bucket rule of its own, no JSON (json.h).
 */
#ifndef TOOLS_LIB_HIST_H
#define TOOLS_LIB_HIST_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "lat_hist.h"

/* All values have the unit that the caller's engine gives them. */
struct hist {
	uint64_t count;
	uint64_t sum;
	/*
	 * Extremes, meaningless when count is 0. Where the interval's own are
	 * not known they are the bounds that its buckets give.
	 */
	uint64_t min;
	uint64_t max;
	bool min_exact;
	bool max_exact;
	uint64_t slots[LAT_HIST_SLOTS];
};

void lat_dist_merge(struct lat_dist *into, const struct lat_dist *from);
void hist_from_dists(struct hist *hist, const struct lat_dist *now,
		     const struct lat_dist *last);
void hist_merge(struct hist *into, const struct hist *from);
unsigned int hist_percentile_slot(const struct hist *hist,
				  unsigned int permille);
uint64_t hist_percentile_lt(const struct hist *hist, unsigned int permille);
uint64_t hist_mean(const struct hist *hist);
void print_hist(FILE *out, const struct hist *hist, const char *unit);

#endif /* TOOLS_LIB_HIST_H */
