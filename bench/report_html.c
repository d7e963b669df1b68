// SPDX-License-Identifier: GPL-2.0
/*
 * report.html: the report as one file that needs nothing else. Styles and plots
 * are in it, there is no script and nothing is fetched.
 *
 * Not here: escaping and the notes (report_notes.c), the style sheet
 * (report_style.h), the sentences (report_text.c).
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "report_plot.h"
#include "report_render.h"
#include "report_style.h"
#include "report_text.h"
#include "words.h"

/* More drawings than this are folded away at first. */
#define DETAILS_OPEN	8

/* A heading and its sentences; nothing if there are none. */
static int write_section(const struct report *report, FILE *out, const char *id,
			 const char *heading,
			 int (*make)(const struct report *, struct report_lines *))
{
	struct report_lines lines = { 0 };
	int err = make(report, &lines);
	size_t i;

	if (!err && lines.count) {
		fprintf(out, "<section id=\"%s\"><h2>%s</h2><ul>\n", id, heading);
		for (i = 0; i < lines.count; i++) {
			fputs("<li>", out);
			html_text(out, lines.text[i]);
			fputs("</li>\n", out);
		}
		fputs("</ul></section>\n", out);
	}
	report_lines_free(&lines);
	return err;
}

/*
 * A finished plot of the work folder, inline. Its ids get a prefix: all plots
 * share one document.
 */
static int write_plot(const struct report *report, FILE *out, const char *name,
		      const char *kind, const char *label)
{
	static const char * const marks[] = { " id=\"", " id='", "url(#", "href='#", "href=\"#" };
	char path[4300], *svg, *p, *start;
	size_t k, len;

	snprintf(path, sizeof(path), "%s/%s.%s.svg", report->args.work, name, kind);
	svg = report_read_file(path);
	if (!svg)
		return errno == ENOENT ? 0 : -errno;
	/* The XML declaration has no place inside HTML. */
	start = strstr(svg, "<svg");
	if (!start) {
		free(svg);
		return -EINVAL;
	}
	fprintf(out, "<figure class=\"%s\" role=\"img\" aria-label=\"", kind);
	html_text(out, label);
	fputs("\">\n", out);
	for (p = start; *p;) {
		for (k = 0, len = 0; k < sizeof(marks) / sizeof(marks[0]) && !len; k++)
			if (!strncmp(p, marks[k], strlen(marks[k])))
				len = strlen(marks[k]);
		if (!len) {
			fputc(*p++, out);
			continue;
		}
		fprintf(out, "%.*s%s-%s-", (int)len, p, kind, name);
		p += len;
	}
	fputs("</figure>\n", out);
	free(svg);
	return 0;
}

/* One number over its caption, in the row at the top. */
static void write_tile(FILE *out, const char *kind, size_t number, const char *caption)
{
	fprintf(out, "<div class=\"tile %s\"><b>%zu</b><span>%s</span></div>\n", kind, number,
		caption);
}

static void write_tiles(const struct report *report, FILE *out)
{
	struct report_tally t;
	int change;

	for (change = 0; change < REPORT_CHANGES; change++) {
		report_tally(report, change, &t);
		if (!t.cases)
			continue;
		fprintf(out, "<div class=\"tiles\"><div class=\"what\"><b>%s</b><span>%s</span></div>\n",
			report_changes[change].label, report_changes[change].meaning);
		write_tile(out, "more", t.more, "▲ higher");
		write_tile(out, "less", t.less, "▼ lower");
		write_tile(out, "same", t.same, "unmoved");
		write_tile(out, "open", t.unresolved, "not resolved");
		fputs("</div>\n", out);
	}
}

static void write_change_cell(FILE *out, const struct sample_set *set, int change)
{
	const struct stats_ab *ab = report_ab(set, change);
	const char *class = "open", *mark = "";
	char text[200];

	if (!ab) {
		fputs("<td class=\"none\">–</td>", out);
		return;
	}
	if (ab->verdict == STATS_EXACT || ab->verdict == STATS_RESOLVED) {
		class = ab->shift > 0 ? "more" : "less";
		mark = ab->shift > 0 ? "▲ " : "▼ ";
	} else if (ab->verdict == STATS_IDENTICAL || ab->verdict == STATS_UNMOVED) {
		class = "same";
	}
	words_change(text, sizeof(text), set, &set->cells[report_changes[change].from], ab);
	fprintf(out, "<td class=\"%s\">%s", class, mark);
	html_text(out, text);
	fputs("</td>", out);
}

static void write_path_table(const struct report *report, FILE *out,
			     const struct report_bench *bench)
{
	const struct sample_set *set;
	char value[40];
	int config, change;
	size_t i = 0;

	fputs("<div class=\"scroll\"><table><thead><tr><th>case<th>engine<th>clock<th>unit"
	      "<th class=\"n\">base<th class=\"n\">off<th class=\"n\">on"
	      "<th>off − base<th>on − off</tr></thead><tbody>\n", out);
	while ((set = report_next(report, bench, &i))) {
		fprintf(out, "<tr><th scope=\"row\">%s</th><td>%s</td><td>%s</td><td>%s</td>",
			set->name, set->engine, set->clock, set->unit);
		for (config = 0; config < CONFIG_COUNT; config++) {
			words_value(value, sizeof(value), set->cells[config].stats.median);
			fprintf(out, "<td class=\"n\">%s</td>",
				sample_set_has(set, config) ? value : "–");
		}
		for (change = 0; change < REPORT_CHANGES; change++)
			write_change_cell(out, set, change);
		fputs("</tr>\n", out);
	}
	fputs("</tbody></table></div>\n", out);
}

/* @span: Rows of this case, told in its first row; 0 in the others. */
static void write_spread_row(FILE *out, const struct sample_set *set, int config, int span)
{
	const struct sample_cell *cell = &set->cells[config];
	const struct stats *s = &cell->stats;
	const double figures[] = { s->min, s->median, s->p90, s->p99, s->p999, s->max, s->mad };
	char value[40], lo[40], hi[40];
	size_t i;

	words_value(lo, sizeof(lo), s->median_lo);
	words_value(hi, sizeof(hi), s->median_hi);
	fputs(span ? "<tr class=\"first\">" : "<tr>", out);
	if (span)
		fprintf(out, "<th scope=\"rowgroup\" rowspan=\"%d\">%s</th>", span, set->name);
	fprintf(out, "<td class=\"c%d\">%s%s</td><td>%s</td><td class=\"n\">%zu</td>"
		"<td class=\"n\">%zu%s</td>", config, sample_config_names[config],
		s->correlated ? " ~" : "", cell->kernel, cell->n, cell->run_count,
		cell->copies ? " copies" : "");
	for (i = 0; i < sizeof(figures) / sizeof(figures[0]); i++) {
		words_value(value, sizeof(value), figures[i]);
		fprintf(out, "<td class=\"n\">%s</td>", value);
		if (i == 1)
			fprintf(out, "<td class=\"n\">%s … %s</td>", lo, hi);
	}
	fprintf(out, "<td class=\"n\">%zu</td></tr>\n", s->outliers);
}

static void write_spread_table(const struct report *report, FILE *out,
			       const struct report_bench *bench)
{
	const struct sample_set *set;
	int config, span;
	size_t i = 0;

	fputs("<h3>Spread</h3><div class=\"scroll\"><table><thead><tr><th>case<th>config<th>kernel"
	      "<th class=\"n\">n<th class=\"n\">rounds<th class=\"n\">min<th class=\"n\">median"
	      "<th class=\"n\">95% interval<th class=\"n\">p90<th class=\"n\">p99"
	      "<th class=\"n\">p99.9<th class=\"n\">max<th class=\"n\">MAD"
	      "<th class=\"n\">outliers</tr></thead><tbody>\n", out);
	while ((set = report_next(report, bench, &i))) {
		for (span = 0, config = 0; config < CONFIG_COUNT; config++)
			span += sample_set_has(set, config);
		for (config = 0; config < CONFIG_COUNT; config++) {
			if (!sample_set_has(set, config))
				continue;
			write_spread_row(out, set, config, span);
			span = 0;
		}
	}
	fputs("</tbody></table></div>\n", out);
}

static void write_bare_figures(const struct report *report, FILE *out,
			       const struct report_bench *bench)
{
	struct report_bare bare = { .bench = bench };
	bool any = false;
	int config;

	while (report_next_bare(report, &bare)) {
		if (!any)
			fputs("<h3>Figures without samples</h3><div class=\"scroll\"><table><thead><tr>"
			      "<th>figure<th>unit<th class=\"n\">base<th class=\"n\">off"
			      "<th class=\"n\">on</tr></thead><tbody>\n", out);
		any = true;
		fputs("<tr><th scope=\"row\">", out);
		html_text(out, bare.name);
		fputs("</th><td>", out);
		html_text(out, bare.unit);
		fputs("</td>", out);
		for (config = 0; config < CONFIG_COUNT; config++)
			fprintf(out, "<td class=\"n\">%s</td>", bare.figures[config]);
		fputs("</tr>\n", out);
	}
	if (any)
		fputs("</tbody></table></div>\n", out);
}

/* Every case with a spread, drawn; those without are named. */
static int write_distributions(const struct report *report, FILE *out,
			       const struct report_bench *bench)
{
	const struct sample_set *set;
	size_t i = 0, flat = 0, drawn = 0;
	char name[200];
	int err = 0;

	fputs("<h3>Distributions</h3>\n", out);
	while ((set = report_next(report, bench, &i))) {
		if (!report_plot_flat(set)) {
			drawn++;
			continue;
		}
		fprintf(out, "%s<code>%s</code>", flat++ ? ", " :
			"<p>Nothing to draw, every sample of a configuration being the same: ",
			set->name);
	}
	if (flat)
		fputs(".</p>\n", out);
	if (drawn)
		fprintf(out, "<details%s><summary>%zu cases with a spread</summary>\n",
			drawn > DETAILS_OPEN ? "" : " open", drawn);
	for (i = 0; !err && (set = report_next(report, bench, &i));) {
		if (report_plot_flat(set))
			continue;
		snprintf(name, sizeof(name), "%s.%s", bench->name, set->name);
		fprintf(out, "<h4>%s</h4>\n", set->name);
		err = write_plot(report, out, name, "case", name);
	}
	if (drawn)
		fputs("</details>\n", out);
	return err;
}

static int write_bench(const struct report *report, FILE *out,
		       const struct report_bench *bench)
{
	int err;

	fprintf(out, "<section id=\"bench-%s\"><h2>Bench %s</h2>\n", bench->name, bench->name);
	if (bench->notes)
		html_notes(out, bench->notes);
	err = write_plot(report, out, bench->name, "change", "changes of the median path");
	if (!err) {
		write_path_table(report, out, bench);
		err = write_plot(report, out, bench->name, "paths", "median path per case");
	}
	if (!err) {
		write_spread_table(report, out, bench);
		write_bare_figures(report, out, bench);
		err = write_distributions(report, out, bench);
	}
	fputs("</section>\n", out);
	return err;
}

static void write_env(const struct report *report, FILE *out)
{
	fputs("<section id=\"env\"><h2>Where it comes from</h2><div class=\"scroll\"><table class=\"env\">"
	      "<tbody>\n", out);
	json_object_object_foreach(report->env, key, value) {
		fprintf(out, "<tr><th scope=\"row\">%s</th><td>", key);
		html_text(out, json_object_is_type(value, json_type_string) ?
			  json_object_get_string(value) :
			  json_object_to_json_string_ext(value, JSON_C_TO_STRING_PLAIN));
		fputs("</td></tr>\n", out);
	}
	fputs("</tbody></table></div>\n<p>Raw samples: <code>samples.jsonl.gz</code>. Kernel "
	      "configuration: <code>config.gz</code>. The tables again: "
	      "<code>zcat samples.jsonl.gz | benchstat</code></p></section>\n", out);
}

static void write_head(const struct report *report, FILE *out)
{
	char title[300];
	size_t b;

	report_title(report, title, sizeof(title));
	fputs("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
	      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>", out);
	html_text(out, title);
	fprintf(out, "</title>\n<style>%s</style></head>\n<body><main>\n<header><p class=\"kind\">"
		"KVM benchmark report</p><h1>", report_style);
	html_text(out, title);
	fputs("</h1>\n<nav>", out);
	for (b = 0; b < report->bench_count; b++)
		fprintf(out, "<a href=\"#bench-%s\">%s</a> ", report->benches[b].name,
			report->benches[b].name);
	fputs("<a href=\"#untested\">not tested</a> <a href=\"#method\">how to read</a> "
	      "<a href=\"#env\">origin</a></nav></header>\n", out);
	fprintf(out, "<p class=\"caution%s\">", sample_engine_emulated(report->args.engine) ?
		"" : " native");
	html_text(out, report_caution(report));
	fputs("</p>\n", out);
}

/**
 * report_html_write - Write report.html
 * @report: The report; its plots stand in the work folder.
 * @out: Where to.
 *
 * A plot that is not there is left out.
 *
 * Return: 0; -ENOMEM; -EINVAL for a plot that is no SVG; -EIO.
 */
int report_html_write(const struct report *report, FILE *out)
{
	size_t b;
	int err;

	write_head(report, out);
	write_tiles(report, out);
	err = write_section(report, out, "short", "In short", report_short);
	if (!err)
		err = write_section(report, out, "since", "Since the report before", report_since);
	for (b = 0; !err && b < report->bench_count; b++)
		err = write_bench(report, out, &report->benches[b]);
	if (!err)
		err = write_section(report, out, "untested", "What was not tested",
				    report_untested);
	if (!err)
		err = write_section(report, out, "method", "How to read the figures",
				    report_method);
	if (err)
		return err;
	write_env(report, out);
	fputs("</main></body></html>\n", out);
	return ferror(out) ? -EIO : 0;
}
