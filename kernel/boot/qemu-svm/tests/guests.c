// SPDX-License-Identifier: GPL-2.0
/*
 * guests.c - tiny KVM guests, each of which needs one fix of QEMU
 *
 * Runs inside qemu-svm, as "guests CASE".
 *
 * inject: every entry injects an interrupt, and a timer of the host is aimed at
 * the entry: in mode exact, one nanosecond is one instruction, and sooner or
 * later the timer's deadline is the instruction VMRUN. The guest counts its
 * interrupts, and those that came while IF was 0.
 *
 * shadow: an interrupt is pending when the guest executes STI and HLT, and the
 * timer is aimed at them. The guest counts interrupts that came before the HLT,
 * which the STI protects: a guest that sleeps until something happens would miss
 * it and sleep for ever.
 *
 * pause: the only instruction with interrupts is behind a PAUSE that the STI
 * protects; each entry must get its interrupt there.
 */

#include <stdio.h>
#include <string.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "../../tests/kvm_guest.h"

#define GUEST_HANDLER	0x1100
#define GUEST_STACK	0x8000
#define GUEST_IRQS	0x2000
/* Interrupts that came when they must not. */
#define GUEST_BAD	0x2004
/* KVM's interrupt controller: with another's interrupts KVM leaves at once. */
#define PIC_BASE	0x20
#define PIC_PIN		1
#define VECTOR		(PIC_BASE + PIC_PIN)
/* The entry is in that time behind timerfd_settime(), whatever the kernel. */
#define AIM_FIRST_NS	1000
#define AIM_WINDOW_NS	4000
/* The local APIC's timer counts 16 ns; the rest of the aim is wait_rounds(). */
#define ROUNDS		16
#define ENTRIES		40000

/* sti; 1: out %al,$0xf4; jmp 1b */
static const uint8_t inject_code[] = { 0xfb, 0xe6, 0xf4, 0xeb, 0xfc };

static const uint8_t inject_handler[] = {
	0x55,					/* push %bp */
	0x89, 0xe5,				/* mov %sp,%bp */
	0x66, 0xff, 0x06, 0x00, 0x20,		/* incl GUEST_IRQS */
	0xf7, 0x46, 0x06, 0x00, 0x02,		/* testw $0x200,6(%bp): IF */
	0x75, 0x05,				/* jnz 1f */
	0x66, 0xff, 0x06, 0x04, 0x20,		/* incl GUEST_BAD */
	0x5d,					/* 1: pop %bp */
	0xcf,					/* iret */
};

/* 1: cli; out %al,$0xf4; sti; hlt; jmp 1b */
static const uint8_t shadow_code[] = { 0xfa, 0xe6, 0xf4, 0xfb, 0xf4, 0xeb, 0xf9 };

/* A HLT that nothing would end any more is left out. */
static const uint8_t shadow_handler[] = {
	0x55,					/* push %bp */
	0x89, 0xe5,				/* mov %sp,%bp */
	0x66, 0xff, 0x06, 0x00, 0x20,		/* incl GUEST_IRQS */
	0x81, 0x7e, 0x02, 0x04, 0x10,		/* cmpw $GUEST_CODE+4,2(%bp): IP */
	0x75, 0x08,				/* jne 1f */
	0x66, 0xff, 0x06, 0x04, 0x20,		/* incl GUEST_BAD */
	0xff, 0x46, 0x02,			/* incw 2(%bp) */
	0x5d,					/* 1: pop %bp */
	0xcf,					/* iret */
};

/* 1: sti; pause; cli; out %al,$0xf4; jmp 1b */
static const uint8_t pause_code[] = {
	0xfb, 0xf3, 0x90, 0xfa, 0xe6, 0xf4, 0xeb, 0xf8
};

static const struct {
	const char *name;
	/* What is bad about an interrupt. */
	const char *bad;
	const uint8_t *code, *handler;
	size_t code_bytes, handler_bytes;
} cases[] = {
	{ "inject", "with IF=0", inject_code, inject_handler,
	  sizeof(inject_code), sizeof(inject_handler) },
	{ "shadow", "before HLT", shadow_code, shadow_handler,
	  sizeof(shadow_code), sizeof(shadow_handler) },
	{ "pause", "with IF=0", pause_code, inject_handler,
	  sizeof(pause_code), sizeof(inject_handler) },
};
#define NR_CASES	(sizeof(cases) / sizeof(cases[0]))

static uint32_t guest_u32(const struct guest *g, unsigned int address)
{
	uint32_t value;

	memcpy(&value, g->memory + address, sizeof(value));
	return value;
}

/* The code of case c, and a PIC that delivers to it without being asked. */
static int guest_prepare(struct guest *g, size_t c)
{
	struct kvm_irqchip pic = { .chip_id = KVM_IRQCHIP_PIC_MASTER };
	uint16_t vector[2] = { GUEST_HANDLER, 0 };

	if (ioctl(g->vm, KVM_GET_IRQCHIP, &pic))
		return -errno;
	pic.chip.pic.irq_base = PIC_BASE;
	pic.chip.pic.imr = 0;
	pic.chip.pic.auto_eoi = 1;
	if (ioctl(g->vm, KVM_SET_IRQCHIP, &pic))
		return -errno;
	memcpy(g->memory + GUEST_CODE, cases[c].code, cases[c].code_bytes);
	memcpy(g->memory + GUEST_HANDLER, cases[c].handler, cases[c].handler_bytes);
	memcpy(g->memory + VECTOR * sizeof(vector), vector, sizeof(vector));
	return guest_reset(g, GUEST_STACK);
}

/* Run to the next OUT. 0 good, 1 bad, said on stdout. */
static int guest_run(struct guest *g)
{
	while (ioctl(g->vcpu, KVM_RUN, 0)) {
		if (errno != EINTR) {
			printf("KVM_RUN: %s\n", strerror(errno));
			return 1;
		}
	}
	if (g->run->exit_reason != KVM_EXIT_IO) {
		printf("exit reason %u\n", g->run->exit_reason);
		return 1;
	}
	return 0;
}

/* Three instructions a round: ROUNDS lengths that differ modulo 16. */
static void wait_rounds(unsigned long rounds)
{
	rounds++;
	asm volatile("1: nop; dec %0; jnz 1b" : "+r"(rounds));
}

static uint32_t random_u32(void)
{
	static uint32_t x = 1;

	x ^= x << 13;
	x ^= x >> 17;
	x ^= x << 5;
	return x;
}

static int run_case(struct guest *g, size_t c)
{
	struct kvm_irq_level up = { .irq = PIC_PIN, .level = 1 };
	struct kvm_irq_level down = { .irq = PIC_PIN };
	struct itimerspec aim = { 0 };
	uint32_t irqs, bad;
	int timer, i;

	timer = timerfd_create(CLOCK_MONOTONIC, 0);
	if (timer < 0) {
		printf("timerfd: %s\n", strerror(errno));
		return 1;
	}
	if (guest_run(g))
		return 1;
	/* At random: an interrupt before the entry delays it, so does the last. */
	for (i = 0; i < ENTRIES; i++) {
		aim.it_value.tv_nsec = AIM_FIRST_NS + random_u32() % AIM_WINDOW_NS;
		if (ioctl(g->vm, KVM_IRQ_LINE, &up) ||
		    ioctl(g->vm, KVM_IRQ_LINE, &down) ||
		    timerfd_settime(timer, 0, &aim, NULL)) {
			printf("entry %d: %s\n", i, strerror(errno));
			return 1;
		}
		wait_rounds(random_u32() % ROUNDS);
		if (guest_run(g))
			return 1;
	}
	irqs = guest_u32(g, GUEST_IRQS);
	bad = guest_u32(g, GUEST_BAD);
	printf("injected %d, arrived %u, of them %s %u\n", ENTRIES, irqs,
	       cases[c].bad, bad);
	return irqs != ENTRIES || bad;
}

int main(int argc, char **argv)
{
	struct guest g;
	size_t c;
	int err;

	for (c = 0; c < NR_CASES; c++)
		if (argc == 2 && !strcmp(argv[1], cases[c].name))
			break;
	if (c == NR_CASES) {
		fprintf(stderr, "usage: guests inject|shadow|pause\n");
		return 2;
	}
	err = guest_open(&g, 0, true);
	if (!err)
		err = guest_prepare(&g, c);
	if (err) {
		printf("cannot make the guest: %s\n", strerror(-err));
		return 1;
	}
	return run_case(&g, c);
}
