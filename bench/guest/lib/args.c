// SPDX-License-Identifier: GPL-2.0
/*
 * args.c: the payload's arguments, words "name=value" in the information page.
 *
 * A number that does not parse ends the run: a typing error must not become a
 * measurement with the default.
 */
#include "guest.h"

static bool same(const char *a, const char *b, u32 n)
{
	while (n--) {
		if (*a++ != *b++)
			return false;
	}
	return true;
}

static u32 length_of(const char *s)
{
	u32 n = 0;

	while (s[n])
		n++;
	return n;
}

/**
 * arg_word - Find an argument
 * @name: Name before the equals sign
 * @value: Out: start of its value (not NUL terminated)
 * @length: Out: length of its value
 *
 * Return: true if the argument was given.
 */
bool arg_word(const char *name, const char **value, u32 *length)
{
	const char *s = info->args;
	u32 n = length_of(name);
	u32 word;

	while (*s) {
		for (word = 0; s[word] && s[word] != ' '; word++)
			;
		if (word > n && s[n] == '=' && same(s, name, n)) {
			*value = s + n + 1;
			*length = word - n - 1;
			return true;
		}
		s += word;
		while (*s == ' ')
			s++;
	}
	return false;
}

/**
 * arg_u64 - Value of a decimal argument
 * @name: Its name
 * @missing: Value if it was not given
 *
 * Return: The value; a value that is no decimal number ends the run.
 */
u64 arg_u64(const char *name, u64 missing)
{
	const char *value;
	u32 length, i;
	u64 sum = 0;

	if (!arg_word(name, &value, &length))
		return missing;
	if (!length || length > 18)
		panic("argument '%s' is no number", name);
	for (i = 0; i < length; i++) {
		if (value[i] < '0' || value[i] > '9')
			panic("argument '%s' is no number", name);
		sum = sum * 10 + value[i] - '0';
	}
	return sum;
}

/**
 * arg_has - Look a word up in a comma-separated argument
 * @name: Name of the argument
 * @word: Word looked for
 *
 * Return: true if the argument was given and has the word.
 */
bool arg_has(const char *name, const char *word)
{
	u32 n = length_of(word);
	const char *value;
	u32 length, i, end;

	if (!arg_word(name, &value, &length))
		return false;
	for (i = 0; i < length; i = end + 1) {
		for (end = i; end < length && value[end] != ','; end++)
			;
		if (end - i == n && same(value + i, word, n))
			return true;
	}
	return false;
}
