/* SPDX-License-Identifier: GPL-2.0 */
/*
 * error.h: how a failure travels up: -errno as the value, one line of text
 * beside it. Only main() prints it, after all threads have ended.
 */
#ifndef VMM_ERROR_H
#define VMM_ERROR_H

#include <stdbool.h>

/**
 * struct vmm_error - What went wrong, for a person
 * @taken: A thread has claimed @text
 * @text: One line without new line, empty if nothing went wrong
 */
struct vmm_error {
	bool taken;
	char text[256];
};

int vmm_fail(struct vmm_error *error, int err, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

#endif /* VMM_ERROR_H */
