// SPDX-License-Identifier: GPL-2.0
/*
 * kvmapflat_join_main.c - kvmapflat --join: two files of records, one report
 *
 * What it is not: no tracing, so that it needs no privilege; no help text
 * (kvmapflat.c).
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "kvmapflat_join.h"
#include "kvmapflat_tool.h"

#define TOOL	"kvmapflat"

enum {
	OPT_EACH = 256,
};

static const struct option options[] = {
	{ "json",	no_argument,		NULL, 'j' },
	{ "pid",	required_argument,	NULL, 'p' },
	{ "each",	no_argument,		NULL, OPT_EACH },
	{ NULL,		0,			NULL, 0 },
};

struct wanted {
	bool json, each;
	uint64_t pid;
	const char *host, *guest;
};

static int usage_error(const char *what, const char *arg)
{
	print_usage_error(TOOL, what, arg);
	return CLI_USAGE;
}

static int parse(struct wanted *wanted, int argc, char **argv)
{
	struct cli cli = {
		.argc = argc, .argv = argv,
		.short_options = "+:jp:", .options = options,
	};
	int option;

	while ((option = cli_next(&cli)) != -1) {
		if (option == '?')
			return usage_error(cli.error, NULL);
		if (option == 'j')
			wanted->json = true;
		else if (option == OPT_EACH)
			wanted->each = true;
		else if (cli_parse_u64(optarg, 1, 1 << 22, &wanted->pid))
			return usage_error("not a process number", optarg);
	}
	if (argc - optind != 2)
		return usage_error("--join needs the files HOST and GUEST", NULL);
	wanted->host = argv[optind];
	wanted->guest = argv[optind + 1];
	return CLI_OK;
}

static int join_files(const struct wanted *wanted)
{
	struct trail host = {}, guest = {};
	struct join join = {};
	const char *reason = join.reason, *where = "cannot join";
	int err;

	err = trail_read(&host, wanted->host, true, wanted->pid);
	if (err) {
		reason = host.reason;
		where = wanted->host;
		goto out_free;
	}
	err = trail_read(&guest, wanted->guest, false, 0);
	if (err) {
		reason = guest.reason;
		where = wanted->guest;
		goto out_free;
	}
	err = join_fill(&join, &host, &guest);
	if (err)
		goto out_free;
	if (wanted->json)
		err = print_join_json(stdout, &join, wanted->each);
	else
		print_join_table(stdout, &join, wanted->each);
	reason = strerror(-err);
	where = "cannot write";

out_free:
	if (err)
		print_failure(TOOL, "%s: %s", where, reason);
	join_free(&join);
	trail_free(&guest);
	trail_free(&host);
	return err ? CLI_FAILED : CLI_OK;
}

/**
 * kvmapflat_join - Do what the command line asks for after --join
 * @argc: As main() has it, from --join on.
 * @argv: As main() has it, from --join on.
 *
 * Return: The tool's exit status.
 */
int kvmapflat_join(int argc, char **argv)
{
	struct wanted wanted = {};
	int status, err;

	/* A reader that has seen enough shows as an error of the write. */
	signal(SIGPIPE, SIG_IGN);
	status = parse(&wanted, argc, argv);
	if (!status)
		status = join_files(&wanted);
	err = cli_close_stdout();
	if (err && !status) {
		print_failure(TOOL, "cannot write: %s", strerror(-err));
		status = CLI_FAILED;
	}
	return status;
}
