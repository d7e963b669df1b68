// SPDX-License-Identifier: GPL-2.0
/*
 * Known-answer tests of stats.c on published data sets, and its edges.
 *
 * Built with -DBREAK_RANK the quantile tests must fail: bench/report.mk runs
 * that as check-negative.
 */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_rng.h>
#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>

#include "stats.h"
#include "stats_data.h"

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))

#define assert_near(got, want, slack)					\
	do {								\
		if (!(fabs((got) - (want)) <= (slack)))			\
			fail_msg("%s is %.15g, not %.15g",		\
				 #got, (double)(got), (double)(want));	\
	} while (0)

static struct stats described(const double *samples, size_t n)
{
	struct stats s;

	assert_int_equal(stats_describe(samples, n, &s), 0);
	assert_int_equal(s.n, n);
	return s;
}

/* Certified values of NIST StRD: mean, standard deviation, lag-1. */
static void test_nist_michelson(void **state)
{
	struct stats s = described(michelson, COUNT(michelson));

	(void)state;
	assert_near(s.mean, 299.8524, 1e-11);
	assert_near(s.sd, 0.0790105478190518, 1e-12);
	assert_near(s.lag1, 0.535199668621283, 1e-10);
	assert_true(s.correlated);
}

static void test_nist_mavro(void **state)
{
	struct stats s = described(mavro, COUNT(mavro));

	(void)state;
	assert_near(s.mean, 2.001856, 1e-13);
	assert_near(s.sd, 0.000429123454003053, 1e-14);
	assert_near(s.lag1, 0.937989183438248, 1e-10);
}

/* NIST StRD "NumAcc4", of higher difficulty, is made by rule. */
static void test_nist_numacc4(void **state)
{
	double samples[1001];
	struct stats s;
	size_t i;

	(void)state;
	samples[0] = 10000000.2;
	for (i = 1; i < COUNT(samples); i++)
		samples[i] = i % 2 ? 10000000.1 : 10000000.3;
	s = described(samples, COUNT(samples));
	assert_near(s.mean, 10000000.2, 1e-7);
	assert_near(s.sd, 0.1, 1e-8);
	assert_near(s.lag1, -0.999, 1e-7);
}

/* R: summary(morley$Speed). */
static void test_r_morley_summary(void **state)
{
	double sorted[COUNT(michelson)];
	struct stats s;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(sorted); i++)
		sorted[i] = round((michelson[i] - 299) * 1000);
	s = described(sorted, COUNT(sorted));
	assert_near(s.min, 620, 0);
	assert_near(s.median, 850, 0);
	assert_near(s.max, 1070, 0);
	assert_near(s.mean, 852.4, 1e-9);
	gsl_sort(sorted, 1, COUNT(sorted));
	assert_near(stats_quantile(sorted, COUNT(sorted), 0.25), 807.5, 1e-9);
	assert_near(stats_quantile(sorted, COUNT(sorted), 0.75), 892.5, 1e-9);
}

/* The handbook's 90th percentile by the definition of Excel, which is type 7. */
static void test_handbook_percentile(void **state)
{
	double sorted[COUNT(wafers)];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(wafers); i++)
		sorted[i] = wafers[i];
	gsl_sort(sorted, 1, COUNT(sorted));
	assert_near(stats_quantile(sorted, COUNT(sorted), 0.9), 95.19568, 1e-9);
}

/* The ranks of 1 to 1001 are the numbers themselves. */
static void test_quantile_ranks(void **state)
{
	double samples[1001];
	struct stats s;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(samples); i++)
		samples[i] = 1 + (i * 500) % 1001;
	s = described(samples, COUNT(samples));
	assert_near(s.min, 1, 0);
	assert_near(s.median, 501, 1e-9);
	assert_near(s.p90, 901, 1e-9);
	assert_near(s.p99, 991, 1e-9);
	assert_near(s.p999, 1000, 1e-9);
	assert_near(s.max, 1001, 0);
	assert_near(s.mad, 250, 1e-9);
}

/* A quantile is only told when a sample can lie beyond it. */
static void test_quantile_needs_samples(void **state)
{
	double samples[1000];
	struct stats s;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(samples); i++)
		samples[i] = i;
	s = described(samples, 1000);
	assert_true(isfinite(s.p999));
	s = described(samples, 999);
	assert_true(isnan(s.p999) && isfinite(s.p99));
	s = described(samples, 99);
	assert_true(isnan(s.p99) && isfinite(s.p90));
	s = described(samples, 9);
	assert_true(isnan(s.p90) && s.median == 4);
}

/* R's ?mad gives mad(c(1:9)) = 2.9652, which is 1.4826 times the MAD. */
static void test_mad_and_outliers(void **state)
{
	static const double one_to_nine[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9 };
	static const double off[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 1000, -1000 };
	static const double mostly_flat[] = { 5, 5, 5, 5, 5, 5, 6, 5, 7 };
	struct stats s = described(one_to_nine, COUNT(one_to_nine));

	(void)state;
	assert_near(STATS_MAD_SCALE * s.mad, 2.9652, 1e-9);
	assert_int_equal(s.outliers, 0);
	s = described(off, COUNT(off));
	assert_int_equal(s.outliers, 2);
	assert_near(s.max, 1000, 0);
	s = described(mostly_flat, COUNT(mostly_flat));
	assert_near(s.mad, 0, 0);
	assert_int_equal(s.outliers, 2);
}

/*
 * Efron and Tibshirani give the bootstrap standard error of the median for
 * endless resampling as 37.83; 10000 resamples come within one per cent.
 */
static void test_bootstrap_mice(void **state)
{
	struct stats s = described(mice_treated, COUNT(mice_treated));

	(void)state;
	assert_near(s.median, 94, 0);
	assert_near(s.median_se, 37.83, 0.5);
}

/*
 * The bootstrap distribution of an odd set's median is known exactly:
 * P(median* <= i-th smallest) = P(Binomial(n, i/n) > n/2).
 */
static void test_bootstrap_interval_exact(void **state)
{
	double sorted[201], lo = -1, hi = -1, p;
	struct stats s;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(sorted); i++)
		sorted[i] = i;
	for (i = 1; i <= COUNT(sorted); i++) {
		p = gsl_cdf_binomial_Q(100, i / 201.0, 201);
		if (lo < 0 && p >= 0.025)
			lo = i - 1;
		if (hi < 0 && p >= 0.975)
			hi = i - 1;
	}
	s = described(sorted, COUNT(sorted));
	assert_near(s.median_lo, lo, 1);
	assert_near(s.median_hi, hi, 1);
	assert_true(s.median_lo < 95 && s.median_hi > 105);
}

/* An even set, against resampling done the long way. */
static void test_bootstrap_even_set(void **state)
{
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
	double medians[20000], draw[10];
	struct stats s;
	size_t i, j;

	(void)state;
	assert_non_null(rng);
	for (i = 0; i < COUNT(medians); i++) {
		for (j = 0; j < COUNT(draw); j++)
			draw[j] = at_term[gsl_rng_uniform_int(rng, COUNT(draw))];
		gsl_sort(draw, 1, COUNT(draw));
		medians[i] = (draw[4] + draw[5]) / 2;
	}
	gsl_rng_free(rng);
	s = described(at_term, COUNT(at_term));
	assert_near(s.median_se, gsl_stats_sd(medians, 1, COUNT(medians)), 0.004);
	gsl_sort(medians, 1, COUNT(medians));
	assert_near(s.median_lo, medians[500], 0.03);
	assert_near(s.median_hi, medians[19500], 0.03);
}

static void test_same_samples_same_figures(void **state)
{
	struct stats one = described(michelson, COUNT(michelson));
	struct stats two = described(michelson, COUNT(michelson));

	(void)state;
	assert_true(one.median_lo == two.median_lo);
	assert_true(one.median_hi == two.median_hi);
	assert_true(one.median_se == two.median_se);
}

static void test_flat_and_single(void **state)
{
	static const double flat[] = { 1234, 1234, 1234, 1234 };
	struct stats s = described(flat, COUNT(flat));

	(void)state;
	assert_true(s.median == 1234 && s.median_lo == 1234 && s.median_hi == 1234);
	assert_true(s.mad == 0 && s.sd == 0 && !s.outliers);
	assert_true(isnan(s.lag1) && !s.correlated);
	s = described(flat, 1);
	assert_true(s.median == 1234 && isnan(s.sd) && isnan(s.p90));
}

static void test_refuses(void **state)
{
	const double bad[] = { 1, NAN }, worse[] = { INFINITY };
	struct stats s;

	(void)state;
	assert_int_equal(stats_describe(bad, 0, &s), -EINVAL);
	assert_int_equal(stats_describe(bad, 2, &s), -EINVAL);
	assert_int_equal(stats_describe(worse, 1, &s), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nist_michelson),
		cmocka_unit_test(test_nist_mavro),
		cmocka_unit_test(test_nist_numacc4),
		cmocka_unit_test(test_r_morley_summary),
		cmocka_unit_test(test_handbook_percentile),
		cmocka_unit_test(test_quantile_ranks),
		cmocka_unit_test(test_quantile_needs_samples),
		cmocka_unit_test(test_mad_and_outliers),
		cmocka_unit_test(test_bootstrap_mice),
		cmocka_unit_test(test_bootstrap_interval_exact),
		cmocka_unit_test(test_bootstrap_even_set),
		cmocka_unit_test(test_same_samples_same_figures),
		cmocka_unit_test(test_flat_and_single),
		cmocka_unit_test(test_refuses),
	};

	return !!cmocka_run_group_tests_name("stats", tests, NULL, NULL);
}
