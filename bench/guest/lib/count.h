/* SPDX-License-Identifier: GPL-2.0 */
/*
 * count.h: the two marks of a window in which the emulator counts.
 *
 * The emulators (kernel/boot) recognise instruction bytes: exchange of a
 * register with itself (r15: start, r14: stop), then a long no-op whose 32-bit
 * displacement is the label. Two instructions on any processor, no effect, no
 * exit. The label is an immediate, hence the macro form.
 */
#ifndef GUEST_COUNT_H
#define GUEST_COUNT_H

/* Instructions of one mark. */
#define COUNT_MARK_INSN		2

#define COUNT_BYTES(modrm, label)					\
	asm volatile(".byte 0x4d, 0x87, " #modrm ", 0x0f, 0x1f, 0x80\n\t"	\
		     ".long %c0" :: "i" (label) : "memory")

#define count_start(label)	COUNT_BYTES(0xff, label)
#define count_stop(label)	COUNT_BYTES(0xf6, label)

#endif /* GUEST_COUNT_H */
