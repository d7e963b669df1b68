// SPDX-License-Identifier: GPL-2.0
/*
 * The sentences of a report, made once for report.md and report.html: what came
 * out, losses as plainly as gains; how it was measured.
 *
 * Not here: what was not tested and what changed (report_limits.c).
 */
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report_lines.h"
#include "report_text.h"
#include "words.h"

/* How many cases a ranking names. */
#define RANKING	5

const struct report_change report_changes[REPORT_CHANGES] = {
	{ "off − base", "Patched kernel, feature off, against the base kernel",
	  CONFIG_BASE, CONFIG_OFF },
	{ "on − off", "Feature on, against the feature off", CONFIG_OFF, CONFIG_ON },
};

/**
 * report_line - Add a sentence to a list
 * @lines: The list.
 * @fmt: As for printf().
 *
 * Return: 0; -ENOMEM.
 */
int report_line(struct report_lines *lines, const char *fmt, ...)
{
	char **text;
	va_list args;
	int len;

	text = reallocarray(lines->text, lines->count + 1, sizeof(*text));
	if (!text)
		return -ENOMEM;
	lines->text = text;
	va_start(args, fmt);
	len = vasprintf(&text[lines->count], fmt, args);
	va_end(args);
	if (len < 0)
		return -ENOMEM;
	lines->count++;
	return 0;
}

/**
 * report_lines_free - Free a list of sentences
 * @lines: Becomes empty.
 */
void report_lines_free(struct report_lines *lines)
{
	size_t i;

	for (i = 0; i < lines->count; i++)
		free(lines->text[i]);
	free(lines->text);
	memset(lines, 0, sizeof(*lines));
}

/**
 * report_ab - One of the two comparisons of a set
 * @set: The set.
 * @change: Index into report_changes.
 *
 * Return: The comparison; NULL where one of its cells has no samples.
 */
const struct stats_ab *report_ab(const struct sample_set *set, int change)
{
	const struct report_change *c = &report_changes[change];

	if (!sample_set_has(set, c->from) || !sample_set_has(set, c->to))
		return NULL;
	return change ? &set->on_off : &set->off_base;
}

/**
 * report_tally - Count how a comparison came out over all cases
 * @report: The report.
 * @change: Index into report_changes.
 * @tally: Result.
 */
void report_tally(const struct report *report, int change, struct report_tally *tally)
{
	const struct stats_ab *ab;
	size_t i;

	memset(tally, 0, sizeof(*tally));
	for (i = 0; i < report->table.count; i++) {
		ab = report_ab(&report->table.sets[i], change);
		if (!ab)
			continue;
		tally->cases++;
		if (ab->verdict == STATS_EXACT || ab->verdict == STATS_RESOLVED)
			ab->shift > 0 ? tally->more++ : tally->less++;
		else if (ab->verdict == STATS_IDENTICAL || ab->verdict == STATS_UNMOVED)
			tally->same++;
		else
			tally->unresolved++;
	}
}

/**
 * report_title - The report's title
 * @report: The report.
 * @buf: Result.
 * @size: Its size in bytes.
 */
void report_title(const struct report *report, char *buf, size_t size)
{
	snprintf(buf, size, "%s, Linux %s, %s", report->args.engine,
		 report_env_text(report, "kernel_release"), report_env_text(report, "date"));
}

/**
 * report_caution - What the figures are and what they are not
 * @report: The report.
 *
 * Return: Sentences to stand above everything else.
 */
const char *report_caution(const struct report *report)
{
	if (sample_engine_emulated(report->args.engine))
		return "The figures with the unit insn are instructions executed by an emulated "
		       "CPU. They are not time. They say how long the path is that the kernel "
		       "takes; they know nothing of caches, TLBs, branch prediction, memory, or "
		       "what a VM-exit itself costs in silicon. Do not turn them into "
		       "nanoseconds, and do not add cases up.";
	return "The figures were taken on the machine named below and hold for it, its "
	       "microcode and its mitigations only.";
}

/* A change in per cent of where it started from, for ranking. */
static double share(const struct sample_set *set, int change)
{
	double from = set->cells[report_changes[change].from].stats.median;

	return from > 0 ? report_ab(set, change)->shift / from : 0;
}

/*
 * The next case of a ranking: the largest change of that sign below the one
 * named before.
 */
static const struct sample_set *next_ranked(const struct report *report, int change,
					    int sign, bool *named)
{
	const struct sample_set *best = NULL, *set;
	const struct stats_ab *ab;
	size_t i, at = 0;

	for (i = 0; i < report->table.count; i++) {
		set = &report->table.sets[i];
		ab = report_ab(set, change);
		if (named[i] || !ab || ab->shift * sign <= 0 ||
		    (ab->verdict != STATS_EXACT && ab->verdict != STATS_RESOLVED))
			continue;
		if (!best || share(set, change) * sign > share(best, change) * sign) {
			best = set;
			at = i;
		}
	}
	if (best)
		named[at] = true;
	return best;
}

static int rank(const struct report *report, int change, int sign,
		struct report_lines *lines)
{
	const struct sample_set *set;
	char text[1000] = "", shift[40];
	bool *named;
	size_t len = 0;
	int k;

	named = calloc(report->table.count + 1, sizeof(*named));
	if (!named)
		return -ENOMEM;
	for (k = 0; k < RANKING; k++) {
		set = next_ranked(report, change, sign, named);
		if (!set)
			break;
		words_signed(shift, sizeof(shift), report_ab(set, change)->shift);
		len += snprintf(text + len, sizeof(text) - len, "%s%s%s%s %s %s (%+.2f%%)",
				k ? "; " : "", report->bench_count > 1 ? set->bench : "",
				report->bench_count > 1 ? " " : "", set->name, shift,
				set->unit, 100 * share(set, change));
		if (len >= sizeof(text))
			break;
	}
	free(named);
	if (!k)
		return 0;
	return report_line(lines, "%s, %s: %s.", sign > 0 ? "Largest increases" :
			   "Largest decreases", report_changes[change].label, text);
}

/**
 * report_short - The result in a few sentences
 * @report: The report.
 * @lines: Sentences are added here.
 *
 * Return: 0; -ENOMEM.
 */
int report_short(const struct report *report, struct report_lines *lines)
{
	struct report_tally t;
	int change, err = 0;

	for (change = 0; !err && change < REPORT_CHANGES; change++) {
		report_tally(report, change, &t);
		if (!t.cases) {
			err = report_line(lines, "%s: no case has samples of both.",
					  report_changes[change].meaning);
			continue;
		}
		err = report_line(lines, "%s: %zu cases; %zu higher, %zu lower, %zu unmoved, "
				  "%zu that these samples cannot decide.",
				  report_changes[change].meaning, t.cases, t.more, t.less,
				  t.same, t.unresolved);
		if (!err)
			err = rank(report, change, 1, lines);
		if (!err)
			err = rank(report, change, -1, lines);
	}
	return err;
}

/* How many comparisons rest on an interval, which errs one time in twenty. */
static size_t count_intervals(const struct report *report)
{
	const struct stats_ab *ab;
	size_t i, count = 0;
	int change;

	for (i = 0; i < report->table.count; i++) {
		for (change = 0; change < REPORT_CHANGES; change++) {
			ab = report_ab(&report->table.sets[i], change);
			count += ab && ab->verdict != STATS_EXACT &&
				 ab->verdict != STATS_IDENTICAL &&
				 ab->verdict != STATS_TOO_FEW;
		}
	}
	return count;
}

/**
 * report_method - How to read the figures
 * @report: The report.
 * @lines: Sentences are added here.
 *
 * Return: 0; -ENOMEM.
 */
int report_method(const struct report *report, struct report_lines *lines)
{
	size_t intervals = count_intervals(report);
	int err;

	if ((err = report_line(lines, "Every sample is kept and published; outliers (beyond 3.5 "
			       "scaled median absolute deviations) are counted, none is removed. "
			       "Warm-up iterations are not samples.")) ||
	    (err = report_line(lines, "Quantiles are of type 7 (Hyndman and Fan), as R, NumPy and "
			       "GSL have them. One that fewer than one sample lies beyond is a "
			       "dash.")) ||
	    (err = report_line(lines, "The interval of a median is a 95%% percentile bootstrap of "
			       "%d resamples from a fixed seed.", STATS_RESAMPLES)) ||
	    (err = report_line(lines, "A change is the Hodges-Lehmann shift with its "
			       "distribution-free 95%% interval; its effect size is Cliff's "
			       "delta, the chance that a sample of the second set is the larger "
			       "one less the chance that it is the smaller.")) ||
	    (err = report_line(lines, "A change is called resolved only if its interval excludes "
			       "zero and it is larger than the medians of repeated rounds differ "
			       "by. Sets without any spread are compared exactly.")) ||
	    (err = report_line(lines, "Rounds that are copies of each other, as a deterministic "
			       "emulator gives them, count as one: they are no new evidence.")))
		return err;
	if (intervals)
		err = report_line(lines, "%zu comparisons here rest on a 95%% interval: where nothing "
				  "changed, about %.1f of them exclude zero all the same.",
				  intervals, intervals * (1 - STATS_CONFIDENCE));
	if (err)
		return err;
	return report_line(lines, "The intervals take samples as independent. Where neighbours "
			   "hang together (lag-1 autocorrelation beyond 2/√n) a row is marked ~ "
			   "and its intervals are too narrow.");
}
