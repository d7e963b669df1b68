/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Order statistics and the comparison of two sample sets.
 *
 * No I/O, no globals, no units: callers know what the numbers count. Nothing
 * is ever removed from a sample set; outliers are counted.
 *
 * Limits: samples are doubles, so whole numbers are exact up to 2^53. The
 * intervals treat samples as independent draws; lag1 says how far that is
 * from true.
 */
#ifndef BENCH_STATS_H
#define BENCH_STATS_H

#include <stdbool.h>
#include <stddef.h>

/* Resamples of the bootstrap and the seed of its generator (GSL's mt19937). */
#define STATS_RESAMPLES		10000
#define STATS_SEED		1u

/* Confidence of every interval. */
#define STATS_CONFIDENCE	0.95

/*
 * A sample farther than this many scaled MADs from the median is an outlier.
 * Source: B. Iglewicz, D. Hoaglin, "How to Detect and Handle Outliers".
 */
#define STATS_OUTLIER_MADS	3.5

/* MAD times this estimates the standard deviation of normal data. */
#define STATS_MAD_SCALE		1.4826

/*
 * What is known about one sample set
 *
 * The values have the unit of the samples. NAN stands for "these samples
 * cannot say".
 */
struct stats {
	size_t n;
	double min;
	double median;
	/* Quantiles; NAN where fewer than one sample lies beyond. */
	double p90;
	double p99;
	double p999;
	double max;
	/* Median absolute deviation from the median, not scaled. */
	double mad;
	double mean;
	/* Sample standard deviation (n - 1); NAN for n < 2. */
	double sd;
	/* Lag-1 autocorrelation; NAN for n < 2 or zero spread. */
	double lag1;
	/* Bootstrap percentile interval and standard error of the median. */
	double median_lo;
	double median_hi;
	double median_se;
	size_t outliers;
	/* |lag1| beyond 2 / sqrt(n): intervals are narrower than they should be. */
	bool correlated;
};

/**
 * enum stats_verdict - What two sample sets allow to be said
 * @STATS_IDENTICAL:	Neither set has any spread and the values are equal.
 * @STATS_EXACT:	Neither set has any spread and the values differ.
 * @STATS_RESOLVED:	The shift's interval excludes zero and the shift is larger
 *			than the runs of one set differ among themselves.
 * @STATS_UNMOVED:	The interval is [0, 0]: the bulk did not move at all,
 *			only tails may differ.
 * @STATS_UNRESOLVED:	The samples cannot tell; see floor.
 * @STATS_TOO_FEW:	Too few samples for an interval of the stated confidence.
 */
enum stats_verdict {
	STATS_IDENTICAL,
	STATS_EXACT,
	STATS_RESOLVED,
	STATS_UNMOVED,
	STATS_UNRESOLVED,
	STATS_TOO_FEW,
};

/*
 * Comparison of set B against set A
 *
 * Shift and its interval have the unit of the samples; positive means B is
 * larger.
 */
struct stats_ab {
	/* Hodges-Lehmann shift: the median of all differences b - a. */
	double shift;
	double shift_lo;
	double shift_hi;
	/* Chance that a draw of B exceeds one of A, ties halved. */
	double a12;
	/* Cliff's delta, 2 * a12 - 1. */
	double delta;
	/* Spread between the runs within one set, as given by the caller. */
	double between;
	/* The smallest shift these samples could have resolved. */
	double floor;
	enum stats_verdict verdict;
};

int stats_describe(const double *samples, size_t n, struct stats *s);
double stats_quantile(const double *sorted, size_t n, double q);
int stats_compare(const double *a, size_t na, const double *b, size_t nb,
		  double between, struct stats_ab *ab);
const char *stats_effect_word(double delta);
const char *stats_verdict_word(enum stats_verdict verdict);

#endif
