// SPDX-License-Identifier: GPL-2.0
/*
 * interval.c - wait for the next report, a signal or the end of a process
 *
 * Ticks are at absolute times, so that reports do not drift by the time that
 * printing takes. SIGINT and SIGTERM are taken from a descriptor, so that none
 * is missed between two waits and nothing is interrupted.
 *
 * What it is not: no signal handlers, no threads, no output.
 *
 * Limit: when a report takes longer than the interval, the ticks in between
 * are skipped; the next report covers their time and says so by its duration.
 */
#include "interval.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#define NS_PER_S	1000000000ULL

static void fill_signals(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGINT);
	sigaddset(set, SIGTERM);
}

/**
 * interval_now_ns - Read CLOCK_MONOTONIC
 *
 * Return: Nanoseconds, the same clock that bpf_ktime_get_ns() reads.
 */
uint64_t interval_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

static int start_timer(int timer_fd, uint64_t step_ns)
{
	uint64_t first_ns = interval_now_ns() + step_ns;
	struct itimerspec times = {
		.it_interval = {
			.tv_sec = step_ns / NS_PER_S,
			.tv_nsec = step_ns % NS_PER_S,
		},
		.it_value = {
			.tv_sec = first_ns / NS_PER_S,
			.tv_nsec = first_ns % NS_PER_S,
		},
	};

	if (!step_ns)
		return 0;
	return timerfd_settime(timer_fd, TFD_TIMER_ABSTIME, &times, NULL) ?
	       -errno : 0;
}

/**
 * interval_open - Begin to wait
 * @interval: Where the descriptors go.
 * @step_ns: Time between ticks; 0: no ticks.
 * @watched: Process whose end is waited for, too; 0: none.
 *
 * Blocks SIGINT and SIGTERM for the calling thread; a child process that is
 * started later would inherit that.
 *
 * Return: 0; -ESRCH: there is no such process; -EINVAL: @watched is a thread
 * but no process; -EMFILE, -ENOMEM: no descriptor to be had.
 */
int interval_open(struct interval *interval, uint64_t step_ns, pid_t watched)
{
	sigset_t signals;
	int err;

	interval->pid_fd = -1;
	interval->data_fd = -1;
	interval->signal_fd = -1;
	interval->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
	if (interval->timer_fd < 0)
		return -errno;
	err = start_timer(interval->timer_fd, step_ns);
	if (err)
		goto out_close;

	if (watched) {
		interval->pid_fd = syscall(SYS_pidfd_open, watched, 0);
		if (interval->pid_fd < 0) {
			err = -errno;
			goto out_close;
		}
	}

	fill_signals(&signals);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	interval->signal_fd = signalfd(-1, &signals, SFD_CLOEXEC);
	if (interval->signal_fd < 0) {
		err = -errno;
		sigprocmask(SIG_UNBLOCK, &signals, NULL);
		goto out_close;
	}
	return 0;

out_close:
	interval_close(interval);
	return err;
}

/* From now on the signals kill again: a second Ctrl-C ends a stuck tool. */
static void release_signals(void)
{
	sigset_t signals;

	fill_signals(&signals);
	sigprocmask(SIG_UNBLOCK, &signals, NULL);
}

/**
 * interval_wait - Wait for whatever comes first
 * @interval: From interval_open().
 *
 * After INTERVAL_SIGNAL the two signals have their default effect again.
 *
 * Return: INTERVAL_SIGNAL, INTERVAL_GONE (the watched process has ended) or
 * INTERVAL_TICK or INTERVAL_DATA, in this order when several hold; -EIO: reading a descriptor
 * failed.
 */
int interval_wait(struct interval *interval)
{
	struct pollfd fds[] = {
		{ .fd = interval->signal_fd, .events = POLLIN },
		{ .fd = interval->pid_fd, .events = POLLIN },
		{ .fd = interval->timer_fd, .events = POLLIN },
		{ .fd = interval->data_fd, .events = POLLIN },
	};
	struct signalfd_siginfo info;
	uint64_t ticks;

	while (poll(fds, 4, -1) < 0)
		if (errno != EINTR)
			return -errno;

	if (fds[0].revents) {
		if (read(fds[0].fd, &info, sizeof(info)) != sizeof(info))
			return -EIO;
		release_signals();
		return INTERVAL_SIGNAL;
	}
	if (fds[1].revents)
		return INTERVAL_GONE;
	if (!fds[2].revents)
		return INTERVAL_DATA;
	if (read(fds[2].fd, &ticks, sizeof(ticks)) != sizeof(ticks))
		return -EIO;
	return INTERVAL_TICK;
}

/**
 * interval_close - End waiting
 * @interval: From interval_open(), or one that it failed to open.
 */
void interval_close(struct interval *interval)
{
	int *fds[] = {
		&interval->timer_fd, &interval->signal_fd, &interval->pid_fd,
	};
	size_t i;

	for (i = 0; i < sizeof(fds) / sizeof(fds[0]); i++) {
		if (*fds[i] >= 0)
			close(*fds[i]);
		*fds[i] = -1;
	}
}
