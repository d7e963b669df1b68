// SPDX-License-Identifier: GPL-2.0
/*
 * report_table.c - what every tool's table begins and ends with
 *
 * What it is not: no row of any tool.
 */
#include "report.h"

#include <inttypes.h>

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
