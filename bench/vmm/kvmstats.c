// SPDX-License-Identifier: GPL-2.0
/*
 * kvmstats.c: KVM's binary statistics and the times of the vCPU's thread.
 *
 * The file is text, a line per snapshot: "snap N wall_ns W cpu_ns C wait_ns D",
 * then name and value of every statistic of the list below that KVM has. wait_ns
 * is the time the thread was runnable and did not run: what is left of wall_ns
 * it slept.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "kvmstats.h"
#include "pool.h"
#include "vm.h"

#define MAX_STATS	64

/**
 * struct kvmstats - An open file of snapshots
 * @file: Where they are written
 * @path: Its path
 * @fd: KVM's statistics of the vCPU
 * @nr: Entries of @names and @offsets
 * @names: Statistics that are written
 * @offsets: Where the descriptor has them
 * @taken: Snapshots so far
 */
struct kvmstats {
	FILE *file;
	const char *path;
	int fd;
	int nr;
	char *names[MAX_STATS];
	off_t offsets[MAX_STATS];
	unsigned int taken;
};

static bool is_wanted(const char *name)
{
	return !strcmp(name, "exits") || !strcmp(name, "irq_injections") ||
	       !strcmp(name, "halt_exits") || !strncmp(name, "apf_", 4);
}

static int read_all(int fd, void *to, size_t bytes, off_t offset)
{
	ssize_t n = pread(fd, to, bytes, offset);

	if (n < 0)
		return -errno;
	return (size_t)n == bytes ? 0 : -EPROTO;
}

static int find_stats(struct kvmstats *stats)
{
	struct kvm_stats_header head;
	struct kvm_stats_desc *desc;
	size_t bytes;
	__u32 i;
	int err;

	err = read_all(stats->fd, &head, sizeof(head), 0);
	if (err)
		return err;
	bytes = sizeof(*desc) + head.name_size;
	desc = malloc(bytes);
	if (!desc)
		return -ENOMEM;
	for (i = 0; !err && i < head.num_desc; i++) {
		err = read_all(stats->fd, desc, bytes,
			       head.desc_offset + i * bytes);
		if (err || desc->size != 1 || !is_wanted(desc->name) ||
		    stats->nr == MAX_STATS)
			continue;
		stats->names[stats->nr] = strdup(desc->name);
		stats->offsets[stats->nr++] = head.data_offset + desc->offset;
	}
	free(desc);
	return err;
}

/**
 * kvmstats_open - Prepare snapshots of a vCPU
 * @path: File they are written to
 * @vcpu: vCPU
 * @error: Text of a failure
 *
 * Return: The snapshots' state, NULL after a failure.
 */
struct kvmstats *kvmstats_open(const char *path, struct vcpu *vcpu,
			       struct vmm_error *error)
{
	struct kvmstats *stats = calloc(1, sizeof(*stats));
	int err;

	if (!stats) {
		vmm_fail(error, -ENOMEM, "statistics");
		return NULL;
	}
	stats->path = path;
	stats->fd = ioctl(vcpu->fd, KVM_GET_STATS_FD, NULL);
	err = stats->fd < 0 ? -errno : find_stats(stats);
	if (err) {
		vmm_fail(error, err, "KVM's binary statistics");
		goto out_free;
	}
	stats->file = fopen(path, "w");
	if (stats->file)
		return stats;
	vmm_fail(error, -errno, "opening '%s'", path);
out_free:
	if (stats->fd >= 0)
		close(stats->fd);
	free(stats);
	return NULL;
}

static __u64 clock_ns(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return t.tv_sec * 1000000000ULL + t.tv_nsec;
}

/* Second word of the thread's schedstat; 0 if the kernel does not keep it. */
static __u64 thread_wait_ns(void)
{
	unsigned long long wait = 0;
	FILE *f = fopen("/proc/thread-self/schedstat", "r");

	if (!f)
		return 0;
	if (fscanf(f, "%*u %llu", &wait) != 1)
		wait = 0;
	fclose(f);
	return wait;
}

/**
 * kvmstats_take - Write a snapshot
 * @stats: State
 * @vcpu: vCPU whose memory of missing pages has the pool, if there is one
 *
 * Context: The vCPU's thread, out of KVM.
 */
void kvmstats_take(struct kvmstats *stats, struct vcpu *vcpu)
{
	struct pool_counts counts = { };
	__u64 value;
	int i;

	fprintf(stats->file, "snap %u wall_ns %llu cpu_ns %llu wait_ns %llu",
		stats->taken++, clock_ns(CLOCK_MONOTONIC),
		clock_ns(CLOCK_THREAD_CPUTIME_ID), thread_wait_ns());
	for (i = 0; i < stats->nr; i++) {
		value = ~0ULL;
		read_all(stats->fd, &value, sizeof(value), stats->offsets[i]);
		fprintf(stats->file, " %s %llu", stats->names[i], value);
	}
	if (vcpu->vm->fault.pool)
		counts = pool_counts(vcpu->vm->fault.pool);
	fprintf(stats->file, " faults %llu replies %llu late_ns %llu\n",
		counts.faults, counts.replies, counts.late_ns);
}

/**
 * kvmstats_close - Finish the file
 * @stats: State, or NULL
 * @error: Text of a failure
 *
 * Return: 0; -ENODATA: no snapshot was taken; -EIO: writing failed.
 */
int kvmstats_close(struct kvmstats *stats, struct vmm_error *error)
{
	int err = 0;

	if (!stats)
		return 0;
	if (!stats->taken)
		err = vmm_fail(error, -ENODATA, "no snapshot for '%s'", stats->path);
	if ((ferror(stats->file) | fclose(stats->file)) && !err)
		err = vmm_fail(error, -EIO, "writing '%s'", stats->path);
	while (stats->nr)
		free(stats->names[--stats->nr]);
	close(stats->fd);
	free(stats);
	return err;
}
