/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cli.h - what the command lines of all tools have in common
 *
 * What it is not: no option is known here; each tool has its own table and its
 * own help text. Nothing here exits.
 */
#ifndef TOOLS_LIB_CLI_H
#define TOOLS_LIB_CLI_H

#include <getopt.h>
#include <stddef.h>
#include <stdint.h>

/* Exit codes of every tool; CANNOT equals the kernel selftests' KSFT_SKIP. */
enum cli_exit {
	CLI_OK		= 0,
	CLI_FAILED	= 1,
	CLI_USAGE	= 2,
	CLI_CANNOT	= 4,
};

/* One pass over the options of a command line. */
struct cli {
	int argc;
	char **argv;
	const char *short_options;
	const struct option *options;
	/* What cli_next() found wrong; empty when nothing. */
	char error[128];
};

int cli_next(struct cli *cli);
int cli_parse_u64(const char *text, uint64_t min, uint64_t max,
		  uint64_t *value);
int cli_parse_seconds(const char *text, uint64_t *value_ns);
void print_usage_error(const char *tool, const char *what, const char *arg);
void print_failure(const char *tool, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
int cli_close_stdout(void);

#endif /* TOOLS_LIB_CLI_H */
