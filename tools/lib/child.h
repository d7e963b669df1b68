/* SPDX-License-Identifier: GPL-2.0 */
/*
 * child.h - a command that is started when the probes are in place
 *
 * What it is not: no waiting with time limits (interval.h watches its pid).
 */
#ifndef TOOLS_LIB_CHILD_H
#define TOOLS_LIB_CHILD_H

#include <sys/types.h>

/* A forked process that waits for child_go(). */
struct child {
	pid_t pid;
	int go_fd;
	int error_fd;
};

int child_fork(struct child *child, char *const argv[]);
int child_go(struct child *child);
int child_reap(struct child *child, int *status);
void child_abandon(struct child *child);

#endif /* TOOLS_LIB_CHILD_H */
