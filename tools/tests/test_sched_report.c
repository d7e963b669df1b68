// SPDX-License-Identifier: GPL-2.0
/*
 * test_sched_report.c - host tests of kvmschedlat's reports: table, map and JSON
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
#include "kvmschedlat_report.h"

#define ALL_EXTRAS	((1u << EXTRAS) - 1)

static const struct engine engine_host = {
	.name = "host", .clock = "host-monotonic",
	.unit = "ns", .suffix = "ns", .ns_per_unit = 1,
};

static const struct engine engine_exact = {
	.name = "bochs-vmx", .clock = "bochs-ipc",
	.unit = "insn", .suffix = "insn", .emulated = true, .ns_per_unit = 10,
};

static void add(struct lat_dist *dist, uint64_t value)
{
	lat_dist_add(dist, value, lat_hist_bucket(value));
}

/* Two CPUs; a vCPU with everything, one that is only ever preempted. */
static void fill(struct snapshot *last, struct snapshot *now)
{
	uint32_t first[] = { 100, 0 }, second[] = { 4194303, 287 };
	static struct sched_hist cpus[2], other[2];
	int i;

	memset(cpus, 0, sizeof(cpus));
	memset(other, 0, sizeof(other));
	memset(last, 0, sizeof(*last));
	memset(now, 0, sizeof(*now));
	last->kind = now->kind = &kvmschedlat_kind;
	last->taken_ns = 5000000000;
	now->taken_ns = 7500000000;
	add(&cpus[0].halt, 1000000);
	add(&cpus[0].delay, 3000);
	cpus[0].blocked.idle = 1;
	assert_int_equal(snapshot_add(last, first, cpus, 2, sizeof(*cpus)), 0);

	for (i = 0; i < 40; i++) {
		add(&cpus[i % 2].halt, 12000 + i);
		add(&cpus[i % 2].delay, 5000);
		add(&cpus[i % 2].entry, 2880 + i);
		add(&cpus[i % 2].handover, 2880 + i);
		add(&cpus[i % 2].put, 67);
		add(&cpus[i % 2].load, 306);
	}
	add(&cpus[1].wait, 123456789012);
	add(&cpus[1].user, 700);
	cpus[0].blocked.same_vm = 30;
	cpus[1].blocked.other_vm = 10;
	cpus[1].blocked.kthread = 1;
	cpus[1].preempted.user = 1;
	cpus[0].unentered = 2;
	cpus[1].last_on_cpu = 40;
	cpus[1].elided = 39;
	assert_int_equal(snapshot_add(now, first, cpus, 2, sizeof(*cpus)), 0);
	for (i = 0; i < 3; i++) {
		add(&other[1].preempt, 200000);
		add(&other[1].delay, 200000);
	}
	other[1].preempted.kthread = 2;
	other[1].preempted.user = 1;
	assert_int_equal(snapshot_add(now, second, other, 2, sizeof(*other)), 0);
	now->drops[DROP_NO_WAKEUP] = 2;
	now->missed = 1;
}

static void add_cell(struct snapshot *snapshot, uint32_t tgid, uint32_t vcpu,
		     uint32_t from, uint32_t to, uint64_t count)
{
	uint32_t key[] = { tgid, vcpu, from, to };
	struct move move = {
		.count = count, .vmclear = count, .entered = count / 2,
		.tlb_flush = count / 2,
	};

	assert_int_equal(snapshot_add(snapshot, key, &move, 1, sizeof(move)), 0);
}

/* @cpus of them, each leading to the next one, and some that stand out. */
static void fill_moves(struct report *moves, uint32_t cpus, bool merged)
{
	struct snapshot last = { .kind = &kvmschedlat_moves };
	struct snapshot now = { .kind = &kvmschedlat_moves };
	uint32_t cpu;

	memset(moves, 0, sizeof(*moves));
	add_cell(&last, 100, 0, 0, 1, 5);
	add_cell(&now, 100, 0, 0, 1, 6);
	for (cpu = 1; cpu < cpus; cpu++)
		add_cell(&now, 100, 0, cpu, (cpu + 1) % cpus, cpu);
	add_cell(&now, 4194303, 287, 0, 1, 16);
	add_cell(&now, 4194303, 287, 1, 0, 1000000);
	assert_int_equal(report_fill(moves, &now, &last, merged), 0);
	snapshot_free(&last);
	snapshot_free(&now);
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

static char *print_table(const struct report *report,
			 const struct sched_more *more, bool hists)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	print_sched_table(out, report, more, hists);
	fclose(out);
	return text;
}

static void check_widths(char *text)
{
	char *line;

	for (line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
		assert_true(strlen(line) < 80);
}

static void compare_table(const char *name, const struct engine *engine,
			  bool merged, uint32_t extras)
{
	struct report report, moves;
	struct sched_more more = { .moves = &moves, .extras = extras };
	char *text;

	fill_report(&report, engine, merged);
	fill_moves(&moves, 4, merged);
	text = print_table(&report, &more, merged);
	compare_golden(name, text);
	check_widths(text);
	free(text);
	report_free(&report);
	report_free(&moves);
}

static void table(void **state)
{
	(void)state;
	compare_table("sched_table.txt", &engine_host, false, 0);
}

static void merged_table_with_hists(void **state)
{
	(void)state;
	compare_table("sched_merged.txt", &engine_exact, true, ALL_EXTRAS);
}

/* More CPUs than columns: neighbours share one. */
static void map_of_many_cpus(void **state)
{
	struct report moves;
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	(void)state;
	fill_moves(&moves, 150, false);
	print_sched_map(out, &moves);
	fclose(out);
	compare_golden("sched_map.txt", text);
	check_widths(text);
	free(text);
	report_free(&moves);
}

static void nothing(void **state)
{
	struct snapshot empty = { .kind = &kvmschedlat_kind };
	struct report report = { .engine = &engine_host, .kernel = "k" };
	struct report moves = {};
	struct sched_more more = { .moves = &moves, .extras = ALL_EXTRAS };
	char *text;

	(void)state;
	assert_int_equal(report_fill(&report, &empty, &empty, false), 0);
	text = print_table(&report, &more, true);
	assert_non_null(strstr(text, "no vCPU came back"));
	assert_non_null(strstr(text, "\nlost 0\n"));
	assert_null(strstr(text, "moves of"));
	assert_null(strstr(text, "not offered"));
	free(text);
	report_free(&report);
}

static void json(void **state)
{
	struct report report, moves;
	struct sched_more more = {
		.moves = &moves, .extras = 1u << EXTRA_SCHED_OUT,
	};
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	(void)state;
	fill_report(&report, &engine_exact, false);
	fill_moves(&moves, 3, false);
	assert_int_equal(print_sched_json(out, &report, &more), 0);
	fclose(out);
	compare_golden("sched_report.json", text);
	assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1);
	/* No name may say ns where figures are instructions. */
	assert_null(strstr(text, "_ns\""));
	assert_non_null(strstr(text, "\"lost\":3,"));
	free(text);
	report_free(&report);
	report_free(&moves);
}

static void full_device(void **state)
{
	struct report report, moves;
	struct sched_more more = { .moves = &moves };
	FILE *out = fopen("/dev/full", "w");

	(void)state;
	assert_non_null(out);
	fill_report(&report, &engine_host, false);
	fill_moves(&moves, 2, false);
	assert_int_equal(print_sched_json(out, &report, &more), -ENOSPC);
	fclose(out);
	report_free(&report);
	report_free(&moves);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table),
		cmocka_unit_test(merged_table_with_hists),
		cmocka_unit_test(map_of_many_cpus),
		cmocka_unit_test(nothing),
		cmocka_unit_test(json),
		cmocka_unit_test(full_device),
	};

	return cmocka_run_group_tests_name("sched_report", tests, NULL, NULL);
}
