/* SPDX-License-Identifier: GPL-2.0 */
/*
 * kvm_guest.h - a tiny KVM guest in real mode, for the engines' own tests
 *
 * One vCPU, GUEST_BYTES of memory at 0, all segments at 0, code at GUEST_CODE.
 *
 * Not here: what the guest does, anything that a VMM for measurements needs
 * (bench/vmm).
 */
#ifndef BOOT_TESTS_KVM_GUEST_H
#define BOOT_TESTS_KVM_GUEST_H

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include <linux/kvm.h>

#define GUEST_BYTES	0x10000
#define GUEST_CODE	0x1000
/* The bit of RFLAGS that is always 1. */
#define RFLAGS_1	2

struct guest {
	int kvm, vm, vcpu;
	struct kvm_run *run;
	uint8_t *memory;
};

/*
 * disable_exits: KVM_X86_DISABLE_EXITS_* bits; irqchip: with KVM's APIC and PICs.
 * Returns 0, or -errno of the step that failed.
 */
static inline int guest_open(struct guest *g, uint64_t disable_exits, bool irqchip)
{
	struct kvm_userspace_memory_region slot = { .memory_size = GUEST_BYTES };
	struct kvm_enable_cap cap = {
		.cap = KVM_CAP_X86_DISABLE_EXITS, .args = { disable_exits },
	};
	long run_bytes;

	g->kvm = open("/dev/kvm", O_RDWR);
	if (g->kvm < 0)
		return -errno;
	g->vm = ioctl(g->kvm, KVM_CREATE_VM, 0);
	if (g->vm < 0)
		return -errno;
	if (disable_exits && ioctl(g->vm, KVM_ENABLE_CAP, &cap))
		return -errno;
	if (irqchip && ioctl(g->vm, KVM_CREATE_IRQCHIP, 0))
		return -errno;
	g->memory = mmap(NULL, GUEST_BYTES, PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	if (g->memory == MAP_FAILED)
		return -errno;
	slot.userspace_addr = (uintptr_t)g->memory;
	if (ioctl(g->vm, KVM_SET_USER_MEMORY_REGION, &slot))
		return -errno;
	g->vcpu = ioctl(g->vm, KVM_CREATE_VCPU, 0);
	if (g->vcpu < 0)
		return -errno;
	run_bytes = ioctl(g->kvm, KVM_GET_VCPU_MMAP_SIZE, 0);
	if (run_bytes < 0)
		return -errno;
	g->run = mmap(NULL, run_bytes, PROT_READ | PROT_WRITE, MAP_SHARED,
		      g->vcpu, 0);
	return g->run == MAP_FAILED ? -errno : 0;
}

/* Start at GUEST_CODE with this stack. Returns 0 or -errno. */
static inline int guest_reset(struct guest *g, uint16_t stack)
{
	struct kvm_regs regs = {
		.rip = GUEST_CODE, .rsp = stack, .rflags = RFLAGS_1,
	};
	struct kvm_sregs sregs;

	if (ioctl(g->vcpu, KVM_GET_SREGS, &sregs))
		return -errno;
	sregs.cs.base = 0;
	sregs.cs.selector = 0;
	if (ioctl(g->vcpu, KVM_SET_SREGS, &sregs) ||
	    ioctl(g->vcpu, KVM_SET_REGS, &regs))
		return -errno;
	return 0;
}

#endif /* BOOT_TESTS_KVM_GUEST_H */
