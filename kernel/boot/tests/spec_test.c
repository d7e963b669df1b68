// SPDX-License-Identifier: GPL-2.0
/*
 * spec_test.c - known answers for qemu-svm/spec.c: encodings and bad lines
 *
 * The encodings were written down from the instruction references, with the
 * neighbours that differ only by prefix or operand. Prints what is wrong.
 */
#include <stdio.h>
#include <string.h>

#include "spec.h"

static const struct {
	const char *bytes;
	size_t size;
	enum spec_op op;
} answers[] = {
	{ "\x0f\x32", 2, SPEC_OP_RDMSR },
	{ "\x0f\x30", 2, SPEC_OP_WRMSR },
	{ "\x0f\x31", 2, SPEC_OP_NONE },
	{ "\x0f\x78\xc8", 3, SPEC_OP_VMREAD },
	{ "\x48\x0f\x78\xc8", 4, SPEC_OP_VMREAD },
	{ "\x66\x0f\x78\xc0\x01\x02", 6, SPEC_OP_NONE },
	{ "\xf2\x0f\x79\xc1", 4, SPEC_OP_NONE },
	{ "\x0f\x79\xc1", 3, SPEC_OP_VMWRITE },
	{ "\x0f\xc7\x30", 3, SPEC_OP_VMPTRLD },
	{ "\x66\x0f\xc7\x30", 4, SPEC_OP_VMCLEAR },
	{ "\xf3\x0f\xc7\x30", 4, SPEC_OP_NONE },
	{ "\x0f\xc7\xf0", 3, SPEC_OP_NONE },
	{ "\x0f\xc7\x38", 3, SPEC_OP_NONE },
	{ "\x0f\xc7\x08", 3, SPEC_OP_NONE },
	{ "\x0f\x01\xc1", 3, SPEC_OP_NONE },
	{ "\x0f\x01\xc2", 3, SPEC_OP_VMLAUNCH },
	{ "\x0f\x01\xc3", 3, SPEC_OP_VMRESUME },
	{ "\x66\x0f\x38\x80\x00", 5, SPEC_OP_INVEPT },
	{ "\x66\x0f\x38\x81\x00", 5, SPEC_OP_INVVPID },
	{ "\x66\x0f\x38\x82\x00", 5, SPEC_OP_NONE },
	{ "\x0f\x01\x10", 3, SPEC_OP_LGDT },
	{ "\x0f\x01\x18", 3, SPEC_OP_NONE },
	{ "\x0f\x01\xf8", 3, SPEC_OP_SWAPGS },
	{ "\x0f\x01\xf9", 3, SPEC_OP_NONE },
	{ "\x0f\x01\xd8", 3, SPEC_OP_VMRUN },
	{ "\x0f\x01\xd9", 3, SPEC_OP_NONE },
	{ "\x0f\x01\xda", 3, SPEC_OP_VMLOAD },
	{ "\x0f\x01\xdb", 3, SPEC_OP_VMSAVE },
	{ "\x0f\x01\xdc", 3, SPEC_OP_STGI },
	{ "\x0f\x01\xdd", 3, SPEC_OP_CLGI },
	{ "\x0f\x01\xdf", 3, SPEC_OP_INVLPGA },
	{ "\x0f\xa2", 2, SPEC_OP_CPUID },
	{ "\xf4", 1, SPEC_OP_HLT },
	{ "\xf6\xf4", 2, SPEC_OP_NONE },
	{ "\x0f", 1, SPEC_OP_NONE },
	{ "\x40", 1, SPEC_OP_NONE },
};

static const char * const bad_lines[] = {
	"range a 10", "range a 10 10", "range a 20 10", "range a xx 20",
	"op a", "op a nothing", "op a cpuid:1", "op a rdmsr:zz",
	"op insn cpuid", "op a\"b cpuid", "gauge a 1 2",
	"op a cpuid\nop a hlt",
};

static int read_text(struct spec *spec, const char *folder, const char *text)
{
	char path[4096], error[300];
	FILE *file;

	snprintf(path, sizeof(path), "%s/spec.txt", folder);
	file = fopen(path, "w");
	if (!file)
		return 0;
	fprintf(file, "%s\n", text);
	fclose(file);
	return spec_read(spec, path, error, sizeof(error));
}

int main(int argc, char **argv)
{
	const char *folder = argc > 1 ? argv[1] : ".";
	struct spec spec;
	int bad = 0;
	size_t i;

	for (i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		if (spec_decode((const uint8_t *)answers[i].bytes,
				answers[i].size) == answers[i].op)
			continue;
		printf("encoding %zu is decoded wrongly\n", i);
		bad = 1;
	}
	for (i = 0; i < sizeof(bad_lines) / sizeof(bad_lines[0]); i++) {
		if (read_text(&spec, folder, bad_lines[i]))
			continue;
		printf("accepted: %s\n", bad_lines[i]);
		bad = 1;
	}
	if (read_text(&spec, folder, "# text\n\nrange r 1000 2000\nop c cpuid\nop m rdmsr:48") ||
	    spec.n != 3 || !spec.counters[2].unsupported) {
		printf("a good specification is refused\n");
		bad = 1;
	}
	if (spec_match(&spec, 0xfff, (const uint8_t *)"\x0f\xa2", 2) != 2 ||
	    spec_match(&spec, 0x1000, (const uint8_t *)"\x0f\xa2", 2) != 3 ||
	    spec_match(&spec, 0x2000, (const uint8_t *)"\x90", 1) != 0 ||
	    spec_match(&spec, 0, (const uint8_t *)"\x0f\x32", 2) != 0) {
		printf("wrong match\n");
		bad = 1;
	}
	return bad;
}
