/* SPDX-License-Identifier: GPL-2.0 */
/*
 * userentry.S: to privilege level 3 and back.
 *
 * user_enter() returns when an interrupt handler calls user_leave(): all the
 * handlers in between run on the stack right below user_enter()'s.
 */
#include "user.h"

	.text
	.globl	user_enter
user_enter:
	push	%rbx
	push	%rbp
	push	%r12
	push	%r13
	push	%r14
	push	%r15
	mov	%rsp, saved_rsp(%rip)
	mov	%rsp, user_tss + TSS_RSP0(%rip)
	mov	%rdi, %rsp
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

	.globl	user_leave
user_leave:
	mov	saved_rsp(%rip), %rsp
	pop	%r15
	pop	%r14
	pop	%r13
	pop	%r12
	pop	%rbp
	pop	%rbx
	ret

	.bss
	.balign	8
saved_rsp:
	.quad	0

	.section .note.GNU-stack, "", @progbits
