/* SPDX-License-Identifier: GPL-2.0 */
/*
 * count.h - what a counter specification says
 *
 * Shared by spec.cc, which reads the file, and count.cc, which counts.
 */

#ifndef LAB_COUNT_H
#define LAB_COUNT_H

#include <string>
#include <vector>

/* One counter: a range of addresses, or an instruction. */
struct lab_counter {
	std::string name;
	/* Bochs opcodes that count; empty for a range. */
	std::vector<unsigned> opcodes;
	/* Range: START <= RIP < START + bytes. */
	Bit64u start;
	Bit64u bytes;
	/* rdmsr and wrmsr: this MSR only. */
	bool one_msr;
	Bit32u msr;
};

/**
 * lab_read_spec - Read a counter specification
 * @path: The file, lines "range NAME START END" or "op NAME OPCODE".
 * @counters: Filled, in the order of the file.
 *
 * Return: An empty string, or what is wrong with which line.
 */
std::string lab_read_spec(const char *path, std::vector<lab_counter> &counters);

/**
 * lab_count_init - Read LAB_COUNT_SPEC and open LAB_COUNT_FILE
 *
 * Both are environment variables; without the first nothing is counted. Ends
 * the process with status 2 and one line on stderr when one of them is wrong.
 */
void lab_count_init(void);

/**
 * lab_count_start - Begin to watch for markers
 * @cpus: Number of CPUs of the machine.
 *
 * Context: Once, when the machine exists and has not run yet.
 */
void lab_count_start(unsigned cpus);

/**
 * lab_count_exit - Complete and close LAB_COUNT_FILE
 */
void lab_count_exit(void);

#endif
