// SPDX-License-Identifier: GPL-2.0
/*
 * guests.c - tiny KVM guests, each of which needs one fix of Bochs
 *
 * Runs inside bochs-vmx, as "guests CASE". Every guest is a few bytes of real
 * mode code at 0x1000; in most cases the host's interval timer is the only
 * thing that can bring KVM_RUN back. A case that hangs the machine is a failure
 * that the time limit of kernel/boot/run finds. The case "count" makes a known
 * number of exits between the marks of a counter window.
 *
 * Not here: anything that a VMM for measurements needs (bench/vmm).
 */

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include "../../tests/kvm_guest.h"

/* Enough host timer ticks to exit, re-enter and exit again. */
#define TIMER_US	50000
#define ROUNDS		3
#define COUNTED_WRITES	1000
#define MSR_READS	5
#define MSR_IA32_APICBASE	0x1b

/* The marks of a counter window, see ../instrument/count.cc. */
#define MARK(modrm)							\
	asm volatile(".byte 0x4d, 0x87, " #modrm ", 0x0f, 0x1f, 0x80\n\t" \
		     ".long 1" ::: "memory")

struct guest_case {
	const char *name;
	const char *what;
	const uint8_t *code;
	size_t code_bytes;
	/* KVM_X86_DISABLE_EXITS_* bits, 0 for none. */
	int disable_exits;
	bool apic;
	/* Runs the guest and judges it: 0 good, 1 bad, said on stdout. */
	int (*run)(struct guest *g, const struct guest_case *c);
};

/* cli; 1: jmp 1b */
static const uint8_t spin_code[] = { 0xfa, 0xeb, 0xfe };
/* cli; hlt; out %al,$0xf4 */
static const uint8_t halt_code[] = { 0xfa, 0xf4, 0xe6, 0xf4 };
/* sti; hlt; out %al,$0xf4 */
static const uint8_t doze_code[] = { 0xfb, 0xf4, 0xe6, 0xf4 };
/* cli; 1: xor %ax,%ax; xor %cx,%cx; xor %dx,%dx; monitor; mwait; jmp 1b */
static const uint8_t mwait_code[] = {
	0xfa, 0x31, 0xc0, 0x31, 0xc9, 0x31, 0xd2,
	0x0f, 0x01, 0xc8, 0x0f, 0x01, 0xc9, 0xeb, 0xf2,
};
/* out %al,$0xf4 */
static const uint8_t apicv_code[] = { 0xe6, 0xf4 };
/* 1: out %al,$0xf4; jmp 1b */
static const uint8_t count_code[] = { 0xe6, 0xf4, 0xeb, 0xfc };

static void on_alarm(int signal)
{
	(void)signal;
}

/* Run until the timer; the guest must be where it was in every round. */
static int run_rounds(struct guest *g, const struct guest_case *c)
{
	struct itimerval timer = { .it_value.tv_usec = TIMER_US };
	struct kvm_regs regs;
	int round;

	for (round = 1; round <= ROUNDS; round++) {
		setitimer(ITIMER_REAL, &timer, NULL);
		if (!ioctl(g->vcpu, KVM_RUN, 0)) {
			printf("round %d: exit reason %u instead of the timer\n",
			       round, g->run->exit_reason);
			return 1;
		}
		if (errno != EINTR) {
			printf("round %d: KVM_RUN: %s\n", round, strerror(errno));
			return 1;
		}
		if (ioctl(g->vcpu, KVM_GET_REGS, &regs))
			return 1;
		printf("round %d: timer, rip 0x%llx\n", round, regs.rip);
		if (regs.rip >= GUEST_CODE + c->code_bytes)
			return 1;
	}
	return 0;
}

static int run_to_out(struct guest *g, const struct guest_case *c)
{
	char apicv = '?';
	int fd;

	(void)c;
	fd = open("/sys/module/kvm_intel/parameters/enable_apicv", O_RDONLY);
	if (fd < 0 || read(fd, &apicv, 1) != 1 || apicv != 'Y') {
		printf("kvm_intel.enable_apicv is %c, not Y\n", apicv);
		return 1;
	}
	if (ioctl(g->vcpu, KVM_RUN, 0)) {
		printf("KVM_RUN: %s\n", strerror(errno));
		return 1;
	}
	printf("exit reason %u\n", g->run->exit_reason);
	return g->run->exit_reason != KVM_EXIT_IO;
}

/* KVM's own count of the vCPU's exits, or -errno. */
static long long exits_of(int vcpu)
{
	struct kvm_stats_header header;
	struct {
		struct kvm_stats_desc desc;
		char name[64];
	} stat;
	uint64_t value;
	uint32_t i;
	int fd;

	fd = ioctl(vcpu, KVM_GET_STATS_FD, NULL);
	if (fd < 0 || pread(fd, &header, sizeof(header), 0) != sizeof(header))
		return -errno;
	for (i = 0; i < header.num_desc; i++) {
		size_t bytes = sizeof(stat.desc) + header.name_size;

		if (bytes > sizeof(stat) ||
		    pread(fd, &stat, bytes, header.desc_offset + i * bytes) != (ssize_t)bytes)
			break;
		if (strcmp(stat.desc.name, "exits"))
			continue;
		if (pread(fd, &value, sizeof(value),
			  header.data_offset + stat.desc.offset) != sizeof(value))
			break;
		close(fd);
		return value;
	}
	close(fd);
	return -ENODATA;
}

static int run_counted(struct guest *g, const struct guest_case *c)
{
	long long before, after;
	uint64_t base;
	int i, msr;

	(void)c;
	msr = open("/dev/cpu/0/msr", O_RDONLY);
	before = exits_of(g->vcpu);
	MARK(0xff);
	for (i = 0; i < COUNTED_WRITES; i++) {
		if (ioctl(g->vcpu, KVM_RUN, 0) || g->run->exit_reason != KVM_EXIT_IO)
			return 1;
	}
	for (i = 0; i < MSR_READS; i++) {
		if (pread(msr, &base, sizeof(base), MSR_IA32_APICBASE) != sizeof(base))
			return 1;
	}
	MARK(0xf6);
	after = exits_of(g->vcpu);
	if (before < 0 || after < 0)
		return 1;
	printf("exits %lld\n", after - before);
	return 0;
}

static const struct guest_case cases[] = {
	{ "spin", "a guest that spins with IF=0 is exited by the host's timer",
	  spin_code, sizeof(spin_code), 0, false, run_rounds },
	{ "halt", "so is one in cli; hlt with HLT exits off, and it stays halted",
	  halt_code, sizeof(halt_code), KVM_X86_DISABLE_EXITS_HLT, false, run_rounds },
	{ "doze", "one in sti; hlt is not woken by an interrupt of the host",
	  doze_code, sizeof(doze_code), KVM_X86_DISABLE_EXITS_HLT, false, run_rounds },
	{ "mwait", "one in MWAIT with IF=0 and MWAIT exits off is exited",
	  mwait_code, sizeof(mwait_code), KVM_X86_DISABLE_EXITS_MWAIT, false, run_rounds },
	{ "apicv", "a vCPU with posted interrupts enters",
	  apicv_code, sizeof(apicv_code), 0, true, run_to_out },
	{ "count", "port writes and MSR reads in a counter window",
	  count_code, sizeof(count_code), 0, false, run_counted },
};

int main(int argc, char **argv)
{
	struct sigaction action = { .sa_handler = on_alarm };
	const struct guest_case *c = cases;
	const struct guest_case *end = cases + sizeof(cases) / sizeof(cases[0]);
	struct guest g = {};
	int err;

	while (argc == 2 && c < end && strcmp(c->name, argv[1]))
		c++;
	if (argc != 2 || c == end) {
		fprintf(stderr, "guests: CASE: one of spin halt doze mwait apicv count\n");
		return 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("%s: %s\n", c->name, c->what);
	sigaction(SIGALRM, &action, NULL);
	err = guest_open(&g, c->disable_exits, c->apic);
	if (!err)
		err = guest_reset(&g, 0);
	if (err) {
		fprintf(stderr, "guests: %s: cannot set up: %s\n", c->name, strerror(-err));
		return err == -EINVAL && c->disable_exits ? 4 : 1;
	}
	memcpy(g.memory + GUEST_CODE, c->code, c->code_bytes);
	return c->run(&g, c);
}
