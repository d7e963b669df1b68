/* SPDX-License-Identifier: GPL-2.0 */
/*
 * column.h - figures in the columns of a table
 *
 * What it is not: no titles, no units.
 */
#ifndef TOOLS_LIB_COLUMN_H
#define TOOLS_LIB_COLUMN_H

#include <stdint.h>
#include <stdio.h>

void print_column(FILE *out, uint64_t value);
void print_count(FILE *out, uint64_t count);

#endif /* TOOLS_LIB_COLUMN_H */
