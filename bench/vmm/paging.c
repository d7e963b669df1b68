// SPDX-License-Identifier: GPL-2.0
/*
 * paging.c: identity page tables and the GDT of a guest's 64-bit start.
 *
 * Pages of 2 MiB, accessed and dirty set beforehand, so that no guest page walk
 * ever writes and a TDP violation has one cause only: the page itself.
 */
#include <errno.h>

#include "paging.h"

#define PAGE_BYTES	4096ULL
#define LARGE_BYTES	(2ULL << 20)
#define GIB		(1ULL << 30)
#define ENTRIES		512

/* Bits by name from the kernel's asm/pgtable_types.h. */
#define PTE_PRESENT	(1ULL << 0)
#define PTE_WRITE	(1ULL << 1)
#define PTE_ACCESSED	(1ULL << 5)
#define PTE_DIRTY	(1ULL << 6)
#define PTE_LARGE	(1ULL << 7)

#define PTE_TABLE	(PTE_PRESENT | PTE_WRITE | PTE_ACCESSED)
#define PTE_LEAF	(PTE_TABLE | PTE_DIRTY | PTE_LARGE)

static void write_gdt(__u64 *gdt)
{
	gdt[0] = 0;
	gdt[1] = 0;
	gdt[2] = 0x00af9b000000ffffULL;
	gdt[3] = 0x00cf93000000ffffULL;
}

/**
 * paging_build - Write identity page tables and the GDT
 * @ram: Memory from address 0
 * @end_gpa: First address that need not be mapped; at least 4 GiB are
 * @error: Text of a failure
 *
 * Return: 0; -EFBIG: the tables do not fit below PAGING_END_GPA; -EINVAL: @ram
 * is smaller than that.
 */
int paging_build(struct mem *ram, __u64 end_gpa, struct vmm_error *error)
{
	__u64 nr_gib = (end_gpa + GIB - 1) / GIB;
	__u64 *top, *middle, *low;
	__u64 i, gpa;

	if (nr_gib < 4)
		nr_gib = 4;
	gpa = PAGING_ROOT_GPA + 2 * PAGE_BYTES;
	if (nr_gib > ENTRIES || gpa + nr_gib * PAGE_BYTES > PAGING_END_GPA)
		return vmm_fail(error, -EFBIG, "page tables for %llu GiB",
				nr_gib);
	top = mem_at(ram, PAGING_ROOT_GPA, PAGING_END_GPA - PAGING_ROOT_GPA);
	if (!top)
		return vmm_fail(error, -EINVAL, "no memory for page tables");
	write_gdt(mem_at(ram, PAGING_GDT_GPA, PAGING_GDT_BYTES));
	middle = top + ENTRIES;
	low = middle + ENTRIES;
	top[0] = (PAGING_ROOT_GPA + PAGE_BYTES) | PTE_TABLE;
	for (i = 0; i < nr_gib; i++)
		middle[i] = (gpa + i * PAGE_BYTES) | PTE_TABLE;
	for (i = 0; i < nr_gib * ENTRIES; i++)
		low[i] = i * LARGE_BYTES | PTE_LEAF;
	return 0;
}
