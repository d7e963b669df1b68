// SPDX-License-Identifier: GPL-2.0
/*
 * guest.c - what the controls of this room need to do inside a guest
 *
 *   deaf     disable the local APIC of CPU 0: no interrupt arrives any more,
 *            only an NMI gets through to it
 *   windows  execute known numbers of instructions inside counter windows
 *   spin     use the CPU for ever
 *
 * It prints nothing unless something is wrong. Not for use on a real machine.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define MSR_IA32_APICBASE	0x1b

#define MARK(modrm, label)						\
	asm volatile(".byte 0x4d, 0x87, " #modrm ", 0x0f, 0x1f, 0x80\n\t" \
		     ".long %c0" :: "i" (label) : "memory")

static int deaf(void)
{
	uint64_t off = 0;
	int fd;

	fd = open("/dev/cpu/0/msr", O_WRONLY);
	if (fd < 0 || pwrite(fd, &off, sizeof(off), MSR_IA32_APICBASE) < 0) {
		fprintf(stderr, "guest: /dev/cpu/0/msr: %s\n", strerror(errno));
		return 1;
	}
	for (;;)
		;
}

/* Labels: 1 empty, 2 a loop of 2001 instructions, 3 see controls.sh. */
static int windows(void)
{
	cpu_set_t first;
	int i;

	CPU_ZERO(&first);
	CPU_SET(0, &first);
	sched_setaffinity(0, sizeof(first), &first);
	for (i = 0; i < 5; i++) {
		MARK(0xff, 1);
		MARK(0xf6, 1);
		MARK(0xff, 2);
		asm volatile("mov $1000, %%ecx\n"
			     "1: dec %%ecx\n"
			     "jnz 1b" ::: "rcx", "cc");
		MARK(0xf6, 2);
		MARK(0xff, 3);
		asm volatile("mov $50, %%esi\n"
			     "1: xor %%eax, %%eax\n"
			     ".globl counted_start, counted_end\n"
			     "counted_start:\n"
			     "cpuid\n"
			     ".byte 0x0f, 0x1f, 0x80, 0, 0, 0, 0\n"
			     "counted_end:\n"
			     "dec %%esi\n"
			     "jnz 1b"
			     ::: "rax", "rbx", "rcx", "rdx", "rsi", "cc");
		MARK(0xf6, 3);
	}
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "deaf"))
		return deaf();
	if (argc == 2 && !strcmp(argv[1], "windows"))
		return windows();
	if (argc == 2 && !strcmp(argv[1], "spin")) {
		for (;;)
			;
	}
	fprintf(stderr, "usage: guest deaf|windows|spin\n");
	return 2;
}
