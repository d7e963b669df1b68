// SPDX-License-Identifier: GPL-2.0
/*
 * schedgen.c - vCPUs that are switched, preempted and moved a known number of
 * times
 *
 * Usage: schedgen pair N [VMS]   two vCPUs, of one VM or of two, on CPU 0 ring each
 *                                other N times and halt until the other rings
 *        schedgen ticks N        the same, of one VM; prints how many ticks of the
 *                                TSC it took
 *        schedgen idle N         a vCPU on CPU 0 halts N times, for 5 ms each
 *        schedgen preempt N      a vCPU on CPU 0 is preempted N times, by a thread
 *                                that runs for 200 us
 *        schedgen wait N         a vCPU on CPU 0 waits for N pages of its memory, 12
 *                                at most, for 5 ms each
 *        schedgen move N         a vCPU halts N times and is moved each time, from
 *                                CPU 0 to CPU 1 and back; N must be even
 *        schedgen unplug N       the same, but CPU 1 goes offline to get it back
 *
 * vCPUs ring by an I/O port that is an eventfd that is an NMI of the other vCPU,
 * without leaving the kernel. Threads on one CPU have real-time priorities, so that
 * nothing but what is wanted comes in between. A vCPU that was moved last to
 * CPU 1 would move once more when it is destroyed.
 *
 * What it is not: no benchmark and no VMM to build on; bench/vmm is that.
 *
 * Limit: kvm.halt_poll_ns must be 0.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <linux/userfaultfd.h>
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include <x86intrin.h>

#include "schedgen.h"

/* The first that is no pin of the PIC or the I/O APIC. */
#define FIRST_GSI	24
#define NMI_VECTOR	2
/* Source: Intel SDM, "Message Data Register Format": delivery mode 100b. */
#define MSI_NMI		(4 << 8)
#define MAX_VCPUS	2
#define PAGE_BYTES	4096

/* What becomes of a vCPU that halts. */
enum where { STAY, MOVE, UNPLUG };

struct vcpu {
	struct kvm_run *run;
	struct state *state;
	int fd;
	int priority;
	volatile pid_t tid;
	pthread_t thread;
};

static int check(int result, const char *what)
{
	if (result < 0)
		err(1, "%s", what);
	return result;
}

static uint16_t address_of(const char *label)
{
	return GUEST_CODE + (label - guest_start);
}

/* Interrupt FIRST_GSI + ID is an NMI of the vCPU with that number. */
static void route_rings(int vm)
{
	struct {
		struct kvm_irq_routing head;
		struct kvm_irq_routing_entry entries[MAX_VCPUS];
	} routing = { .head.nr = MAX_VCPUS };
	int id;

	for (id = 0; id < MAX_VCPUS; id++) {
		routing.entries[id].gsi = FIRST_GSI + id;
		routing.entries[id].type = KVM_IRQ_ROUTING_MSI;
		routing.entries[id].u.msi.address_lo = 0xfee00000 | id << 12;
		routing.entries[id].u.msi.data = MSI_NMI;
	}
	check(ioctl(vm, KVM_SET_GSI_ROUTING, &routing), "KVM_SET_GSI_ROUTING");
}

/* Returns the VM; its memory goes to @memory. */
static int vm_create(int kvm, char **memory)
{
	struct kvm_userspace_memory_region region = {
		.memory_size = GUEST_BYTES,
	};
	int vm = ioctl(kvm, KVM_CREATE_VM, 0);
	uint16_t *vectors;

	if (vm < 0)
		err(4, "KVM_CREATE_VM");
	check(ioctl(vm, KVM_CREATE_IRQCHIP, 0), "KVM_CREATE_IRQCHIP");
	route_rings(vm);
	*memory = mmap(NULL, GUEST_BYTES, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	if (*memory == MAP_FAILED)
		err(1, "mmap of guest memory");
	memcpy(*memory + GUEST_CODE, guest_start, guest_end - guest_start);
	vectors = (uint16_t *)*memory;
	vectors[2 * NMI_VECTOR] = address_of(guest_nmi);
	region.userspace_addr = (uintptr_t)*memory;
	check(ioctl(vm, KVM_SET_USER_MEMORY_REGION, &region),
	      "KVM_SET_USER_MEMORY_REGION");
	return vm;
}

static void *warm_thread(void *argument)
{
	struct vcpu *vcpu = argument;

	vcpu->run->immediate_exit = 1;
	if (!ioctl(vcpu->fd, KVM_RUN, 0) || errno != EINTR)
		err(1, "KVM_RUN without running");
	vcpu->run->immediate_exit = 0;
	return NULL;
}

/*
 * The first KVM_RUN of a VM may start a thread, which has the priority of the one
 * that ran. In a thread of its own, since the tool takes it for the vCPU's.
 */
static void vcpu_warm_up(struct vcpu *vcpu)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, warm_thread, vcpu))
		errx(1, "pthread_create");
	pthread_join(thread, NULL);
}

static void vcpu_create(struct vcpu *vcpu, int kvm, int vm, char *memory, int id)
{
	int bytes = check(ioctl(kvm, KVM_GET_VCPU_MMAP_SIZE, 0), "mmap size");
	struct kvm_mp_state mp_state = { KVM_MP_STATE_RUNNABLE };
	struct kvm_lapic_state lapic;
	struct kvm_sregs sregs;

	vcpu->fd = check(ioctl(vm, KVM_CREATE_VCPU, id), "KVM_CREATE_VCPU");
	vcpu->run = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED,
			 vcpu->fd, 0);
	if (vcpu->run == MAP_FAILED)
		err(1, "mmap of kvm_run");
	vcpu->state = (void *)(memory + GUEST_STATES + id * STEP_BYTES);
	check(ioctl(vcpu->fd, KVM_GET_SREGS, &sregs), "KVM_GET_SREGS");
	sregs.cs.base = 0;
	sregs.cs.selector = 0;
	check(ioctl(vcpu->fd, KVM_SET_SREGS, &sregs), "KVM_SET_SREGS");
	check(ioctl(vcpu->fd, KVM_SET_MP_STATE, &mp_state), "KVM_SET_MP_STATE");
	/* Makes KVM look for APICs again: it did before there was this one. */
	check(ioctl(vcpu->fd, KVM_GET_LAPIC, &lapic), "KVM_GET_LAPIC");
	check(ioctl(vcpu->fd, KVM_SET_LAPIC, &lapic), "KVM_SET_LAPIC");
	vcpu_warm_up(vcpu);
}

static void vcpu_begin(struct vcpu *vcpu, int id, const char *where,
		       uint32_t rounds, int port)
{
	struct kvm_regs regs = {
		.rip = address_of(where), .rflags = 2,
		.rsi = rounds, .rdx = port,
		.rbx = GUEST_STATES + id * STEP_BYTES,
		.rsp = GUEST_STACKS + (id + 1) * STEP_BYTES,
	};

	check(ioctl(vcpu->fd, KVM_SET_REGS, &regs), "KVM_SET_REGS");
}

/* Returns an eventfd that rings a vCPU. */
static int ring_create(int vm, int id)
{
	struct kvm_irqfd irqfd = { .gsi = FIRST_GSI + id };

	irqfd.fd = check(eventfd(0, EFD_CLOEXEC), "eventfd");
	check(ioctl(vm, KVM_IRQFD, &irqfd), "KVM_IRQFD");
	return irqfd.fd;
}

/* What a guest writes to a port goes to the eventfd. */
static void ring_connect(int vm, int port, int ring)
{
	struct kvm_ioeventfd connection = {
		.addr = port, .len = 1, .fd = ring,
		.flags = KVM_IOEVENTFD_FLAG_PIO,
	};

	check(ioctl(vm, KVM_IOEVENTFD, &connection), "KVM_IOEVENTFD");
}

static void use_cpu(pid_t tid, int cpu)
{
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(cpu, &cpus);
	check(sched_setaffinity(tid, sizeof(cpus), &cpus), "sched_setaffinity");
}

/* 0: the usual policy. */
static void use_priority(int priority)
{
	struct sched_param param = { .sched_priority = priority };

	check(sched_setscheduler(0, priority ? SCHED_FIFO : SCHED_OTHER, &param),
	      "sched_setscheduler");
}

static void *vcpu_thread(void *argument)
{
	struct vcpu *vcpu = argument;

	use_priority(vcpu->priority);
	vcpu->tid = syscall(SYS_gettid);
	check(ioctl(vcpu->fd, KVM_RUN, 0), "KVM_RUN");
	if (vcpu->run->exit_reason != KVM_EXIT_IO ||
	    vcpu->run->io.port != PORT_END)
		errx(1, "unexpected exit %u", vcpu->run->exit_reason);
	return NULL;
}

static void vcpu_start(struct vcpu *vcpu, int priority)
{
	vcpu->priority = priority;
	if (pthread_create(&vcpu->thread, NULL, vcpu_thread, vcpu))
		errx(1, "pthread_create");
}

/* Returns how many ticks of the TSC it took. */
static uint64_t run_pair(int kvm, uint32_t rounds, int vms)
{
	struct vcpu vcpus[MAX_VCPUS] = {};
	int vm[MAX_VCPUS], ring, id;
	uint64_t start;
	char *memory;

	vm[0] = vm[1] = vm_create(kvm, &memory);
	for (id = 0; id < MAX_VCPUS; id++) {
		if (id && vms > 1)
			vm[id] = vm_create(kvm, &memory);
		vcpu_create(&vcpus[id], kvm, vm[id], memory, id);
		vcpu_begin(&vcpus[id], id, id ? guest_ring : guest_wait, rounds,
			   PORT_RING + id);
	}
	for (id = 0; id < MAX_VCPUS; id++) {
		ring = ring_create(vm[id], id);
		ring_connect(vm[!id], PORT_RING + !id, ring);
	}
	start = __rdtsc();
	use_priority(1);
	/* In this order: the first one waits when the second one rings. */
	for (id = 0; id < MAX_VCPUS; id++)
		vcpu_start(&vcpus[id], 1);
	for (id = 0; id < MAX_VCPUS; id++)
		pthread_join(vcpus[id].thread, NULL);
	return __rdtsc() - start;
}

/* A thread that may not run anywhere else any more may then run anywhere. */
static void put_online(int cpu, bool online)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%d/online", cpu);
	fd = check(open(path, O_WRONLY | O_CLOEXEC), path);
	if (write(fd, online ? "1" : "0", 1) != 1)
		err(1, "%s", path);
	close(fd);
}

static void move(pid_t tid, int cpu, enum where where)
{
	if (where == UNPLUG)
		put_online(1, cpu);
	if (where != STAY && (where != UNPLUG || cpu))
		use_cpu(tid, cpu);
}

/* Rings when the vCPU has surely halted; moves it before, unless it stays. */
static void run_halts(int kvm, uint32_t rounds, enum where where)
{
	struct vcpu vcpu = {};
	char *memory;
	int vm = vm_create(kvm, &memory), ring;
	uint64_t one = 1;
	uint32_t i;

	vcpu_create(&vcpu, kvm, vm, memory, 0);
	vcpu_begin(&vcpu, 0, guest_wait, rounds, 0);
	ring = ring_create(vm, 0);
	use_priority(where == STAY);
	vcpu_start(&vcpu, where == STAY);
	for (i = 1; i <= rounds; i++) {
		do
			usleep(5000);
		while (vcpu.state->waits != i);
		move(vcpu.tid, i % 2, where);
		if (write(ring, &one, sizeof(one)) != sizeof(one))
			err(1, "eventfd");
	}
	pthread_join(vcpu.thread, NULL);
	if (where == UNPLUG)
		put_online(1, true);
}

/* Returns a userfaultfd for the part of the memory that is missing. */
static int lazy_create(char *memory)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register range = {
		.range.start = (uintptr_t)memory + GUEST_LAZY,
		.range.len = GUEST_BYTES - GUEST_LAZY,
		.mode = UFFDIO_REGISTER_MODE_MISSING,
	};
	int uffd = check(syscall(SYS_userfaultfd, O_CLOEXEC), "userfaultfd");

	check(madvise(memory + GUEST_LAZY, GUEST_BYTES - GUEST_LAZY,
		      MADV_DONTNEED), "madvise");
	check(ioctl(uffd, UFFDIO_API, &api), "UFFDIO_API");
	check(ioctl(uffd, UFFDIO_REGISTER, &range), "UFFDIO_REGISTER");
	return uffd;
}

/* With interrupts off, KVM does not halt the vCPU instead of waiting. */
static void run_waits(int kvm, uint32_t pages)
{
	struct uffdio_zeropage page = { .range.len = PAGE_BYTES };
	struct vcpu vcpu = {};
	struct uffd_msg fault;
	char *memory;
	int vm = vm_create(kvm, &memory), uffd;

	if (pages > (GUEST_BYTES - GUEST_LAZY) / PAGE_BYTES)
		errx(2, "too many pages");
	vcpu_create(&vcpu, kvm, vm, memory, 0);
	vcpu_begin(&vcpu, 0, guest_touch, pages, 0);
	uffd = lazy_create(memory);
	use_priority(1);
	vcpu_start(&vcpu, 1);
	while (pages--) {
		if (read(uffd, &fault, sizeof(fault)) != sizeof(fault))
			err(1, "userfaultfd");
		usleep(5000);
		page.range.start = fault.arg.pagefault.address & -PAGE_BYTES;
		check(ioctl(uffd, UFFDIO_ZEROPAGE, &page), "UFFDIO_ZEROPAGE");
	}
	pthread_join(vcpu.thread, NULL);
}

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static void run_preempted(int kvm, uint32_t rounds)
{
	struct vcpu vcpu = {};
	char *memory;
	int vm = vm_create(kvm, &memory);
	uint64_t end_ns;

	vcpu_create(&vcpu, kvm, vm, memory, 0);
	vcpu_begin(&vcpu, 0, guest_spin, 1, 0);
	use_priority(2);
	vcpu_start(&vcpu, 1);
	usleep(20000);
	if (!vcpu.state->waits)
		errx(1, "the vCPU does not run");
	/* It has been preempted once by now. */
	while (--rounds) {
		usleep(1000);
		end_ns = now_ns() + 200000;
		while (now_ns() < end_ns)
			;
	}
	vcpu.state->stop = 1;
	pthread_join(vcpu.thread, NULL);
}

int main(int argc, char **argv)
{
	unsigned long count = argc > 2 ? strtoul(argv[2], NULL, 10) : 0;
	const char *mode = argc > 1 ? argv[1] : "";
	int kvm;

	if (!count || count > 1000000)
		errx(2, "usage: schedgen pair|ticks|idle|preempt|wait|move|unplug N [VMS]");
	kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	if (kvm < 0)
		err(4, "/dev/kvm");
	use_cpu(0, 0);
	if (!strcmp(mode, "pair"))
		run_pair(kvm, count, argc > 3 ? atoi(argv[3]) : 1);
	else if (!strcmp(mode, "ticks"))
		printf("%lu\n", run_pair(kvm, count, 1));
	else if (!strcmp(mode, "idle"))
		run_halts(kvm, count, STAY);
	else if (!strcmp(mode, "preempt"))
		run_preempted(kvm, count);
	else if (!strcmp(mode, "wait"))
		run_waits(kvm, count);
	else if (!strcmp(mode, "move"))
		run_halts(kvm, count, MOVE);
	else if (!strcmp(mode, "unplug"))
		run_halts(kvm, count, UNPLUG);
	else
		errx(2, "unknown mode '%s'", mode);
	return 0;
}
