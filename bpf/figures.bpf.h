/* SPDX-License-Identifier: GPL-2.0 */
/*
 * figures.bpf.h - the clock that figures are taken from, and what they are added to
 *
 * What it is not: no bucket rule (lat_hist.h), no tool's types.
 */
#ifndef FIGURES_BPF_H
#define FIGURES_BPF_H

#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "lat_hist.h"

/*
 * Nanoseconds per step of the clock that the tool shows: on an emulator whose
 * TSC counts instructions at 100 MHz 10 of them are one instruction. All names
 * that end in _ns mean such steps.
 */
const volatile __u32 ns_per_step = 1;

/**
 * clock_now - Read the clock
 *
 * Return: Steps of the monotonic clock.
 */
static __always_inline __u64 clock_now(void)
{
	__u64 now_ns = bpf_ktime_get_ns();

	return ns_per_step == 1 ? now_ns : now_ns / ns_per_step;
}

/**
 * dist_add - Add one figure to a distribution
 * @dist: Where it goes; this CPU's.
 * @value_ns: The figure.
 */
static __always_inline void dist_add(struct lat_dist *dist, __u64 value_ns)
{
	lat_dist_add(dist, value_ns, lat_hist_bucket(value_ns));
}

#endif /* FIGURES_BPF_H */
