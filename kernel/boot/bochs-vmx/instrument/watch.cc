// SPDX-License-Identifier: GPL-2.0
/*
 * watch.cc - ends a machine that resets, wakes one that hangs, tells the totals
 *
 *  - A reset of CPU 0 after the first ends Bochs: a guest that panics and
 *    reboots must not run its test a second time.
 *  - SIGUSR1 raises an NMI on every CPU, for backtraces of a hung guest; it
 *    works with interrupts off and inside VMX guests.
 *  - At the end one line on stderr, "lab: totals TICKS INSN0 INSN1 ...".
 *
 * The look at the signal happens at fixed ticks: two equal runs stay equal.
 */

#include "bochs.h"
#include "cpu/cpu.h"
#include "pc_system.h"
#include "gui/siminterface.h"
#include "count.h"

#include <signal.h>

/* Ticks between two looks at the signal. */
#define LOOK_TICKS	100000

static volatile sig_atomic_t nmi_wanted;

static bool running;

static void on_signal(int)
{
	nmi_wanted = 1;
}

static void stop_machine(void)
{
	fprintf(stderr, "lab: the guest has reset the machine\n");
	for (unsigned cpu = 0; cpu < BX_SMP_PROCESSORS; cpu++)
		BX_CPU(cpu)->async_event = 1;
	bx_pc_system.kill_bochs_request = 1;
	bx_user_quit = 1;
}

static void look(void *)
{
	if (!nmi_wanted)
		return;
	nmi_wanted = 0;
	fprintf(stderr, "lab: NMI at " FMT_LL "u ticks\n", bx_pc_system.time_ticks());
	for (unsigned cpu = 0; cpu < BX_SMP_PROCESSORS; cpu++)
		BX_CPU(cpu)->deliver_NMI();
}

/**
 * lab_init - Prepare counters and strict mode, before Bochs reads its configuration
 */
void lab_init(void)
{
	lab_count_init();
	lab_strict_init();
}

/**
 * lab_reset - Start to watch at the first reset of CPU 0, end at the second
 * @cpu: Bochs's number of the CPU that is being reset.
 *
 * The keyboard controller's reset is a "software reset" to Bochs, as is an
 * INIT; nobody sends one to the boot CPU for another reason.
 */
void lab_reset(unsigned cpu, unsigned)
{
	if (cpu)
		return;
	if (running) {
		stop_machine();
		return;
	}
	running = true;
	signal(SIGUSR1, on_signal);
	bx_pc_system.register_timer_ticks(NULL, look, LOOK_TICKS, 1, 1, "lab");
	lab_count_start(BX_SMP_PROCESSORS);
}

/**
 * lab_exit - Tell the totals, finish the counters
 *
 * Context: Once or twice, after the machine has ended.
 */
void lab_exit(void)
{
	if (!running)
		return;
	running = false;
	lab_count_exit();
	lab_strict_exit();
	fprintf(stderr, "lab: totals " FMT_LL "u", bx_pc_system.time_ticks());
	for (unsigned cpu = 0; cpu < BX_SMP_PROCESSORS; cpu++)
		fprintf(stderr, " " FMT_LL "u", BX_CPU(cpu)->get_icount());
	fputc('\n', stderr);
}
