// SPDX-License-Identifier: GPL-2.0
/*
 * test_cli.c - host tests of lib/cli.c, lib/env.c, lib/exit_reason.c and
 * lib/engine.c
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <errno.h>

#include "cli.h"
#include "engine.h"
#include "env.h"
#include "exit_reason.h"

static void strict_numbers(void **state)
{
	static const char *const bad[] = {
		"", " ", "abc", "1x", "x1", "-1", "+1", " 1", "1 ", "0x10",
		"1.0", "1e3",
	};
	uint64_t value = 77;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(cli_parse_u64(bad[i], 0, UINT64_MAX, &value),
				 -EINVAL);
	assert_int_equal(value, 77);
	assert_int_equal(cli_parse_u64("18446744073709551616", 0, UINT64_MAX,
				       &value), -ERANGE);
	assert_int_equal(cli_parse_u64("4", 5, 10, &value), -ERANGE);
	assert_int_equal(cli_parse_u64("11", 5, 10, &value), -ERANGE);
	assert_int_equal(value, 77);
	assert_int_equal(cli_parse_u64("18446744073709551615", 0, UINT64_MAX,
				       &value), 0);
	assert_true(value == UINT64_MAX);
	assert_int_equal(cli_parse_u64("010", 0, 10, &value), 0);
	assert_int_equal(value, 10);
}

static void strict_seconds(void **state)
{
	static const char *const bad[] = {
		"", ".", ".5", "1.", "1.x", "1.5s", "-1", "1.0000000001",
		"1e3", "1.5.5", "nan", "inf",
	};
	uint64_t value = 77;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(cli_parse_seconds(bad[i], &value), -EINVAL);
	assert_int_equal(cli_parse_seconds("0", &value), -ERANGE);
	assert_int_equal(cli_parse_seconds("0.0", &value), -ERANGE);
	assert_int_equal(cli_parse_seconds("99999999999", &value), -ERANGE);
	assert_int_equal(value, 77);
	assert_int_equal(cli_parse_seconds("0.25", &value), 0);
	assert_int_equal(value, 250000000);
	assert_int_equal(cli_parse_seconds("2.000000001", &value), 0);
	assert_int_equal(value, 2000000001);
}

static unsigned int extras;

static int parse(struct env *env, int argc, ...)
{
	static char *argv[12];
	va_list args;
	int i;

	argv[0] = (char *)"kvmexitlat";
	va_start(args, argc);
	for (i = 0; i < argc; i++)
		argv[i + 1] = va_arg(args, char *);
	va_end(args);
	argv[argc + 1] = NULL;
	/* Makes getopt_long() begin anew. */
	optind = 0;
	return env_parse(env, "tool", extras, argc + 1, argv);
}

static void command_lines(void **state)
{
	struct env env;

	(void)state;
	assert_int_equal(parse(&env, 1, "--guest"), CLI_USAGE);
	assert_int_equal(parse(&env, 2, "--records", "x"), CLI_USAGE);
	assert_int_equal(parse(&env, 0), CLI_OK);
	assert_int_equal(env.vcpu, -1);
	assert_int_equal(env.pid, 0);
	assert_int_equal(env.interval_ns, 0);
	assert_null(env.command);

	assert_int_equal(parse(&env, 6, "-jTv", "--vcpu=3", "-p", "12", "0.5",
			       "4"), CLI_OK);
	assert_true(env.json && env.timestamp && env.verbose);
	assert_int_equal(env.vcpu, 3);
	assert_int_equal(env.pid, 12);
	assert_int_equal(env.interval_ns, 500000000);
	assert_int_equal(env.count, 4);

	assert_int_equal(parse(&env, 5, "1", "--", "cmd", "-x", "--help"),
			 CLI_OK);
	assert_string_equal(env.command[0], "cmd");
	assert_string_equal(env.command[1], "-x");
	assert_int_equal(env.interval_ns, 1000000000);
	assert_false(env.help);

	assert_int_equal(parse(&env, 3, "--merge", "--", "cmd"), CLI_OK);
	assert_string_equal(env.command[0], "cmd");
	assert_true(env.merge);
	assert_int_equal(env.interval_ns, 0);
}

static void extra_options(void **state)
{
	struct env env;

	(void)state;
	extras = ENV_RECORDS;
	assert_int_equal(parse(&env, 1, "--guest"), CLI_USAGE);
	assert_int_equal(parse(&env, 2, "--records", "x"), CLI_OK);
	assert_string_equal(env.records, "x");
	extras = ENV_GUEST;
	assert_int_equal(parse(&env, 2, "--records", "x"), CLI_USAGE);
	assert_int_equal(parse(&env, 1, "--guest"), CLI_OK);
	assert_true(env.guest);
	extras = 0;
}

static void bad_command_lines(void **state)
{
	struct env env;

	(void)state;
	assert_int_equal(parse(&env, 1, "-x"), CLI_USAGE);
	assert_int_equal(parse(&env, 1, "--nonsense"), CLI_USAGE);
	assert_int_equal(parse(&env, 1, "--json=1"), CLI_USAGE);
	assert_int_equal(parse(&env, 1, "-p"), CLI_USAGE);
	assert_int_equal(parse(&env, 2, "-p", "abc"), CLI_USAGE);
	assert_int_equal(parse(&env, 2, "-p", "0"), CLI_USAGE);
	assert_int_equal(parse(&env, 2, "--vcpu", "-1"), CLI_USAGE);
	assert_int_equal(parse(&env, 2, "--max-keys", "0"), CLI_USAGE);
	assert_int_equal(parse(&env, 1, "0"), CLI_USAGE);
	assert_int_equal(parse(&env, 1, "1s"), CLI_USAGE);
	assert_int_equal(parse(&env, 2, "1", "0"), CLI_USAGE);
	assert_int_equal(parse(&env, 3, "1", "2", "3"), CLI_USAGE);
	assert_int_equal(parse(&env, 1, "--"), CLI_USAGE);
	assert_int_equal(parse(&env, 4, "-p", "1", "--", "cmd"), CLI_USAGE);
	assert_int_equal(parse(&env, 1, ""), CLI_USAGE);
}

static void names_of_exit_reasons(void **state)
{
	char buffer[40];

	(void)state;
	assert_string_equal(exit_reason_name(EXIT_ISA_VMX, 10, buffer, 40),
			    "CPUID");
	assert_string_equal(exit_reason_name(EXIT_ISA_VMX, 30, buffer, 40),
			    "IO_INSTRUCTION");
	assert_string_equal(exit_reason_name(EXIT_ISA_VMX, 48, buffer, 40),
			    "EPT_VIOLATION");
	assert_string_equal(exit_reason_name(EXIT_ISA_VMX, 0x80000021, buffer,
					     40), "INVALID_STATE!");
	assert_string_equal(exit_reason_name(EXIT_ISA_VMX, 999, buffer, 40),
			    "reason_0x3e7");
	assert_string_equal(exit_reason_name(EXIT_ISA_SVM, 0x72, buffer, 40),
			    "cpuid");
	assert_string_equal(exit_reason_name(EXIT_ISA_SVM, 0x400, buffer, 40),
			    "npf");
	assert_string_equal(exit_reason_name(EXIT_ISA_SVM, ~0U, buffer, 40),
			    "invalid_guest_state");
	assert_string_equal(exit_reason_name(EXIT_ISA_SVM, 0x7ff, buffer, 40),
			    "reason_0x7ff");
	assert_string_equal(exit_isa_name(EXIT_ISA_SVM), "svm");
	assert_string_equal(exit_isa_name(7), "unknown");
}

/* A machine that is told to be an emulator must never say ns. */
static void units_of_engines(void **state)
{
	struct engine engine;

	(void)state;
	engine_detect(&engine, "qemu-svm", "race");
	assert_string_equal(engine.name, "qemu-svm");
	assert_string_equal(engine.unit, "emulated-ns");
	assert_string_equal(engine.suffix, "emulated_ns");
	assert_true(engine.emulated);

	engine_detect(&engine, "bochs-vmx", "exact");
	assert_string_equal(engine.name, "bochs-vmx");
	assert_string_equal(engine.unit, engine_ns_per_tick() ?
			    "insn" : "emulated-ns");

	engine_detect(&engine, "no-such-engine", NULL);
	assert_string_not_equal(engine.name, "no-such-engine");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(strict_numbers),
		cmocka_unit_test(strict_seconds),
		cmocka_unit_test(command_lines),
		cmocka_unit_test(extra_options),
		cmocka_unit_test(bad_command_lines),
		cmocka_unit_test(names_of_exit_reasons),
		cmocka_unit_test(units_of_engines),
	};

	return cmocka_run_group_tests_name("cli", tests, NULL, NULL);
}
