// SPDX-License-Identifier: GPL-2.0
/*
 * main.c: a small virtual machine monitor on the KVM API, for benchmarks and
 * tests: payloads of bench/guest, Linux images, multiboot images.
 *
 * Not a product to run systems with: no disk, no network, no migration.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "image.h"

#define EXIT_USAGE	2
#define EXIT_CANNOT	4

static int load(struct vm *vm)
{
	int err = 0;
	int i;

	for (i = 0; !err && i < vm->opts->nr_vcpus; i++) {
		err = vcpu_set_cpuid(&vm->vcpus[i]);
		if (!err)
			err = vcpu_set_msrs(&vm->vcpus[i]);
	}
	if (err)
		return err;
	switch (vm->opts->kind) {
	case KIND_LINUX:
		return linux_load(vm);
	case KIND_MULTIBOOT:
		return multiboot_load(vm);
	default:
		return payload_load(vm);
	}
}

static void print_exits(const struct vm *vm)
{
	int i, reason;

	for (i = 0; i < vm->opts->nr_vcpus; i++) {
		for (reason = 0; reason < VM_EXIT_REASONS; reason++) {
			if (!vm->vcpus[i].exits[reason])
				continue;
			fprintf(stderr, "vmm: vcpu %d exit %d count %llu\n", i,
				reason, vm->vcpus[i].exits[reason]);
		}
	}
	if (vm->ram.uffd_faults || vm->fault.uffd_faults)
		fprintf(stderr, "vmm: uffd ram %llu fault %llu\n",
			vm->ram.uffd_faults, vm->fault.uffd_faults);
}

static int run(struct vm *vm)
{
	int err, ret;

	err = vm_create(vm);
	if (!err)
		err = load(vm);
	if (!err && vm->opts->stats) {
		vm->stats = kvmstats_open(vm->opts->stats, &vm->vcpus[0],
					  &vm->error);
		err = vm->stats ? 0 : -EIO;
	}
	if (!err)
		err = run_all(vm);
	ret = kvmstats_close(vm->stats, &vm->error);
	if (!err)
		err = ret;
	if (!err && vm->opts->samples)
		err = payload_save_samples(vm);
	if (err >= 0 && (uffd_gave_up(&vm->ram) || uffd_gave_up(&vm->fault)))
		err = -EIO;
	if (vm->opts->exit_counts)
		print_exits(vm);
	if (err == -EOPNOTSUPP)
		return EXIT_CANNOT;
	return err < 0 ? EXIT_FAILURE : err;
}

int main(int argc, char **argv)
{
	int err, status = EXIT_CANNOT;
	struct opts opts;
	struct vm *vm;

	err = opts_parse(&opts, argc, argv);
	if (err)
		return err > 0 ? EXIT_SUCCESS : EXIT_USAGE;
	vm = calloc(1, sizeof(*vm));
	if (!vm)
		return EXIT_FAILURE;
	serial_init(&vm->serial);
	if (!vm_open(vm, &opts))
		status = run(vm);
	if (vm->error.text[0])
		fprintf(stderr, "vmm: %s\n", vm->error.text);
	vm_destroy(vm);
	free(vm);
	if (fflush(stdout) || ferror(stdout)) {
		fprintf(stderr, "vmm: writing standard output failed\n");
		return EXIT_FAILURE;
	}
	return status;
}
