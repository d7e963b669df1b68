/* SPDX-License-Identifier: GPL-2.0 */
/*
 * paging.h: identity page tables of 2 MiB pages for a guest's start.
 */
#ifndef VMM_PAGING_H
#define VMM_PAGING_H

#include "mem.h"

/* Top level table; the others follow page by page. */
#define PAGING_ROOT_GPA		0x1000ULL
/* They may grow up to here. */
#define PAGING_END_GPA		0x80000ULL

int paging_build(struct mem *ram, __u64 end_gpa, struct vmm_error *error);

#endif /* VMM_PAGING_H */
