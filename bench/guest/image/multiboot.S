/* SPDX-License-Identifier: GPL-2.0 */
/*
 * multiboot.S: a multiboot image for the tests of the VMM: checks the loader's
 * magic, prints the last word of its command line's first letter to the serial
 * port, and ends with that letter's number as status ('a' is 1).
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
	movzbl	%cl, %eax
	sub	$('a' - 1), %eax
	jmp	end
bad:	mov	$99, %eax
end:	mov	$0xf4, %edx
	out	%eax, %dx
	cli
	hlt
	jmp	end
	.section .note.GNU-stack, "", @progbits
