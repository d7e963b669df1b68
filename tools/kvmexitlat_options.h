/* SPDX-License-Identifier: GPL-2.0 */
/*
 * kvmexitlat_options.h - what kvmexitlat's command line asks for
 *
 * What it is not: nothing is done about it here.
 */
#ifndef KVMEXITLAT_OPTIONS_H
#define KVMEXITLAT_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define KVMEXITLAT	"kvmexitlat"

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
};

extern const char kvmexitlat_help[];

int env_parse(struct env *env, int argc, char **argv);

#endif /* KVMEXITLAT_OPTIONS_H */
