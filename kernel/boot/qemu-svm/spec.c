// SPDX-License-Identifier: GPL-2.0
/*
 * spec.c - reads a counter specification and matches instructions against it
 *
 *     range NAME START END     instructions with START <= RIP < END (hex)
 *     op NAME OPCODE           executions of OPCODE; rdmsr:HEX and wrmsr:HEX
 *                              are accepted but cannot be counted here
 *
 * Empty lines and lines that begin with # are skipped. The rules are those of
 * the Bochs engine, whose instrumentation has a reader of its own.
 *
 * Not here: counting. Limits: SPEC_MAX counters; instructions are decoded as in
 * 64-bit mode (in 16-bit and 32-bit code, a byte 40-4f is taken for a prefix of
 * an instruction that it is not part of, which matches nothing).
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "spec.h"

static const char * const op_names[SPEC_OP_COUNT] = {
	[SPEC_OP_RDMSR] = "rdmsr",	[SPEC_OP_WRMSR] = "wrmsr",
	[SPEC_OP_VMREAD] = "vmread",	[SPEC_OP_VMWRITE] = "vmwrite",
	[SPEC_OP_VMPTRLD] = "vmptrld",	[SPEC_OP_VMCLEAR] = "vmclear",
	[SPEC_OP_VMLAUNCH] = "vmlaunch", [SPEC_OP_VMRESUME] = "vmresume",
	[SPEC_OP_INVEPT] = "invept",	[SPEC_OP_INVVPID] = "invvpid",
	[SPEC_OP_LGDT] = "lgdt",	[SPEC_OP_SWAPGS] = "swapgs",
	[SPEC_OP_VMRUN] = "vmrun",	[SPEC_OP_VMSAVE] = "vmsave",
	[SPEC_OP_VMLOAD] = "vmload",	[SPEC_OP_STGI] = "stgi",
	[SPEC_OP_CLGI] = "clgi",	[SPEC_OP_INVLPGA] = "invlpga",
	[SPEC_OP_CPUID] = "cpuid",	[SPEC_OP_HLT] = "hlt",
};

/* Parse a whole word as a hexadecimal number; 0 or -EINVAL. */
static int parse_hex(const char *text, uint64_t *value)
{
	char *end;

	if (!isxdigit((unsigned char)text[0]))
		return -EINVAL;
	errno = 0;
	*value = strtoull(text, &end, 16);
	return *end || errno ? -EINVAL : 0;
}

/* Parse OPCODE into @c; 0 or -EINVAL. */
static int parse_op(struct spec_counter *c, char *text)
{
	char *msr = strchr(text, ':');
	uint64_t number;
	int op;

	if (msr)
		*msr++ = '\0';
	for (op = SPEC_OP_NONE + 1; op < SPEC_OP_COUNT; op++) {
		if (!strcmp(text, op_names[op]))
			break;
	}
	if (op == SPEC_OP_COUNT)
		return -EINVAL;
	c->op = op;
	if (!msr)
		return 0;
	c->unsupported = 1;
	if (op != SPEC_OP_RDMSR && op != SPEC_OP_WRMSR)
		return -EINVAL;
	return parse_hex(msr, &number);
}

static int name_is_good(const struct spec *spec, const char *name)
{
	unsigned int i;

	if (strlen(name) >= SPEC_NAME_MAX || !strcmp(name, "insn") ||
	    !strcmp(name, "ticks"))
		return 0;
	for (i = 0; i < spec->n; i++) {
		if (!strcmp(name, spec->counters[i].name))
			return 0;
	}
	return name[strspn(name, "abcdefghijklmnopqrstuvwxyz"
			   "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.:-")] == '\0';
}

/* Parse one line, without comment and newline; 0 or -EINVAL. */
static int parse_line(struct spec *spec, char *line)
{
	struct spec_counter *c = &spec->counters[spec->n];
	char *words[5] = { NULL };
	char *save = NULL;
	int n;

	for (n = 0; n < 5; n++) {
		words[n] = strtok_r(n ? NULL : line, " \t\r", &save);
		if (!words[n])
			break;
	}
	if (!n)
		return 0;
	if (n < 3 || spec->n == SPEC_MAX || !name_is_good(spec, words[1]))
		return -EINVAL;
	if (n == 4 && !strcmp(words[0], "range")) {
		if (parse_hex(words[2], &c->start) ||
		    parse_hex(words[3], &c->end) || c->end <= c->start)
			return -EINVAL;
	} else if (n != 3 || strcmp(words[0], "op") || parse_op(c, words[2])) {
		return -EINVAL;
	}
	strcpy(c->name, words[1]);
	spec->n++;
	return 0;
}

/**
 * spec_read - Read a counter specification
 * @spec: Filled in.
 * @path: The file.
 * @error: One line for the user when the result is not 0.
 * @size: Size of @error, bytes.
 *
 * Return: 0, -EINVAL for a line that is none, or the errno of opening @path.
 */
int spec_read(struct spec *spec, const char *path, char *error, size_t size)
{
	unsigned int number = 0;
	char line[512];
	FILE *file;
	int err = 0;

	memset(spec, 0, sizeof(*spec));
	file = fopen(path, "r");
	if (!file) {
		err = -errno;
		snprintf(error, size, "%s: %s", path, strerror(errno));
		return err;
	}
	while (!err && fgets(line, sizeof(line), file)) {
		number++;
		line[strcspn(line, "\n")] = '\0';
		if (line[0] == '#')
			continue;
		err = parse_line(spec, line);
	}
	fclose(file);
	if (err)
		snprintf(error, size, "%s:%u: not a counter", path, number);
	return err;
}

/* The instructions behind 0f 01, by their third byte. */
static enum spec_op decode_0f01(uint8_t modrm)
{
	static const struct {
		uint8_t modrm;
		enum spec_op op;
	} table[] = {
		{ 0xc2, SPEC_OP_VMLAUNCH },	{ 0xc3, SPEC_OP_VMRESUME },
		{ 0xd8, SPEC_OP_VMRUN },	{ 0xda, SPEC_OP_VMLOAD },
		{ 0xdb, SPEC_OP_VMSAVE },	{ 0xdc, SPEC_OP_STGI },
		{ 0xdd, SPEC_OP_CLGI },		{ 0xdf, SPEC_OP_INVLPGA },
		{ 0xf8, SPEC_OP_SWAPGS },
	};
	size_t i;

	if (modrm < 0xc0)
		return ((modrm >> 3) & 7) == 2 ? SPEC_OP_LGDT : SPEC_OP_NONE;
	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		if (table[i].modrm == modrm)
			return table[i].op;
	}
	return SPEC_OP_NONE;
}

/**
 * spec_decode - Tell which of the countable opcodes an instruction is
 * @bytes: The instruction.
 * @size: Its length, bytes.
 *
 * Source: Opcode maps of AMD's APM volume 3 and the instruction reference of
 * Intel's SDM. A mandatory prefix tells VMREAD and VMWRITE from SSE4A, VMPTRLD
 * from VMCLEAR and VMXON; a register operand tells VMPTRLD from RDRAND.
 * Return: The opcode, SPEC_OP_NONE for any other.
 */
enum spec_op spec_decode(const uint8_t *bytes, size_t size)
{
	size_t i = 0;
	int prefix = 0, rest;

	while (i < size && bytes[i] && strchr("\x66\xf2\xf3\x67\x2e\x36\x3e\x26\x64\x65\xf0", bytes[i])) {
		if (bytes[i] == 0x66 || bytes[i] == 0xf2 || bytes[i] == 0xf3)
			prefix = bytes[i];
		i++;
	}
	if (i < size && (bytes[i] & 0xf0) == 0x40)
		i++;
	if (i < size && bytes[i] == 0xf4)
		return SPEC_OP_HLT;
	if (i + 1 >= size || bytes[i] != 0x0f)
		return SPEC_OP_NONE;
	i++;
	rest = i + 1 < size ? bytes[i + 1] : -1;
	switch (bytes[i]) {
	case 0x01:
		return rest < 0 ? SPEC_OP_NONE : decode_0f01(rest);
	case 0x30:
		return SPEC_OP_WRMSR;
	case 0x32:
		return SPEC_OP_RDMSR;
	case 0x78:
		return prefix ? SPEC_OP_NONE : SPEC_OP_VMREAD;
	case 0x79:
		return prefix ? SPEC_OP_NONE : SPEC_OP_VMWRITE;
	case 0xa2:
		return SPEC_OP_CPUID;
	case 0xc7:
		if (rest < 0 || rest >= 0xc0 || ((rest >> 3) & 7) != 6)
			return SPEC_OP_NONE;
		return !prefix ? SPEC_OP_VMPTRLD :
		       prefix == 0x66 ? SPEC_OP_VMCLEAR : SPEC_OP_NONE;
	case 0x38:
		if (prefix != 0x66)
			return SPEC_OP_NONE;
		return rest == 0x80 ? SPEC_OP_INVEPT :
		       rest == 0x81 ? SPEC_OP_INVVPID : SPEC_OP_NONE;
	}
	return SPEC_OP_NONE;
}

/**
 * spec_match - Find the counters that an instruction belongs to
 * @spec: The specification.
 * @vaddr: Address of the instruction.
 * @bytes: The instruction.
 * @size: Its length, bytes.
 *
 * Return: A bit per counter, bit 0 for the first.
 */
uint64_t spec_match(const struct spec *spec, uint64_t vaddr,
		    const uint8_t *bytes, size_t size)
{
	enum spec_op op = spec_decode(bytes, size);
	const struct spec_counter *c;
	uint64_t mask = 0;
	unsigned int i;

	for (i = 0; i < spec->n; i++) {
		c = &spec->counters[i];
		if (c->unsupported)
			continue;
		if (c->op ? c->op == op : vaddr >= c->start && vaddr < c->end)
			mask |= 1ULL << i;
	}
	return mask;
}
