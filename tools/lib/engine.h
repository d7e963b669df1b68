/* SPDX-License-Identifier: GPL-2.0 */
/*
 * engine.h - what machine this is and what its clock's figures are called
 *
 * What it is not: no measuring of anything but the clock itself.
 */
#ifndef TOOLS_LIB_ENGINE_H
#define TOOLS_LIB_ENGINE_H

#include <stdbool.h>

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
};

void engine_detect(struct engine *engine, const char *name, const char *mode);
bool engine_clock_is_tsc(void);

#endif /* TOOLS_LIB_ENGINE_H */
