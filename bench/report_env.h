/* SPDX-License-Identifier: GPL-2.0 */
/*
 * env.json of a report, from lines that the driver writes.
 */
#ifndef BENCH_REPORT_ENV_H
#define BENCH_REPORT_ENV_H

#include <stdio.h>

int report_env_write(FILE *in, FILE *out);

#endif
