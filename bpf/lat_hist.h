/* SPDX-License-Identifier: GPL-2.0 */
/*
 * lat_hist.h - THE bucket rule of every histogram of this project
 *
 * A value belongs to bucket fls64(value), the number of its highest set bit
 * counted from 1, as in KVM's own statistics: 0 is alone in bucket 0, 1 in
 * bucket 1, 2 and 3 in bucket 2, 4096 to 8191 in bucket 13. The last bucket is
 * open at the top. bcc's log2l() differs by one and merges 0 with 1.
 *
 * What it is not: no locking, no I/O, no includes, so that BPF programs, user
 * space, freestanding guests and host tests all compile this very text.
 *
 * Limit: a bucket says no more than its two bounds, so percentiles taken from
 * it are bounds, too.
 *
 * BREAK_BUCKET_RULE builds bcc's rule instead: the tests must notice.
 */
#ifndef LAT_HIST_H
#define LAT_HIST_H

/* Bucket 39 starts at 2^38: 275 seconds in nanoseconds. */
#define LAT_HIST_SLOTS	40

/**
 * lat_hist_fls64 - Number the highest set bit, from 1
 * @value: Any value.
 *
 * Five compares instead of __builtin_clzll(): BPF has no such instruction and
 * clang's replacement is three times as long.
 *
 * Return: 0 for 0, otherwise 1 to 64.
 */
static inline unsigned int lat_hist_fls64(unsigned long long value)
{
	unsigned int bits = 0;

	if (value >> 32) {
		value >>= 32;
		bits += 32;
	}
	if (value >> 16) {
		value >>= 16;
		bits += 16;
	}
	if (value >> 8) {
		value >>= 8;
		bits += 8;
	}
	if (value >> 4) {
		value >>= 4;
		bits += 4;
	}
	if (value >> 2) {
		value >>= 2;
		bits += 2;
	}
	if (value >> 1) {
		value >>= 1;
		bits += 1;
	}
	return bits + (unsigned int)value;
}

/**
 * lat_hist_bucket - Find the bucket of a value
 * @value: Any value; its unit is the caller's.
 *
 * Source: kvm_stats_log_hist_update() in include/linux/kvm_host.h.
 * Return: 0 to LAT_HIST_SLOTS - 1.
 */
static inline unsigned int lat_hist_bucket(unsigned long long value)
{
	unsigned int bucket = lat_hist_fls64(value);

#ifdef BREAK_BUCKET_RULE
	if (bucket)
		bucket--;
#endif
	return bucket < LAT_HIST_SLOTS ? bucket : LAT_HIST_SLOTS - 1;
}

/**
 * lat_hist_ge - Give the lower bound of a bucket
 * @bucket: 0 to LAT_HIST_SLOTS - 1.
 *
 * Return: The smallest value that belongs to @bucket.
 */
static inline unsigned long long lat_hist_ge(unsigned int bucket)
{
	return bucket ? 1ULL << (bucket - 1) : 0;
}

/**
 * lat_hist_lt - Give the upper bound of a bucket
 * @bucket: 0 to LAT_HIST_SLOTS - 1.
 *
 * Return: The smallest value above @bucket; 0 for the last bucket, which has
 * no upper bound.
 */
static inline unsigned long long lat_hist_lt(unsigned int bucket)
{
	return bucket < LAT_HIST_SLOTS - 1 ? 1ULL << bucket : 0;
}

/* One distribution; all zero is the empty one. */
struct lat_dist {
	unsigned long long sum_ns;
	unsigned long long max_ns;
	/* Ones' complement of the minimum, so that 0 means none yet. */
	unsigned long long inv_min_ns;
	unsigned long long slots[LAT_HIST_SLOTS];
};

/**
 * lat_dist_add - Add one value to a distribution
 * @dist: The distribution; the caller keeps others from writing to it.
 * @value_ns: The value.
 * @bucket: lat_hist_bucket() of @value_ns, which callers often have already.
 */
static inline void lat_dist_add(struct lat_dist *dist,
				unsigned long long value_ns,
				unsigned int bucket)
{
	dist->sum_ns += value_ns;
	if (value_ns > dist->max_ns)
		dist->max_ns = value_ns;
	if (~value_ns > dist->inv_min_ns)
		dist->inv_min_ns = ~value_ns;
	if (bucket < LAT_HIST_SLOTS)
		dist->slots[bucket]++;
}

#endif /* LAT_HIST_H */
