/* SPDX-License-Identifier: GPL-2.0 */
/*
 * interval.h - wait for the next report, a signal or the end of a process
 *
 * What it is not: no signal handlers, no threads, no output.
 */
#ifndef TOOLS_LIB_INTERVAL_H
#define TOOLS_LIB_INTERVAL_H

#include <stdint.h>
#include <sys/types.h>

/* Opened by interval_open(); the members are its own. */
struct interval {
	int timer_fd;
	int signal_fd;
	int pid_fd;
	/* Readable when there are data; the caller's to set, -1: none. */
	int data_fd;
};

/* Why interval_wait() returned. */
enum interval_event {
	INTERVAL_TICK,
	INTERVAL_SIGNAL,
	INTERVAL_GONE,
	INTERVAL_DATA,
};

uint64_t interval_now_ns(void);
int interval_open(struct interval *interval, uint64_t step_ns, pid_t watched);
int interval_wait(struct interval *interval);
void interval_close(struct interval *interval);

#endif /* TOOLS_LIB_INTERVAL_H */
