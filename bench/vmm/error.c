// SPDX-License-Identifier: GPL-2.0
/*
 * error.c: keeping the first error text of a run.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "error.h"

/**
 * vmm_fail - Note a failure
 * @error: Where the text goes; a text that is there already is kept
 * @err: The failure as -errno
 * @fmt: What was being done; the errno's text is added behind
 *
 * Context: Any thread; the first one wins.
 * Return: @err.
 */
int vmm_fail(struct vmm_error *error, int err, const char *fmt, ...)
{
	va_list ap;
	size_t n;

	if (__atomic_exchange_n(&error->taken, true, __ATOMIC_ACQ_REL))
		return err;
	va_start(ap, fmt);
	vsnprintf(error->text, sizeof(error->text), fmt, ap);
	va_end(ap);
	n = strlen(error->text);
	snprintf(error->text + n, sizeof(error->text) - n, ": %s",
		 strerror(-err));
	return err;
}
