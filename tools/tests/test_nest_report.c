// SPDX-License-Identifier: GPL-2.0
/*
 * test_nest_report.c - host tests of kvmnestlat's reports: table, JSON, records
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

#include "exit_reason.h"
#include "golden.h"
#include "json.h"
#include "kvmnestlat_report.h"

/* Exit reasons of VMX and SVM. */
enum { VMCALL = 18, VMPTRLD = 21, VMRESUME = 24, IO = 30, VMRUN = 0x80 };

static const struct engine engine_host = {
	.name = "host", .clock = "host-monotonic",
	.unit = "ns", .suffix = "ns", .ns_per_unit = 1,
};

static const struct engine engine_exact = {
	.name = "bochs-vmx", .clock = "bochs-ipc",
	.unit = "insn", .suffix = "insn", .emulated = true, .ns_per_unit = 1,
};

static void add(struct lat_dist *dist, uint64_t value)
{
	lat_dist_add(dist, value, lat_hist_bucket(value));
}

static void add_row(struct snapshot *snapshot, uint32_t vcpu,
		    enum nest_role role, uint32_t reason, uint32_t isa,
		    struct nest_hist *cpus)
{
	const struct nest_key key = {
		.tgid = 100, .vcpu_id = vcpu, .role = role,
		.exit_reason = reason, .isa = isa,
	};

	assert_int_equal(snapshot_add(snapshot, &key, cpus, 2, sizeof(*cpus)), 0);
}

static void add_trip(struct nest_hist *hist, uint64_t l1, uint64_t serve,
		     uint64_t off)
{
	add(&hist->total, 9000 + l1 + serve + off);
	add(&hist->l0, 9000 + serve);
	add(&hist->l1, l1);
	add(&hist->l2, 700);
	if (off)
		add(&hist->off, off);
	add(&hist->reflect, 4000);
	add(&hist->serve, serve);
	add(&hist->enter, 5000);
	add(&hist->l1_exits, serve ? 3 : 1);
}

static void add_l1_exit(struct nest_hist *hist, uint64_t l0, uint64_t user)
{
	add(&hist->total, l0 + user);
	add(&hist->l0, l0);
	if (user)
		add(&hist->user, user);
}

/* One vCPU on two CPUs with a pool, one of SVM with round trips begun only. */
static void fill(struct snapshot *last, struct snapshot *now)
{
	static struct nest_hist trips[2], handled[2], loads[2], begun[2];
	int i;

	memset(trips, 0, sizeof(trips));
	memset(handled, 0, sizeof(handled));
	memset(loads, 0, sizeof(loads));
	memset(last, 0, sizeof(*last));
	memset(now, 0, sizeof(*now));
	last->kind = now->kind = &kvmnestlat_kind;
	last->taken_ns = 5000000000;
	now->taken_ns = 7500000000;
	add_trip(&trips[0], 100, 400000, 0);
	trips[0].begun = 1;
	add_row(last, 0, NEST_REFLECTED, VMCALL, EXIT_ISA_VMX, trips);

	for (i = 0; i < 50; i++)
		add_trip(&trips[i % 2], 1000 + i, i % 5 ? 0 : 3000,
			 i == 7 ? 123456789 : 0);
	trips[1].begun = 51;
	trips[1].switches = 40;
	trips[0].changed = 1;
	trips[0].failed = 2;
	trips[1].undone = 3;
	trips[1].pool = (struct nest_pool){ 40, 30, 6, 8, 12, 5 };
	add_row(now, 0, NEST_REFLECTED, VMCALL, EXIT_ISA_VMX, trips);
	for (i = 0; i < 3; i++)
		add_l1_exit(&handled[i % 2], 2500, 1200 + i);
	handled[0].pool.flush = 2;
	add_row(now, 0, NEST_HANDLED, IO, EXIT_ISA_VMX, handled);
	for (i = 0; i < 100; i++)
		add_l1_exit(&loads[i % 2], 3000, 0);
	add_row(now, 0, NEST_L1_EXIT, VMPTRLD, EXIT_ISA_VMX, loads);
	add_row(now, 0, NEST_L1_EXIT, VMRESUME, EXIT_ISA_VMX, loads);
	begun[0].begun = 12345678;
	add_row(now, 4095, NEST_REFLECTED, 0x81, EXIT_ISA_SVM, begun);
	now->drops[NEST_DROP_LEVEL] = 2;
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

static char *print_table(const struct report *report, bool has_pool, bool hists)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	print_nest_table(out, report, has_pool, hists);
	fclose(out);
	return text;
}

static void compare_table(const char *name, const struct engine *engine,
			  bool merged)
{
	struct report report;
	char *text, *line;

	fill_report(&report, engine, merged);
	text = print_table(&report, !merged, merged);
	compare_golden(name, text);
	for (line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
		assert_true(strlen(line) < 80);
	free(text);
	report_free(&report);
}

static void table(void **state)
{
	(void)state;
	compare_table("nest_table.txt", &engine_host, false);
}

static void merged_table_with_hists(void **state)
{
	(void)state;
	compare_table("nest_merged.txt", &engine_exact, true);
}

static void no_exits(void **state)
{
	struct snapshot empty = { .kind = &kvmnestlat_kind };
	struct report report = { .engine = &engine_host, .kernel = "k" };
	char *text;

	(void)state;
	assert_int_equal(report_fill(&report, &empty, &empty, false), 0);
	text = print_table(&report, false, true);
	assert_non_null(strstr(text, "no exits of nested guests\n"));
	assert_non_null(strstr(text, "\nlost 0\n"));
	assert_null(strstr(text, "pool"));
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
	assert_int_equal(print_nest_json(out, &report, true), 0);
	fclose(out);
	compare_golden("nest_report.json", text);
	assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1);
	/* No name may say ns where figures are instructions. */
	assert_null(strstr(text, "_ns\""));
	assert_non_null(strstr(text, "\"lost\":3,"));
	assert_non_null(strstr(text, "\"max_exits\":3,"));
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
	assert_int_equal(print_nest_json(out, &report, false), -ENOSPC);
	fclose(out);
	report_free(&report);
}

static void check_record(const struct nest_record *record, int wanted,
			 const char *text)
{
	struct json_object *object = json_object_new_object();

	assert_int_equal(fill_nest_record(object, record, "insn"), wanted);
	if (!wanted)
		assert_string_equal(json_object_to_json_string_ext(object,
						JSON_C_TO_STRING_PLAIN), text);
	json_object_put(object);
}

static void records(void **state)
{
	struct nest_record record = {
		.key = { 100, 2, NEST_HANDLED, IO, EXIT_ISA_VMX },
		.vmcs12 = 4096, .next_vmcs12 = 4096, .begin_ns = 7000,
		.total_ns = 90, .l2_ns = 5, .reflect_ns = 60, .user_ns = 30,
	};
	uint32_t i;

	(void)state;
	check_record(&record, 0, "{\"event\":\"handled\",\"pid\":100,\"vcpu\":2,"
		"\"isa\":\"vmx\",\"exit_reason\":30,\"name\":\"IO_INSTRUCTION\","
		"\"vmcs12\":4096,\"next_vmcs12\":4096,\"at_insn\":7000,"
		"\"total_insn\":90,\"l2_insn\":5,\"l1_insn\":0,\"reflect_insn\":60,"
		"\"serve_insn\":0,\"enter_insn\":0,\"user_insn\":30,\"off_insn\":0,"
		"\"vmptrld\":0,\"hit\":0,\"recycle\":0,\"flush\":0,\"rare\":0,"
		"\"vpid_flush\":0}");

	record = (struct nest_record){
		.key = { 100, 2, NEST_REFLECTED, 0x60, EXIT_ISA_SVM },
		.l1_reason = 0x72, .l1_exits = NEST_TRAIL + 1, .failed = 2,
		.next_vmcs12 = 8192, .begin_ns = 1, .total_ns = 15, .l2_ns = 2,
		.l1_ns = 1, .reflect_ns = 2, .serve_ns = 3, .enter_ns = 4,
		.off_ns = 5, .pool = { 1, 2, 3, 4, 5, 6 },
	};
	for (i = 0; i < NEST_TRAIL; i++)
		record.trail[i] = VMRUN;
	check_record(&record, 0, "{\"event\":\"reflected\",\"pid\":100,"
		"\"vcpu\":2,\"isa\":\"svm\",\"exit_reason\":96,"
		"\"name\":\"interrupt\",\"l1_reason\":114,\"l1_name\":\"cpuid\","
		"\"l1_exits\":17,\"trail\":[\"vmrun\",\"vmrun\",\"vmrun\","
		"\"vmrun\",\"vmrun\",\"vmrun\",\"vmrun\",\"vmrun\",\"vmrun\","
		"\"vmrun\",\"vmrun\",\"vmrun\",\"vmrun\",\"vmrun\",\"vmrun\","
		"\"vmrun\"],\"failed\":2,\"undone\":0,\"vmcs12\":0,"
		"\"next_vmcs12\":8192,\"at_insn\":1,\"total_insn\":15,"
		"\"l2_insn\":2,\"l1_insn\":1,\"reflect_insn\":2,\"serve_insn\":3,"
		"\"enter_insn\":4,\"user_insn\":0,\"off_insn\":5,\"vmptrld\":1,"
		"\"hit\":2,\"recycle\":3,\"flush\":4,\"rare\":5,\"vpid_flush\":6}");

	record.key.role = NEST_L1_EXIT;
	check_record(&record, -EINVAL, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table),
		cmocka_unit_test(merged_table_with_hists),
		cmocka_unit_test(no_exits),
		cmocka_unit_test(json),
		cmocka_unit_test(full_device),
		cmocka_unit_test(records),
	};

	return cmocka_run_group_tests_name("nest_report", tests, NULL, NULL);
}
