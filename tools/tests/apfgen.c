// SPDX-License-Identifier: GPL-2.0
/*
 * apfgen.c - a guest that makes a known number of asynchronous page faults
 *
 * Usage: apfgen MODE [-p PAGES] [-t TASKS] [-d DELAY_US] [-b PAGES_PER_REPLY]
 *               [-n VCPUS] [-f VMS] [-T]
 * Every vCPU writes to PAGES pages of its own that are not there yet. A handler
 * of userfaultfd brings them: when PAGES_PER_REPLY are asked for, or after a
 * while without another, it waits DELAY_US and gives all of them at once. MODE:
 *   halt      the guest knows nothing of it: KVM halts the vCPU
 *   pv        the guest is told, goes on with the next of TASKS pages, and waits
 *             for all of them
 *   repeated  the guest is told and tries the same page again at once
 *   cancel    the guest is told; when all pages are there but at most one of
 *             them was taken it switches async page faults off
 * -f runs VMS such VMs one after the other. -T prints the TSC ticks that the vCPUs
 * ran, instead of what is below.
 *
 * stdout: what happened as checks that apfcheck understands. The numbers come
 * from the guest, which counts what it is told, and from the handler, which
 * counts what it is asked for.
 *
 * What it is not: no benchmark and no VMM to build on; bench/vmm is that. The
 * tools room must not depend on the bench room.
 *
 * Limit: "repeated" and "cancel" know their numbers only when DELAY_US is much
 * longer than what the vCPU does in between.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <linux/userfaultfd.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <x86intrin.h>

#include "apfgen.h"

#define PAGE		4096UL
#define MAX_VCPUS	8
/* KVM has no more than 64 outstanding faults per vCPU, one is the wake-all. */
#define MAX_TASKS	60
#define MAX_ASKED	(MAX_VCPUS * 64)

#define PF_VECTOR	14
#define READY_VECTOR	0xf3
#define APIC_SPIV	0xf0

struct plan {
	enum mode mode;
	unsigned long pages, tasks, delay_us, per_reply, vcpus, vms;
	bool ticks;
};

/* One VM with its handler of missing pages. */
struct vm {
	const struct plan *plan;
	int kvm_fd, fd, uffd, run_bytes;
	char *low, *lazy;
	size_t lazy_bytes;
	pthread_t handler;
	/* Answer what is held back; no more questions will come. */
	volatile bool answer, done;
	unsigned long asked;
	uint64_t held[MAX_ASKED];
	unsigned long held_count;
};

struct vcpu {
	struct vm *vm;
	struct kvm_run *run;
	int fd;
};

static void answer_all(struct vm *vm)
{
	static char page[PAGE] __attribute__((aligned(4096)));
	struct uffdio_range all = {
		.start = (uintptr_t)vm->lazy, .len = vm->lazy_bytes,
	};
	struct uffdio_copy copy;
	unsigned long i;

	/* usleep(0) sleeps, too. */
	if (vm->plan->delay_us)
		usleep(vm->plan->delay_us);
	for (i = 0; i < vm->held_count; i++) {
		copy = (struct uffdio_copy){
			.dst = vm->held[i], .src = (uintptr_t)page,
			.len = PAGE, .mode = UFFDIO_COPY_MODE_DONTWAKE,
		};
		if (ioctl(vm->uffd, UFFDIO_COPY, &copy) && errno != EEXIST)
			err(1, "UFFDIO_COPY");
	}
	vm->held_count = 0;
	if (ioctl(vm->uffd, UFFDIO_WAKE, &all))
		err(1, "UFFDIO_WAKE");
}

static void *handle_missing(void *argument)
{
	struct vm *vm = argument;
	struct pollfd ready = { .fd = vm->uffd, .events = POLLIN };
	struct uffd_msg message;

	while (!vm->done) {
		if (poll(&ready, 1, 5) > 0 &&
		    read(vm->uffd, &message, sizeof(message)) == sizeof(message)) {
			vm->asked++;
			vm->held[vm->held_count++] =
				message.arg.pagefault.address & ~(PAGE - 1);
			if (vm->held_count < vm->plan->per_reply)
				continue;
		}
		if (vm->held_count && (vm->plan->mode != CANCEL || vm->answer))
			answer_all(vm);
	}
	return NULL;
}

static void open_uffd(struct vm *vm)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register missing = {
		.range = { (uintptr_t)vm->lazy, vm->lazy_bytes },
		.mode = UFFDIO_REGISTER_MODE_MISSING,
	};

	vm->uffd = syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK);
	if (vm->uffd < 0)
		err(4, "userfaultfd");
	if (ioctl(vm->uffd, UFFDIO_API, &api) ||
	    ioctl(vm->uffd, UFFDIO_REGISTER, &missing))
		err(1, "UFFDIO_REGISTER");
	if (pthread_create(&vm->handler, NULL, handle_missing, vm))
		errx(1, "pthread_create");
}

static void *map_memory(size_t bytes, int flags)
{
	void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | flags, -1, 0);

	if (memory == MAP_FAILED)
		err(1, "mmap of guest memory");
	return memory;
}

static void set_slot(const struct vm *vm, uint32_t slot, uint64_t start,
		     void *memory, size_t bytes)
{
	struct kvm_userspace_memory_region region = {
		.slot = slot, .guest_phys_addr = start, .memory_size = bytes,
		.userspace_addr = (uintptr_t)memory,
	};

	if (ioctl(vm->fd, KVM_SET_USER_MEMORY_REGION, &region))
		err(1, "KVM_SET_USER_MEMORY_REGION");
}

static void set_gate(char *low, int vector, const char *handler)
{
	uint32_t target = CODE + (handler - guest_start);
	uint64_t gate = (target & 0xffffULL) | 8ULL << 16 | 0x8eULL << 40 |
			(uint64_t)(target >> 16) << 48;

	memcpy(low + IDT + 8 * vector, &gate, sizeof(gate));
}

/* Flat segments, one-to-one paging, two handlers. */
static void fill_low(char *low)
{
	static const uint64_t gdt[] = {
		0, 0x00cf9b000000ffff, 0x00cf93000000ffff,
	};
	uint32_t i, entry;

	memcpy(low + GDT, gdt, sizeof(gdt));
	for (i = 0; i < 1024; i++) {
		entry = i << 22 | 0x83;
		memcpy(low + PAGE_DIRECTORY + 4 * i, &entry, sizeof(entry));
	}
	memcpy(low + CODE, guest_start, guest_end - guest_start);
	set_gate(low, PF_VECTOR, guest_fault);
	set_gate(low, READY_VECTOR, guest_ready);
}

static void vm_create(struct vm *vm, const struct plan *plan, int kvm_fd)
{
	memset(vm, 0, sizeof(*vm));
	vm->plan = plan;
	vm->kvm_fd = kvm_fd;
	vm->run_bytes = ioctl(kvm_fd, KVM_GET_VCPU_MMAP_SIZE, 0);
	vm->fd = ioctl(kvm_fd, KVM_CREATE_VM, 0);
	if (vm->fd < 0)
		err(4, "KVM_CREATE_VM");
	if (ioctl(vm->fd, KVM_SET_TSS_ADDR, 0xfffbd000) ||
	    ioctl(vm->fd, KVM_CREATE_IRQCHIP, 0))
		err(1, "KVM_CREATE_IRQCHIP");
	vm->low = map_memory(LOW_BYTES, MAP_POPULATE);
	fill_low(vm->low);
	set_slot(vm, 0, 0, vm->low, LOW_BYTES);
	vm->lazy_bytes = plan->vcpus * plan->pages * PAGE;
	vm->lazy = map_memory(vm->lazy_bytes, 0);
	open_uffd(vm);
	set_slot(vm, 1, LAZY_START, vm->lazy, vm->lazy_bytes);
}

static struct state *state_of(const struct vm *vm, unsigned long id)
{
	return (void *)(vm->low + STATES + 64 * id);
}

static void set_segment(struct kvm_segment *segment, uint16_t selector,
			uint8_t type)
{
	*segment = (struct kvm_segment){
		.limit = ~0U, .selector = selector, .type = type, .present = 1,
		.db = 1, .s = 1, .g = 1,
	};
}

static void set_registers(const struct vcpu *vcpu, unsigned long id)
{
	struct kvm_regs regs = {
		.rip = CODE, .rflags = 2, .rbx = STATES + 64 * id,
		.rsp = STACKS + PAGE * (id + 1),
	};
	struct kvm_sregs sregs;

	if (ioctl(vcpu->fd, KVM_GET_SREGS, &sregs))
		err(1, "KVM_GET_SREGS");
	set_segment(&sregs.cs, 8, 11);
	set_segment(&sregs.ds, 16, 3);
	sregs.es = sregs.fs = sregs.gs = sregs.ss = sregs.ds;
	sregs.gdt.base = GDT;
	sregs.gdt.limit = 23;
	sregs.idt.base = IDT;
	sregs.idt.limit = 8 * 256 - 1;
	sregs.cr3 = PAGE_DIRECTORY;
	/* PSE; paging, protection, and what hardware wants set. */
	sregs.cr4 |= 0x10;
	sregs.cr0 = 0x80000031;
	if (ioctl(vcpu->fd, KVM_SET_SREGS, &sregs) ||
	    ioctl(vcpu->fd, KVM_SET_REGS, &regs))
		err(1, "KVM_SET_SREGS");
}

static void enable_apic(const struct vcpu *vcpu)
{
	struct kvm_mp_state runnable = { .mp_state = KVM_MP_STATE_RUNNABLE };
	struct kvm_lapic_state lapic;
	uint32_t spiv = 0x1ff;

	if (ioctl(vcpu->fd, KVM_GET_LAPIC, &lapic))
		err(1, "KVM_GET_LAPIC");
	memcpy(lapic.regs + APIC_SPIV, &spiv, sizeof(spiv));
	if (ioctl(vcpu->fd, KVM_SET_LAPIC, &lapic) ||
	    ioctl(vcpu->fd, KVM_SET_MP_STATE, &runnable))
		err(1, "KVM_SET_LAPIC");
}

static void vcpu_create(struct vcpu *vcpu, struct vm *vm, unsigned long id)
{
	const struct plan *plan = vm->plan;

	vcpu->vm = vm;
	vcpu->fd = ioctl(vm->fd, KVM_CREATE_VCPU, id);
	if (vcpu->fd < 0)
		err(1, "KVM_CREATE_VCPU");
	vcpu->run = mmap(NULL, vm->run_bytes, PROT_READ | PROT_WRITE,
			 MAP_SHARED, vcpu->fd, 0);
	if (vcpu->run == MAP_FAILED)
		err(1, "mmap of kvm_run");
	*state_of(vm, id) = (struct state){
		.mode = plan->mode, .tasks = plan->tasks,
		.pages = plan->pages, .area = AREAS + 64 * id,
		.start = LAZY_START + id * plan->pages * PAGE,
	};
	enable_apic(vcpu);
	set_registers(vcpu, id);
}

/* All pages are asked for: bring them, and let the workers finish. */
static void bring_pages(struct vm *vm)
{
	unsigned long all = vm->plan->vcpus * vm->plan->pages;

	while (*(volatile unsigned long *)&vm->asked < all)
		usleep(1000);
	vm->answer = true;
	while (*(volatile unsigned long *)&vm->held_count)
		usleep(1000);
	usleep(vm->plan->delay_us + 50000);
}

static void *vcpu_thread(void *argument)
{
	struct vcpu *vcpu = argument;
	struct kvm_run *run = vcpu->run;

	for (;;) {
		if (ioctl(vcpu->fd, KVM_RUN, 0))
			err(1, "KVM_RUN");
		if (run->exit_reason != KVM_EXIT_IO)
			errx(1, "unexpected exit %u", run->exit_reason);
		if (run->io.port == PORT_END)
			return NULL;
		if (run->io.port != PORT_BRING)
			errx(1, "a page fault without a reason");
		bring_pages(vcpu->vm);
	}
}

/* What all VMs saw. */
struct sums {
	unsigned long asked, told, ready, wake_all, acks;
	uint64_t ticks;
};

static void run_vm(struct sums *sums, const struct plan *plan, int kvm_fd)
{
	pthread_t threads[MAX_VCPUS];
	struct vcpu vcpus[MAX_VCPUS];
	static struct vm vm;
	unsigned long i;
	uint64_t start;

	vm_create(&vm, plan, kvm_fd);
	for (i = 0; i < plan->vcpus; i++)
		vcpu_create(&vcpus[i], &vm, i);
	start = __rdtsc();
	for (i = 1; i < plan->vcpus; i++)
		if (pthread_create(&threads[i], NULL, vcpu_thread, &vcpus[i]))
			errx(1, "pthread_create");
	vcpu_thread(&vcpus[0]);
	for (i = 1; i < plan->vcpus; i++)
		pthread_join(threads[i], NULL);
	sums->ticks += __rdtsc() - start;

	for (i = 0; i < plan->vcpus; i++) {
		sums->told += state_of(&vm, i)->told;
		sums->ready += state_of(&vm, i)->ready;
		sums->wake_all += state_of(&vm, i)->wake_all;
		sums->acks += state_of(&vm, i)->acks;
		munmap(vcpus[i].run, vm.run_bytes);
		close(vcpus[i].fd);
	}
	close(vm.fd);
	vm.done = true;
	pthread_join(vm.handler, NULL);
	sums->asked += vm.asked;
	close(vm.uffd);
	munmap(vm.low, LOW_BYTES);
	munmap(vm.lazy, vm.lazy_bytes);
}

static void print_sums(const struct plan *plan, const struct sums *sums)
{
	static const char *const stages[] = { "total", "queue", "page", "take" };
	unsigned long halt = plan->mode == HALT ? sums->asked : 0;
	int i;

	if (sums->asked != plan->vms * plan->vcpus * plan->pages)
		errx(1, "%lu pages were asked for", sums->asked);
	printf("queued_pv=%lu queued_halt=%lu repeated=%lu cancelled=%lu",
	       sums->told, halt, plan->mode == REPEATED ? sums->told : 0,
	       sums->told - sums->ready);
	for (i = 0; i < 4; i++)
		printf(" pv.%s.count=%lu halt.%s.count=%lu", stages[i],
		       sums->ready, stages[i], halt);
	printf(" publish.count=%lu interrupts=%lu ack.count=%lu acks=%lu"
	       " wake_all=%lu failed=0\n", sums->ready, sums->ready,
	       sums->acks, sums->acks, sums->wake_all);
}

static unsigned long number(const char *text, unsigned long most)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	if (*text < '0' || *text > '9' || *end || value > most)
		errx(2, "not a number up to %lu: '%s'", most, text);
	return value;
}

static void parse(int argc, char **argv, struct plan *plan)
{
	static const char *const modes[] = { "halt", "pv", "repeated", "cancel" };
	int option;

	while (plan->mode <= CANCEL && argc > 1 &&
	       strcmp(argv[1], modes[plan->mode]))
		plan->mode++;
	if (argc < 2 || plan->mode > CANCEL)
		errx(2, "which mode: halt, pv, repeated or cancel");
	while ((option = getopt(argc - 1, argv + 1, "p:t:d:b:n:f:T")) != -1) {
		if (option == 'p')
			plan->pages = number(optarg, 100000);
		else if (option == 't')
			plan->tasks = number(optarg, MAX_TASKS);
		else if (option == 'd')
			plan->delay_us = number(optarg, 10000000);
		else if (option == 'b')
			plan->per_reply = number(optarg, 64);
		else if (option == 'n')
			plan->vcpus = number(optarg, MAX_VCPUS);
		else if (option == 'f')
			plan->vms = number(optarg, 100000);
		else if (option == 'T')
			plan->ticks = true;
		else
			exit(2);
	}
	if (plan->mode == CANCEL && plan->pages > MAX_TASKS)
		errx(2, "at most %d pages can be cancelled", MAX_TASKS);
	if (plan->mode == CANCEL)
		plan->tasks = plan->pages;
}

int main(int argc, char **argv)
{
	struct plan plan = {
		.pages = 100, .tasks = 1, .per_reply = 1, .vcpus = 1, .vms = 1,
	};
	struct sums sums = {};
	unsigned long i;
	int kvm_fd;

	parse(argc, argv, &plan);
	kvm_fd = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	if (kvm_fd < 0)
		err(4, "/dev/kvm");
	for (i = 0; i < plan.vms; i++)
		run_vm(&sums, &plan, kvm_fd);
	if (plan.ticks)
		printf("ticks %lu\n", sums.ticks);
	else
		print_sums(&plan, &sums);
	return 0;
}
