// SPDX-License-Identifier: GPL-2.0
/*
 * kvmexitlat_options.c - what kvmexitlat's command line asks for
 *
 * What it is not: nothing is done about it here, but usage errors are printed.
 */
#include "kvmexitlat_options.h"

#include <stdlib.h>
#include <string.h>

#include "cli.h"

const char kvmexitlat_help[] =
"Usage: kvmexitlat [-hjTvV] [-p PID] [--vcpu N] [INTERVAL [COUNT]]\n"
"       kvmexitlat [OPTION...] [INTERVAL [COUNT]] -- COMMAND [ARG...]\n"
"Show exit latency, the time from VM-exit to the next VM-entry, per vCPU and\n"
"exit reason: in KVM, in user space and scheduled out.\n"
"\n"
"Without INTERVAL there is one report: at Ctrl-C, or when PID or COMMAND ends.\n"
"With INTERVAL (seconds, decimals allowed) there is one of each interval.\n"
"\n"
"  -h, --help         print this help\n"
"  -j, --json         print one JSON object per report and line\n"
"  -T, --timestamp    print the time of day before each table\n"
"  -v, --verbose      show the messages of libbpf\n"
"  -V, --version      print the version\n"
"  -p, --pid PID      trace the process PID (a VMM) only\n"
"      --vcpu N       trace vCPUs number N only\n"
"      --merge        add up all vCPUs\n"
"      --hist         print the distributions, too\n"
"      --max-keys N   make room for N combinations of vCPU and exit reason\n"
"\n"
"COMMAND is started when the probes are in place, and only it is traced.\n"
"Columns: MEAN exit latency, its parts KVM, USER and OFF (means as well), and\n"
"P50, P99 and MAX of exit latency. The first line names the unit.\n"
"\n"
"Examples:\n"
"  kvmexitlat                    everything until Ctrl-C\n"
"  kvmexitlat -p 1234 5          the VMM 1234, every 5 seconds\n"
"  kvmexitlat --vcpu 0 -j 1 10   vCPU 0, ten seconds, as JSON\n"
"  kvmexitlat --merge -- ./vmm   a VMM's whole life\n"
"\n"
"Exit status: 0 done, 1 failed, 2 usage, 4 cannot run on this machine.\n";

enum {
	OPT_VCPU = 256,
	OPT_MERGE,
	OPT_HIST,
	OPT_MAX_KEYS,
};

static const struct option options[] = {
	{ "help",	no_argument,		NULL, 'h' },
	{ "json",	no_argument,		NULL, 'j' },
	{ "timestamp",	no_argument,		NULL, 'T' },
	{ "verbose",	no_argument,		NULL, 'v' },
	{ "version",	no_argument,		NULL, 'V' },
	{ "pid",	required_argument,	NULL, 'p' },
	{ "vcpu",	required_argument,	NULL, OPT_VCPU },
	{ "merge",	no_argument,		NULL, OPT_MERGE },
	{ "hist",	no_argument,		NULL, OPT_HIST },
	{ "max-keys",	required_argument,	NULL, OPT_MAX_KEYS },
	{ NULL,		0,			NULL, 0 },
};

static int usage_error(const char *what, const char *arg)
{
	print_usage_error(KVMEXITLAT, what, arg);
	return CLI_USAGE;
}

static int parse_option(struct env *env, int option)
{
	uint64_t number;

	switch (option) {
	case 'h':
		env->help = true;
		break;
	case 'j':
		env->json = true;
		break;
	case 'T':
		env->timestamp = true;
		break;
	case 'v':
		env->verbose = true;
		break;
	case 'V':
		env->version = true;
		break;
	case 'p':
		if (cli_parse_u64(optarg, 1, 1 << 22, &number))
			return usage_error("not a process number", optarg);
		env->pid = number;
		break;
	case OPT_VCPU:
		if (cli_parse_u64(optarg, 0, 1 << 16, &number))
			return usage_error("not a vCPU number", optarg);
		env->vcpu = number;
		break;
	case OPT_MERGE:
		env->merge = true;
		break;
	case OPT_HIST:
		env->hist = true;
		break;
	case OPT_MAX_KEYS:
		if (cli_parse_u64(optarg, 1, 1 << 20, &number))
			return usage_error("not a number from 1 to 1048576",
					   optarg);
		env->max_keys = number;
		break;
	}
	return CLI_OK;
}

static int parse_operands(struct env *env, char **args, char **command)
{
	if (command && !*command)
		return usage_error("no command after '--'", NULL);
	if (command && env->pid)
		return usage_error("-p and a command exclude each other", NULL);
	env->command = command;

	if (args == command || !*args)
		return CLI_OK;
	if (cli_parse_seconds(*args, &env->interval_ns))
		return usage_error("not an interval in seconds", *args);
	args++;
	if (!*args || !strcmp(*args, "--"))
		return CLI_OK;
	if (cli_parse_u64(*args, 1, UINT32_MAX, &env->count))
		return usage_error("not a count of reports", *args);
	args++;
	if (*args && strcmp(*args, "--"))
		return usage_error("unexpected argument", *args);
	return CLI_OK;
}

/**
 * env_parse - Read the command line
 * @env: Where it goes; nothing is asked for at first.
 * @argc: As main() has it.
 * @argv: As main() has it; @env points into it afterwards.
 *
 * Operands end at "--", which getopt_long() swallows when it comes first.
 * Errors are printed.
 *
 * Return: CLI_OK or CLI_USAGE.
 */
int env_parse(struct env *env, int argc, char **argv)
{
	struct cli cli = {
		.argc = argc, .argv = argv,
		.short_options = "+:hjTvVp:", .options = options,
	};
	char **command = NULL;
	int option, err, i;

	memset(env, 0, sizeof(*env));
	env->vcpu = -1;
	while ((option = cli_next(&cli)) != -1) {
		if (option == '?')
			return usage_error(cli.error, NULL);
		err = parse_option(env, option);
		if (err)
			return err;
	}
	if (optind > 1 && !strcmp(argv[optind - 1], "--"))
		return parse_operands(env, argv + optind, argv + optind);
	for (i = optind; i < argc && !command; i++)
		if (!strcmp(argv[i], "--"))
			command = argv + i + 1;
	return parse_operands(env, argv + optind, command);
}
