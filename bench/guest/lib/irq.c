// SPDX-License-Identifier: GPL-2.0
/*
 * irq.c: the interrupt descriptor table and its dispatch.
 *
 * One table for all vCPUs. A vector without a handler ends the run with a line
 * that says vector, error code and address: no exception is ever swallowed.
 */
#include "guest.h"

#define NR_VECTORS		256
#define ENTRY_BYTES		16
#define CODE_SELECTOR		0x08
/* Present, 64-bit interrupt gate. */
#define GATE_TYPE		0x8e
/* Privilege level 3 may use it by INT. */
#define GATE_USER		0x60

struct gate {
	u16 offset_low;
	u16 selector;
	u8 ist;
	u8 type;
	u16 offset_middle;
	u32 offset_high;
	u32 reserved;
};

struct table_pointer {
	u16 limit;
	u64 base;
} __attribute__((packed));

extern const char irq_entries[];
static struct gate gates[NR_VECTORS] __attribute__((aligned(16)));
static irq_handler_t handlers[NR_VECTORS];

/**
 * irq_setup - Fill the interrupt descriptor table
 */
void irq_setup(void)
{
	u64 entry;
	int i;

	for (i = 0; i < NR_VECTORS; i++) {
		entry = (u64)irq_entries + i * ENTRY_BYTES;
		gates[i].offset_low = entry;
		gates[i].selector = CODE_SELECTOR;
		gates[i].type = GATE_TYPE;
		gates[i].offset_middle = entry >> 16;
		gates[i].offset_high = entry >> 32;
	}
}

/**
 * irq_load - Use the table on this vCPU
 */
void irq_load(void)
{
	struct table_pointer p = { sizeof(gates) - 1, (u64)gates };

	asm volatile("lidt %0" :: "m" (p));
}

/**
 * irq_handle - Set the handler of a vector
 * @vector: Vector
 * @handler: Function, called with interrupts off; NULL: the vector is fatal
 */
void irq_handle(u8 vector, irq_handler_t handler)
{
	handlers[vector] = handler;
}

/**
 * irq_allow_user - Let programs at privilege level 3 call a vector by INT
 * @vector: Vector
 */
void irq_allow_user(u8 vector)
{
	gates[vector].type |= GATE_USER;
}

/**
 * irq_dispatch - Called by the interrupt entries
 * @frame: Saved state, may be changed by the handler
 */
void irq_dispatch(struct irq_frame *frame)
{
	irq_handler_t handler = handlers[frame->vector & (NR_VECTORS - 1)];

	if (!handler)
		panic("vector %llu error %llx at %llx", frame->vector,
		      frame->error, frame->rip);
	handler(frame);
}
