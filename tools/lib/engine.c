// SPDX-License-Identifier: GPL-2.0
/*
 * engine.c - what machine this is and what its clock's figures are called
 *
 * On real hardware differences of the kernel's monotonic clock are
 * nanoseconds. On an emulator they are what the emulator makes of its own
 * progress: instructions where it counts these exactly, something without a
 * meaning outside the run otherwise. The name must say which.
 *
 * What it is not: no measuring of anything but the clock itself.
 *
 * Limit: a Bochs that does not say so (ENGINE) cannot be told from the
 * processor that it imitates. QEMU's TCG can.
 */
#include "engine.h"

#include <cpuid.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <x86intrin.h>

/* Leaf of CPUID with the hypervisor's signature, by common convention. */
#define CPUID_HYPERVISOR	0x40000000u

static const struct engine host = {
	.name = "host", .clock = "host-monotonic",
	.unit = "ns", .suffix = "ns", .ns_per_unit = 1,
};

static const struct engine vm = {
	.name = "vm", .clock = "vm-monotonic",
	.unit = "ns", .suffix = "ns", .ns_per_unit = 1,
};

static const struct engine qemu_kvm = {
	.name = "qemu-kvm", .clock = "vm-monotonic",
	.unit = "ns", .suffix = "ns", .ns_per_unit = 1,
};

static const struct engine emulator = {
	.name = "emulator", .clock = "emulated-monotonic",
	.unit = "emulated-ns", .suffix = "emulated_ns", .emulated = true, .ns_per_unit = 1,
};

static const struct engine qemu_svm = {
	.name = "qemu-svm", .clock = "icount",
	.unit = "insn", .suffix = "insn", .emulated = true, .ns_per_unit = 1,
};

static const struct engine bochs_vmx = {
	.name = "bochs-vmx", .clock = "bochs-ipc",
	.unit = "insn", .suffix = "insn", .emulated = true, .ns_per_unit = 1,
};

/**
 * engine_read_clocks - Read the monotonic clock and the TSC at one moment
 * @clock_ns: Where CLOCK_MONOTONIC goes.
 * @tsc: Where the TSC goes, as it was just before.
 *
 * Of a few tries the one that took the fewest ticks counts, since an interrupt
 * between the two would look like a wrong frequency.
 *
 * Return: These ticks: how far the two can be apart.
 */
uint64_t engine_read_clocks(uint64_t *clock_ns, uint64_t *tsc)
{
	uint64_t before, ticks, least = UINT64_MAX;
	struct timespec now;
	int i;

	*clock_ns = 0;
	*tsc = 0;
	for (i = 0; i < 4; i++) {
		before = __rdtsc();
		clock_gettime(CLOCK_MONOTONIC, &now);
		ticks = __rdtsc() - before;
		if (ticks >= least)
			continue;
		least = ticks;
		*tsc = before;
		*clock_ns = (uint64_t)now.tv_sec * 1000000000 +
			    (uint64_t)now.tv_nsec;
	}
	return least;
}

/**
 * engine_ns_per_tick - Compare the monotonic clock with the TSC
 *
 * An emulator that counts instructions shows them in the TSC: 1 GHz in QEMU,
 * the chosen speed in Bochs. The monotonic clock is the same count only when
 * the kernel believes in exactly that frequency. The two are compared over
 * 2^20 ticks; 1 in 10,000 is allowed, which is less than 1 in a VM-exit of
 * 10,000 instructions.
 *
 * Return: Nanoseconds per tick; 0: that is no whole number.
 */
unsigned int engine_ns_per_tick(void)
{
	uint64_t start_ns, start_tsc, end_ns, end_tsc, span_ns, span_tsc, error;
	uint64_t whole;

	engine_read_clocks(&start_ns, &start_tsc);
	do {
		engine_read_clocks(&end_ns, &end_tsc);
	} while (end_tsc - start_tsc < 1 << 20);

	span_ns = end_ns - start_ns;
	span_tsc = end_tsc - start_tsc;
	whole = (span_ns + span_tsc / 2) / span_tsc;
	error = span_ns > whole * span_tsc ? span_ns - whole * span_tsc :
					     whole * span_tsc - span_ns;
	return error <= span_ns / 10000 ? whole : 0;
}

static const struct engine *ask_cpuid(void)
{
	unsigned int eax, ebx, ecx, edx, signature[3];

	if (!__get_cpuid(1, &eax, &ebx, &ecx, &edx) || !(ecx & 1u << 31))
		return &host;
	__cpuid(CPUID_HYPERVISOR, eax, signature[0], signature[1],
		signature[2]);
	if (!memcmp(signature, "TCGTCGTCGTCG", sizeof(signature)))
		return &emulator;
	return &vm;
}

static const struct engine *by_name(const char *name)
{
	static const struct engine *const known[] = {
		&host, &vm, &qemu_kvm, &emulator, &qemu_svm, &bochs_vmx,
	};
	size_t i;

	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (!strcmp(known[i]->name, name))
			return known[i];
	return NULL;
}

/**
 * engine_detect - Name the machine and the unit of its clock
 * @engine: Where the names go.
 * @name: The engine as the guest's init sets it in ENGINE; NULL or an unknown
 *        one: the processor is asked.
 * @mode: MODE of the same; "race": the emulator does not count instructions.
 *
 * A machine that is known to be emulated never gets the unit ns, whatever
 * @name says. The unit insn is given only to an emulator whose clock was
 * just seen to count like the TSC.
 */
void engine_detect(struct engine *engine, const char *name, const char *mode)
{
	const struct engine *asked = ask_cpuid();
	const struct engine *found = name ? by_name(name) : NULL;

	if (!found || (asked->emulated && !found->emulated))
		found = asked;
	*engine = *found;
	if (strcmp(engine->unit, "insn"))
		return;
	engine->ns_per_unit = engine_ns_per_tick();
	if ((mode && !strcmp(mode, "race")) || !engine->ns_per_unit) {
		engine->clock = emulator.clock;
		engine->unit = emulator.unit;
		engine->suffix = emulator.suffix;
		engine->ns_per_unit = 1;
	}
}
