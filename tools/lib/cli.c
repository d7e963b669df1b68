// SPDX-License-Identifier: GPL-2.0
/*
 * cli.c - options, strict numbers and error lines of command line tools
 *
 * What it is not: no option table; nothing here exits or keeps state besides
 * what getopt_long() keeps.
 *
 * Limits: one command line per process, since getopt_long() is not reentrant.
 */
#include "cli.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/**
 * cli_next - Take the next option off the command line
 * @cli: The command line; short_options must begin with "+:" so that a
 *       command after the options keeps its own, and a missing argument can
 *       be told from an unknown option.
 *
 * getopt_long()'s own messages are off: they name no way to help and their
 * wording is not the one of the other errors.
 *
 * Return: The option's val with optarg set, -1 after the last option, '?'
 * after an error, which cli->error describes.
 */
int cli_next(struct cli *cli)
{
	int last = optind ? optind : 1;
	int found;

	opterr = 0;
	cli->error[0] = '\0';
	found = getopt_long(cli->argc, cli->argv, cli->short_options,
			    cli->options, NULL);
	if (found != '?' && found != ':')
		return found;

	if (found == ':')
		snprintf(cli->error, sizeof(cli->error),
			 "option needs an argument: '%s'",
			 cli->argv[optind - 1]);
	else if (optopt && isalnum(optopt) &&
		 strncmp(cli->argv[last], "--", 2))
		snprintf(cli->error, sizeof(cli->error),
			 "unknown option '-%c'", optopt);
	else
		snprintf(cli->error, sizeof(cli->error),
			 "option not understood '%s'", cli->argv[last]);
	return '?';
}

/**
 * cli_parse_u64 - Read a whole argument as one decimal number
 * @text: The argument.
 * @min: Smallest value allowed.
 * @max: Largest value allowed.
 * @value: Where the number goes; untouched on errors.
 *
 * Signs, spaces, trailing text and an empty string are refused: strtoull()
 * alone would make -1 a very large number and "abc" zero.
 *
 * Return: 0; -EINVAL: no number; -ERANGE: not within @min and @max.
 */
int cli_parse_u64(const char *text, uint64_t min, uint64_t max,
		  uint64_t *value)
{
	unsigned long long number;
	char *end;

	if (!isdigit((unsigned char)text[0]))
		return -EINVAL;
	errno = 0;
	number = strtoull(text, &end, 10);
	if (*end)
		return -EINVAL;
	if (errno == ERANGE || number < min || number > max)
		return -ERANGE;
	*value = number;
	return 0;
}

/**
 * cli_parse_seconds - Read a whole argument as seconds, decimals allowed
 * @text: The argument: digits, perhaps a point and at most nine more digits.
 * @value_ns: Where the nanoseconds go; untouched on errors.
 *
 * Return: 0; -EINVAL: no such number; -ERANGE: zero, or more than a year.
 */
int cli_parse_seconds(const char *text, uint64_t *value_ns)
{
	const uint64_t max_s = 366ULL * 24 * 3600;
	uint64_t whole, unit_ns = 1000000000, sum_ns;
	char digits[32];
	const char *point = strchr(text, '.');
	size_t length = point ? (size_t)(point - text) : strlen(text);
	int err;

	if (length >= sizeof(digits))
		return -EINVAL;
	memcpy(digits, text, length);
	digits[length] = '\0';
	err = cli_parse_u64(digits, 0, max_s, &whole);
	if (err)
		return err;
	sum_ns = whole * unit_ns;

	if (point && (!point[1] || strlen(point + 1) > 9))
		return -EINVAL;
	for (point = point ? point + 1 : ""; *point; point++) {
		if (!isdigit((unsigned char)*point))
			return -EINVAL;
		unit_ns /= 10;
		sum_ns += (uint64_t)(*point - '0') * unit_ns;
	}
	if (!sum_ns)
		return -ERANGE;
	*value_ns = sum_ns;
	return 0;
}

/**
 * print_usage_error - Print the two lines of a usage error to stderr
 * @tool: The tool's name.
 * @what: What is wrong.
 * @arg: The argument it is about; NULL: @what says it all.
 */
void print_usage_error(const char *tool, const char *what, const char *arg)
{
	if (arg)
		fprintf(stderr, "%s: %s '%s'\n", tool, what, arg);
	else
		fprintf(stderr, "%s: %s\n", tool, what);
	fprintf(stderr, "Try '%s --help'\n", tool);
}

/**
 * print_failure - Print one line with the tool's name in front to stderr
 * @tool: The tool's name.
 * @format: As for printf(), without a newline.
 */
void print_failure(const char *tool, const char *format, ...)
{
	va_list args;

	fprintf(stderr, "%s: ", tool);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
}

/**
 * cli_close_stdout - Find out whether all results have been written
 *
 * A closed pipe is no error: its reader has seen enough.
 *
 * Return: 0; -EIO or the errno of the last write, such as -ENOSPC.
 */
int cli_close_stdout(void)
{
	int failed = ferror(stdout);

	errno = 0;
	if (fclose(stdout))
		return errno == EPIPE ? 0 : -(errno ? errno : EIO);
	return failed ? -EIO : 0;
}
