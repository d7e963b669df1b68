/* SPDX-License-Identifier: GPL-2.0 */
/*
 * multiboot.S: a multiboot image for the tests of the VMM: checks the loader's
 * magic, prints the first letter of its command line's last word to the serial
 * port, and ends as that letter says:
 *
 *   P        status 0, passed
 *   S        status 77, skipped as kvm-unit-tests says it
 *   H        never: halts with interrupts off
 *   R        resets by the keyboard controller
 *   T        triple fault
 *   other    the letter's number as status ('a' is 1)
 */
	.section .text.start, "ax"
	.balign	4
	.long	0x1badb002, 0, -0x1badb002
	.globl	_start
_start:
	cmp	$0x2badb002, %eax
	jne	bad
	testl	$0x44, (%ebx)
	jz	bad
	mov	16(%ebx), %esi
	mov	%esi, %edi
1:	movb	(%esi), %al
	test	%al, %al
	jz	2f
	inc	%esi
	cmp	$' ', %al
	jne	1b
	mov	%esi, %edi
	jmp	1b
2:	movb	(%edi), %al
	mov	$0x3f8, %edx
	out	%al, %dx
	mov	%eax, %ecx
	mov	$'\n', %al
	out	%al, %dx
	movzbl	%cl, %ecx
	xor	%eax, %eax
	cmp	$'P', %cl
	je	end
	cmp	$'H', %cl
	je	halt
	cmp	$'R', %cl
	je	reset
	cmp	$'T', %cl
	je	fault
	mov	$77, %eax
	cmp	$'S', %cl
	je	end
	lea	-('a' - 1)(%ecx), %eax
	jmp	end
reset:	mov	$0xfe, %al
	out	%al, $0x64
	jmp	halt
fault:	lidt	no_idt
	ud2
bad:	mov	$99, %eax
end:	mov	$0xf4, %edx
	out	%eax, %dx
halt:	cli
	hlt
	jmp	halt
	.balign	4
no_idt:	.word	0
	.long	0
	.section .note.GNU-stack, "", @progbits
