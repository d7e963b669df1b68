/* SPDX-License-Identifier: GPL-2.0 */
/*
 * measure.h: a case of a benchmark and the loop that takes its samples.
 *
 * Arguments every benchmark payload understands: case=NAME samples=N warmup=N
 * name=NAME (of the record, default the case) count=0|1 (emulator window).
 */
#ifndef GUEST_MEASURE_H
#define GUEST_MEASURE_H

#include "guest.h"

/* The label of the emulator's window around the samples. */
#define MEASURE_LABEL		1

/**
 * struct measure_case - One benchmark case
 * @name: Its name, stable: it becomes the metric's name
 * @flags: WIRE_* flags of its record
 * @setup: Called once before the warm-up, may be NULL
 * @prep: Called before each operation, outside the sample, may be NULL
 * @op: The operation whose TSC delta is the sample
 * @sample: Instead of @op: takes and returns one sample itself
 */
struct measure_case {
	const char *name;
	u32 flags;
	void (*setup)(void);
	void (*prep)(void);
	void (*op)(void);
	u64 (*sample)(void);
};

int measure_main(const struct measure_case *cases, u32 nr);

#endif /* GUEST_MEASURE_H */
