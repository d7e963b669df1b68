// SPDX-License-Identifier: GPL-2.0
/*
 * report.md: the report as text that reads well unrendered and on a forge.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <json-c/json.h>

#include "report_render.h"
#include "report_text.h"
#include "words.h"

static void write_lines(FILE *out, const struct report_lines *lines)
{
	size_t i;

	for (i = 0; i < lines->count; i++)
		fprintf(out, "- %s\n", lines->text[i]);
	fputc('\n', out);
}

/* Builds a list of sentences by @make and writes it under a heading. */
static int write_section(const struct report *report, FILE *out, const char *heading,
			 int (*make)(const struct report *, struct report_lines *))
{
	struct report_lines lines = { 0 };
	int err = make(report, &lines);

	if (!err && lines.count) {
		fprintf(out, "## %s\n\n", heading);
		write_lines(out, &lines);
	}
	report_lines_free(&lines);
	return err;
}

static void write_median(FILE *out, const struct sample_set *set, int config)
{
	char value[40];

	words_value(value, sizeof(value), set->cells[config].stats.median);
	fprintf(out, " %s |", sample_set_has(set, config) ? value : "-");
}

static void write_path_row(FILE *out, const struct sample_set *set)
{
	const struct stats_ab *ab;
	char text[200];
	int config, change;

	fprintf(out, "| %s | %s | %s | %s |", set->name, set->engine, set->clock, set->unit);
	for (config = 0; config < CONFIG_COUNT; config++)
		write_median(out, set, config);
	for (change = 0; change < REPORT_CHANGES; change++) {
		ab = report_ab(set, change);
		snprintf(text, sizeof(text), "-");
		if (ab)
			words_change(text, sizeof(text), set,
				     &set->cells[report_changes[change].from], ab);
		fprintf(out, " %s |", text);
	}
	fputc('\n', out);
}

static void write_spread_row(FILE *out, const struct sample_set *set, int config)
{
	const struct sample_cell *cell = &set->cells[config];
	const struct stats *s = &cell->stats;
	const double figures[] = { s->min, s->median, s->median_lo, s->median_hi, s->p90,
				   s->p99, s->p999, s->max, s->mad };
	char value[40];
	size_t i;

	fprintf(out, "| %s%s | %s | %s | %zu | %zu%s |", set->name, s->correlated ? " ~" : "",
		sample_config_names[config], cell->kernel, cell->n, cell->run_count,
		cell->copies ? " copies" : "");
	for (i = 0; i < sizeof(figures) / sizeof(figures[0]); i++) {
		words_value(value, sizeof(value), figures[i]);
		fprintf(out, " %s |", value);
	}
	fprintf(out, " %zu |\n", s->outliers);
}

/* Figures of the summary that have no samples behind them. */
static void write_bare_figures(const struct report *report, FILE *out,
			       const struct report_bench *bench)
{
	struct report_bare bare = { .bench = bench };
	bool any = false;
	int config;

	while (report_next_bare(report, &bare)) {
		if (!any)
			fputs("Figures without samples:\n\n| figure | unit | base | off | on |\n"
			      "|---|---|--:|--:|--:|\n", out);
		any = true;
		fprintf(out, "| %s | %s |", bare.name, bare.unit);
		for (config = 0; config < CONFIG_COUNT; config++)
			fprintf(out, " %s |", bare.figures[config]);
		fputc('\n', out);
	}
	if (any)
		fputc('\n', out);
}

static void write_bench(const struct report *report, FILE *out,
			const struct report_bench *bench)
{
	const struct sample_set *set;
	size_t i = 0;
	int config;

	fprintf(out, "## Bench %s\n\n", bench->name);
	if (bench->notes)
		fprintf(out, "%s\n", bench->notes);
	fputs("Median per case, and how it changed:\n\n"
	      "| case | engine | clock | unit | base | off | on | off − base | on − off |\n"
	      "|---|---|---|---|--:|--:|--:|---|---|\n", out);
	while ((set = report_next(report, bench, &i)))
		write_path_row(out, set);
	fputs("\nSpread:\n\n"
	      "| case | config | kernel | n | rounds | min | median | from | to | p90 | p99 | "
	      "p99.9 | max | MAD | outliers |\n"
	      "|---|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n", out);
	for (i = 0; (set = report_next(report, bench, &i));)
		for (config = 0; config < CONFIG_COUNT; config++)
			if (sample_set_has(set, config))
				write_spread_row(out, set, config);
	fputc('\n', out);
	write_bare_figures(report, out, bench);
}

static void write_env(const struct report *report, FILE *out)
{
	fputs("## Where it comes from\n\n| | |\n|---|---|\n", out);
	json_object_object_foreach(report->env, key, value)
		fprintf(out, "| %s | %s |\n", key,
			json_object_is_type(value, json_type_string) ?
			json_object_get_string(value) :
			json_object_to_json_string_ext(value, JSON_C_TO_STRING_PLAIN));
	fputs("\nRaw samples: samples.jsonl.gz. Kernel configuration: config.gz. The tables again:\n"
	      "\n    zcat samples.jsonl.gz | benchstat\n", out);
}

/**
 * report_md_write - Write report.md
 * @report: The report.
 * @out: Where to.
 *
 * Return: 0; -ENOMEM; -EIO.
 */
int report_md_write(const struct report *report, FILE *out)
{
	char title[300];
	size_t b;
	int err;

	report_title(report, title, sizeof(title));
	fprintf(out, "# %s\n\n**%s**\n\n", title, report_caution(report));
	err = write_section(report, out, "In short", report_short);
	if (!err)
		err = write_section(report, out, "Since the report before", report_since);
	for (b = 0; !err && b < report->bench_count; b++)
		write_bench(report, out, &report->benches[b]);
	if (!err)
		err = write_section(report, out, "What was not tested", report_untested);
	if (!err)
		err = write_section(report, out, "How to read the figures", report_method);
	if (err)
		return err;
	write_env(report, out);
	return ferror(out) ? -EIO : 0;
}
