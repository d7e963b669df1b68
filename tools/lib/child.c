// SPDX-License-Identifier: GPL-2.0
/*
 * child.c - a command that is started when the probes are in place
 *
 * The process is forked early, so that its number can be a filter, and executes
 * the command only on child_go(). Whether that worked comes back over a pipe.
 *
 * What it is not: no shell, no redirection, no time limit.
 */
#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* What a command has to end itself when it is asked to, in milliseconds. */
#define GRACE_MS	2000

static void run_child(int go_fd, int error_fd, char *const argv[])
{
	char go;
	int err;

	/* The end of the pipe without a byte: the parent has given up. */
	if (read(go_fd, &go, 1) != 1)
		_exit(1);
	signal(SIGPIPE, SIG_DFL);
	execvp(argv[0], argv);
	err = errno;
	if (write(error_fd, &err, sizeof(err)) != sizeof(err))
		_exit(126);
	_exit(127);
}

/**
 * child_fork - Fork a process that will execute a command
 * @child: Where its number and pipes go.
 * @argv: The command, found through PATH, and its arguments, ending in NULL.
 *
 * Return: 0; -EAGAIN, -ENOMEM: no process to be had; -EMFILE: no pipe.
 */
int child_fork(struct child *child, char *const argv[])
{
	int go[2], error[2], err;

	if (pipe2(go, O_CLOEXEC))
		return -errno;
	if (pipe2(error, O_CLOEXEC)) {
		err = -errno;
		goto out_close_go;
	}
	child->pid = fork();
	if (child->pid < 0) {
		err = -errno;
		goto out_close_error;
	}
	if (!child->pid) {
		close(go[1]);
		run_child(go[0], error[1], argv);
	}
	close(go[0]);
	close(error[1]);
	child->go_fd = go[1];
	child->error_fd = error[0];
	return 0;

out_close_error:
	close(error[0]);
	close(error[1]);
out_close_go:
	close(go[0]);
	close(go[1]);
	return err;
}

/**
 * child_go - Let the process execute its command
 * @child: From child_fork().
 *
 * Return: 0: it runs; -ENOENT, -EACCES, ...: executing failed, as execvp()
 * says, and the process has ended; -EPIPE: it had ended before.
 */
int child_go(struct child *child)
{
	int err = 0;

	if (write(child->go_fd, "g", 1) != 1)
		return -errno;
	if (read(child->error_fd, &err, sizeof(err)) != sizeof(err))
		return 0;
	return -err;
}

/**
 * child_reap - Wait for the process and take its status
 * @child: From child_fork().
 * @status: Where the status goes, as a shell has it: 128 plus a signal's
 *          number when one killed it.
 *
 * Return: 0; -ECHILD: it was taken already.
 */
int child_reap(struct child *child, int *status)
{
	int raw;

	while (waitpid(child->pid, &raw, 0) < 0)
		if (errno != EINTR)
			return -errno;
	*status = WIFSIGNALED(raw) ? 128 + WTERMSIG(raw) : WEXITSTATUS(raw);
	close(child->go_fd);
	close(child->error_fd);
	child->pid = 0;
	return 0;
}

/* Without pidfd_open() (Linux 5.3) nothing is waited for. */
static void kill_unless_ended(pid_t pid, int grace_ms)
{
	struct pollfd ended = {
		.fd = syscall(SYS_pidfd_open, pid, 0),
		.events = POLLIN,
	};

	if (ended.fd < 0 || poll(&ended, 1, grace_ms) <= 0)
		kill(pid, SIGKILL);
	if (ended.fd >= 0)
		close(ended.fd);
}

/**
 * child_abandon - End a process that has not been let go, or is in the way
 * @child: From child_fork(); one that was reaped is left alone.
 *
 * A command that ignores SIGTERM is killed after two seconds.
 */
void child_abandon(struct child *child)
{
	int status;

	if (!child->pid)
		return;
	kill(child->pid, SIGTERM);
	kill_unless_ended(child->pid, GRACE_MS);
	child_reap(child, &status);
}
