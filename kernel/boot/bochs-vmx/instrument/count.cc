// SPDX-License-Identifier: GPL-2.0
/*
 * count.cc - counts instructions by address and by opcode, per CPU
 *
 * The guest opens and closes windows with two instructions that do nothing
 * otherwise (any mode, any privilege, no register needed):
 *
 *     4d 87 ff  0f 1f 80 LABEL    xchg %r15,%r15; nopl LABEL(%rax)   start
 *     4d 87 f6  0f 1f 80 LABEL    xchg %r14,%r14; nopl LABEL(%rax)   stop
 *
 * LABEL is any 32-bit number. Windows with different labels may overlap and may
 * be stopped on another CPU than started; a second start of a label begins it
 * anew, a stop without a start is noted on stderr. All CPUs are counted while
 * a window is open. The markers themselves are not counted.
 *
 * "insn" counts instructions begun: one that faults or causes a VM-exit counts,
 * and counts again when it is repeated; a REP instruction counts once each time
 * it is begun. "ticks" is the change of Bochs's own counter, which also counts
 * every further REP iteration and every exception and VM-exit: on one CPU it is
 * the TSC at "count=1". With several CPUs "insn" is the only instruction clock.
 * A range counts by RIP alone, in host and guests, real mode included.
 */

#include "bochs.h"
#include "cpu/cpu.h"
#include "cpu/decoder/ia_opcodes.h"
#include "count.h"

#include <errno.h>
#include <algorithm>
#include <map>

bool lab_counting;

/* Running counts of one CPU. */
struct cpu_counts {
	Bit64u insn;
	Bit64u ticks;
	std::vector<Bit64u> counts;
};

/* A marker's first half was seen; the second is expected at @rip. */
struct half_marker {
	Bit64u rip;
	bool stop;
};

static struct {
	std::vector<lab_counter> counters;
	/* Per Bochs opcode: the counters that it belongs to. */
	std::vector<std::vector<unsigned>> by_opcode;
	std::vector<unsigned> ranges;
	Bit64u lowest, highest;
	std::vector<cpu_counts> cpus;
	std::vector<half_marker> halves;
	/* Open windows: the counts when each was started. */
	std::map<Bit32u, std::vector<cpu_counts>> windows;
	FILE *file;
	unsigned seq;
} lab;

/* End @file as a complete document; the next record overwrites the end. */
static void write_tail(void)
{
	long end = ftell(lab.file);

	fputs("]}\n", lab.file);
	fflush(lab.file);
	fseek(lab.file, end, SEEK_SET);
}

static void write_window(Bit32u label, const std::vector<cpu_counts> &start,
			 const std::vector<cpu_counts> &stop)
{
	fprintf(lab.file, "%s\n{\"label\":%u,\"seq\":%u,\"cpu\":[",
		lab.seq ? "," : "", label, lab.seq);
	for (size_t cpu = 0; cpu < stop.size(); cpu++) {
		const cpu_counts &a = start[cpu], &b = stop[cpu];

		fprintf(lab.file, "%s{\"insn\":" FMT_LL "u,\"ticks\":" FMT_LL "u",
			cpu ? "," : "", b.insn - a.insn, b.ticks - a.ticks);
		for (size_t n = 0; n < lab.counters.size(); n++)
			fprintf(lab.file, ",\"%s\":" FMT_LL "u",
				lab.counters[n].name.c_str(),
				b.counts[n] - a.counts[n]);
		fputc('}', lab.file);
	}
	fputs("]}", lab.file);
	lab.seq++;
	write_tail();
}

static std::vector<cpu_counts> snapshot(void)
{
	std::vector<cpu_counts> now = lab.cpus;

	for (size_t cpu = 0; cpu < now.size(); cpu++)
		now[cpu].ticks = BX_CPU(cpu)->get_icount();
	return now;
}

static void marker(unsigned cpu, bool stop, Bit32u label)
{
	std::vector<cpu_counts> now = snapshot();

	if (!stop) {
		/* The nopl itself is committed after this. */
		now[cpu].ticks++;
		lab.windows[label] = now;
		return;
	}
	auto window = lab.windows.find(label);
	if (window == lab.windows.end()) {
		fprintf(stderr, "lab: counter window %u stopped but not started\n", label);
		return;
	}
	/* Take the xchg back out; it is counted only while a window is open. */
	now[cpu].insn--;
	now[cpu].ticks--;
	write_window(label, window->second, now);
	lab.windows.erase(window);
}

/* Also finds a marker that was interrupted, or moved to another CPU, midway. */
static bool second_half(unsigned cpu, const bxInstruction_c *i, Bit64u rip)
{
	for (half_marker &half : lab.halves) {
		if (half.rip != rip)
			continue;
		half.rip = 0;
		marker(cpu, half.stop, (Bit32u)i->displ32s());
		return true;
	}
	return false;
}

static void count_range(cpu_counts &counts, Bit64u rip)
{
	if (rip < lab.lowest || rip >= lab.highest)
		return;
	for (unsigned n : lab.ranges)
		if (rip - lab.counters[n].start < lab.counters[n].bytes)
			counts.counts[n]++;
}

static void count_opcode(cpu_counts &counts, const bxInstruction_c *i, Bit32u ecx)
{
	for (unsigned n : lab.by_opcode[i->getIaOpcode()]) {
		const lab_counter &c = lab.counters[n];
		Bit32u msr = ecx;

		if (i->getIaOpcode() == BX_IA_RDMSR_EqId ||
		    i->getIaOpcode() == BX_IA_WRMSRNS_IdEq)
			msr = i->Id();
		if (!c.one_msr || c.msr == msr)
			counts.counts[n]++;
	}
}

/**
 * lab_count_insn - Note that a CPU begins an instruction
 * @cpu: Bochs's number of the CPU.
 * @i: The instruction; RIP still points to it.
 *
 * Context: Called for every instruction while lab_counting is set.
 */
void lab_count_insn(unsigned cpu, const bxInstruction_c *i)
{
	unsigned opcode = i->getIaOpcode();
	Bit64u rip = BX_CPU(cpu)->get_rip();

	/* The end of a trace of Bochs's instruction cache. */
	if (opcode == BX_INSERTED_OPCODE)
		return;
	if (opcode == BX_IA_NOP && i->ilen() == 7 && second_half(cpu, i, rip))
		return;
	if (!lab.windows.empty()) {
		cpu_counts &counts = lab.cpus[cpu];

		counts.insn++;
		count_range(counts, rip);
		if (!lab.by_opcode[opcode].empty())
			count_opcode(counts, i, BX_CPU(cpu)->get_reg32(BX_32BIT_REG_ECX));
	}
	if (opcode == BX_IA_XCHG_EqGq && i->modC0() && i->ilen() == 3 &&
	    i->dst() == i->src() && (i->dst() == 14 || i->dst() == 15)) {
		lab.halves[cpu].rip = rip + 3;
		lab.halves[cpu].stop = i->dst() == 14;
	}
}

static void index_counters(void)
{
	lab.by_opcode.resize(BX_IA_LAST);
	lab.lowest = ~(Bit64u)0;
	for (size_t n = 0; n < lab.counters.size(); n++) {
		const lab_counter &c = lab.counters[n];

		for (unsigned opcode : c.opcodes)
			lab.by_opcode[opcode].push_back(n);
		if (!c.bytes)
			continue;
		lab.ranges.push_back(n);
		lab.lowest = std::min(lab.lowest, c.start);
		lab.highest = std::max(lab.highest, c.start + c.bytes);
	}
}

void lab_count_init(void)
{
	const char *spec = getenv("LAB_COUNT_SPEC");
	const char *file = getenv("LAB_COUNT_FILE");
	std::string error;

	if (!spec)
		return;
	error = lab_read_spec(spec, lab.counters);
	if (error.empty() && !file)
		error = "LAB_COUNT_FILE is not set";
	if (error.empty() && !(lab.file = fopen(file, "w")))
		error = std::string(file) + ": " + strerror(errno);
	if (!error.empty()) {
		fprintf(stderr, "lab: counter specification %s: %s\n", spec, error.c_str());
		exit(2);
	}
	index_counters();
	fputs("{\"engine\":\"bochs-vmx\",\"windows\":[", lab.file);
	write_tail();
}

void lab_count_start(unsigned cpus)
{
	if (!lab.file)
		return;
	lab.cpus.resize(cpus);
	lab.halves.resize(cpus);
	for (cpu_counts &c : lab.cpus)
		c.counts.resize(lab.counters.size());
	lab_counting = true;
}

void lab_count_exit(void)
{
	lab_counting = false;
	if (!lab.file)
		return;
	for (auto &window : lab.windows)
		fprintf(stderr, "lab: counter window %u never stopped\n", window.first);
	fseek(lab.file, 0, SEEK_END);
	if (ferror(lab.file) | fclose(lab.file))
		fprintf(stderr, "lab: counters could not be written\n");
}
