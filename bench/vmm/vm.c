// SPDX-License-Identifier: GPL-2.0
/*
 * vm.c: make and unmake the virtual machine: KVM's device, in-kernel interrupt
 * controllers and timer, memory slots, capabilities.
 */
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "pool.h"
#include "vm.h"
#include "../guest/lib/wire.h"

/* Three pages that VMX needs for real mode; below the BIOS, above the RAM. */
#define TSS_GPA		0xfffbd000

#define container_of(ptr, type, member) \
	((type *)((char *)(ptr) - offsetof(type, member)))

/**
 * vm_open - Open KVM
 * @vm: Zeroed machine
 * @opts: The command line, kept by reference
 *
 * Return: 0; -ENOENT, -EACCES, -ENXIO: no usable KVM device; -EPROTO: not the
 * stable version of its API; -EOPNOTSUPP: user memory or an in-kernel
 * interrupt controller is missing.
 */
int vm_open(struct vm *vm, const struct opts *opts)
{
	int version;

	vm->opts = opts;
	vm->fd = -1;
	run_init(vm);
	vm->ram.memfd = vm->ram.uffd = vm->ram.uffd_stop = -1;
	vm->fault.memfd = vm->fault.uffd = vm->fault.uffd_stop = -1;
	memset(vm->event_fds, -1, sizeof(vm->event_fds));
	vm->kvm_fd = open(opts->kvm, O_RDWR | O_CLOEXEC);
	if (vm->kvm_fd < 0)
		return vmm_fail(&vm->error, -errno, "opening %s", opts->kvm);
	version = ioctl(vm->kvm_fd, KVM_GET_API_VERSION, 0);
	if (version != KVM_API_VERSION)
		return vmm_fail(&vm->error, -EPROTO, "%s is no KVM device",
				opts->kvm);
	if (!vm_cap(vm, KVM_CAP_USER_MEMORY) || !vm_cap(vm, KVM_CAP_IRQCHIP))
		return vmm_fail(&vm->error, -EOPNOTSUPP,
				"%s lacks user memory or irqchip", opts->kvm);
	vm->run_bytes = ioctl(vm->kvm_fd, KVM_GET_VCPU_MMAP_SIZE, 0);
	return vm->run_bytes < 0 ?
		vmm_fail(&vm->error, -errno, "size of the vCPU page") : 0;
}

/**
 * vm_cap - Ask for a capability of KVM
 * @vm: Machine after vm_open()
 * @cap: KVM_CAP_*
 *
 * Return: Its value, 0 if KVM does not have it.
 */
int vm_cap(struct vm *vm, int cap)
{
	int value = ioctl(vm->kvm_fd, KVM_CHECK_EXTENSION, cap);

	return value < 0 ? 0 : value;
}

/**
 * vm_enable_cap - Switch a capability on for this VM
 * @vm: Machine
 * @cap: KVM_CAP_*
 * @arg0: Its first argument
 *
 * Return: 0; -EOPNOTSUPP: KVM does not have it; other -errno: it refused.
 */
int vm_enable_cap(struct vm *vm, int cap, __u64 arg0)
{
	struct kvm_enable_cap enable = { .cap = cap, .args = { arg0 } };

	if (!vm_cap(vm, cap))
		return vmm_fail(&vm->error, -EOPNOTSUPP, "capability %d", cap);
	if (ioctl(vm->fd, KVM_ENABLE_CAP, &enable))
		return vmm_fail(&vm->error, -errno, "enabling capability %d",
				cap);
	return 0;
}

/**
 * vm_irq_line - Set an interrupt line of the in-kernel controllers
 * @vm: Machine
 * @gsi: Line
 * @level: 0 or 1
 *
 * Return: 0 or -errno of KVM_IRQ_LINE.
 */
int vm_irq_line(struct vm *vm, int gsi, int level)
{
	struct kvm_irq_level line = { .irq = gsi, .level = level };

	if (ioctl(vm->fd, KVM_IRQ_LINE, &line))
		return vmm_fail(&vm->error, -errno, "interrupt line %d", gsi);
	return 0;
}

static int create_devices(struct vm *vm)
{
	struct kvm_pit_config pit = { .flags = KVM_PIT_SPEAKER_DUMMY };

	if (ioctl(vm->fd, KVM_SET_TSS_ADDR, TSS_GPA))
		return vmm_fail(&vm->error, -errno, "placing the TSS");
	if (ioctl(vm->fd, KVM_CREATE_IRQCHIP, 0))
		return vmm_fail(&vm->error, -errno, "making the irqchip");
	if (ioctl(vm->fd, KVM_CREATE_PIT2, &pit))
		return vmm_fail(&vm->error, -errno, "making the PIT");
	return 0;
}

static void ram_gave_up(struct mem *mem, int err)
{
	run_stop(container_of(mem, struct vm, ram), err);
}

static void fault_gave_up(struct mem *mem, int err)
{
	run_stop(container_of(mem, struct vm, fault), err);
}

static int create_memory(struct vm *vm)
{
	const struct opts *opts = vm->opts;
	int err;

	vm->ram.on_give_up = ram_gave_up;
	vm->fault.on_give_up = fault_gave_up;
	vm->ram.uffd_limit = vm->fault.uffd_limit = opts->uffd_limit;
	vm->ram.error = vm->fault.error = &vm->error;
	err = mem_create(&vm->ram, 0, opts->mem_bytes, opts->backing,
			 opts->populate, opts->thp);
	if (err)
		return err;
	err = mem_add_slot(&vm->ram, vm->fd, 0);
	if (err || !opts->fault_bytes)
		return err;
	if (opts->fault_pages) {
		vm->fault.pool = pool_create(opts->fault_delay_ns,
					     opts->fault_pages,
					     opts->fault_late_ns);
		if (!vm->fault.pool)
			return vmm_fail(&vm->error, -ENOMEM, "fault handlers");
	}
	err = mem_create(&vm->fault, WIRE_FAULT_GPA, opts->fault_bytes,
			 opts->fault_backing, opts->fault_populate, false);
	if (err)
		return err;
	return mem_add_slot(&vm->fault, vm->fd, 1);
}

static int set_caps(struct vm *vm)
{
	const struct opts *opts = vm->opts;
	int err = 0;

	if (opts->halt_poll_ns >= 0)
		err = vm_enable_cap(vm, KVM_CAP_HALT_POLL, opts->halt_poll_ns);
	if (!err && opts->kind == KIND_PAYLOAD)
		err = vm_enable_cap(vm, KVM_CAP_X86_USER_SPACE_MSR,
				    KVM_MSR_EXIT_REASON_UNKNOWN);
	return err;
}

/**
 * vm_create - Make the machine and its vCPUs, nothing loaded yet
 * @vm: Machine after vm_open(); destroy it even after a failure
 *
 * Return: 0; -EOPNOTSUPP: this KVM lacks something the options ask for;
 * -ENOMEM, other -errno: KVM or memory failed, the text says which.
 */
int vm_create(struct vm *vm)
{
	int err, i;

	vm->fd = ioctl(vm->kvm_fd, KVM_CREATE_VM, 0);
	if (vm->fd < 0)
		return vmm_fail(&vm->error, -errno, "making a VM");
	err = create_devices(vm);
	if (!err)
		err = create_memory(vm);
	if (!err)
		err = set_caps(vm);
	for (i = 0; !err && i < vm->opts->nr_vcpus; i++)
		err = vcpu_create(&vm->vcpus[i], vm, i);
	return err;
}

/**
 * vm_destroy - Unmake the machine
 * @vm: Machine after vm_open(), whatever became of it; no vCPU runs
 */
void vm_destroy(struct vm *vm)
{
	unsigned int i;

	for (i = 0; i < OPTS_MAX_VCPUS; i++)
		vcpu_destroy(&vm->vcpus[i]);
	for (i = 0; i < 3; i++) {
		if (vm->event_fds[i] >= 0)
			close(vm->event_fds[i]);
	}
	if (vm->fd >= 0)
		close(vm->fd);
	mem_destroy(&vm->fault);
	pool_free(vm->fault.pool);
	mem_destroy(&vm->ram);
	if (vm->kvm_fd >= 0)
		close(vm->kvm_fd);
}
