/* SPDX-License-Identifier: GPL-2.0 */
/*
 * apfgen.h - what apfgen's guest and its VMM agree on
 *
 * What it is not: no VMM.
 */
#ifndef TOOLS_TESTS_APFGEN_H
#define TOOLS_TESTS_APFGEN_H

#include <stdint.h>

/* Guest memory: this much is there, and where the pages begin that are not. */
#define LOW_BYTES	0x100000UL
#define LAZY_START	0x400000UL

#define GDT		0x1000
#define IDT		0x1800
#define PAGE_DIRECTORY	0x2000
#define AREAS		0x3000
#define STATES		0x4000
#define CODE		0x8000
#define STACKS		0x10000

enum mode { HALT, PV, REPEATED, CANCEL };

/* Ports: the run is over, bring the pages now, a fault without a reason. */
#define PORT_END	0xf4
#define PORT_BRING	0x10
#define PORT_ERROR	0xf5

/* Shared with the guest, whose %ebx points to it: offsets are in its code. */
struct state {
	uint32_t told, ready, wake_all, acks, waiting;
	uint32_t mode, tasks, area, pages, start;
};

/* The guest's code, and its two handlers in it. */
extern const char guest_start[], guest_end[], guest_fault[], guest_ready[];

#endif /* TOOLS_TESTS_APFGEN_H */
