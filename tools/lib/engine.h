/* SPDX-License-Identifier: GPL-2.0 */
/*
 * engine.h - what machine this is and what its clock's figures are called
 *
 * What it is not: no measuring of anything but the clock itself.
 */
#ifndef TOOLS_LIB_ENGINE_H
#define TOOLS_LIB_ENGINE_H

#include <stdbool.h>
#include <stdint.h>

/* One machine and the names for its figures; all strings are constant. */
struct engine {
	/* host, vm, qemu-svm, bochs-vmx, qemu-kvm, emulator */
	const char *name;
	/* What the kernel's monotonic clock counts here. */
	const char *clock;
	/* Unit of differences of that clock: ns, emulated-ns or insn. */
	const char *unit;
	/* The same as the end of a JSON name: ns, emulated_ns or insn. */
	const char *suffix;
	bool emulated;
	/* Nanoseconds of the kernel's clock in one unit; 1 but on Bochs. */
	unsigned int ns_per_unit;
};

void engine_detect(struct engine *engine, const char *name, const char *mode);
uint64_t engine_read_clocks(uint64_t *clock_ns, uint64_t *tsc);
unsigned int engine_ns_per_tick(void);

#endif /* TOOLS_LIB_ENGINE_H */
