// SPDX-License-Identifier: GPL-2.0
/*
 * test_apf_report.c - host tests of kvmapflat's reports: table and JSON
 *
 * The reports are printed from made-up snapshots and compared with the golden
 * files beside this one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <errno.h>

#include "golden.h"
#include "kvmapflat_report.h"

static const struct engine engine_host = {
	.name = "host", .clock = "host-monotonic",
	.unit = "ns", .suffix = "ns", .ns_per_unit = 1,
};

static const struct engine engine_exact = {
	.name = "qemu-svm", .clock = "icount",
	.unit = "insn", .suffix = "insn", .emulated = true, .ns_per_unit = 1,
};

static const struct apf_process process_list[] = {
	{ 100, { { 1, 64 }, { 0, 63 } } },
	{ 4194303, { { 18432, 18432 }, { 18144, 18144 } } },
};

static const struct apf_processes processes = { process_list, 2 };

static void add(struct lat_dist *dist, uint64_t value)
{
	lat_dist_add(dist, value, lat_hist_bucket(value));
}

static void add_stages(struct apf_stages *stages, uint64_t queue, uint64_t page,
		       uint64_t take)
{
	add(&stages->total, queue + page + take);
	add(&stages->queue, queue);
	add(&stages->page, page);
	add(&stages->take, take);
}

/* Two CPUs, faults of both kinds, one vCPU with counters only. */
static void fill(struct snapshot *last, struct snapshot *now)
{
	uint32_t first[] = { 100, 0 }, second[] = { 4194303, 287 };
	static struct apf_hist cpus[2], counts[2];
	int i;

	memset(cpus, 0, sizeof(cpus));
	memset(last, 0, sizeof(*last));
	memset(now, 0, sizeof(*now));
	last->kind = now->kind = &kvmapflat_kind;
	last->taken_ns = 5000000000;
	now->taken_ns = 7500000000;
	for (i = 0; i < 3; i++)
		add_stages(&cpus[0].halt, 400, 900000, 700);
	cpus[0].queued_halt = 3;
	cpus[0].exits = 3;
	assert_int_equal(snapshot_add(last, first, cpus, 2, sizeof(*cpus)), 0);

	for (i = 0; i < 40; i++) {
		add_stages(&cpus[i % 2].pv, 1000 + i, 100000, 500);
		add(&cpus[i % 2].publish, 300);
		add(&cpus[i % 2].ack, 2500 + i);
	}
	add_stages(&cpus[1].halt, 400, 123456789012, 700);
	cpus[1].queued_pv = 41;
	cpus[0].queued_halt += 1;
	cpus[0].interrupts = cpus[0].acks = 40;
	cpus[1].exits = 90;
	assert_int_equal(snapshot_add(now, first, cpus, 2, sizeof(*cpus)), 0);
	counts[1].queued_pv = counts[1].cancelled = 12345678;
	counts[1].repeated = counts[1].failed = counts[1].wake_all = 7654321;
	assert_int_equal(snapshot_add(now, second, counts, 2, sizeof(*counts)), 0);
	now->drops[DROP_REUSED] = 2;
	now->missed = 1;
}

static void fill_report(struct report *report, const struct engine *engine,
			bool merged)
{
	struct snapshot last, now;

	memset(report, 0, sizeof(*report));
	report->engine = engine;
	report->kernel = "6.12.0-test";
	fill(&last, &now);
	assert_int_equal(report_fill(report, &now, &last, merged), 0);
	snapshot_free(&last);
	snapshot_free(&now);
}

static char *print_table(const struct report *report, bool hists)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	print_apf_table(out, report, &processes, hists);
	fclose(out);
	return text;
}

static void compare_table(const char *name, const struct engine *engine,
			  bool merged)
{
	struct report report;
	char *text, *line;

	fill_report(&report, engine, merged);
	text = print_table(&report, merged);
	compare_golden(name, text);
	for (line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
		assert_true(strlen(line) < 80);
	free(text);
	report_free(&report);
}

static void table(void **state)
{
	(void)state;
	compare_table("apf_table.txt", &engine_host, false);
}

static void merged_table_with_hists(void **state)
{
	(void)state;
	compare_table("apf_merged.txt", &engine_exact, true);
}

static void no_faults(void **state)
{
	struct snapshot empty = { .kind = &kvmapflat_kind };
	struct report report = { .engine = &engine_host, .kernel = "k" };
	char *text;

	(void)state;
	assert_int_equal(report_fill(&report, &empty, &empty, false), 0);
	text = print_table(&report, true);
	assert_non_null(strstr(text, "no async page faults\n"));
	assert_non_null(strstr(text, "\nlost 0\n"));
	free(text);
	report_free(&report);
}

static void json(void **state)
{
	struct report report;
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	(void)state;
	fill_report(&report, &engine_exact, false);
	assert_int_equal(print_apf_json(out, &report, &processes), 0);
	fclose(out);
	compare_golden("apf_report.json", text);
	assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1);
	/* No name may say ns where figures are instructions. */
	assert_null(strstr(text, "_ns\""));
	assert_non_null(strstr(text, "\"lost\":3,"));
	free(text);
	report_free(&report);
}

static void full_device(void **state)
{
	struct report report;
	FILE *out = fopen("/dev/full", "w");

	(void)state;
	assert_non_null(out);
	fill_report(&report, &engine_host, false);
	assert_int_equal(print_apf_json(out, &report, &processes), -ENOSPC);
	fclose(out);
	report_free(&report);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table),
		cmocka_unit_test(merged_table_with_hists),
		cmocka_unit_test(no_faults),
		cmocka_unit_test(json),
		cmocka_unit_test(full_device),
	};

	return cmocka_run_group_tests_name("apf_report", tests, NULL, NULL);
}
