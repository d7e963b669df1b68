// SPDX-License-Identifier: GPL-2.0
/*
 * mkreport: what bench/report calls for everything that is not file handling.
 *
 * Not for people: bench/report is. The three commands are steps of one
 * report: env.json from lines, the data of plots, and the two documents.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report_env.h"
#include "report_model.h"
#include "report_plot.h"
#include "report_render.h"
#include "samples.h"

static const char help_text[] =
"Usage: mkreport env <LINES >env.json\n"
"       mkreport select --engine NAME FILE... -- BENCH... >samples.jsonl\n"
"       mkreport plots OPTIONS SUMMARY...\n"
"       mkreport write OPTIONS SUMMARY...\n"
"Steps of bench/report.\n"
"\n"
"  env       lines KEY, type (s, i, a), VALUE, separated by tabs, as JSON\n"
"  select    the raw lines of one engine and some benches, checked\n"
"  plots     write the data of all plots, and their list \"plots\", to --work\n"
"  write     write report.md and report.html to --work\n"
"\n"
"  --engine NAME         engine to report\n"
"  --env FILE            env.json\n"
"  --samples FILE        raw lines of this engine\n"
"  --work DIR            folder for plots and documents\n"
"  --notes DIR           folder with <bench>.md\n"
"  --previous FILE       raw lines of an earlier report\n"
"  --previous-name NAME  and the name of its folder\n"
"\n"
"Exit status: 0 done; 1 something does not fit together; 2 usage.\n";

static int usage_error(const char *what)
{
	if (what)
		fprintf(stderr, "mkreport: %s\n", what);
	fprintf(stderr, "Try 'mkreport --help'\n");
	return 2;
}

static int parse_options(int argc, char **argv, struct report_args *args)
{
	static const struct option options[] = {
		{ "engine",		required_argument,	NULL, 'e' },
		{ "env",		required_argument,	NULL, 'v' },
		{ "samples",		required_argument,	NULL, 's' },
		{ "work",		required_argument,	NULL, 'w' },
		{ "notes",		required_argument,	NULL, 'n' },
		{ "previous",		required_argument,	NULL, 'p' },
		{ "previous-name",	required_argument,	NULL, 'P' },
		{ NULL, 0, NULL, 0 },
	};
	const char **slot;
	int opt;

	/* The + stops at the first file name, so that "--" reaches select. */
	while ((opt = getopt_long(argc, argv, "+", options, NULL)) != -1) {
		slot = opt == 'e' ? &args->engine : opt == 'v' ? &args->env :
		       opt == 's' ? &args->samples : opt == 'w' ? &args->work :
		       opt == 'n' ? &args->notes : opt == 'p' ? &args->previous :
		       opt == 'P' ? &args->previous_name : NULL;
		if (!slot)
			return -EINVAL;
		*slot = optarg;
	}
	args->summaries = argv + optind;
	args->summary_count = argc - optind;
	return 0;
}

static int write_document(const struct report *report, const char *name,
			  int (*write)(const struct report *, FILE *))
{
	char path[4200];
	FILE *out;
	int err;

	snprintf(path, sizeof(path), "%s/%s", report->args.work, name);
	out = fopen(path, "w");
	if (!out)
		return -errno;
	err = write(report, out);
	if (fclose(out) && !err)
		err = -errno;
	return err;
}

static int run_report(const struct report_args *args, bool documents)
{
	struct report report;
	int err;

	if (!args->engine || !args->env || !args->samples || !args->work ||
	    !args->summary_count || !args->previous != !args->previous_name)
		return usage_error("an option is missing");
	err = report_load(&report, args);
	if (err)
		goto out_free;
	if (documents) {
		err = write_document(&report, "report.md", report_md_write);
		if (!err)
			err = write_document(&report, "report.html", report_html_write);
	} else {
		err = report_plot_write(&report);
	}
	if (err)
		fprintf(stderr, "mkreport: %s: %s\n", args->work, strerror(-err));
out_free:
	report_free(&report);
	return !!err;
}

/* Does this line belong to the engine and one of the benches? */
static bool wanted(const struct report_args *args, const char *line, char **benches)
{
	struct sample_table table = { 0 };
	struct sample_error error;
	bool found = false;
	FILE *file;

	file = fmemopen((void *)line, strlen(line), "r");
	if (!file)
		return false;
	if (!samples_read(&table, file, &error) && table.count &&
	    !strcmp(table.sets[0].engine, args->engine))
		for (; *benches && !found; benches++)
			found = !strcmp(table.sets[0].bench, *benches);
	fclose(file);
	samples_free(&table);
	return found;
}

static int select_file(const struct report_args *args, const char *path, char **benches)
{
	struct sample_table table = { 0 };
	struct sample_error error;
	FILE *file = fopen(path, "r");
	char *line = NULL;
	size_t size = 0;
	int err;

	if (!file) {
		fprintf(stderr, "mkreport: %s: %s\n", path, strerror(errno));
		return 1;
	}
	/* The whole file must be sound before any of it is used. */
	err = samples_read(&table, file, &error);
	samples_free(&table);
	if (err)
		fprintf(stderr, "mkreport: %s:%ld: %s\n", path, error.line,
			error.what[0] ? error.what : strerror(-err));
	rewind(file);
	while (!err && getline(&line, &size, file) >= 0)
		if (wanted(args, line, benches))
			fputs(line, stdout);
	free(line);
	fclose(file);
	return !!err;
}

static int run_select(const struct report_args *args)
{
	char **files = args->summaries;
	size_t count = args->summary_count, split, i;

	for (split = 0; split < count && strcmp(files[split], "--"); split++)
		;
	if (!args->engine || split == count)
		return usage_error("select needs --engine and a -- before the benches");
	for (i = 0; i < split; i++)
		if (select_file(args, files[i], files + split + 1))
			return 1;
	return fflush(stdout) ? 1 : 0;
}

int main(int argc, char **argv)
{
	struct report_args args = { 0 };
	const char *command = argc > 1 ? argv[1] : "";
	int err;

	if (!strcmp(command, "--help") || !strcmp(command, "-h")) {
		fputs(help_text, stdout);
		return 0;
	}
	if (argc < 2)
		return usage_error("no command");
	argv[1] = "mkreport";
	if (parse_options(argc - 1, argv + 1, &args))
		return usage_error(NULL);
	if (!strcmp(command, "env")) {
		err = report_env_write(stdin, stdout);
		if (err)
			fprintf(stderr, "mkreport: env: %s\n", strerror(-err));
		return !!err;
	}
	if (!strcmp(command, "select"))
		return run_select(&args);
	if (!strcmp(command, "plots"))
		return run_report(&args, false);
	if (!strcmp(command, "write"))
		return run_report(&args, true);
	fprintf(stderr, "mkreport: unknown command: %s\n", command);
	return usage_error(NULL);
}
