/* SPDX-License-Identifier: GPL-2.0 */
/*
 * guest.h: the small library below every payload: start, console, arguments,
 * interrupts, local APIC, paravirtual interface, sample records.
 *
 * A payload gives main() for vCPU 0 and, if it uses more, ap_main() for the
 * others. Nothing here allocates; nothing here exits to the VMM unless said.
 */
#ifndef GUEST_H
#define GUEST_H

#include "cpu.h"
#include "wire.h"

/**
 * struct irq_frame - What the interrupt entry leaves on the stack
 * @regs: R11, R10, R9, R8, RDI, RSI, RDX, RCX, RAX
 * @vector: Vector
 * @error: Error code, 0 where the processor gives none
 * @rip: Interrupted instruction
 * @cs: Its code segment
 * @rflags: Its flags
 * @rsp: Its stack
 * @ss: Its stack segment
 */
struct irq_frame {
	u64 regs[9];
	u64 vector, error, rip, cs, rflags, rsp, ss;
};

typedef void (*irq_handler_t)(struct irq_frame *frame);

/* start.c */
extern const struct wire_info *info;
int main(void);
void ap_main(u32 vcpu);
noreturn void guest_start(const struct wire_info *wire, u32 vcpu);
noreturn void guest_exit(int status);

/* console.c */
void printf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
noreturn void panic(const char *fmt, ...)
	__attribute__((format(printf, 1, 2)));

/* args.c */
bool arg_word(const char *name, const char **value, u32 *length);
u64 arg_u64(const char *name, u64 missing);
bool arg_has(const char *name, const char *word);

/* irq.c */
void irq_setup(void);
void irq_load(void);
void irq_handle(u8 vector, irq_handler_t handler);
void irq_allow_user(u8 vector);
void irq_dispatch(struct irq_frame *frame);

/* apic.c */
enum apic_mode {
	APIC_XAPIC,
	APIC_X2APIC,
};

#define APIC_ID			0x20
#define APIC_EOI		0xb0
#define APIC_SPIV		0xf0
#define APIC_ICR		0x300
#define APIC_ICR2		0x310
#define APIC_LVTT		0x320
#define APIC_TMICT		0x380
#define APIC_TDCR		0x3e0
#define APIC_SELF_IPI		0x3f0

void apic_enable(enum apic_mode mode);
u32 apic_read(u32 reg);
void apic_write(u32 reg, u32 value);
void apic_eoi(void);
u32 apic_id(void);
void apic_ipi(u32 dest, u8 vector);
void apic_self_ipi(u8 vector);
void apic_timer_deadline(u8 vector);
bool apic_has_deadline(void);

/* pv.c */
bool pv_is_amd(void);
bool pv_is_kvm(void);
u32 pv_features(void);
u64 pv_hypercall(u64 nr, u64 a0);
bool pv_clock_enable(void);
u64 pv_clock_ns(void);

/* record.c */
u64 *record_open(const char *name, u32 flags, u32 warmup, u32 n);
void record_window(u32 label, u64 window_tsc);
void record_publish(void);

#endif /* GUEST_H */
