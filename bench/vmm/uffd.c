// SPDX-License-Identifier: GPL-2.0
/*
 * uffd.c: serve missing pages of guest memory by userfaultfd.
 *
 * One thread per memory, one zeroed page of 4 KiB per fault, in the order in
 * which the kernel reports them. Also serves the VMM's own accesses.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "mem.h"
#include "pool.h"

#define PAGE_BYTES	4096ULL

static int fill(struct mem *mem, __u64 address)
{
	struct uffdio_zeropage zero = {
		.range = { address & ~(PAGE_BYTES - 1), PAGE_BYTES },
	};

	if (mem->uffd_limit && mem->uffd_faults == mem->uffd_limit)
		return -ENOSPC;
	if (ioctl(mem->uffd, UFFDIO_ZEROPAGE, &zero) && errno != EEXIST)
		return -errno;
	mem->uffd_faults++;
	return 0;
}

static int serve_one(struct mem *mem)
{
	struct uffd_msg msg;
	ssize_t n;

	n = read(mem->uffd, &msg, sizeof(msg));
	if (n < 0)
		return errno == EAGAIN ? 0 : -errno;
	if (n != sizeof(msg) || msg.event != UFFD_EVENT_PAGEFAULT)
		return -EPROTO;
	if (mem->pool)
		return pool_fault(mem->pool, msg.arg.pagefault.address);
	return fill(mem, msg.arg.pagefault.address);
}

/*
 * Nobody else would wake those who wait for a page: the run is ended first, then
 * the closing of the descriptor lets them go on, with zeroes.
 */
static void give_up(struct mem *mem, int err)
{
	vmm_fail(mem->error, err, "userfaultfd handler gave up after %llu pages",
		 mem->uffd_faults);
	__atomic_store_n(&mem->uffd_error, err, __ATOMIC_RELEASE);
	mem->on_give_up(mem, err);
	close(mem->uffd);
	mem->uffd = -1;
}

static void *serve(void *arg)
{
	struct mem *mem = arg;
	int err = 0;
	struct pollfd fds[2] = {
		{ .fd = mem->uffd, .events = POLLIN },
		{ .fd = mem->uffd_stop, .events = POLLIN },
	};

	while (!err) {
		if (poll(fds, 2, -1) < 0)
			err = errno == EINTR ? 0 : -errno;
		else if (fds[1].revents)
			return NULL;
		else
			err = serve_one(mem);
	}
	give_up(mem, err);
	return NULL;
}

static int open_uffd(struct mem *mem)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register reg = {
		.range = { (unsigned long)mem->host, mem->bytes },
		.mode = UFFDIO_REGISTER_MODE_MISSING,
	};

	mem->uffd = syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK);
	if (mem->uffd < 0)
		return -errno;
	if (ioctl(mem->uffd, UFFDIO_API, &api) ||
	    ioctl(mem->uffd, UFFDIO_REGISTER, &reg))
		return -errno;
	mem->uffd_stop = eventfd(0, EFD_CLOEXEC);
	return mem->uffd_stop < 0 ? -errno : 0;
}

/**
 * uffd_start - Register memory and start its handler thread
 * @mem: Mapped memory; nothing of it may have been touched
 *
 * A handler that gives up calls @mem->on_give_up, from its own thread.
 *
 * Return: 0; -EPERM: no right to userfaultfd; -ENOSYS: the kernel has none;
 * other -errno of its calls.
 */
int uffd_start(struct mem *mem)
{
	int err;

	err = open_uffd(mem);
	if (err)
		return vmm_fail(mem->error, err, "registering userfaultfd memory");
	if (mem->pool)
		err = pool_start(mem->pool, mem);
	if (!err)
		err = -pthread_create(&mem->handler, NULL, serve, mem);
	if (err) {
		close(mem->uffd_stop);
		mem->uffd_stop = -1;
		return vmm_fail(mem->error, err, "starting the fault handler");
	}
	return 0;
}

/**
 * uffd_gave_up - Has the handler thread ended by itself?
 * @mem: Memory, with or without a handler
 *
 * What was read from such a memory since then is not to be trusted.
 */
bool uffd_gave_up(const struct mem *mem)
{
	return __atomic_load_n(&mem->uffd_error, __ATOMIC_ACQUIRE);
}

/**
 * uffd_finish - End the handler thread of a memory that has one
 * @mem: Memory; no vCPU may run any more
 */
void uffd_finish(struct mem *mem)
{
	__u64 one = 1;

	if (mem->uffd_stop >= 0) {
		if (write(mem->uffd_stop, &one, sizeof(one)) == sizeof(one))
			pthread_join(mem->handler, NULL);
		close(mem->uffd_stop);
	}
	if (mem->pool)
		pool_finish(mem->pool);
	if (mem->uffd >= 0)
		close(mem->uffd);
	mem->uffd = -1;
	mem->uffd_stop = -1;
}
