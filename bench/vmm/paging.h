/* SPDX-License-Identifier: GPL-2.0 */
/*
 * paging.h: identity page tables of 2 MiB pages and the GDT of a 64-bit start.
 */
#ifndef VMM_PAGING_H
#define VMM_PAGING_H

#include "mem.h"

/* Descriptors that the start selectors stand for: code 0x10, data 0x18. */
#define PAGING_GDT_GPA		0x800ULL
#define PAGING_GDT_BYTES	32
/* Top level table; the others follow page by page. */
#define PAGING_ROOT_GPA		0x1000ULL
/* They may grow up to here. */
#define PAGING_END_GPA		0x80000ULL

int paging_build(struct mem *ram, __u64 end_gpa, struct vmm_error *error);

#endif /* VMM_PAGING_H */
