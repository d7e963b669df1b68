// SPDX-License-Identifier: GPL-2.0
/*
 * vcpu.c: make a vCPU and set what it starts with: CPUID, MSRs, registers.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "paging.h"
#include "vm.h"

#define MAX_CPUID	256

/* Names as in the kernel's asm/processor-flags.h and asm/msr-index.h. */
#define CR0_PE		(1u << 0)
#define CR0_MP		(1u << 1)
#define CR0_ET		(1u << 4)
#define CR0_NE		(1u << 5)
#define CR0_WP		(1u << 16)
#define CR0_PG		(1u << 31)
#define CR4_PAE		(1u << 5)
#define EFER_LME	(1u << 8)
#define EFER_LMA	(1u << 10)
#define RFLAGS_FIXED	0x2

#define CPUID1_ECX_DEADLINE	(1u << 24)
#define CPUID1_ECX_HYPERVISOR	(1u << 31)
#define CPUID1_EBX_APIC_SHIFT	24

/* Names as in asm/kvm_para.h; the second one is of this project's kernels. */
#define KVM_CPUID_FEATURES	0x40000001
#define KVM_FEATURE_ASYNC_PF_V2	18

/* Flat segments, as a freshly loaded descriptor would leave them. */
#define SEGMENT_CODE	0xb
#define SEGMENT_DATA	0x3

/**
 * vcpu_create - Make a vCPU
 * @vcpu: Out: the vCPU
 * @vm: Its machine
 * @id: Its number and APIC ID
 *
 * Return: 0 or -errno of KVM_CREATE_VCPU or mmap().
 */
int vcpu_create(struct vcpu *vcpu, struct vm *vm, int id)
{
	vcpu->vm = vm;
	vcpu->id = id;
	vcpu->fd = ioctl(vm->fd, KVM_CREATE_VCPU, id);
	if (vcpu->fd < 0)
		return vmm_fail(&vm->error, -errno, "making vCPU %d", id);
	vcpu->run = mmap(NULL, vm->run_bytes, PROT_READ | PROT_WRITE,
			 MAP_SHARED, vcpu->fd, 0);
	if (vcpu->run == MAP_FAILED) {
		vcpu->run = NULL;
		return vmm_fail(&vm->error, -errno, "mapping vCPU %d", id);
	}
	return 0;
}

/**
 * vcpu_destroy - Unmake a vCPU
 * @vcpu: vCPU, also one that was never made (all zero)
 */
void vcpu_destroy(struct vcpu *vcpu)
{
	if (!vcpu->vm)
		return;
	if (vcpu->run)
		munmap(vcpu->run, vcpu->vm->run_bytes);
	if (vcpu->fd >= 0)
		close(vcpu->fd);
	vcpu->vm = NULL;
}

static void adapt_leaf(struct vcpu *vcpu, struct kvm_cpuid_entry2 *leaf)
{
	switch (leaf->function) {
	case 0x1:
		leaf->ebx &= ~(0xffu << CPUID1_EBX_APIC_SHIFT);
		leaf->ebx |= (__u32)vcpu->id << CPUID1_EBX_APIC_SHIFT;
		if (vcpu->vm->opts->hypervisor)
			leaf->ecx |= CPUID1_ECX_HYPERVISOR;
		if (vm_cap(vcpu->vm, KVM_CAP_TSC_DEADLINE_TIMER))
			leaf->ecx |= CPUID1_ECX_DEADLINE;
		break;
	case KVM_CPUID_FEATURES:
		if (vcpu->vm->opts->no_apf_v2)
			leaf->eax &= ~(1u << KVM_FEATURE_ASYNC_PF_V2);
		break;
	case 0xb:
	case 0x1f:
		leaf->edx = vcpu->id;
		break;
	}
}

/**
 * vcpu_set_cpuid - Give the vCPU all that KVM supports
 * @vcpu: vCPU
 *
 * With the APIC ID of this vCPU, and the TSC-deadline timer, which KVM reports
 * as a capability and not in its list.
 *
 * Return: 0; -ENOMEM; -errno of KVM_GET_SUPPORTED_CPUID, KVM_SET_CPUID2.
 */
int vcpu_set_cpuid(struct vcpu *vcpu)
{
	struct vm *vm = vcpu->vm;
	struct kvm_cpuid2 *list;
	int err = 0;
	__u32 i;

	list = calloc(1, sizeof(*list) + MAX_CPUID * sizeof(list->entries[0]));
	if (!list)
		return vmm_fail(&vm->error, -ENOMEM, "CPUID list");
	list->nent = MAX_CPUID;
	if (ioctl(vm->kvm_fd, KVM_GET_SUPPORTED_CPUID, list)) {
		err = vmm_fail(&vm->error, -errno, "asking for CPUID");
		goto out_free_list;
	}
	for (i = 0; i < list->nent; i++)
		adapt_leaf(vcpu, &list->entries[i]);
	if (ioctl(vcpu->fd, KVM_SET_CPUID2, list))
		err = vmm_fail(&vm->error, -errno, "setting CPUID");
out_free_list:
	free(list);
	return err;
}

/**
 * vcpu_set_msrs - Set the MSRs of the command line
 * @vcpu: vCPU with its CPUID
 *
 * Return: 0; -EINVAL: KVM refused one, the text says which; -errno.
 */
int vcpu_set_msrs(struct vcpu *vcpu)
{
	const struct opts *opts = vcpu->vm->opts;
	struct {
		struct kvm_msrs head;
		struct kvm_msr_entry entries[OPTS_MAX_MSRS];
	} msrs = { .head.nmsrs = opts->nr_msrs };
	int done, i;

	if (!opts->nr_msrs)
		return 0;
	for (i = 0; i < opts->nr_msrs; i++) {
		msrs.entries[i].index = opts->msrs[i].index;
		msrs.entries[i].data = opts->msrs[i].value;
	}
	done = ioctl(vcpu->fd, KVM_SET_MSRS, &msrs);
	if (done < 0)
		return vmm_fail(&vcpu->vm->error, -errno, "setting MSRs");
	if (done < opts->nr_msrs)
		return vmm_fail(&vcpu->vm->error, -EINVAL,
				"KVM refuses MSR 0x%x = 0x%llx",
				opts->msrs[done].index, opts->msrs[done].value);
	return 0;
}

static void flat_segments(struct kvm_sregs *sregs, bool is_long)
{
	struct kvm_segment code = {
		.limit = 0xffffffff, .selector = 0x10, .type = SEGMENT_CODE,
		.present = 1, .s = 1, .g = 1, .l = is_long, .db = !is_long,
	};
	struct kvm_segment data = code;

	data.selector = 0x18;
	data.type = SEGMENT_DATA;
	data.l = 0;
	data.db = 1;
	sregs->cs = code;
	sregs->ds = data;
	sregs->es = data;
	sregs->fs = data;
	sregs->gs = data;
	sregs->ss = data;
}

static int set_state(struct vcpu *vcpu, const struct kvm_sregs *sregs,
		     const struct kvm_regs *regs)
{
	struct kvm_mp_state running = { KVM_MP_STATE_RUNNABLE };
	struct vm *vm = vcpu->vm;

	if (ioctl(vcpu->fd, KVM_SET_SREGS, sregs) ||
	    ioctl(vcpu->fd, KVM_SET_REGS, regs))
		return vmm_fail(&vm->error, -errno, "registers of vCPU %d",
				vcpu->id);
	if (ioctl(vcpu->fd, KVM_SET_MP_STATE, &running))
		return vmm_fail(&vm->error, -errno, "state of vCPU %d",
				vcpu->id);
	return 0;
}

/**
 * vcpu_start_long - Let a vCPU start in 64-bit mode
 * @vcpu: vCPU; paging_build() has been done
 * @entry: RIP
 * @rdi: RDI
 * @rsi: RSI; a payload's number, Linux's boot parameters
 *
 * Flat segments, identity paging, interrupts off.
 *
 * Return: 0 or -errno of KVM_GET_SREGS, KVM_SET_*.
 */
int vcpu_start_long(struct vcpu *vcpu, __u64 entry, __u64 rdi, __u64 rsi)
{
	struct kvm_regs regs = {
		.rip = entry, .rdi = rdi, .rsi = rsi, .rflags = RFLAGS_FIXED,
	};
	struct kvm_sregs sregs;

	if (ioctl(vcpu->fd, KVM_GET_SREGS, &sregs))
		return vmm_fail(&vcpu->vm->error, -errno, "reading registers");
	flat_segments(&sregs, true);
	sregs.gdt.base = PAGING_GDT_GPA;
	sregs.gdt.limit = PAGING_GDT_BYTES - 1;
	sregs.cr3 = PAGING_ROOT_GPA;
	sregs.cr4 = CR4_PAE;
	sregs.cr0 = CR0_PE | CR0_MP | CR0_ET | CR0_NE | CR0_WP | CR0_PG;
	sregs.efer = EFER_LME | EFER_LMA;
	return set_state(vcpu, &sregs, &regs);
}

/**
 * vcpu_start_flat - Let a vCPU start in 32-bit mode as multiboot wants it
 * @vcpu: vCPU
 * @entry: EIP
 * @eax: EAX
 * @ebx: EBX
 *
 * Flat segments, no paging, interrupts off.
 *
 * Return: 0 or -errno of KVM_GET_SREGS, KVM_SET_*.
 */
int vcpu_start_flat(struct vcpu *vcpu, __u32 entry, __u32 eax, __u32 ebx)
{
	struct kvm_regs regs = {
		.rip = entry, .rax = eax, .rbx = ebx, .rflags = RFLAGS_FIXED,
	};
	struct kvm_sregs sregs;

	if (ioctl(vcpu->fd, KVM_GET_SREGS, &sregs))
		return vmm_fail(&vcpu->vm->error, -errno, "reading registers");
	flat_segments(&sregs, false);
	sregs.cr0 = CR0_PE | CR0_ET;
	sregs.cr4 = 0;
	sregs.efer = 0;
	return set_state(vcpu, &sregs, &regs);
}

/**
 * vcpu_tsc_khz - Frequency of the guest's TSC
 * @vcpu: vCPU
 *
 * Return: KVM's figure in kHz, 0 if it has none.
 */
__u64 vcpu_tsc_khz(struct vcpu *vcpu)
{
	long khz = ioctl(vcpu->fd, KVM_GET_TSC_KHZ, 0);

	return khz < 0 ? 0 : khz;
}
