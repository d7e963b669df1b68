// SPDX-License-Identifier: GPL-2.0
/*
 * Known-answer tests of stats_ab.c, and of what it says about noise.
 */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <gsl/gsl_sort.h>

#include "stats.h"
#include "stats_data.h"

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))

#define assert_near(got, want, slack)					\
	do {								\
		if (!(fabs((got) - (want)) <= (slack)))			\
			fail_msg("%s is %.15g, not %.15g",		\
				 #got, (double)(got), (double)(want));	\
	} while (0)

static struct stats_ab compared(const double *a, size_t na, const double *b,
				size_t nb, double between)
{
	struct stats_ab ab;

	assert_int_equal(stats_compare(a, na, b, nb, between, &ab), 0);
	return ab;
}

/*
 * R: wilcox.test(x, y, conf.int = TRUE) gives W = 35, an estimate of 0.305 and
 * the interval -0.15 to 0.76; W over the number of pairs is A12.
 */
static void test_hollander_wolfe(void **state)
{
	struct stats_ab ab = compared(at_weeks, COUNT(at_weeks),
				      at_term, COUNT(at_term), 0);

	(void)state;
	assert_near(ab.a12, 35.0 / 50, 1e-12);
	assert_near(ab.delta, 0.4, 1e-12);
	assert_near(ab.shift, 0.305, 1e-9);
	assert_near(ab.shift_lo, -0.15, 1e-9);
	assert_near(ab.shift_hi, 0.76, 1e-9);
	assert_int_equal(ab.verdict, STATS_UNRESOLVED);
	assert_near(ab.floor, 0.455, 1e-9);
}

/* Turning the sets round turns every sign. */
static void test_antisymmetric(void **state)
{
	struct stats_ab ab = compared(at_term, COUNT(at_term),
				      at_weeks, COUNT(at_weeks), 0);

	(void)state;
	assert_near(ab.delta, -0.4, 1e-12);
	assert_near(ab.shift, -0.305, 1e-9);
	assert_near(ab.shift_lo, -0.76, 1e-9);
	assert_near(ab.shift_hi, 0.15, 1e-9);
}

/* effsize: cliff.delta(treatment, control) estimates -0.25 (small). */
static void test_effsize_cliff(void **state)
{
	struct stats_ab ab = compared(control, COUNT(control),
				      treatment, COUNT(treatment), 0);

	(void)state;
	assert_near(ab.delta, -0.25, 1e-12);
	assert_string_equal(stats_effect_word(ab.delta), "small");
}

static void test_effect_words(void **state)
{
	(void)state;
	assert_string_equal(stats_effect_word(0.1), "negligible");
	assert_string_equal(stats_effect_word(-0.4), "medium");
	assert_string_equal(stats_effect_word(1), "large");
}

/* Deterministic runs: no spread, so any difference is a difference. */
static void test_flat_sets(void **state)
{
	const double a[] = { 1500, 1500, 1500 }, b[] = { 1512, 1512, 1512 };
	struct stats_ab ab = compared(a, 3, a, 3, 0);

	(void)state;
	assert_int_equal(ab.verdict, STATS_IDENTICAL);
	assert_true(ab.shift == 0 && ab.delta == 0 && ab.floor == 0);
	ab = compared(a, 3, b, 3, 0);
	assert_int_equal(ab.verdict, STATS_EXACT);
	assert_true(ab.shift == 12 && ab.shift_lo == 12 && ab.shift_hi == 12);
	assert_true(ab.delta == 1);
	/* One sample has no spread to speak of. */
	ab = compared(a, 1, b, 1, 0);
	assert_int_equal(ab.verdict, STATS_TOO_FEW);
}

/* Three against three never reach 95 per cent; four against four do. */
static void test_too_few(void **state)
{
	const double a[] = { 1, 2, 3, 4 }, b[] = { 11, 12, 13, 14 };

	(void)state;
	assert_int_equal(compared(a, 3, b, 3, 0).verdict, STATS_TOO_FEW);
	assert_int_equal(compared(a, 4, b, 4, 0).verdict, STATS_RESOLVED);
}

/* A shift within what repeated runs differ by is noise, however sure. */
static void test_between_runs(void **state)
{
	double a[100], b[100];
	size_t i;

	(void)state;
	for (i = 0; i < 100; i++) {
		a[i] = 1000 + i % 3;
		b[i] = 1010 + i % 3;
	}
	assert_int_equal(compared(a, 100, b, 100, 0).verdict, STATS_RESOLVED);
	assert_int_equal(compared(a, 100, b, 100, 9).verdict, STATS_RESOLVED);
	assert_int_equal(compared(a, 100, b, 100, 10).verdict, STATS_UNRESOLVED);
	assert_near(compared(a, 100, b, 100, 10).floor, 10, 0);
}

/* The bulk stays, one tail grows: not a shift, and not "no difference". */
static void test_tail_only(void **state)
{
	double a[100], b[100];
	struct stats_ab ab;
	size_t i;

	(void)state;
	for (i = 0; i < 100; i++) {
		a[i] = 700;
		b[i] = i < 5 ? 9000 : 700;
	}
	ab = compared(a, 100, b, 100, 0);
	assert_int_equal(ab.verdict, STATS_UNMOVED);
	assert_near(ab.delta, 0.05, 1e-12);
}

/* Every order statistic of the differences, against sorting all of them. */
static void test_shift_by_force(void **state)
{
	double a[60], b[75], all[60 * 75], *d = all;
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
	struct stats_ab ab;
	size_t i, j;

	(void)state;
	assert_non_null(rng);
	for (i = 0; i < COUNT(a); i++)
		a[i] = gsl_rng_uniform(rng) * 8 - 4;
	for (i = 0; i < COUNT(b); i++)
		b[i] = gsl_rng_uniform(rng) * 8 - 4;
	gsl_rng_free(rng);
	for (i = 0; i < COUNT(a); i++)
		for (j = 0; j < COUNT(b); j++)
			*d++ = b[j] - a[i];
	gsl_sort(all, 1, COUNT(all));
	ab = compared(a, COUNT(a), b, COUNT(b), 0);
	assert_near(ab.shift, (all[2249] + all[2250]) / 2, 0);
	/* 2250 - 1.95996 sqrt(60 * 75 * 136 / 12) is 1807.4. */
	assert_near(ab.shift_lo, all[1806], 0);
	assert_near(ab.shift_hi, all[4500 - 1807], 0);
}

/*
 * The interval holds what it promises: of 2000 comparisons of normal draws,
 * 95 per cent hold the true shift, for the counted and the normal ranks.
 */
static void test_coverage(void **state)
{
	static const size_t sizes[] = { 12, 60 };
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
	double a[60], b[60];
	size_t i, k, run, held;
	struct stats_ab ab;

	(void)state;
	assert_non_null(rng);
	for (k = 0; k < COUNT(sizes); k++) {
		held = 0;
		for (run = 0; run < 2000; run++) {
			for (i = 0; i < sizes[k]; i++) {
				a[i] = gsl_ran_gaussian(rng, 3);
				b[i] = gsl_ran_gaussian(rng, 3) + 5;
			}
			ab = compared(a, sizes[k], b, sizes[k], 0);
			held += ab.shift_lo <= 5 && ab.shift_hi >= 5;
		}
		assert_in_range(held, 1870, 1940);
	}
	gsl_rng_free(rng);
}

static void test_refuses(void **state)
{
	const double good[] = { 1, 2 }, bad[] = { 1, NAN };
	struct stats_ab ab;

	(void)state;
	assert_int_equal(stats_compare(good, 2, bad, 0, 0, &ab), -EINVAL);
	assert_int_equal(stats_compare(good, 2, bad, 2, 0, &ab), -EINVAL);
	assert_int_equal(stats_compare(good, 2, good, 2, -1, &ab), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hollander_wolfe),
		cmocka_unit_test(test_antisymmetric),
		cmocka_unit_test(test_effsize_cliff),
		cmocka_unit_test(test_effect_words),
		cmocka_unit_test(test_flat_sets),
		cmocka_unit_test(test_too_few),
		cmocka_unit_test(test_between_runs),
		cmocka_unit_test(test_tail_only),
		cmocka_unit_test(test_shift_by_force),
		cmocka_unit_test(test_coverage),
		cmocka_unit_test(test_refuses),
	};

	return !!cmocka_run_group_tests_name("stats_ab", tests, NULL, NULL);
}
