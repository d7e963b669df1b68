// SPDX-License-Identifier: GPL-2.0
/*
 * test_apf_guest_report.c - host tests of the guest's side of kvmapflat
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
#include "json.h"
#include "kvmapflat_guest_report.h"

static const struct engine engine_exact = {
	.name = "bochs-vmx", .clock = "bochs-ipc",
	.unit = "insn", .suffix = "insn", .emulated = true, .ns_per_unit = 10,
};

static void add(struct lat_dist *dist, uint64_t value)
{
	lat_dist_add(dist, value, lat_hist_bucket(value));
}

static void add_sleep(struct apf_guest_hist *hist, uint64_t sleep, uint64_t run)
{
	add(&hist->total, sleep + run);
	add(&hist->sleep, sleep);
	add(&hist->run, run);
	hist->waits++;
}

/* A CPU where everything happened, and one with events only. */
static void fill(struct snapshot *last, struct snapshot *now)
{
	uint32_t first[] = { 0, 0 }, second[] = { 0, 287 };
	struct apf_guest_hist busy = {}, quiet = {};
	int i;

	memset(last, 0, sizeof(*last));
	memset(now, 0, sizeof(*now));
	last->kind = now->kind = &kvmapflat_guest_kind;
	last->taken_ns = 1000;
	now->taken_ns = 2000001000;
	for (i = 0; i < 9; i++)
		add_sleep(&busy, 1000 << i, 100 + i);
	busy.spurious = 1;
	busy.early = 1;
	busy.wake_all = 2;
	busy.woken_by_all = 3;
	quiet.early = 5;
	quiet.dropped = 1;
	assert_int_equal(snapshot_add(now, first, &busy, 1, sizeof(busy)), 0);
	assert_int_equal(snapshot_add(now, second, &quiet, 1, sizeof(quiet)), 0);
	now->drops[GUEST_DROP_NO_WAKE] = 2;
}

static void print(char *text, size_t size, bool json, bool merged)
{
	struct report report = { .engine = &engine_exact, .kernel = "6.12.0" };
	struct snapshot last, now;
	FILE *out;

	memset(text, 0, size);
	out = fmemopen(text, size, "w");
	fill(&last, &now);
	assert_int_equal(report_fill(&report, &now, &last, merged), 0);
	if (json)
		assert_int_equal(print_guest_json(out, &report), 0);
	else
		print_guest_table(out, &report, true);
	fclose(out);
	report_free(&report);
	snapshot_free(&now);
}

static void table(void **state)
{
	static char text[16384];

	(void)state;
	print(text, sizeof(text), false, false);
	compare_golden("apf_guest_table.txt", text);
}

static void json(void **state)
{
	static char text[16384];

	(void)state;
	print(text, sizeof(text), true, true);
	compare_golden("apf_guest_report.json", text);
}

static void record(void **state)
{
	struct apf_guest_record record = {
		GUEST_EVENT_SLEPT, 0x1001, 1, 40, 100, 200, 300,
	};
	struct json_object *object = json_object_new_object();

	(void)state;
	assert_int_equal(fill_guest_record(object, &record, "insn"), 0);
	assert_string_equal(json_object_to_json_string_ext(object,
						JSON_C_TO_STRING_PLAIN),
			    "{\"event\":\"slept\",\"token\":4097,\"vcpu\":1,"
			    "\"tid\":40,\"wait_insn\":100,\"wake_insn\":200,"
			    "\"resume_insn\":300}");
	json_object_put(object);
	object = json_object_new_object();
	record.event = GUEST_EVENT_WAKE_ALL + 1;
	assert_int_equal(fill_guest_record(object, &record, "insn"), -EINVAL);
	json_object_put(object);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table),
		cmocka_unit_test(json),
		cmocka_unit_test(record),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
