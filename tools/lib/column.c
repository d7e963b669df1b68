// SPDX-License-Identifier: GPL-2.0
/*
 * column.c - figures in the columns of a table
 *
 * What it is not: no titles, no units.
 */
#include "column.h"

#include <inttypes.h>

/* At most six characters, three digits at least. */
static const char *short_number(uint64_t value, char *buffer, size_t size)
{
	static const char powers[] = "kMGTPE";
	double scaled = (double)value;
	int power = -1;

	if (value < 1000000) {
		snprintf(buffer, size, "%" PRIu64, value);
		return buffer;
	}
	while (scaled >= 999.5) {
		scaled /= 1000;
		power++;
	}
	snprintf(buffer, size, "%.*f%c",
		 scaled < 9.995 ? 2 : scaled < 99.95 ? 1 : 0, scaled,
		 powers[power]);
	return buffer;
}

/**
 * print_column - Print a figure, seven characters wide with the space before it
 * @out: Where to.
 * @value: The figure; one of a million or more is rounded to three digits.
 */
void print_column(FILE *out, uint64_t value)
{
	char buffer[16];

	fprintf(out, " %6s", short_number(value, buffer, sizeof(buffer)));
}

/**
 * print_count - Print a count, ten characters wide with the space before it
 * @out: Where to.
 * @count: The count; exact up to nine digits.
 */
void print_count(FILE *out, uint64_t count)
{
	char buffer[16];

	if (count < 1000000000)
		fprintf(out, " %9" PRIu64, count);
	else
		fprintf(out, " %9s", short_number(count, buffer, sizeof(buffer)));
}
