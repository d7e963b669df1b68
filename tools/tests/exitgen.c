// SPDX-License-Identifier: GPL-2.0
/*
 * exitgen.c - a guest that makes a known number of VM-exits of each kind
 *
 * Usage: exitgen [-c CPUIDS] [-o OUTS] [-l HLTS] [-s SPIN] [-u SLEEP_US]
 *                [-n VCPUS] [-1] [-r REPEATS] [-f VMS]
 * The guest executes CPUIDS times CPUID (handled in KVM), then OUTS times an
 * OUT (an exit to user space, which spins SPIN turns), then HLTS times a HLT
 * (without an interrupt controller an exit to user space, too, which sleeps
 * SLEEP_US microseconds). One more OUT, to port 0xf4, ends it: that exit has
 * no VM-entry after it. -n runs VCPUS such guests' vCPUs, one thread each; -1
 * runs them all in turn on one thread. -r does the whole REPEATS times with one
 * vCPU and prints the least and the median TSC ticks of a pass: every final OUT
 * but the last is then followed by a VM-entry. -f runs VMS such VMs one after
 * the other on one thread, each freed before the next is made: the kernel likes to
 * give the new vCPU the memory of the old one.
 *
 * What it is not: no benchmark and no VMM to build on; bench/vmm is that. The
 * tools room must not depend on the bench room.
 *
 * Limits: interrupts of the host and page faults add exits of other reasons.
 */
#include <err.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>
#include <x86intrin.h>

#define GUEST_CODE	0x1000
#define GUEST_BYTES	0x4000
#define MAX_VCPUS	8

extern const char guest_start[], guest_end[];

asm(".pushsection .rodata\n"
    ".code16\n"
    "guest_start:\n"
    "1:	test	%esi, %esi\n"
    "	jz	2f\n"
    "	xor	%eax, %eax\n"
    "	cpuid\n"
    "	dec	%esi\n"
    "	jmp	1b\n"
    "2:	test	%edi, %edi\n"
    "	jz	3f\n"
    "	out	%al, $0x10\n"
    "	dec	%edi\n"
    "	jmp	2b\n"
    "3:	test	%ebp, %ebp\n"
    "	jz	4f\n"
    "	hlt\n"
    "	dec	%ebp\n"
    "	jmp	3b\n"
    "4:	out	%al, $0xf4\n"
    "guest_end:\n"
    ".code64\n"
    ".popsection\n");

struct plan {
	uint32_t cpuids, outs, hlts;
	unsigned long spin, sleep_us;
	int vcpus;
	unsigned long repeats, vms;
	bool one_thread;
};

struct vcpu {
	const struct plan *plan;
	struct kvm_run *run;
	int fd;
};

static void vcpu_rewind(const struct vcpu *vcpu)
{
	struct kvm_regs regs = {
		.rip = GUEST_CODE, .rflags = 2,
		.rsi = vcpu->plan->cpuids,
		.rdi = vcpu->plan->outs,
		.rbp = vcpu->plan->hlts,
	};

	if (ioctl(vcpu->fd, KVM_SET_REGS, &regs))
		err(1, "KVM_SET_REGS");
}

static void vcpu_setup(struct vcpu *vcpu, int vm, int id, int run_bytes)
{
	struct kvm_sregs sregs;

	vcpu->fd = ioctl(vm, KVM_CREATE_VCPU, id);
	if (vcpu->fd < 0)
		err(1, "KVM_CREATE_VCPU");
	vcpu->run = mmap(NULL, run_bytes, PROT_READ | PROT_WRITE, MAP_SHARED,
			 vcpu->fd, 0);
	if (vcpu->run == MAP_FAILED)
		err(1, "mmap of kvm_run");
	if (ioctl(vcpu->fd, KVM_GET_SREGS, &sregs))
		err(1, "KVM_GET_SREGS");
	sregs.cs.base = 0;
	sregs.cs.selector = 0;
	if (ioctl(vcpu->fd, KVM_SET_SREGS, &sregs))
		err(1, "KVM_SET_SREGS");
	vcpu_rewind(vcpu);
}

/* Returns true while the guest has more to do. */
static bool vcpu_step(struct vcpu *vcpu)
{
	unsigned long i;

	if (ioctl(vcpu->fd, KVM_RUN, 0))
		err(1, "KVM_RUN");
	switch (vcpu->run->exit_reason) {
	case KVM_EXIT_IO:
		for (i = 0; i < vcpu->plan->spin; i++)
			asm volatile("" ::: "memory");
		return vcpu->run->io.port != 0xf4;
	case KVM_EXIT_HLT:
		if (vcpu->plan->sleep_us)
			usleep(vcpu->plan->sleep_us);
		return true;
	default:
		errx(1, "unexpected exit %u", vcpu->run->exit_reason);
	}
}

static void *vcpu_thread(void *argument)
{
	struct vcpu *vcpu = argument;

	while (vcpu_step(vcpu))
		;
	return NULL;
}

static int compare(const void *a, const void *b)
{
	uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;

	return left < right ? -1 : left > right;
}

static void run_repeated(struct vcpu *vcpu, unsigned long repeats)
{
	uint64_t *samples = calloc(repeats, sizeof(*samples));
	uint64_t start;
	unsigned long i;

	if (!samples)
		err(1, "samples");
	for (i = 0; i < repeats; i++) {
		vcpu_rewind(vcpu);
		start = __rdtsc();
		vcpu_thread(vcpu);
		samples[i] = __rdtsc() - start;
	}
	qsort(samples, repeats, sizeof(*samples), compare);
	printf("min_tsc %lu median_tsc %lu\n", samples[0],
	       samples[repeats / 2]);
	free(samples);
}

static void run_in_turn(struct vcpu *vcpus, int count)
{
	bool more[MAX_VCPUS];
	int left = count, i;

	memset(more, true, sizeof(more));
	while (left) {
		for (i = 0; i < count; i++) {
			if (!more[i])
				continue;
			more[i] = vcpu_step(&vcpus[i]);
			left -= !more[i];
		}
	}
}

static void run_in_threads(struct vcpu *vcpus, int count)
{
	pthread_t threads[MAX_VCPUS];
	int i;

	for (i = 1; i < count; i++)
		if (pthread_create(&threads[i], NULL, vcpu_thread, &vcpus[i]))
			errx(1, "pthread_create");
	vcpu_thread(&vcpus[0]);
	for (i = 1; i < count; i++)
		pthread_join(threads[i], NULL);
}

static int vm_create(int kvm)
{
	struct kvm_userspace_memory_region region = {
		.memory_size = GUEST_BYTES,
	};
	int vm = ioctl(kvm, KVM_CREATE_VM, 0);
	char *memory;

	if (vm < 0)
		err(4, "KVM_CREATE_VM");
	memory = mmap(NULL, GUEST_BYTES, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	if (memory == MAP_FAILED)
		err(1, "mmap of guest memory");
	memcpy(memory + GUEST_CODE, guest_start, guest_end - guest_start);
	region.userspace_addr = (uintptr_t)memory;
	if (ioctl(vm, KVM_SET_USER_MEMORY_REGION, &region))
		err(1, "KVM_SET_USER_MEMORY_REGION");
	return vm;
}

static unsigned long number(const char *text)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	if (*text < '0' || *text > '9' || *end)
		errx(2, "not a number: '%s'", text);
	return value;
}

static void parse(int argc, char **argv, struct plan *plan)
{
	int option;

	while ((option = getopt(argc, argv, "c:o:l:s:u:n:r:f:1")) != -1) {
		if (option == 'c')
			plan->cpuids = number(optarg);
		else if (option == 'o')
			plan->outs = number(optarg);
		else if (option == 'l')
			plan->hlts = number(optarg);
		else if (option == 's')
			plan->spin = number(optarg);
		else if (option == 'u')
			plan->sleep_us = number(optarg);
		else if (option == 'n')
			plan->vcpus = number(optarg);
		else if (option == 'r')
			plan->repeats = number(optarg);
		else if (option == 'f')
			plan->vms = number(optarg);
		else if (option == '1')
			plan->one_thread = true;
		else
			exit(2);
	}
	if (plan->vcpus < 1 || plan->vcpus > MAX_VCPUS)
		errx(2, "-n must be 1 to %d", MAX_VCPUS);
}

static void run_vm(const struct plan *plan, int kvm, int run_bytes)
{
	struct vcpu vcpus[MAX_VCPUS];
	int vm = vm_create(kvm), i;

	for (i = 0; i < plan->vcpus; i++) {
		vcpus[i].plan = plan;
		vcpu_setup(&vcpus[i], vm, i, run_bytes);
	}
	if (plan->repeats)
		run_repeated(&vcpus[0], plan->repeats);
	else if (plan->one_thread)
		run_in_turn(vcpus, plan->vcpus);
	else
		run_in_threads(vcpus, plan->vcpus);
	for (i = 0; i < plan->vcpus; i++) {
		munmap(vcpus[i].run, run_bytes);
		close(vcpus[i].fd);
	}
	close(vm);
}

int main(int argc, char **argv)
{
	struct plan plan = { .vcpus = 1, .vms = 1 };
	int kvm, run_bytes;

	parse(argc, argv, &plan);
	kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	if (kvm < 0)
		err(4, "/dev/kvm");
	run_bytes = ioctl(kvm, KVM_GET_VCPU_MMAP_SIZE, 0);
	while (plan.vms--)
		run_vm(&plan, kvm, run_bytes);
	return 0;
}
