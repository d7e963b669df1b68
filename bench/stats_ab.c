// SPDX-License-Identifier: GPL-2.0
/*
 * Comparison of two sample sets: shift, effect size, and what the noise allows
 * to be said.
 *
 * Shift: Hodges-Lehmann estimate with the distribution-free interval named
 * after Moses (M. Hollander, D. Wolfe, "Nonparametric Statistical Methods",
 * chapter on the two-sample location problem). Effect: Cliff's delta. Both use
 * ranks only, so that one interrupted sample cannot decide anything.
 *
 * Limits: the interval assumes that B is A moved by a constant; with ties it is
 * too wide rather than too narrow. It knows nothing of what another build or
 * another machine would give.
 */
#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_sort.h>

#include "stats.h"

/*
 * Negative control of the known-answer tests: a build with -DBREAK_TIES gives a
 * tie to B, which only data with ties can show.
 */
#ifdef BREAK_TIES
#define TIE_SHARE	1.0
#else
#define TIE_SHARE	0.5
#endif

/* Up to this size the Mann-Whitney distribution is counted out, as R does. */
#define EXACT_MAX	50

/*
 * Doubles as whole numbers of the same order, so that a search by halves
 * visits every double exactly and ends.
 */
static int64_t to_order(double x)
{
	int64_t bits;

	x += 0.0;
	memcpy(&bits, &x, sizeof(bits));
	return bits < 0 ? INT64_MIN - bits : bits;
}

static double from_order(int64_t order)
{
	int64_t bits = order < 0 ? INT64_MIN - order : order;
	double x;

	memcpy(&x, &bits, sizeof(x));
	return x;
}

/* How many of the na * nb differences b - a are at most @limit. */
static double count_up_to(const double *a, size_t na, const double *b, size_t nb,
			  double limit)
{
	double count = 0;
	size_t i, j = 0;

	for (i = 0; i < na; i++) {
		while (j < nb && b[j] - a[i] <= limit)
			j++;
		count += j;
	}
	return count;
}

/* The @k-th smallest difference b - a (k from 1), of sorted sets. */
static double difference(const double *a, size_t na, const double *b, size_t nb,
			 double k)
{
	int64_t lo = to_order(b[0] - a[na - 1]);
	int64_t hi = to_order(b[nb - 1] - a[0]);
	int64_t mid;

	while (lo < hi) {
		/* The mean of two numbers of either sign, without overflow. */
		mid = (lo & hi) + ((lo ^ hi) >> 1);
		if (count_up_to(a, na, b, nb, from_order(mid)) >= k)
			hi = mid;
		else
			lo = mid + 1;
	}
	return from_order(lo);
}

/*
 * Count out the null distribution of the Mann-Whitney U: ways[u] arrangements of
 * na and nb samples have U = u. One row of group sizes at a time: the largest
 * sample belongs either to A, adding nothing, or to B, adding the size of A.
 */
static double *count_ways(size_t na, size_t nb)
{
	size_t width = na * nb + 1, i, j, u;
	double *ways, *row, *left;

	ways = calloc((na + 1) * width, sizeof(*ways));
	if (!ways)
		return NULL;
	for (i = 0; i <= na; i++)
		ways[i * width] = 1;
	for (j = 1; j <= nb; j++) {
		for (i = 1; i <= na; i++) {
			row = ways + i * width;
			left = row - width;
			for (u = i * j; u + 1 > i; u--)
				row[u] = row[u - i] + left[u];
			for (u = 0; u < i; u++)
				row[u] = left[u];
		}
	}
	memmove(ways, ways + na * width, width * sizeof(*ways));
	return ways;
}

/*
 * Rank of the lower end of the interval among the sorted differences; 0 when
 * no interval of these few samples has the confidence. NAN: no memory.
 */
static double interval_rank(size_t na, size_t nb)
{
	const double tail = (1 - STATS_CONFIDENCE) / 2;
	double total = 0, below = 0, pairs, *ways;
	size_t u;

	pairs = (double)na * nb;
	if (na >= EXACT_MAX || nb >= EXACT_MAX) {
		below = gsl_cdf_ugaussian_Qinv(tail) *
			sqrt(pairs * (na + nb + 1) / 12);
		return fmax(0, floor(pairs / 2 - below));
	}
	ways = count_ways(na, nb);
	if (!ways)
		return NAN;
	for (u = 0; u <= na * nb; u++)
		total += ways[u];
	for (u = 0; u <= na * nb; u++) {
		below += ways[u];
		if (below / total >= tail)
			break;
	}
	free(ways);
	return u;
}

/* Share of pairs with b > a, ties counted half, of sorted sets. */
static double superiority(const double *a, size_t na, const double *b, size_t nb)
{
	size_t i, less = 0, ties = 0;
	double wins = 0;

	for (i = 0; i < nb; i++) {
		while (less < na && a[less] < b[i])
			less++;
		if (i && b[i] != b[i - 1])
			ties = 0;
		while (less + ties < na && a[less + ties] == b[i])
			ties++;
		wins += less + TIE_SHARE * ties;
	}
	return wins / na / nb;
}

static void judge(struct stats_ab *ab, bool flat, bool enough)
{
	double half;

	half = fmax(ab->shift - ab->shift_lo, ab->shift_hi - ab->shift);
	ab->floor = fmax(half, ab->between);
	if (flat)
		ab->verdict = ab->shift ? STATS_EXACT : STATS_IDENTICAL;
	else if (!enough)
		ab->verdict = STATS_TOO_FEW;
	else if (!ab->shift_lo && !ab->shift_hi && !ab->between)
		ab->verdict = STATS_UNMOVED;
	else if ((ab->shift_lo > 0 || ab->shift_hi < 0) &&
		 fabs(ab->shift) > ab->between)
		ab->verdict = STATS_RESOLVED;
	else
		ab->verdict = STATS_UNRESOLVED;
}

/* The comparison proper, of sorted sets. */
static int compare_sorted(const double *a, size_t na, const double *b, size_t nb,
			  struct stats_ab *ab)
{
	double pairs = (double)na * nb, rank;
	bool flat;

	rank = interval_rank(na, nb);
	if (isnan(rank))
		return -ENOMEM;
	ab->shift = (difference(a, na, b, nb, floor((pairs + 1) / 2)) +
		     difference(a, na, b, nb, ceil((pairs + 1) / 2))) / 2;
	ab->shift_lo = difference(a, na, b, nb, fmax(rank, 1));
	ab->shift_hi = difference(a, na, b, nb, pairs + 1 - fmax(rank, 1));
	ab->a12 = superiority(a, na, b, nb);
	ab->delta = 2 * ab->a12 - 1;
	flat = na > 1 && nb > 1 && a[0] == a[na - 1] && b[0] == b[nb - 1];
	judge(ab, flat, rank >= 1);
	return 0;
}

/**
 * stats_compare - Compare set B against set A
 * @a: Samples of A, in any order; not changed.
 * @na: Their number.
 * @b: Samples of B.
 * @nb: Their number.
 * @between: How far apart the medians of repeated runs of one set lie, in the
 *	unit of the samples; 0 if there was one run or all runs agreed. A shift
 *	no larger than this is not called resolved, whatever its interval.
 * @ab: Result.
 *
 * Takes (na + nb) log(na + nb) time however many pairs there are.
 *
 * Return: 0; -EINVAL for an empty set or a value that is not finite; -ENOMEM.
 */
int stats_compare(const double *a, size_t na, const double *b, size_t nb,
		  double between, struct stats_ab *ab)
{
	double *sorted;
	size_t i;
	int err;

	memset(ab, 0, sizeof(*ab));
	if (!na || !nb || !isfinite(between) || between < 0)
		return -EINVAL;
	for (i = 0; i < na + nb; i++)
		if (!isfinite(i < na ? a[i] : b[i - na]))
			return -EINVAL;

	sorted = malloc((na + nb) * sizeof(*sorted));
	if (!sorted)
		return -ENOMEM;
	memcpy(sorted, a, na * sizeof(*a));
	memcpy(sorted + na, b, nb * sizeof(*b));
	gsl_sort(sorted, 1, na);
	gsl_sort(sorted + na, 1, nb);
	ab->between = between;
	err = compare_sorted(sorted, na, sorted + na, nb, ab);
	free(sorted);
	return err;
}

/**
 * stats_effect_word - Name the size of an effect
 * @delta: Cliff's delta, -1 to 1.
 *
 * Source: J. Romano et al., "Appropriate statistics for ordinal level data":
 * 0.147, 0.33 and 0.474.
 *
 * Return: "negligible", "small", "medium" or "large".
 */
const char *stats_effect_word(double delta)
{
	delta = fabs(delta);
	if (delta < 0.147)
		return "negligible";
	if (delta < 0.33)
		return "small";
	return delta < 0.474 ? "medium" : "large";
}

/**
 * stats_verdict_word - Stable name of a verdict, for JSON
 * @verdict: The verdict.
 *
 * Return: One lower-case word, e.g. "resolved".
 */
const char *stats_verdict_word(enum stats_verdict verdict)
{
	switch (verdict) {
	case STATS_IDENTICAL:
		return "identical";
	case STATS_EXACT:
		return "exact";
	case STATS_RESOLVED:
		return "resolved";
	case STATS_UNMOVED:
		return "unmoved";
	case STATS_TOO_FEW:
		return "too-few";
	case STATS_UNRESOLVED:
		break;
	}
	return "unresolved";
}
