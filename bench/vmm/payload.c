// SPDX-License-Identifier: GPL-2.0
/*
 * payload.c: load a payload of bench/guest, tell it about its machine, and
 * write its sample records out when it is done.
 *
 * The sample file is text: a line "case NAME flags F warmup W label L
 * window_tsc T n N", then N lines with one TSC delta each.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "image.h"
#include "paging.h"
#include "../guest/lib/wire.h"

static __u64 results_gpa(const struct vm *vm)
{
	return vm->ram.bytes - vm->ram.bytes / 4;
}

static int write_info(struct vm *vm)
{
	struct wire_info *info;

	info = mem_at(&vm->ram, WIRE_INFO_GPA, sizeof(*info));
	if (!info)
		return vmm_fail(&vm->error, -ENOSPC, "information page");
	memset(info, 0, sizeof(*info));
	info->magic = WIRE_MAGIC;
	info->version = WIRE_VERSION;
	info->nr_vcpus = vm->opts->nr_vcpus;
	info->mem_bytes = vm->ram.bytes;
	info->results_gpa = results_gpa(vm);
	info->results_bytes = vm->ram.bytes / 4;
	if (vm->fault.bytes) {
		info->fault_gpa = vm->fault.gpa;
		info->fault_bytes = vm->fault.bytes;
	}
	info->tsc_khz = vcpu_tsc_khz(&vm->vcpus[0]);
	strcpy(info->args, vm->opts->args);
	return 0;
}

/**
 * payload_load - Load the payload and set all vCPUs to its entry
 * @vm: Machine
 *
 * Return: 0; -errno of file_read(), elf_load(), paging_build(), KVM; -ENOSPC:
 * the payload reaches into the results area.
 */
int payload_load(struct vm *vm)
{
	const char *path = vm->opts->image;
	__u64 entry, end;
	struct file file;
	int err, i;

	err = file_read(&file, path, &vm->error);
	if (err)
		return err;
	err = elf_load(&vm->ram, &file, path, &entry, &end, &vm->error);
	file_free(&file);
	if (err)
		return err;
	if (end > results_gpa(vm))
		return vmm_fail(&vm->error, -ENOSPC, "'%s' is too large", path);
	err = paging_build(&vm->ram, vm->fault.gpa + vm->fault.bytes,
			   &vm->error);
	if (!err)
		err = write_info(vm);
	if (!err)
		err = events_create(vm);
	for (i = 0; !err && i < vm->opts->nr_vcpus; i++)
		err = vcpu_start_long(&vm->vcpus[i], entry, WIRE_INFO_GPA, i);
	return err;
}

static int save_record(struct vm *vm, FILE *f, __u64 *offset)
{
	const struct wire_record *rec;
	__u64 gpa = results_gpa(vm) + sizeof(struct wire_results) + *offset;
	__u32 i;

	rec = mem_at(&vm->ram, gpa, sizeof(*rec));
	if (!rec || !mem_at(&vm->ram, gpa, sizeof(*rec) + rec->n * 8ULL))
		return vmm_fail(&vm->error, -EPROTO, "sample record at 0x%llx",
				gpa);
	fprintf(f, "case %.*s flags %u warmup %u label %u window_tsc %llu n %u\n",
		WIRE_NAME_BYTES - 1, rec->name, rec->flags, rec->warmup,
		rec->label, rec->window_tsc, rec->n);
	for (i = 0; i < rec->n; i++)
		fprintf(f, "%llu\n", rec->samples[i]);
	*offset += sizeof(*rec) + rec->n * 8ULL;
	return 0;
}

/**
 * payload_save_samples - Write the records to the file of --samples
 * @vm: Machine whose run is over with status 0
 *
 * Return: 0; -ENODATA: the payload published none; -EPROTO: they make no
 * sense; -errno of writing the file.
 */
int payload_save_samples(struct vm *vm)
{
	const char *path = vm->opts->samples;
	const struct wire_results *head;
	__u64 offset = 0;
	int err = 0;
	FILE *f;
	__u32 i;

	head = mem_at(&vm->ram, results_gpa(vm), sizeof(*head));
	if (!head || head->magic != WIRE_MAGIC)
		return vmm_fail(&vm->error, -ENODATA,
				"'%s' published no samples", vm->opts->image);
	f = fopen(path, "w");
	if (!f)
		return vmm_fail(&vm->error, -errno, "opening '%s'", path);
	for (i = 0; !err && i < head->nr_records; i++)
		err = save_record(vm, f, &offset);
	if ((ferror(f) | fclose(f)) && !err)
		err = vmm_fail(&vm->error, -EIO, "writing '%s'", path);
	return err;
}
