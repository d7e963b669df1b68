// SPDX-License-Identifier: GPL-2.0
/*
 * apfkexec.c - in a Linux guest of bench/vmm, start something else by kexec
 *
 * Usage: apfkexec TICKS
 * What is started owns all memory from then on: it clears it from FILL_GPA on,
 * waits for TICKS of the TSC, looks whether it is still clear and whether
 * asynchronous page faults are still enabled, and ends the virtual machine with
 * STATUS_CLEAN, STATUS_WRITTEN or STATUS_ENABLED.
 *
 * What it is not: a loader for kernels; apf_l1.sh and apf_l1_init.sh run it.
 */
#include <errno.h>
#include <linux/kexec.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/reboot.h>
#include <sys/syscall.h>
#include <unistd.h>

#define CODE_GPA	0x100000L
#define TABLES_GPA	0x200000L
#define PAGE_BYTES	4096L
#define LARGE_BYTES	0x200000L
/* Present and writable; and a large page. */
#define PTE_TABLE	0x3
#define PTE_LARGE	0x83

struct tables {
	uint64_t level4[512], level3[512], level2[512];
};

/* The rest of this file's constants are the assembler's, too. */
extern const char code[], code_ticks[], code_end[];

/*
 * Entered in 64-bit mode, interrupts off, memory mapped where it is. The kernel
 * may have its page tables anywhere, so others come first. 0x1000000 is FILL_GPA,
 * below the kernel; the memory ends at 0x10000000. 0x4b564d02 is
 * MSR_KVM_ASYNC_PF_EN, 0xf4 WIRE_PORT_EXIT of bench/guest/lib/wire.h. 42, 43 and
 * 44 are STATUS_CLEAN, STATUS_ENABLED and STATUS_WRITTEN.
 */
asm(".pushsection .rodata\n"
    "code:	mov $0x200000, %eax\n"
    "	mov %rax, %cr3\n"
    "	mov $0x1000000, %edi\n"
    "	mov $(0x10000000 - 0x1000000) / 8, %ecx\n"
    "	xor %eax, %eax\n"
    "	cld\n"
    "	rep stosq\n"
    "	rdtsc\n"
    "	shl $32, %rdx\n"
    "	lea (%rax, %rdx), %rsi\n"
    "	add code_ticks(%rip), %rsi\n"
    "1:	pause\n"
    "	rdtsc\n"
    "	shl $32, %rdx\n"
    "	or %rdx, %rax\n"
    "	cmp %rsi, %rax\n"
    "	jb 1b\n"
    "	mov $0x1000000, %edi\n"
    "	mov $(0x10000000 - 0x1000000) / 8, %ecx\n"
    "	xor %eax, %eax\n"
    "	repe scasq\n"
    "	mov $44, %ebx\n"
    "	jne 2f\n"
    "	mov $0x4b564d02, %ecx\n"
    "	rdmsr\n"
    "	mov $43, %ebx\n"
    "	test $1, %al\n"
    "	jnz 2f\n"
    "	mov $42, %ebx\n"
    "2:	mov %ebx, %eax\n"
    "	mov $0xf4, %edx\n"
    "	out %eax, %dx\n"
    "3:	hlt\n"
    "	jmp 3b\n"
    "	.balign 8\n"
    "code_ticks: .quad 0\n"
    "code_end:\n"
    "	.popsection\n");

static void fail(const char *what)
{
	fprintf(stderr, "apfkexec: %s: %s\n", what, strerror(errno));
	exit(1);
}

/* The first gigabyte, as it is. */
static void fill_tables(struct tables *t)
{
	long i;

	t->level4[0] = (TABLES_GPA + (long)offsetof(struct tables, level3)) | PTE_TABLE;
	t->level3[0] = (TABLES_GPA + (long)offsetof(struct tables, level2)) | PTE_TABLE;
	for (i = 0; i < 512; i++)
		t->level2[i] = (i * LARGE_BYTES) | PTE_LARGE;
}

int main(int argc, char **argv)
{
	static struct tables tables;
	static char page[PAGE_BYTES];
	struct kexec_segment segments[] = {
		{ page, sizeof(page), (void *)CODE_GPA, PAGE_BYTES },
		{ &tables, sizeof(tables), (void *)TABLES_GPA, sizeof(tables) },
	};
	uint64_t ticks;

	if (argc != 2) {
		fprintf(stderr, "usage: apfkexec TICKS\n");
		return 2;
	}
	ticks = strtoull(argv[1], NULL, 10);
	fill_tables(&tables);
	memcpy(page, code, code_end - code);
	memcpy(page + (code_ticks - code), &ticks, sizeof(ticks));
	if (syscall(SYS_kexec_load, CODE_GPA, 2L, segments, KEXEC_ARCH_X86_64))
		fail("kexec_load");
	reboot(RB_KEXEC);
	fail("reboot");
}
