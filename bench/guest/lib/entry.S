/* SPDX-License-Identifier: GPL-2.0 */
/*
 * entry.S: entry of every vCPU, the GDT, and the 256 interrupt entries.
 *
 * The VMM enters in 64-bit mode with paging on (identity), interrupts off,
 * RDI = address of struct wire_info, ESI = vCPU number. There is no TSS: all
 * interrupts come on the running stack, hence code is built without red zone.
 */
#include "wire.h"

#define STACK_SHIFT	14

	.section .text.start, "ax"
	.globl	_start
_start:
	lgdt	gdt_pointer(%rip)
	mov	$0x10, %eax
	mov	%eax, %ds
	mov	%eax, %es
	mov	%eax, %ss
	xor	%eax, %eax
	mov	%eax, %fs
	mov	%eax, %gs
	mov	%esi, %eax
	inc	%eax
	shl	$STACK_SHIFT, %rax
	lea	stacks(%rip), %rsp
	add	%rax, %rsp
	pushq	$0x08
	lea	1f(%rip), %rax
	push	%rax
	lretq
1:	xor	%ebp, %ebp
	call	guest_start
2:	cli
	hlt
	jmp	2b

	.text
common_entry:
	push	%rax
	push	%rcx
	push	%rdx
	push	%rsi
	push	%rdi
	push	%r8
	push	%r9
	push	%r10
	push	%r11
	cld
	mov	%rsp, %rdi
	call	irq_dispatch
	pop	%r11
	pop	%r10
	pop	%r9
	pop	%r8
	pop	%rdi
	pop	%rsi
	pop	%rdx
	pop	%rcx
	pop	%rax
	add	$16, %rsp
	iretq

/* Vectors for which the processor pushes an error code itself. */
#define HAS_ERROR_CODE	0x60227d00

	.balign	16
	.globl	irq_entries
irq_entries:
	vector = 0
	.rept	256
	.balign	16
	.if	vector >= 32
	push	$0
	.elseif	((HAS_ERROR_CODE >> vector) & 1) == 0
	push	$0
	.endif
	push	$vector
	jmp	common_entry
	vector = vector + 1
	.endr

	.section .rodata
	.balign	16
gdt:
	.quad	0
	/* 0x08: 64-bit code. 0x10: data. */
	.quad	0x00af9b000000ffff
	.quad	0x00cf93000000ffff
gdt_end:
gdt_pointer:
	.word	gdt_end - gdt - 1
	.quad	gdt

	.bss
	.balign	4096
stacks:
	.skip	WIRE_MAX_VCPUS << STACK_SHIFT

	.section .note.GNU-stack, "", @progbits
