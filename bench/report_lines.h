/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Building lists of sentences; only for the files that make them.
 */
#ifndef BENCH_REPORT_LINES_H
#define BENCH_REPORT_LINES_H

struct report_lines;

__attribute__((format(printf, 2, 3)))
int report_line(struct report_lines *lines, const char *fmt, ...);

#endif
