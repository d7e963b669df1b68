/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Data for the plots of a report, and the list of plots to draw.
 */
#ifndef BENCH_REPORT_PLOT_H
#define BENCH_REPORT_PLOT_H

#include <stdbool.h>

#include "report_model.h"

int report_plot_write(const struct report *report);
bool report_plot_flat(const struct sample_set *set);

#endif
