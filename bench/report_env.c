// SPDX-License-Identifier: GPL-2.0
/*
 * env.json of a report, from lines "KEY TYPE VALUE" separated by tabs.
 *
 * TYPE s is a string, i a whole number, a an item of an array of strings. The
 * driver knows where things stand; this knows how to quote.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "report_env.h"

/* The array of this key, made when it is first needed. */
static struct json_object *array_of(struct json_object *obj, const char *key)
{
	struct json_object *array;

	if (json_object_object_get_ex(obj, key, &array))
		return array;
	array = json_object_new_array();
	json_object_object_add(obj, key, array);
	return array;
}

static int add_entry(struct json_object *obj, char *line)
{
	char *type, *value, *end;
	long long number;

	type = strchr(line, '\t');
	value = type ? strchr(type + 1, '\t') : NULL;
	if (!value || value != type + 2)
		return -EINVAL;
	*type++ = '\0';
	*value++ = '\0';
	switch (*type) {
	case 's':
		return json_object_object_add(obj, line, json_object_new_string(value));
	case 'a':
		return json_object_array_add(array_of(obj, line),
					     json_object_new_string(value));
	case 'i':
		errno = 0;
		number = strtoll(value, &end, 10);
		if (errno || end == value || *end)
			return -EINVAL;
		return json_object_object_add(obj, line, json_object_new_int64(number));
	}
	return -EINVAL;
}

/**
 * report_env_write - Turn the driver's lines into JSON
 * @in: Lines "KEY TYPE VALUE".
 * @out: Where the object goes.
 *
 * Return: 0; -EINVAL for a line of another form; -EIO.
 */
int report_env_write(FILE *in, FILE *out)
{
	struct json_object *obj = json_object_new_object();
	char *line = NULL;
	size_t size = 0;
	ssize_t len;
	int err = 0;

	while (!err && (len = getline(&line, &size, in)) >= 0) {
		if (len && line[len - 1] == '\n')
			line[len - 1] = '\0';
		err = add_entry(obj, line);
	}
	free(line);
	if (!err && (ferror(in) ||
		     fprintf(out, "%s\n", json_object_to_json_string_ext(obj,
				JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED |
				JSON_C_TO_STRING_NOSLASHESCAPE)) < 0))
		err = -EIO;
	json_object_put(obj);
	return err;
}
