// SPDX-License-Identifier: GPL-2.0
/*
 * env.c - what the command line of a tracing tool asks for
 *
 * What it is not: no help text, which is the tool's; nothing is done about what
 * is asked for, but print_usage_error() is called.
 */
#include "env.h"

#include <stdlib.h>
#include <string.h>

#include "cli.h"

enum {
	OPT_VCPU = 256,
	OPT_MERGE,
	OPT_HIST,
	OPT_MAX_KEYS,
	/* Those from here on only if they are among the extras. */
	OPT_GUEST,
	OPT_RECORDS,
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
	{ "guest",	no_argument,		NULL, OPT_GUEST },
	{ "records",	required_argument,	NULL, OPT_RECORDS },
	{ NULL,		0,			NULL, 0 },
};

static int usage_error(const char *tool, const char *what, const char *arg)
{
	print_usage_error(tool, what, arg);
	return CLI_USAGE;
}

static int parse_option(struct env *env, const char *tool, int option)
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
			return usage_error(tool, "not a process number", optarg);
		env->pid = number;
		break;
	case OPT_VCPU:
		if (cli_parse_u64(optarg, 0, 1 << 16, &number))
			return usage_error(tool, "not a vCPU number", optarg);
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
			return usage_error(tool, "not a number from 1 to 1048576",
					   optarg);
		env->max_keys = number;
		break;
	case OPT_GUEST:
		env->guest = true;
		break;
	case OPT_RECORDS:
		env->records = optarg;
		break;
	}
	return CLI_OK;
}

static int parse_operands(struct env *env, const char *tool, char **args,
			  char **command)
{
	if (command && !*command)
		return usage_error(tool, "no command after '--'", NULL);
	if (command && env->pid)
		return usage_error(tool, "-p and a command exclude each other", NULL);
	env->command = command;

	if (args == command || !*args)
		return CLI_OK;
	if (cli_parse_seconds(*args, &env->interval_ns))
		return usage_error(tool, "not an interval in seconds", *args);
	args++;
	if (!*args || !strcmp(*args, "--"))
		return CLI_OK;
	if (cli_parse_u64(*args, 1, UINT32_MAX, &env->count))
		return usage_error(tool, "not a count of reports", *args);
	args++;
	if (*args && strcmp(*args, "--"))
		return usage_error(tool, "unexpected argument", *args);
	return CLI_OK;
}

/**
 * env_parse - Read the command line
 * @env: Where it goes; nothing is asked for at first.
 * @tool: The tool's name, for messages.
 * @extras: Options that the tool has besides those of all tools: ENV_GUEST,
 *          ENV_RECORDS.
 * @argc: As main() has it.
 * @argv: As main() has it; @env points into it afterwards.
 *
 * Operands end at "--", which getopt_long() swallows when it comes first.
 * Errors are printed.
 *
 * Return: CLI_OK or CLI_USAGE.
 */
int env_parse(struct env *env, const char *tool, unsigned int extras, int argc,
	      char **argv)
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
			return usage_error(tool, cli.error, NULL);
		if (option >= OPT_GUEST && !(extras & 1u << (option - OPT_GUEST)))
			return usage_error(tool, "option not understood",
					   argv[optind - 1]);
		err = parse_option(env, tool, option);
		if (err)
			return err;
	}
	if (optind > 1 && !strcmp(argv[optind - 1], "--"))
		return parse_operands(env, tool, argv + optind, argv + optind);
	for (i = optind; i < argc && !command; i++)
		if (!strcmp(argv[i], "--"))
			command = argv + i + 1;
	return parse_operands(env, tool, argv + optind, command);
}
