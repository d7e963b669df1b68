/* SPDX-License-Identifier: GPL-2.0 */
/*
 * mem.h: guest memory: a host mapping, what backs it, and its slot in KVM.
 */
#ifndef VMM_MEM_H
#define VMM_MEM_H

#include <linux/types.h>
#include <pthread.h>
#include <stdbool.h>

#include "error.h"
#include "opts.h"

/**
 * struct mem - One contiguous piece of guest memory
 * @gpa: Guest physical address
 * @bytes: Size, 0: not there
 * @host: Host mapping
 * @memfd: File behind it, -1 if anonymous
 * @uffd: userfaultfd that serves its missing pages, -1 if none
 * @uffd_stop: Written to end the handler thread
 * @uffd_faults: Pages the handler thread has filled
 * @uffd_limit: Pages after which it gives up, 0: never; for tests
 * @uffd_error: -errno of a handler that gave up, 0
 * @on_give_up: What it calls then, on its own thread
 * @error: Where the text of a failure goes
 * @pool: Answers the faults late, NULL: the handler thread answers them at once
 * @handler: The handler thread
 */
struct mem {
	__u64 gpa;
	__u64 bytes;
	void *host;
	int memfd;
	int uffd;
	int uffd_stop;
	__u64 uffd_faults;
	__u64 uffd_limit;
	int uffd_error;
	void (*on_give_up)(struct mem *mem, int err);
	struct vmm_error *error;
	struct pool *pool;
	pthread_t handler;
};

int mem_create(struct mem *mem, __u64 gpa, __u64 bytes,
	       enum opts_backing backing, bool populate, bool thp);
void mem_destroy(struct mem *mem);
int mem_add_slot(const struct mem *mem, int vm_fd, int slot);
void *mem_at(const struct mem *mem, __u64 gpa, __u64 bytes);

int uffd_start(struct mem *mem);
void uffd_finish(struct mem *mem);
bool uffd_gave_up(const struct mem *mem);

#endif /* VMM_MEM_H */
