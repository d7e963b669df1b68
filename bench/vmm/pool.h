/* SPDX-License-Identifier: GPL-2.0 */
/*
 * pool.h: threads that answer the faults of a userfaultfd memory like a remote
 * source of pages does: late, and several pages at a time.
 */
#ifndef VMM_POOL_H
#define VMM_POOL_H

#include <linux/types.h>

#define POOL_MAX_PAGES		64

struct mem;

/**
 * struct pool_counts - What a pool has done
 * @faults: Faults that it was told of
 * @replies: Replies
 * @late_ns: How long after its deadline the latest reply was begun, since the
 *           last look
 */
struct pool_counts {
	__u64 faults;
	__u64 replies;
	__u64 late_ns;
};

struct pool *pool_create(__u64 delay_ns, unsigned int pages, __u64 late_ns);
int pool_start(struct pool *pool, struct mem *mem);
int pool_fault(struct pool *pool, __u64 address);
void pool_set(struct pool *pool, __u64 delay_ns, unsigned int pages);
void pool_finish(struct pool *pool);
void pool_free(struct pool *pool);
struct pool_counts pool_counts(struct pool *pool);

#endif /* VMM_POOL_H */
