/* SPDX-License-Identifier: GPL-2.0 */
/*
 * maps.bpf.h - helpers for maps that every BPF program of this project uses
 *
 * Maps are only added to while a program is attached: user space takes
 * differences of snapshots, so that no update falls between a read and a
 * delete.
 *
 * What it is not: nothing here knows KVM (compat.bpf.h) or one tool's types.
 */
#ifndef MAPS_BPF_H
#define MAPS_BPF_H

#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

/* Error number of the kernel; vmlinux.h holds types, no macros. */
#define EEXIST	17

/**
 * counter_add - Add one to a counter of a per-CPU array
 * @map: BPF_MAP_TYPE_PERCPU_ARRAY of __u64.
 * @index: Which counter; nothing happens when it is out of range.
 */
static __always_inline void counter_add(void *map, __u32 index)
{
	__u64 *value = bpf_map_lookup_elem(map, &index);

	if (value)
		(*value)++;
}

/**
 * lookup_or_zero - Find a map value, adding it first when it is missing
 * @map: A hash map.
 * @key: The key.
 * @zero: What a new value starts as.
 *
 * Another CPU may add the same key in between; then its value is taken.
 *
 * Return: The value, NULL when the map is full.
 */
static __always_inline void *lookup_or_zero(void *map, const void *key,
					    const void *zero)
{
	void *value = bpf_map_lookup_elem(map, key);
	long err;

	if (value)
		return value;

	err = bpf_map_update_elem(map, key, zero, BPF_NOEXIST);
	if (err && err != -EEXIST)
		return NULL;
	return bpf_map_lookup_elem(map, key);
}

#endif /* MAPS_BPF_H */
