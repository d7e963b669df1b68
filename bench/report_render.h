/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The two forms of a report, and the notes in them.
 */
#ifndef BENCH_REPORT_RENDER_H
#define BENCH_REPORT_RENDER_H

#include <stdio.h>

#include "report_model.h"

int report_md_write(const struct report *report, FILE *out);
int report_html_write(const struct report *report, FILE *out);
void html_text(FILE *out, const char *text);
void html_notes(FILE *out, const char *markdown);

#endif
