// SPDX-License-Identifier: GPL-2.0
/*
 * schedgen_guest.c - the guest of schedgen: waits and rings, spins, or touches pages
 *
 * 16-bit code in real mode, interrupts off. %bx always points to the vCPU's struct
 * state.
 *
 * What it is not: not run as a part of this program, only copied.
 */
#include "schedgen.h"

/*
 * %esi: rounds or pages that are left; %dx: the port to ring by, 0: none. An NMI
 * that comes after the test and before HLT has been executed must not be slept
 * over.
 */
asm(".pushsection .rodata\n"
    ".code16\n"
    ".globl guest_start, guest_end, guest_wait, guest_ring\n"
    ".globl guest_spin, guest_touch, guest_nmi\n"
    "guest_start:\n"
    "guest_wait:\n"
    "	incl	4(%bx)\n"
    "	cmpb	$0, (%bx)\n"
    "1:	jne	3f\n"
    "2:	hlt\n"
    "3:	movb	$0, (%bx)\n"
    "guest_ring:\n"
    "	test	%dx, %dx\n"
    "	jz	4f\n"
    "	out	%al, %dx\n"
    "4:	dec	%esi\n"
    "	jnz	guest_wait\n"
    "5:	out	%al, $0xf4\n"
    "guest_spin:\n"
    "	movb	$1, 4(%bx)\n"
    "6:	cmpb	$0, 8(%bx)\n"
    "	je	6b\n"
    "	jmp	5b\n"
    "guest_touch:\n"
    "	mov	$0x4000, %di\n"
    "7:	movb	$1, (%di)\n"
    "	add	$0x1000, %di\n"
    "	dec	%esi\n"
    "	jnz	7b\n"
    "	jmp	5b\n"
    "guest_nmi:\n"
    "	movb	$1, (%bx)\n"
    "	push	%bp\n"
    "	mov	%sp, %bp\n"
    "	cmpw	$(1b - guest_start + 0x1000), 2(%bp)\n"
    "	jb	8f\n"
    "	cmpw	$(2b - guest_start + 0x1000), 2(%bp)\n"
    "	ja	8f\n"
    "	movw	$(3b - guest_start + 0x1000), 2(%bp)\n"
    "8:	pop	%bp\n"
    "	iret\n"
    "guest_end:\n"
    ".code64\n"
    ".popsection\n");
