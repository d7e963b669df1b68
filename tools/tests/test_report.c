// SPDX-License-Identifier: GPL-2.0
/*
 * test_report.c - host tests of kvmexitlat's reports: table and JSON
 *
 * The reports are printed from made-up snapshots and compared with the golden
 * files beside this one. GOLDEN_WRITE=1 writes these anew: look at the
 * difference before committing it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <errno.h>
#include <json-c/json.h>

#include "golden.h"
#include "kvmexitlat_report.h"

static const struct engine engine_host = {
	.name = "host", .clock = "host-monotonic",
	.unit = "ns", .suffix = "ns", .ns_per_unit = 1,
};

static const struct engine engine_exact = {
	.name = "qemu-svm", .clock = "icount",
	.unit = "insn", .suffix = "insn", .emulated = true, .ns_per_unit = 1,
};

static void add(struct lat_dist *dist, uint64_t value)
{
	lat_dist_add(dist, value, lat_hist_bucket(value));
}

/* Every other exit on the other CPU; what the key has already is kept. */
static void add_exits(struct snapshot *snapshot, uint32_t tgid, uint32_t vcpu,
		      uint32_t isa, uint32_t reason, int count, uint64_t kvm,
		      uint64_t user, uint64_t off)
{
	uint32_t key[KIND_KEY_WORDS] = { tgid, vcpu, reason, isa };
	const struct snapshot_row *row = snapshot_find(snapshot, key, 1);
	struct exit_hist cpus[2] = {};
	int i;

	if (row) {
		memcpy(&cpus[0], row->dists, sizeof(cpus[0]));
		snapshot->rows[row - snapshot->rows] =
			snapshot->rows[--snapshot->count];
	}
	for (i = 0; i < count; i++) {
		struct exit_hist *hist = &cpus[i % 2];

		add(&hist->total, kvm + i + user + off);
		add(&hist->handling, kvm + i);
		if (user)
			add(&hist->user, user);
		if (off)
			add(&hist->off, off);
	}
	assert_int_equal(snapshot_add(snapshot, key, cpus, 2, sizeof(*cpus)), 0);
}

/* A reason with the longest name, large numbers, two CPUs, a lost sample. */
static void fill(struct snapshot *last, struct snapshot *now)
{
	memset(last, 0, sizeof(*last));
	memset(now, 0, sizeof(*now));
	last->kind = now->kind = &kvmexitlat_kind;
	last->taken_ns = 5000000000;
	now->taken_ns = 7500000000;
	add_exits(last, 100, 0, 2, 0x72, 3, 900000, 0, 0);
	last->drops[DROP_NO_START] = 5;
	add_exits(now, 100, 0, 2, 0x72, 3, 900000, 0, 0);
	add_exits(now, 100, 0, 2, 0x72, 40, 2000, 0, 0);
	add_exits(now, 100, 1, 2, 0x402, 2, 123456789012, 0, 0);
	add_exits(now, 100, 0, 2, 0x78, 10, 3000, 4000, 1500000);
	add_exits(now, 100, 0, 2, 0x78, 1, 3000, 0, 0);
	add_exits(now, 99, 0, 1, 10, 1, 1234567, 0, 0);
	now->drops[DROP_NO_START] = 5;
	now->drops[DROP_MAP_FULL] = 2;
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

	print_exit_table(out, report, hists);
	fclose(out);
	return text;
}

static char *print_json(const struct report *report)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_int_equal(print_exit_json(out, report), 0);
	fclose(out);
	return text;
}

static void table(void **state)
{
	struct report report;
	char *text, *line;

	(void)state;
	fill_report(&report, &engine_host, false);
	text = print_table(&report, false);
	compare_golden("table.txt", text);
	for (line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
		assert_true(strlen(line) < 80);
	free(text);
	report_free(&report);
}

static void merged_table_with_hists(void **state)
{
	struct report report;
	char *text, *line;

	(void)state;
	fill_report(&report, &engine_exact, true);
	text = print_table(&report, true);
	compare_golden("merged.txt", text);
	for (line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
		assert_true(strlen(line) < 80);
	free(text);
	report_free(&report);
}

static void no_exits(void **state)
{
	struct snapshot empty = { .kind = &kvmexitlat_kind };
	struct report report = { .engine = &engine_host, .kernel = "k" };
	char *text;

	(void)state;
	assert_int_equal(report_fill(&report, &empty, &empty, false), 0);
	text = print_table(&report, true);
	assert_non_null(strstr(text, "no VM-exits\nlost 0\n"));
	free(text);
	text = print_json(&report);
	assert_non_null(strstr(text, "\"lost\":0"));
	assert_non_null(strstr(text, "\"hist\":[],\"rows\":[]"));
	free(text);
	report_free(&report);
}

static uint64_t number(struct json_object *object, const char *name)
{
	struct json_object *value;

	assert_true(json_object_object_get_ex(object, name, &value));
	assert_int_equal(json_object_get_type(value), json_type_int);
	return json_object_get_uint64(value);
}

static const char *string(struct json_object *object, const char *name)
{
	struct json_object *value;

	assert_true(json_object_object_get_ex(object, name, &value));
	assert_int_equal(json_object_get_type(value), json_type_string);
	return json_object_get_string(value);
}

static void json_shape(void **state)
{
	struct json_object *object, *rows, *row, *hist, *slot, *total;
	struct report report;
	char *text;

	(void)state;
	fill_report(&report, &engine_host, false);
	text = print_json(&report);
	compare_golden("report.json", text);
	assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1);

	object = json_tokener_parse(text);
	assert_non_null(object);
	assert_int_equal(number(object, "schema"), 1);
	assert_string_equal(string(object, "tool"), "kvmexitlat");
	string(object, "version");
	assert_int_equal(number(object, "start_ns"), 5000000000);
	assert_int_equal(number(object, "duration_ns"), 2500000000);
	assert_string_equal(string(object, "engine"), "host");
	assert_string_equal(string(object, "clock"), "host-monotonic");
	assert_string_equal(string(object, "unit"), "ns");
	assert_int_equal(number(object, "lost"), 3);

	assert_true(json_object_object_get_ex(object, "hist", &hist));
	slot = json_object_array_get_idx(hist, 0);
	assert_int_equal(number(slot, "ge_ns"), 1024);
	assert_int_equal(number(slot, "lt_ns"), 2048);
	assert_int_equal(number(slot, "count"), 40);

	assert_true(json_object_object_get_ex(object, "rows", &rows));
	assert_int_equal(json_object_array_length(rows), 4);
	row = json_object_array_get_idx(rows, 0);
	assert_int_equal(number(row, "pid"), 99);
	assert_string_equal(string(row, "isa"), "vmx");
	assert_string_equal(string(row, "name"), "CPUID");
	assert_true(json_object_object_get_ex(row, "total", &total));
	assert_int_equal(number(total, "count"), 1);
	assert_int_equal(number(total, "max_ns"), 1234567);
	json_object_put(object);
	free(text);
	report_free(&report);
}

/* No name may say ns where figures are instructions. */
static void json_of_an_emulator(void **state)
{
	struct report report;
	char *text;

	(void)state;
	fill_report(&report, &engine_exact, false);
	text = print_json(&report);
	assert_null(strstr(text, "_ns\""));
	assert_non_null(strstr(text, "\"unit\":\"insn\""));
	assert_non_null(strstr(text, "\"duration_insn\":2500000000"));
	assert_non_null(strstr(text, "\"ge_insn\":"));
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
	assert_int_equal(print_exit_json(out, &report), -ENOSPC);
	fclose(out);
	report_free(&report);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table),
		cmocka_unit_test(merged_table_with_hists),
		cmocka_unit_test(no_exits),
		cmocka_unit_test(json_shape),
		cmocka_unit_test(json_of_an_emulator),
		cmocka_unit_test(full_device),
	};

	return cmocka_run_group_tests_name("report", tests, NULL, NULL);
}
