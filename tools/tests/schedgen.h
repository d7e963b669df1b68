/* SPDX-License-Identifier: GPL-2.0 */
/*
 * schedgen.h - what schedgen's guest and its VMM agree on
 *
 * What it is not: no VMM.
 */
#ifndef TOOLS_TESTS_SCHEDGEN_H
#define TOOLS_TESTS_SCHEDGEN_H

#include <stdint.h>

/* Guest memory: the last part may be missing, page by page. */
#define GUEST_CODE	0x1000
#define GUEST_STATES	0x2000
#define GUEST_STACKS	0x3000
#define GUEST_LAZY	0x4000
#define GUEST_BYTES	0x10000
/* From one vCPU's state and stack to the next one's. */
#define STEP_BYTES	0x100

#define PORT_END	0xf4
/* The in-kernel PIC has ports 0x20 and 0x21. */
#define PORT_RING	0x510

/* Shared with the guest, whose %bx points to it: offsets are in its code. */
struct state {
	/* The other vCPU has rung. */
	volatile uint32_t rung;
	/* Times that it has begun to wait, or 1: it spins. */
	volatile uint32_t waits;
	/* It shall spin no more. */
	volatile uint32_t stop;
};

/* The guest's code, where vCPUs may start, and its handler of NMIs. */
extern const char guest_start[], guest_end[], guest_wait[], guest_ring[];
extern const char guest_spin[], guest_touch[], guest_nmi[];

#endif /* TOOLS_TESTS_SCHEDGEN_H */
