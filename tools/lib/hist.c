// SPDX-License-Identifier: GPL-2.0
/*
 * hist.c - log2 histograms of one interval, in user space
 *
 * What it is not: no BPF, no JSON; only print_hist() writes anything.
 *
 * Limit: a percentile of a log2 histogram is known to lie in one bucket and no
 * better. Nothing is interpolated: it would look like knowledge.
 */
#include "hist.h"

#include <string.h>

/**
 * lat_dist_merge - Add one distribution to another
 * @into: What grows, such as the sum over all CPUs.
 * @from: What is added.
 */
void lat_dist_merge(struct lat_dist *into, const struct lat_dist *from)
{
	int i;

	into->sum_ns += from->sum_ns;
	if (from->max_ns > into->max_ns)
		into->max_ns = from->max_ns;
	if (from->inv_min_ns > into->inv_min_ns)
		into->inv_min_ns = from->inv_min_ns;
	for (i = 0; i < LAT_HIST_SLOTS; i++)
		into->slots[i] += from->slots[i];
}

static void bound_by_slots(struct hist *hist)
{
	int i;

	for (i = 0; i < LAT_HIST_SLOTS; i++) {
		if (!hist->slots[i])
			continue;
		if (!hist->count)
			hist->min = lat_hist_ge(i);
		hist->count += hist->slots[i];
		hist->max = lat_hist_lt(i) - 1;
	}
}

/**
 * hist_from_dists - Take the difference of two snapshots
 * @hist: Where the interval's histogram goes.
 * @now: The later snapshot.
 * @last: The earlier one; NULL: from the beginning.
 *
 * Extremes are kept since the beginning. The interval's own maximum is known
 * when it is the largest of all so far; otherwise it is the upper bound of the
 * interval's highest bucket, and not more than the largest of all.
 */
void hist_from_dists(struct hist *hist, const struct lat_dist *now,
		     const struct lat_dist *last)
{
	static const struct lat_dist empty;
	uint64_t now_min = ~now->inv_min_ns;
	int i;

	if (!last)
		last = &empty;
	memset(hist, 0, sizeof(*hist));
	hist->sum = now->sum_ns - last->sum_ns;
	for (i = 0; i < LAT_HIST_SLOTS; i++)
		hist->slots[i] = now->slots[i] - last->slots[i];
	bound_by_slots(hist);
	if (!hist->count)
		return;

	hist->max_exact = last == &empty || now->max_ns > last->max_ns;
	if (hist->max_exact || hist->max > now->max_ns)
		hist->max = now->max_ns;
	hist->min_exact = last == &empty || now->inv_min_ns > last->inv_min_ns;
	if (hist->min_exact || hist->min < now_min)
		hist->min = now_min;
}

/**
 * hist_merge - Add one histogram to another of the same interval
 * @into: What grows.
 * @from: What is added.
 */
void hist_merge(struct hist *into, const struct hist *from)
{
	int i;

	if (!from->count)
		return;
	if (!into->count || from->max > into->max) {
		into->max = from->max;
		into->max_exact = from->max_exact;
	}
	if (!into->count || from->min < into->min) {
		into->min = from->min;
		into->min_exact = from->min_exact;
	}
	into->count += from->count;
	into->sum += from->sum;
	for (i = 0; i < LAT_HIST_SLOTS; i++)
		into->slots[i] += from->slots[i];
}

/**
 * hist_percentile_slot - Find the bucket that a percentile lies in
 * @hist: The histogram; its count must not be 0.
 * @permille: 1 to 1000; 990 is p99.
 *
 * Source: the nearest-rank definition: the smallest value that at least this
 * share of all values does not exceed.
 * Return: The bucket's number.
 */
unsigned int hist_percentile_slot(const struct hist *hist,
				  unsigned int permille)
{
	/* Rounds up without overflow for any count below 2^54. */
	uint64_t rank = (hist->count * permille + 999) / 1000;
	uint64_t seen = 0;
	unsigned int i;

	for (i = 0; i < LAT_HIST_SLOTS - 1; i++) {
		seen += hist->slots[i];
		if (seen >= rank)
			break;
	}
	return i;
}

/**
 * hist_percentile_lt - Give a bound that a percentile is below
 * @hist: The histogram; its count must not be 0.
 * @permille: 1 to 1000; 990 is p99.
 *
 * Return: The exclusive upper bound of the percentile's bucket, or the maximum
 * plus 1 when that is less.
 */
uint64_t hist_percentile_lt(const struct hist *hist, unsigned int permille)
{
	uint64_t lt = lat_hist_lt(hist_percentile_slot(hist, permille));

	return lt && lt <= hist->max ? lt : hist->max + 1;
}

/**
 * hist_mean - Give the mean, rounded to the nearest integer
 * @hist: The histogram.
 *
 * Return: The mean; 0 when there is no value.
 */
uint64_t hist_mean(const struct hist *hist)
{
	return hist->count ? (hist->sum + hist->count / 2) / hist->count : 0;
}

/**
 * print_hist - Print a histogram as lines of stars
 * @out: Where to.
 * @hist: The histogram; prints nothing when it is empty.
 * @unit: Unit of the values, for the header line.
 */
void print_hist(FILE *out, const struct hist *hist, const char *unit)
{
	static const char stars[] = "*********************************";
	int first = LAT_HIST_SLOTS, last = -1, i;
	uint64_t most = 0;

	for (i = 0; i < LAT_HIST_SLOTS; i++) {
		if (!hist->slots[i])
			continue;
		if (first == LAT_HIST_SLOTS)
			first = i;
		last = i;
		if (hist->slots[i] > most)
			most = hist->slots[i];
	}
	if (last < 0)
		return;

	fprintf(out, "%13s .. %-13s %9s\n", "from", unit, "count");
	for (i = first; i <= last; i++) {
		double share = (double)hist->slots[i] / most;
		char upper[24] = "more";

		if (lat_hist_lt(i))
			snprintf(upper, sizeof(upper), "%llu",
				 lat_hist_lt(i) - 1);
		fprintf(out, "%13llu .. %-13s %9llu |%-33.*s|\n",
			lat_hist_ge(i), upper,
			(unsigned long long)hist->slots[i],
			(int)(share * (sizeof(stars) - 1)), stars);
	}
}
