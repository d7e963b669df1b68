// SPDX-License-Identifier: GPL-2.0
/*
 * pingpong: two ordinary tasks on one CPU that wake each other through pipes.
 *
 *	pingpong [--vm] WARMUP ROUNDS
 *
 * One round is two switches. The rounds behind the warm-up lie in a window of the
 * emulator (guest/lib/count.h). With --vm a VM with one vCPU exists meanwhile, which no
 * task runs: what the scheduler then does more is what KVM costs those who don't use it.
 *
 * Exit status: 0, 1 failed, 2 usage, 4 no usable KVM.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest/lib/count.h"

#define MAX_ROUNDS	1000000
#define LABEL		1

struct pipes {
	int ping[2];
	int pong[2];
};

static int number(const char *text, unsigned int *value)
{
	char *end;
	unsigned long n;

	errno = 0;
	n = strtoul(text, &end, 10);
	if (errno || *end || end == text || *text == '-' || n > MAX_ROUNDS)
		return -EINVAL;
	*value = n;
	return 0;
}

/* One CPU for this task and its child. */
static int stay(void)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(0, &set);
	return sched_setaffinity(0, sizeof(set), &set) ? -errno : 0;
}

/* The descriptors stay open until the process ends. */
static int create_vm(void)
{
	int kvm, vm;

	kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	if (kvm < 0)
		return -errno;
	vm = ioctl(kvm, KVM_CREATE_VM, 0);
	if (vm < 0 || ioctl(vm, KVM_CREATE_VCPU, 0) < 0)
		return -errno;
	return 0;
}

static int move(int fd, bool in)
{
	char byte = 0;
	ssize_t n = in ? read(fd, &byte, 1) : write(fd, &byte, 1);

	if (n == 1)
		return 0;
	return n ? -errno : -EPIPE;
}

/* The other task: until nobody sends any more. */
static void answer(const struct pipes *p)
{
	while (!move(p->ping[0], true) && !move(p->pong[1], false))
		;
	_exit(0);
}

static int play(const struct pipes *p, unsigned int rounds)
{
	int r = 0;

	while (!r && rounds--) {
		r = move(p->ping[1], false);
		if (!r)
			r = move(p->pong[0], true);
	}
	return r;
}

static int measure(unsigned int warmup, unsigned int rounds)
{
	struct pipes p;
	pid_t child;
	int r;

	if (pipe2(p.ping, O_CLOEXEC) || pipe2(p.pong, O_CLOEXEC))
		return -errno;
	child = fork();
	if (child < 0)
		return -errno;
	if (!child) {
		close(p.ping[1]);
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		answer(&p);
	}
	close(p.ping[0]);
	r = play(&p, warmup);
	if (!r) {
		count_start(LABEL);
		r = play(&p, rounds);
		count_stop(LABEL);
	}
	close(p.ping[1]);
	if (waitpid(child, NULL, 0) < 0 && !r)
		r = -errno;
	return r;
}

int main(int argc, char **argv)
{
	bool vm = argc > 1 && !strcmp(argv[1], "--vm");
	unsigned int warmup, rounds;
	int r;

	argc -= vm;
	argv += vm;
	if (argc != 3 || number(argv[1], &warmup) || number(argv[2], &rounds) || !rounds) {
		fprintf(stderr, "usage: pingpong [--vm] WARMUP ROUNDS (1 to %d)\n", MAX_ROUNDS);
		return 2;
	}
	r = vm ? create_vm() : 0;
	if (r) {
		fprintf(stderr, "pingpong: --vm: no usable KVM: %s\n", strerror(-r));
		return 4;
	}
	r = stay();
	if (!r)
		r = measure(warmup, rounds);
	if (r)
		fprintf(stderr, "pingpong: %s\n", strerror(-r));
	return !!r;
}
