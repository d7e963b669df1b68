/* SPDX-License-Identifier: GPL-2.0 */
/*
 * spec.h - what is to be counted: the specification and the opcodes in it
 */
#ifndef KVMLAT_SPEC_H
#define KVMLAT_SPEC_H

#include <stddef.h>
#include <stdint.h>

#define SPEC_MAX	64
#define SPEC_NAME_MAX	64

/* Kinds of opcode; SPEC_OP_NONE also stands for every other instruction. */
enum spec_op {
	SPEC_OP_NONE,
	SPEC_OP_RDMSR, SPEC_OP_WRMSR, SPEC_OP_VMREAD, SPEC_OP_VMWRITE,
	SPEC_OP_VMPTRLD, SPEC_OP_VMCLEAR, SPEC_OP_VMLAUNCH, SPEC_OP_VMRESUME,
	SPEC_OP_INVEPT, SPEC_OP_INVVPID, SPEC_OP_LGDT, SPEC_OP_SWAPGS,
	SPEC_OP_VMRUN, SPEC_OP_VMSAVE, SPEC_OP_VMLOAD, SPEC_OP_STGI,
	SPEC_OP_CLGI, SPEC_OP_INVLPGA, SPEC_OP_CPUID, SPEC_OP_HLT,
	SPEC_OP_COUNT,
};

struct spec_counter {
	char name[SPEC_NAME_MAX];
	/* Range of instruction addresses; empty for an opcode. */
	uint64_t start;
	uint64_t end;
	enum spec_op op;
	/* One MSR only: cannot be counted here, reported as null. */
	int unsupported;
};

struct spec {
	struct spec_counter counters[SPEC_MAX];
	unsigned int n;
};

int spec_read(struct spec *spec, const char *path, char *error, size_t size);
enum spec_op spec_decode(const uint8_t *bytes, size_t size);
uint64_t spec_match(const struct spec *spec, uint64_t vaddr,
		    const uint8_t *bytes, size_t size);

#endif /* KVMLAT_SPEC_H */
