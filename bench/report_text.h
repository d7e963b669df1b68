/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The sentences of a report, made once for report.md and report.html.
 */
#ifndef BENCH_REPORT_TEXT_H
#define BENCH_REPORT_TEXT_H

#include <stddef.h>

#include "report_model.h"

/*
 * A list of sentences
 */
struct report_lines {
	char **text;
	size_t count;
};

/*
 * How the comparisons of a report came out
 */
struct report_tally {
	size_t cases;
	size_t more;
	size_t less;
	size_t same;
	size_t unresolved;
};

/* Which two cells a comparison is between. */
struct report_change {
	const char *label;
	/* What the second did to the first, for sentences. */
	const char *meaning;
	enum sample_config from;
	enum sample_config to;
};

#define REPORT_CHANGES	2
extern const struct report_change report_changes[REPORT_CHANGES];

const struct stats_ab *report_ab(const struct sample_set *set, int change);
void report_tally(const struct report *report, int change, struct report_tally *tally);
void report_title(const struct report *report, char *buf, size_t size);
const char *report_caution(const struct report *report);
int report_short(const struct report *report, struct report_lines *lines);
int report_untested(const struct report *report, struct report_lines *lines);
int report_method(const struct report *report, struct report_lines *lines);
int report_since(const struct report *report, struct report_lines *lines);
void report_lines_free(struct report_lines *lines);

#endif
