// SPDX-License-Identifier: GPL-2.0
/*
 * report_table.c - what every tool's table begins and ends with
 *
 * What it is not: no row of any tool.
 */
#include "report.h"

#include <inttypes.h>

#include "column.h"

/**
 * print_report_head - Print the first lines of a table
 * @out: Where to.
 * @report: The report.
 *
 * Names the machine, its clock and the unit of all figures.
 */
void print_report_head(FILE *out, const struct report *report)
{
	const struct engine *engine = report->engine;

	fprintf(out, "%s: engine %s, clock %s, unit %s\nduration ",
		report->kind->tool, engine->name, engine->clock, engine->unit);
	if (engine->emulated)
		fprintf(out, "%" PRIu64 " %s\n", report->duration_ns,
			engine->unit);
	else
		fprintf(out, "%.3f s\n", (double)report->duration_ns / 1e9);
}

/**
 * print_stage_titles - Print the titles of a table of stages
 * @out: Where to.
 */
void print_stage_titles(FILE *out)
{
	fprintf(out, "%-4s %-8s %9s %6s %6s %6s %6s %6s %6s\n", "KIND",
		"STAGE", "COUNT", "MEAN", "MIN", "P50<", "P90<", "P99<", "MAX");
}

/**
 * print_stage - Print one stage's line
 * @out: Where to.
 * @kind: What it is a stage of, four characters.
 * @stage: Its name, eight characters.
 * @hist: The distribution, not empty.
 */
void print_stage(FILE *out, const char *kind, const char *stage,
		 const struct hist *hist)
{
	fprintf(out, "%-4s %-8s", kind, stage);
	print_count(out, hist->count);
	print_column(out, hist_mean(hist));
	print_column(out, hist->min);
	print_column(out, hist_percentile_lt(hist, 500));
	print_column(out, hist_percentile_lt(hist, 900));
	print_column(out, hist_percentile_lt(hist, 990));
	print_column(out, hist->max);
	fprintf(out, "%s\n", hist->max_exact ? "" : "*");
}

/**
 * print_report_lost - Print the last line of a table: how many samples were lost
 * @out: Where to.
 * @report: The report.
 */
void print_report_lost(FILE *out, const struct report *report)
{
	unsigned int i;

	fprintf(out, "lost %" PRIu64, report->lost);
	for (i = 0; i < report->kind->drops; i++)
		if (report->drops[i])
			fprintf(out, " %s %" PRIu64,
				report->kind->drop_names[i], report->drops[i]);
	if (report->missed)
		fprintf(out, " missed %" PRIu64, report->missed);
	fputc('\n', out);
}
