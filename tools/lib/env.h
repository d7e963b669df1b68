/* SPDX-License-Identifier: GPL-2.0 */
/*
 * env.h - what the command line of a tracing tool asks for
 *
 * All tracing tools have the same options, so that one who knows one of them
 * knows the others. Two more are only for tools that can do what they ask for.
 *
 * What it is not: nothing is done about it here.
 */
#ifndef TOOLS_LIB_ENV_H
#define TOOLS_LIB_ENV_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* What the command line asks for. */
struct env {
	bool help, version, json, timestamp, verbose, merge, hist;
	/* 0: every process. */
	pid_t pid;
	/* Negative: every vCPU. */
	int vcpu;
	/* 0: by memory. */
	uint32_t max_keys;
	/* 0: one report at the end. */
	uint64_t interval_ns;
	/* 0: no limit. */
	uint64_t count;
	/* NULL: none. */
	char **command;
	/* Only with ENV_GUEST: the guest's side. */
	bool guest;
	/* Only with ENV_RECORDS: where they go, NULL: nowhere. */
	const char *records;
};

/* Options that not every tool has: --guest, --records. */
enum {
	ENV_GUEST = 1,
	ENV_RECORDS = 2,
};

/* What the help of every tool says of it; --max-keys and the extras are its own. */
#define ENV_HELP_OPTIONS \
"Without INTERVAL there is one report: at Ctrl-C, or when PID or COMMAND ends.\n" \
"With INTERVAL (seconds, decimals allowed) there is one of each interval.\n" \
"\n" \
"  -h, --help         print this help\n" \
"  -j, --json         print one JSON object per report and line\n" \
"  -T, --timestamp    print the time of day before each table\n" \
"  -v, --verbose      show the messages of libbpf\n" \
"  -V, --version      print the version\n" \
"  -p, --pid PID      trace the process PID (a VMM) only\n" \
"      --vcpu N       trace vCPUs number N only\n" \
"      --merge        add up all vCPUs\n" \
"      --hist         print the distributions, too\n"
#define ENV_HELP_COMMAND \
"COMMAND is started when the probes are in place, and only it is traced.\n"
#define ENV_HELP_STATUS \
"Exit status: 0 done, 1 failed, 2 usage, 4 cannot run on this machine.\n"

int env_parse(struct env *env, const char *tool, unsigned int extras, int argc,
	      char **argv);

#endif /* TOOLS_LIB_ENV_H */
