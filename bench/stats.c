// SPDX-License-Identifier: GPL-2.0
/*
 * Order statistics of one sample set.
 *
 * Quantiles follow type 7 of Hyndman and Fan ("Sample Quantiles in Statistical
 * Packages"): linear interpolation at rank (n - 1) q. It is what GSL, R and
 * NumPy compute unless told otherwise, so that anybody can repeat a figure from
 * the published samples with one line; and its median is the usual one. The
 * price, a p99 between two samples, is paid where it misleads most: a
 * quantile with less than one sample beyond it is not reported at all.
 *
 * Not here: the comparison of two sets (stats_ab.c), words and tables.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>

#include "stats.h"

/*
 * Negative control of the known-answer tests: a build with -DBREAK_RANK looks
 * one rank too low, the classic mistake.
 */
#ifdef BREAK_RANK
#define RANK_ERROR	1
#else
#define RANK_ERROR	0
#endif

/**
 * stats_quantile - Quantile of a sorted sample set, type 7
 * @sorted: Samples in ascending order.
 * @n: Their number, at least 1.
 * @q: Fraction, 0 to 1.
 *
 * Return: The quantile, between two samples where (n - 1) q is no whole number.
 */
double stats_quantile(const double *sorted, size_t n, double q)
{
	if (n > RANK_ERROR)
		n -= RANK_ERROR;
	return gsl_stats_quantile_from_sorted_data(sorted, 1, n, q);
}

/*
 * A tail quantile that is not just a blend of the largest sample with its
 * neighbour. The slack is for n (1 - q) that should be whole but is not.
 */
static double tail_quantile(const double *sorted, size_t n, double q)
{
	if (n * (1 - q) < 1 - 1e-9)
		return NAN;
	return stats_quantile(sorted, n, q);
}

/*
 * The median of one bootstrap resample, without drawing the n samples.
 *
 * The k-th smallest of n independent uniform numbers has a Beta(k, n + 1 - k)
 * distribution; its place among the sorted samples is the k-th smallest of the
 * resample. For even n the next one, given the k-th, is the smallest of n - k
 * uniform numbers above it. Same distribution as resampling, cost
 * independent of n.
 */
static double resample_median(const double *sorted, size_t n, gsl_rng *rng)
{
	size_t k = (n + 1) / 2;
	double u = gsl_ran_beta(rng, k, n + 1 - k);
	double low = sorted[(size_t)fmin(u * n, n - 1)];

	if (n % 2)
		return low;
	u = 1 - (1 - u) * pow(gsl_rng_uniform_pos(rng), 1.0 / (n - k));
	return (low + sorted[(size_t)fmin(u * n, n - 1)]) / 2;
}

/* Percentile interval and standard error of the median. */
static int bootstrap_median(const double *sorted, size_t n, struct stats *s)
{
	const double tail = (1 - STATS_CONFIDENCE) / 2;
	double *medians;
	gsl_rng *rng;
	size_t i;

	medians = malloc(STATS_RESAMPLES * sizeof(*medians));
	rng = gsl_rng_alloc(gsl_rng_mt19937);
	if (!medians || !rng) {
		free(medians);
		if (rng)
			gsl_rng_free(rng);
		return -ENOMEM;
	}
	gsl_rng_set(rng, STATS_SEED);
	for (i = 0; i < STATS_RESAMPLES; i++)
		medians[i] = resample_median(sorted, n, rng);
	gsl_rng_free(rng);

	s->median_se = gsl_stats_sd(medians, 1, STATS_RESAMPLES);
	gsl_sort(medians, 1, STATS_RESAMPLES);
	s->median_lo = gsl_stats_quantile_from_sorted_data(medians, 1,
							   STATS_RESAMPLES, tail);
	s->median_hi = gsl_stats_quantile_from_sorted_data(medians, 1,
							   STATS_RESAMPLES, 1 - tail);
	free(medians);
	return 0;
}

/* MAD and outliers. With a MAD of zero every sample off the median counts. */
static void describe_spread(const double *sorted, double *work, struct stats *s)
{
	double limit;
	size_t i;

	for (i = 0; i < s->n; i++)
		work[i] = fabs(sorted[i] - s->median);
	gsl_sort(work, 1, s->n);
	s->mad = stats_quantile(work, s->n, 0.5);

	limit = STATS_OUTLIER_MADS * STATS_MAD_SCALE * s->mad;
	for (s->outliers = 0; s->outliers < s->n; s->outliers++)
		if (work[s->n - 1 - s->outliers] <= limit)
			break;
}

/* What depends on the mean, and on the order of the samples. */
static void describe_moments(const double *samples, struct stats *s)
{
	s->mean = gsl_stats_mean(samples, 1, s->n);
	s->sd = NAN;
	s->lag1 = NAN;
	s->correlated = false;
	if (s->n < 2)
		return;
	s->sd = gsl_stats_sd_m(samples, 1, s->n, s->mean);
	if (s->min == s->max)
		return;
	s->lag1 = gsl_stats_lag1_autocorrelation_m(samples, 1, s->n, s->mean);
	s->correlated = fabs(s->lag1) > 2 / sqrt(s->n);
}

/**
 * stats_describe - Describe one sample set
 * @samples: Samples in the order they were taken; not changed.
 * @n: Their number.
 * @s: Result.
 *
 * The bootstrap starts from the same seed each time: the same samples give the
 * same figures.
 *
 * Return: 0; -EINVAL for no samples or one that is not finite; -ENOMEM.
 */
int stats_describe(const double *samples, size_t n, struct stats *s)
{
	double *sorted, *work;
	size_t i;
	int err;

	memset(s, 0, sizeof(*s));
	if (!n)
		return -EINVAL;
	for (i = 0; i < n; i++)
		if (!isfinite(samples[i]))
			return -EINVAL;

	sorted = malloc(2 * n * sizeof(*sorted));
	if (!sorted)
		return -ENOMEM;
	work = sorted + n;
	memcpy(sorted, samples, n * sizeof(*sorted));
	gsl_sort(sorted, 1, n);

	s->n = n;
	s->min = sorted[0];
	s->max = sorted[n - 1];
	s->median = stats_quantile(sorted, n, 0.5);
	s->p90 = tail_quantile(sorted, n, 0.90);
	s->p99 = tail_quantile(sorted, n, 0.99);
	s->p999 = tail_quantile(sorted, n, 0.999);
	describe_spread(sorted, work, s);
	describe_moments(samples, s);
	err = bootstrap_median(sorted, n, s);
	free(sorted);
	return err;
}
