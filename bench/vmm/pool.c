// SPDX-License-Identifier: GPL-2.0
/*
 * pool.c: answer faults a fixed time after they were reported.
 *
 * A reply fills an aligned cluster of pages with one ioctl, so that all of them
 * complete together: that is what a page source with read-ahead does. The first
 * fault in a cluster asks for it; later ones are served by the same reply.
 *
 * Deadlines are absolute times: how long the threads themselves take delays no
 * later reply. The delay is constant, hence a queue is in the order of the
 * deadlines.
 */
#include <errno.h>
#include <linux/userfaultfd.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <time.h>

#include "mem.h"
#include "pool.h"

#define POOL_THREADS	4
#define PAGE_BYTES	4096ULL
#define NS_PER_S	1000000000ULL

/* A cluster that was asked for, waiting for a thread. */
struct request {
	struct request *next;
	__u64 deadline_ns;
	__u64 offset;
	__u64 bytes;
};

struct pool {
	__u64 delay_ns;
	__u64 late_ns;
	__u64 cluster_bytes;
	struct mem *mem;
	/* Of each page, only the thread that reads faults looks. */
	bool *asked;
	pthread_t threads[POOL_THREADS];
	int nr_threads;
	pthread_mutex_t lock;
	pthread_cond_t more;
	struct request *first, **last;
	bool done;
	struct pool_counts counts;
};

/* What every page of a reply holds. */
static const char zeroes[POOL_MAX_PAGES * PAGE_BYTES]
	__attribute__((aligned(PAGE_BYTES)));

static __u64 now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * NS_PER_S + t.tv_nsec;
}

static void sleep_until(__u64 ns)
{
	struct timespec t = { ns / NS_PER_S, ns % NS_PER_S };

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL) == EINTR)
		;
}

/* Until the next request, NULL when the pool ends. */
static struct request *take(struct pool *pool)
{
	struct request *req;

	pthread_mutex_lock(&pool->lock);
	while (!pool->first && !pool->done)
		pthread_cond_wait(&pool->more, &pool->lock);
	req = pool->done ? NULL : pool->first;
	if (req) {
		pool->first = req->next;
		if (!pool->first)
			pool->last = &pool->first;
	}
	pthread_mutex_unlock(&pool->lock);
	return req;
}

static int reply(struct pool *pool, const struct request *req)
{
	__u64 late = now_ns() - req->deadline_ns;
	struct uffdio_copy copy = {
		.dst = (unsigned long)pool->mem->host + req->offset,
		.src = (unsigned long)zeroes,
		.len = req->bytes,
	};

	/* Before: the guest may look at the counts as soon as it has its page. */
	pthread_mutex_lock(&pool->lock);
	pool->counts.replies++;
	if (late > pool->counts.late_ns)
		pool->counts.late_ns = late;
	pool->mem->uffd_faults += req->bytes / PAGE_BYTES;
	pthread_mutex_unlock(&pool->lock);
	return ioctl(pool->mem->uffd, UFFDIO_COPY, &copy) ? -errno : 0;
}

static void *serve(void *arg)
{
	struct pool *pool = arg;
	struct request *req;
	int err = 0;

	/* By default, the kernel may add 50 us. */
	prctl(PR_SET_TIMERSLACK, 1);
	while (!err && (req = take(pool))) {
		sleep_until(req->deadline_ns + pool->late_ns);
		err = reply(pool, req);
		free(req);
	}
	if (err)
		pool->mem->uffd_error = err;
	return NULL;
}

/**
 * pool_create - Make a pool without threads
 * @delay_ns: Time from a fault's report to its reply
 * @pages: Pages per reply, a power of two up to POOL_MAX_PAGES
 * @late_ns: Break the promise by so much, for tests
 *
 * Return: The pool or NULL.
 */
struct pool *pool_create(__u64 delay_ns, unsigned int pages, __u64 late_ns)
{
	struct pool *pool = calloc(1, sizeof(*pool));

	if (!pool)
		return NULL;
	pool->delay_ns = delay_ns;
	pool->late_ns = late_ns;
	pool->cluster_bytes = pages * PAGE_BYTES;
	pool->last = &pool->first;
	pthread_mutex_init(&pool->lock, NULL);
	pthread_cond_init(&pool->more, NULL);
	return pool;
}

/**
 * pool_start - Start the threads
 * @pool: Pool
 * @mem: Memory whose userfaultfd they answer, registered
 *
 * Return: 0; -ENOMEM; -errno of pthread_create().
 */
int pool_start(struct pool *pool, struct mem *mem)
{
	int err = 0;

	pool->mem = mem;
	pool->asked = calloc(mem->bytes / PAGE_BYTES, sizeof(*pool->asked));
	if (!pool->asked)
		return -ENOMEM;
	while (!err && pool->nr_threads < POOL_THREADS) {
		err = -pthread_create(&pool->threads[pool->nr_threads], NULL,
				      serve, pool);
		if (!err)
			pool->nr_threads++;
	}
	return err;
}

/**
 * pool_fault - Ask for the cluster of a missing page
 * @pool: Pool with its threads
 * @address: Host address
 *
 * Context: One thread, the one that reads the userfaultfd.
 * Return: 0 or -ENOMEM.
 */
int pool_fault(struct pool *pool, __u64 address)
{
	__u64 offset = address - (unsigned long)pool->mem->host;
	struct request *req;

	pool->counts.faults++;
	if (pool->asked[offset / PAGE_BYTES])
		return 0;
	req = calloc(1, sizeof(*req));
	if (!req)
		return -ENOMEM;
	pthread_mutex_lock(&pool->lock);
	req->deadline_ns = now_ns() + pool->delay_ns;
	req->bytes = pool->cluster_bytes;
	req->offset = offset & ~(req->bytes - 1);
	memset(&pool->asked[req->offset / PAGE_BYTES], true, req->bytes / PAGE_BYTES);
	*pool->last = req;
	pool->last = &req->next;
	pthread_cond_signal(&pool->more);
	pthread_mutex_unlock(&pool->lock);
	return 0;
}

/**
 * pool_set - Change the delay and the pages per reply
 * @pool: Pool
 * @delay_ns: Time from a fault's report to its reply
 * @pages: Pages per reply, a power of two up to POOL_MAX_PAGES
 *
 * Context: While no page is asked for; pages of a cluster of the new size have
 * all come or none.
 */
void pool_set(struct pool *pool, __u64 delay_ns, unsigned int pages)
{
	pthread_mutex_lock(&pool->lock);
	pool->delay_ns = delay_ns;
	pool->cluster_bytes = pages * PAGE_BYTES;
	pthread_mutex_unlock(&pool->lock);
}

/**
 * pool_counts - What the pool has done so far
 * @pool: Pool
 *
 * Return: The counts; the latest reply is that since the last call.
 */
struct pool_counts pool_counts(struct pool *pool)
{
	struct pool_counts counts;

	pthread_mutex_lock(&pool->lock);
	counts = pool->counts;
	pool->counts.late_ns = 0;
	pthread_mutex_unlock(&pool->lock);
	return counts;
}

/**
 * pool_finish - End the threads
 * @pool: Pool; nobody waits for its pages any more
 */
void pool_finish(struct pool *pool)
{
	pthread_mutex_lock(&pool->lock);
	pool->done = true;
	pthread_cond_broadcast(&pool->more);
	pthread_mutex_unlock(&pool->lock);
	while (pool->nr_threads)
		pthread_join(pool->threads[--pool->nr_threads], NULL);
}

/**
 * pool_free - Free a pool
 * @pool: Pool without threads, or NULL
 */
void pool_free(struct pool *pool)
{
	struct request *req;

	if (!pool)
		return;
	while ((req = pool->first)) {
		pool->first = req->next;
		free(req);
	}
	free(pool->asked);
	free(pool);
}
