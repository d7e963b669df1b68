// SPDX-License-Identifier: GPL-2.0
/*
 * test_hist.c - host tests of bpf/lat_hist.h and lib/hist.c
 *
 * Expected values are written out, never computed by the code under test. Built
 * with -DBREAK_BUCKET_RULE these tests must fail: controls.sh sees to that.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "hist.h"

static void bucket_of_known_values(void **state)
{
	static const struct {
		unsigned long long value;
		unsigned int bucket;
	} known[] = {
		{ 0, 0 }, { 1, 1 }, { 2, 2 }, { 3, 2 }, { 4, 3 }, { 7, 3 },
		{ 8, 4 }, { 255, 8 }, { 256, 9 }, { 4095, 12 }, { 4096, 13 },
		{ 8191, 13 }, { 65535, 16 }, { 65536, 17 },
		{ 0xffffffffULL, 32 }, { 0x100000000ULL, 33 },
		{ 0x3fffffffffULL, 38 }, { 0x4000000000ULL, 39 },
		{ 0xffffffffffffffffULL, 39 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		assert_int_equal(lat_hist_bucket(known[i].value),
				 known[i].bucket);
}

static void fls64_agrees_with_the_compiler(void **state)
{
	unsigned long long value;
	int bit;

	(void)state;
	for (bit = 0; bit < 64; bit++) {
		value = 1ULL << bit;
		assert_int_equal(lat_hist_fls64(value), bit + 1);
		assert_int_equal(lat_hist_fls64(value | 1), bit + 1);
		assert_int_equal(lat_hist_fls64(value + (value - 1)), bit + 1);
	}
}

static void bounds_enclose_their_bucket(void **state)
{
	unsigned int i;

	(void)state;
	assert_int_equal(lat_hist_ge(0), 0);
	assert_int_equal(lat_hist_lt(0), 1);
	assert_int_equal(lat_hist_ge(13), 4096);
	assert_int_equal(lat_hist_lt(13), 8192);
	for (i = 0; i < LAT_HIST_SLOTS - 1; i++) {
		assert_int_equal(lat_hist_bucket(lat_hist_ge(i)), i);
		assert_int_equal(lat_hist_bucket(lat_hist_lt(i) - 1), i);
		assert_int_equal(lat_hist_lt(i), lat_hist_ge(i + 1));
	}
	assert_int_equal(lat_hist_lt(LAT_HIST_SLOTS - 1), 0);
}

static void add(struct lat_dist *dist, unsigned long long value)
{
	lat_dist_add(dist, value, lat_hist_bucket(value));
}

static void first_interval_is_exact(void **state)
{
	struct lat_dist now = {};
	struct hist hist;

	(void)state;
	add(&now, 100);
	add(&now, 5000);
	add(&now, 7000);
	hist_from_dists(&hist, &now, NULL);
	assert_int_equal(hist.count, 3);
	assert_int_equal(hist.sum, 12100);
	assert_int_equal(hist.min, 100);
	assert_int_equal(hist.max, 7000);
	assert_true(hist.min_exact);
	assert_true(hist.max_exact);
	assert_int_equal(hist.slots[7], 1);
	assert_int_equal(hist.slots[13], 2);
	assert_int_equal(hist_mean(&hist), 4033);
}

/* Extremes of earlier intervals must not show up in later ones. */
static void later_interval_has_bounds(void **state)
{
	struct lat_dist now = {}, last;
	struct hist hist;

	(void)state;
	add(&now, 3);
	add(&now, 100000);
	last = now;
	add(&now, 1000);
	add(&now, 1500);
	hist_from_dists(&hist, &now, &last);
	assert_int_equal(hist.count, 2);
	assert_int_equal(hist.sum, 2500);
	assert_false(hist.max_exact);
	assert_int_equal(hist.max, 2047);
	assert_false(hist.min_exact);
	assert_int_equal(hist.min, 512);
}

static void new_extreme_is_exact(void **state)
{
	struct lat_dist now = {}, last;
	struct hist hist;

	(void)state;
	add(&now, 50);
	add(&now, 100);
	last = now;
	add(&now, 101);
	add(&now, 49);
	hist_from_dists(&hist, &now, &last);
	assert_true(hist.max_exact);
	assert_int_equal(hist.max, 101);
	assert_true(hist.min_exact);
	assert_int_equal(hist.min, 49);
}

static void empty_interval(void **state)
{
	struct lat_dist now = {};
	struct hist hist;

	(void)state;
	add(&now, 50);
	hist_from_dists(&hist, &now, &now);
	assert_int_equal(hist.count, 0);
	assert_int_equal(hist.sum, 0);
	assert_int_equal(hist_mean(&hist), 0);
}

static void percentiles_by_nearest_rank(void **state)
{
	struct lat_dist now = {};
	struct hist hist;
	int i;

	(void)state;
	for (i = 0; i < 98; i++)
		add(&now, 10);
	add(&now, 1000);
	add(&now, 70000);
	hist_from_dists(&hist, &now, NULL);
	assert_int_equal(hist_percentile_slot(&hist, 500), 4);
	assert_int_equal(hist_percentile_slot(&hist, 980), 4);
	assert_int_equal(hist_percentile_slot(&hist, 981), 10);
	assert_int_equal(hist_percentile_slot(&hist, 990), 10);
	assert_int_equal(hist_percentile_slot(&hist, 1000), 17);
	assert_int_equal(hist_percentile_lt(&hist, 500), 16);
	assert_int_equal(hist_percentile_lt(&hist, 990), 1024);
	assert_int_equal(hist_percentile_lt(&hist, 1000), 70001);
}

static void percentile_of_the_open_bucket(void **state)
{
	struct lat_dist now = {};
	struct hist hist;

	(void)state;
	add(&now, 1ULL << 50);
	hist_from_dists(&hist, &now, NULL);
	assert_int_equal(hist_percentile_slot(&hist, 500), LAT_HIST_SLOTS - 1);
	assert_true(hist_percentile_lt(&hist, 500) == (1ULL << 50) + 1);
}

static void merging_cpus_and_rows(void **state)
{
	struct lat_dist a = {}, b = {};
	struct hist both, one, two;

	(void)state;
	add(&a, 10);
	add(&a, 20);
	add(&b, 5);
	add(&b, 4000);
	hist_from_dists(&one, &a, NULL);
	hist_from_dists(&two, &b, NULL);
	lat_dist_merge(&a, &b);
	hist_from_dists(&both, &a, NULL);
	assert_int_equal(both.count, 4);
	assert_int_equal(both.sum, 4035);
	assert_int_equal(both.min, 5);
	assert_int_equal(both.max, 4000);
	hist_merge(&one, &two);
	assert_memory_equal(&one, &both, sizeof(one));
}

static void printed_histogram(void **state)
{
	static const char expected[] =
"         from .. ns                count\n"
"            0 .. 0                     1 |****************                 |\n"
"            1 .. 1                     0 |                                 |\n"
"            2 .. 3                     2 |*********************************|\n"
" 274877906944 .. more                  1 |****************                 |\n";
	struct lat_dist now = {};
	char *text = NULL, *line;
	struct hist hist;
	size_t size;
	FILE *out;
	int i;

	(void)state;
	add(&now, 0);
	add(&now, 2);
	add(&now, 3);
	add(&now, ~0ULL);
	hist_from_dists(&hist, &now, NULL);
	out = open_memstream(&text, &size);
	print_hist(out, &hist, "ns");
	fclose(out);

	/* The empty buckets in between are all printed alike: 4 to 2^38. */
	line = text;
	for (i = 0; i < 4; i++)
		line = strchr(line, '\n') + 1;
	memmove(line, strstr(line, " 274877906944"),
		strlen(strstr(line, " 274877906944")) + 1);
	assert_string_equal(text, expected);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bucket_of_known_values),
		cmocka_unit_test(fls64_agrees_with_the_compiler),
		cmocka_unit_test(bounds_enclose_their_bucket),
		cmocka_unit_test(first_interval_is_exact),
		cmocka_unit_test(later_interval_has_bounds),
		cmocka_unit_test(new_extreme_is_exact),
		cmocka_unit_test(empty_interval),
		cmocka_unit_test(percentiles_by_nearest_rank),
		cmocka_unit_test(percentile_of_the_open_bucket),
		cmocka_unit_test(merging_cpus_and_rows),
		cmocka_unit_test(printed_histogram),
	};

	return cmocka_run_group_tests_name("hist", tests, NULL, NULL);
}
