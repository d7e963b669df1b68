/* SPDX-License-Identifier: GPL-2.0 */
/*
 * user.h: code at privilege level 3, for payloads whose guest has user programs.
 *
 * A frame is the whole state of a user program that uses only the registers in
 * it: copying frames is switching programs.
 */
#ifndef GUEST_USER_H
#define GUEST_USER_H

#define USER_CODE_SELECTOR	0x23
#define USER_DATA_SELECTOR	0x1b
#define KERNEL_TSS_SELECTOR	0x28
/* Interrupts and exceptions from level 3 find the stack here in the TSS. */
#define TSS_RSP0		4

#ifndef __ASSEMBLER__
#include "guest.h"

#define RFLAGS_FIXED		0x2
#define RFLAGS_IF		0x200

/* user.c */
void user_setup(void);
void user_frame(struct irq_frame *frame, const char *rip, bool interrupts);

/* userentry.S */
void user_enter(const struct irq_frame *frame);
noreturn void user_leave(void);

#endif /* __ASSEMBLER__ */
#endif /* GUEST_USER_H */
