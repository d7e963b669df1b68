// SPDX-License-Identifier: GPL-2.0
/*
 * migrate.c: a vCPU that asks to be moved from host CPU to host CPU, and looks at
 * its clocks after each move.
 *
 * "move" alternates between the first two CPUs of --affinity, "stay" makes the same
 * request for the CPU that it is on: the difference is what a migration costs; "back"
 * sets the TSC back, which must be noticed. A clock
 * that goes backwards ends the run; so does a kvmclock that stands still, unless all is
 * done before it can move on.
 */
#include "measure.h"

static u64 tsc_last;
static u64 ns_last, ns_first;
static bool has_clock;
static u32 next;

static void setup(void)
{
	has_clock = pv_clock_enable();
	if (!has_clock)
		panic("no kvmclock");
	tsc_last = rdtsc_fenced();
	ns_first = ns_last = pv_clock_ns();
}

static void look_at_clocks(void)
{
	u64 tsc = rdtsc_fenced();
	u64 ns = pv_clock_ns();

	if (tsc < tsc_last)
		panic("TSC went back by %llu", tsc_last - tsc);
	if (ns < ns_last)
		panic("kvmclock went back by %llu ns", ns_last - ns);
	tsc_last = tsc;
	ns_last = ns;
}

static void op_move(void)
{
	next = !next;
	outl(WIRE_PORT_MIGRATE, next);
	look_at_clocks();
}

static void op_stay(void)
{
	outl(WIRE_PORT_MIGRATE, next);
	look_at_clocks();
}

/* The test of the test: a TSC that does go back. */
static void op_back(void)
{
	wrmsr(MSR_IA32_TSC, 0);
	op_stay();
}

static const struct measure_case cases[] = {
	{ .name = "move", .flags = WIRE_ALL_CPUS, .setup = setup, .op = op_move },
	{ .name = "stay", .flags = WIRE_ALL_CPUS, .setup = setup, .op = op_stay },
	{ .name = "back", .flags = WIRE_ALL_CPUS, .setup = setup, .op = op_back },
};

/* No other vCPU has anything to do. */
void ap_main(u32 vcpu)
{
	(void)vcpu;
	for (;;)
		sti_hlt();
}

/**
 * main - Run the case asked for
 *
 * Return: Exit status of the run.
 */
int main(void)
{
	int status = measure_main(cases, ARRAY_SIZE(cases));

	if (ns_last == ns_first)
		panic("kvmclock stood still");
	return status;
}
