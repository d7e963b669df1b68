// SPDX-License-Identifier: GPL-2.0
/*
 * Data for the plots of a report.
 *
 * Writes into the work folder: data files, and "plots", a line per plot:
 * the name of a script plot_<name>.gp and the variables it wants, in gnuplot's
 * own words. The driver draws them; drawing is gnuplot's business alone.
 *
 * Names in file names are those of samples.c, which are plain.
 */
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_sort.h>

#include "report_plot.h"
#include "report_text.h"
#include "words.h"

#define BINS		40
/* Points of a curve. */
#define CURVE		200
/* Beyond this many times the distance from min to p99 a tail is cut off. */
#define TAIL_KEPT	1.5

__attribute__((format(printf, 2, 3)))
static FILE *open_in(const struct report *report, const char *fmt, ...)
{
	char name[300], path[4200];
	va_list args;

	va_start(args, fmt);
	vsnprintf(name, sizeof(name), fmt, args);
	va_end(args);
	snprintf(path, sizeof(path), "%s/%s", report->args.work, name);
	return fopen(path, "w");
}

static int close_written(FILE *file)
{
	int failed = ferror(file);

	return fclose(file) || failed ? -EIO : 0;
}

/* Bars of the medians: y, value, configuration, label; a row's name and place. */
static int write_paths(const struct report *report, const struct report_bench *bench,
		       FILE *list)
{
	FILE *bars = open_in(report, "%s.bars", bench->name);
	FILE *tics = open_in(report, "%s.tics", bench->name);
	const struct sample_set *set;
	int config, err, y = 0, top;
	const char *unit = "";
	size_t i = 0;
	char value[40];

	if (!bars || !tics)
		goto out_close;
	while ((set = report_next(report, bench, &i))) {
		unit = unit[0] && strcmp(unit, set->unit) ? "unit of the row" : set->unit;
		top = y;
		for (config = 0; config < CONFIG_COUNT; config++) {
			if (!sample_set_has(set, config))
				continue;
			words_value(value, sizeof(value), set->cells[config].stats.median);
			fprintf(bars, "%d %.10g %d %s\n", y++,
				set->cells[config].stats.median, config, value);
		}
		fprintf(tics, "%g \"%s\"\n", (top + y - 1) / 2.0, set->name);
		y++;
	}
	fprintf(list, "paths name='%s'; rows=%d; unit='%s'\n", bench->name, y, unit);
out_close:
	err = bars ? close_written(bars) : -EIO;
	if (tics)
		err = close_written(tics) || err ? -EIO : 0;
	return tics ? err : -EIO;
}

/* Changes in per cent of where they start: y, shift, low, high, which, label. */
static int write_changes(const struct report *report, const struct report_bench *bench,
			 FILE *list)
{
	FILE *points = open_in(report, "%s.points", bench->name);
	FILE *tics = open_in(report, "%s.names", bench->name);
	const struct sample_set *set;
	const struct stats_ab *ab;
	int change, err, y = 0;
	bool any = false;
	double from;
	char label[40];
	size_t i = 0;

	if (!points || !tics)
		goto out_close;
	while ((set = report_next(report, bench, &i))) {
		for (change = 0; change < REPORT_CHANGES; change++) {
			ab = report_ab(set, change);
			from = set->cells[report_changes[change].from].stats.median;
			if (!ab || from <= 0)
				continue;
			any = true;
			words_signed(label, sizeof(label), ab->shift);
			fprintf(points, "%g %.8g %.8g %.8g %d %s\n", y + 0.4 * change - 0.2,
				100 * ab->shift / from, 100 * ab->shift_lo / from,
				100 * ab->shift_hi / from, change, label);
		}
		fprintf(tics, "%d \"%s\"\n", y++, set->name);
	}
	if (any)
		fprintf(list, "change name='%s'; rows=%d\n", bench->name, y);
out_close:
	err = points ? close_written(points) : -EIO;
	if (tics)
		err = close_written(tics) || err ? -EIO : 0;
	return tics ? err : -EIO;
}

/**
 * report_plot_flat - Is there nothing to draw of a case's distribution
 * @set: The case.
 *
 * Return: True if no configuration has any spread.
 */
bool report_plot_flat(const struct sample_set *set)
{
	int config;

	for (config = 0; config < CONFIG_COUNT; config++)
		if (sample_set_has(set, config) &&
		    set->cells[config].stats.min < set->cells[config].stats.max)
			return false;
	return true;
}

static double *sorted_copy(const struct sample_cell *cell)
{
	double *sorted = malloc(cell->n * sizeof(*sorted));

	if (!sorted)
		return NULL;
	memcpy(sorted, cell->samples, cell->n * sizeof(*sorted));
	gsl_sort(sorted, 1, cell->n);
	return sorted;
}

/* The part of the axis that histograms of all configurations share. */
struct axis {
	double low;
	double high;
	double width;
	/* Samples of the largest set: where the percentiles end. */
	size_t most;
};

static int find_axis(const struct sample_set *set, struct axis *axis)
{
	const struct sample_cell *cell;
	double *sorted, high;
	int config;

	axis->low = INFINITY;
	axis->high = -INFINITY;
	axis->most = 0;
	for (config = 0; config < CONFIG_COUNT; config++) {
		cell = &set->cells[config];
		if (!cell->kernel)
			continue;
		sorted = sorted_copy(cell);
		if (!sorted)
			return -ENOMEM;
		high = stats_quantile(sorted, cell->n, 0.99);
		high = cell->stats.min + TAIL_KEPT * (high - cell->stats.min);
		if (cell->stats.max <= high || high == cell->stats.min)
			high = cell->stats.max;
		free(sorted);
		axis->low = fmin(axis->low, cell->stats.min);
		axis->high = fmax(axis->high, high);
		axis->most = cell->n > axis->most ? cell->n : axis->most;
	}
	/* No bin narrower than one: whole numbers would leave bins empty. */
	axis->width = fmax(1, ceil((axis->high - axis->low + 1) / BINS));
	if (axis->high - axis->low < 1)
		axis->width = fmax(1e-9, (axis->high - axis->low) / BINS);
	return 0;
}

/* Histogram lines: left edge of the bin, share of samples in per cent. */
static int write_histogram(const struct report *report, const struct sample_set *set,
			   int config, const double *sorted, const struct axis *axis)
{
	FILE *file = open_in(report, "%s.%s.%s.hist", set->bench, set->name,
			     sample_config_names[config]);
	size_t n = set->cells[config].n, i = 0, count;
	double left = axis->low;

	if (!file)
		return -EIO;
	fprintf(file, "%.10g 0\n", left);
	for (; left <= axis->high; left += axis->width) {
		for (count = 0; i < n && sorted[i] < left + axis->width; i++)
			count++;
		fprintf(file, "%.10g %.6g\n", left, 100.0 * count / n);
	}
	fprintf(file, "%.10g 0\n", left);
	return close_written(file);
}

/*
 * The value at every percentile: 1 / (1 - q), value; evenly spaced on a
 * logarithmic axis up to the last sample, and only where the value changes.
 */
static int write_percentiles(const struct report *report, const struct sample_set *set,
			     int config, const double *sorted)
{
	FILE *file = open_in(report, "%s.%s.%s.perc", set->bench, set->name,
			     sample_config_names[config]);
	size_t n = set->cells[config].n, at;
	double x, last = NAN;
	int k;

	if (!file)
		return -EIO;
	for (k = 0; k <= CURVE; k++) {
		x = pow(n, (double)k / CURVE);
		at = k == CURVE ? n - 1 : fmin(n - 1, floor((1 - 1 / x) * n));
		if (sorted[at] == last && k < CURVE)
			continue;
		last = sorted[at];
		fprintf(file, "%.8g %.10g\n", x, sorted[at]);
	}
	return close_written(file);
}

static int write_case(const struct report *report, const struct sample_set *set,
		      FILE *list)
{
	char configs[40] = "";
	struct axis axis;
	double *sorted;
	int config, err;

	err = find_axis(set, &axis);
	for (config = 0; !err && config < CONFIG_COUNT; config++) {
		if (!sample_set_has(set, config))
			continue;
		strcat(configs, " ");
		strcat(configs, sample_config_names[config]);
		sorted = sorted_copy(&set->cells[config]);
		if (!sorted)
			return -ENOMEM;
		err = write_histogram(report, set, config, sorted, &axis);
		if (!err)
			err = write_percentiles(report, set, config, sorted);
		free(sorted);
	}
	if (err)
		return err;
	fprintf(list, "case name='%s.%s'; configs='%s'; unit='%s'; low=%.10g; high=%.10g; "
		"most=%zu; width=%.10g\n", set->bench, set->name, configs + 1, set->unit,
		axis.low, axis.high, axis.most, axis.width);
	return 0;
}

/**
 * report_plot_write - Write the data of all plots, and their list
 * @report: The report; its work folder must be there.
 *
 * Return: 0; -ENOMEM; -EIO if a file cannot be written.
 */
int report_plot_write(const struct report *report)
{
	FILE *list = open_in(report, "plots");
	const struct sample_set *set;
	size_t b, i;
	int err = 0;

	if (!list)
		return -EIO;
	for (b = 0; !err && b < report->bench_count; b++) {
		err = write_paths(report, &report->benches[b], list);
		if (!err)
			err = write_changes(report, &report->benches[b], list);
		i = 0;
		while (!err && (set = report_next(report, &report->benches[b], &i)))
			if (!report_plot_flat(set))
				err = write_case(report, set, list);
	}
	return close_written(list) || err ? (err ? err : -EIO) : 0;
}
