// SPDX-License-Identifier: GPL-2.0
/*
 * user.c: what privilege level 3 needs: segments, a task state segment for the
 * way back, and pages that it may touch. It may touch everything: payloads keep
 * nothing from themselves.
 *
 * vCPU 0 only.
 */
#include "user.h"

#define TSS_BYTES	104
#define ENTRIES		512
#define PTE_PRESENT	(1ULL << 0)
#define PTE_USER	(1ULL << 2)
#define PTE_LARGE	(1ULL << 7)
#define PTE_ADDRESS	0x000ffffffffff000ULL
#define LEVELS		4

/* TSS descriptor: available, 64 bits, present. */
#define TSS_TYPE	0x89ULL

u8 user_tss[TSS_BYTES] __attribute__((aligned(128)));

static u64 gdt[7] = {
	0,
	0x00af9b000000ffffULL,	/* 0x08: code */
	0x00cf93000000ffffULL,	/* 0x10: data */
	0x00cff3000000ffffULL,	/* 0x18: user data */
	0x00affb000000ffffULL,	/* 0x20: user code */
};

static void load_segments(void)
{
	struct { u16 limit; u64 base; } __attribute__((packed))
		p = { sizeof(gdt) - 1, (u64)gdt };
	u64 base = (u64)user_tss;

	gdt[5] = (TSS_BYTES - 1) | (base & 0xffffff) << 16 | TSS_TYPE << 40 |
		 (base >> 24 & 0xff) << 56;
	gdt[6] = base >> 32;
	/* The processor must not find an I/O bitmap inside the segment. */
	*(u16 *)&user_tss[102] = TSS_BYTES;
	asm volatile("lgdt %0" :: "m" (p));
	asm volatile("ltr %w0" :: "r" (KERNEL_TSS_SELECTOR));
}

static void open_table(u64 *table, int level)
{
	int i;

	for (i = 0; i < ENTRIES; i++) {
		if (!(table[i] & PTE_PRESENT))
			continue;
		table[i] |= PTE_USER;
		if (level > 1 && !(table[i] & PTE_LARGE))
			open_table((u64 *)(table[i] & PTE_ADDRESS), level - 1);
	}
}

static void open_pages(void)
{
	u64 root;

	asm volatile("mov %%cr3, %0" : "=r" (root));
	open_table((u64 *)(root & PTE_ADDRESS), LEVELS);
	asm volatile("mov %0, %%cr3" :: "r" (root) : "memory");
}

/**
 * user_setup - Make privilege level 3 possible
 *
 * Context: Once, interrupts off.
 */
void user_setup(void)
{
	load_segments();
	open_pages();
}

/**
 * user_frame - Prepare a program's start
 * @frame: Out: its frame; registers are 0, there is no stack
 * @rip: Where it begins
 * @interrupts: Does it take interrupts
 */
void user_frame(struct irq_frame *frame, const char *rip, bool interrupts)
{
	*frame = (struct irq_frame) {
		.rip = (u64)rip,
		.cs = USER_CODE_SELECTOR,
		.rflags = RFLAGS_FIXED | (interrupts ? RFLAGS_IF : 0),
		.ss = USER_DATA_SELECTOR,
	};
}
