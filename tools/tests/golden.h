/* SPDX-License-Identifier: GPL-2.0 */
/*
 * golden.h - compare what a test printed with a golden file
 *
 * To be included after cmocka.h. GOLDEN_WRITE=1 writes the files anew: look at
 * the difference before committing it.
 *
 * What it is not: no tests.
 */
#ifndef TOOLS_TESTS_GOLDEN_H
#define TOOLS_TESTS_GOLDEN_H

#include <stdio.h>
#include <stdlib.h>

static inline void compare_golden(const char *name, const char *text)
{
	char path[256], expected[32768] = "";
	FILE *file;

	snprintf(path, sizeof(path), "tests/golden/%s", name);
	if (getenv("GOLDEN_WRITE")) {
		file = fopen(path, "w");
		assert_non_null(file);
		fputs(text, file);
		fclose(file);
	}
	file = fopen(path, "r");
	assert_non_null(file);
	expected[fread(expected, 1, sizeof(expected) - 1, file)] = '\0';
	fclose(file);
	assert_string_equal(text, expected);
}

#endif /* TOOLS_TESTS_GOLDEN_H */
