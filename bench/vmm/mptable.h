/* SPDX-License-Identifier: GPL-2.0 */
/*
 * mptable.h: tell an operating system its processors and interrupt lines.
 */
#ifndef VMM_MPTABLE_H
#define VMM_MPTABLE_H

#include "mem.h"

/* In the area that operating systems search. */
#define MPTABLE_GPA	0xf0000ULL

int mptable_build(struct mem *ram, int nr_cpus, struct vmm_error *error);

#endif /* VMM_MPTABLE_H */
