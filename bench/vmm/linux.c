// SPDX-License-Identifier: GPL-2.0
/*
 * linux.c: load an unmodified bzImage by the 64-bit boot protocol, with an
 * initrd, a command line, a memory map and an MP table.
 *
 * Source: the kernel's Documentation/arch/x86/boot.rst, "64-bit Boot Protocol".
 * The other vCPUs wait for the kernel to start them. No ACPI, no PCI.
 */
#include <asm/bootparam.h>
#include <asm/e820.h>
#include <errno.h>
#include <string.h>

#include "image.h"
#include "mptable.h"
#include "paging.h"

#define BOOT_PARAMS_GPA		0x10000ULL
#define COMMAND_LINE_GPA	0x20000ULL
#define KERNEL_GPA		0x100000ULL
#define LOW_RAM_END		0x9fc00ULL
#define PAGE_BYTES		4096ULL

#define HEADER_OFFSET		0x1f1
#define HEADER_MAGIC		0x53726448
/* First version that tells where a 64-bit entry is. */
#define PROTOCOL_64		0x020c
#define SECTOR_BYTES		512
#define SETUP_SECTORS_OLD	4
#define ENTRY_64_OFFSET		0x200
#define LOADER_UNDEFINED	0xff

static const char default_command_line[] = "console=ttyS0 reboot=k panic=-1";

static int check_header(const struct file *file, struct setup_header *head)
{
	if (file->bytes < HEADER_OFFSET + sizeof(*head))
		return -ENOEXEC;
	memcpy(head, (char *)file->data + HEADER_OFFSET, sizeof(*head));
	if (head->header != HEADER_MAGIC || head->version < PROTOCOL_64 ||
	    !(head->xloadflags & XLF_KERNEL_64))
		return -ENOEXEC;
	return 0;
}

static int copy_kernel(struct vm *vm, const struct file *file,
		       const struct setup_header *head)
{
	size_t skip, bytes;
	__u64 need;
	char *to;

	skip = head->setup_sects ? head->setup_sects : SETUP_SECTORS_OLD;
	skip = (skip + 1) * SECTOR_BYTES;
	if (skip > file->bytes)
		return -ENOEXEC;
	bytes = file->bytes - skip;
	need = head->init_size > bytes ? head->init_size : bytes;
	to = mem_at(&vm->ram, KERNEL_GPA, need);
	if (!to)
		return -ENOSPC;
	memcpy(to, (char *)file->data + skip, bytes);
	return 0;
}

static int copy_command_line(struct vm *vm, struct boot_params *params)
{
	const char *text = vm->opts->append;
	size_t bytes;
	char *to;

	if (!text)
		text = default_command_line;
	bytes = strlen(text) + 1;
	to = mem_at(&vm->ram, COMMAND_LINE_GPA, bytes);
	if (!to || bytes - 1 > params->hdr.cmdline_size)
		return vmm_fail(&vm->error, -E2BIG, "kernel command line");
	memcpy(to, text, bytes);
	params->hdr.cmd_line_ptr = COMMAND_LINE_GPA;
	return 0;
}

/* As high as the kernel allows and memory reaches. */
static int copy_initrd(struct vm *vm, struct boot_params *params)
{
	struct file file;
	__u64 end, gpa;
	int err;

	if (!vm->opts->initrd)
		return 0;
	err = file_read(&file, vm->opts->initrd, &vm->error);
	if (err)
		return err;
	end = params->hdr.initrd_addr_max + 1ULL;
	if (end > vm->ram.bytes)
		end = vm->ram.bytes;
	gpa = end - file.bytes;
	gpa &= ~(PAGE_BYTES - 1);
	if (file.bytes > end ||
	    gpa < params->hdr.pref_address + params->hdr.init_size) {
		err = vmm_fail(&vm->error, -ENOSPC, "initrd '%s'",
			       vm->opts->initrd);
	} else {
		memcpy(mem_at(&vm->ram, gpa, file.bytes), file.data,
		       file.bytes);
		params->hdr.ramdisk_image = gpa;
		params->hdr.ramdisk_size = file.bytes;
	}
	file_free(&file);
	return err;
}

static void add_range(struct boot_params *params, __u64 from, __u64 to, int type)
{
	struct boot_e820_entry *e = &params->e820_table[params->e820_entries++];

	e->addr = from;
	e->size = to - from;
	e->type = type;
}

static int fill_params(struct vm *vm, const struct setup_header *head)
{
	struct boot_params *params;
	int err;

	params = mem_at(&vm->ram, BOOT_PARAMS_GPA, sizeof(*params));
	if (!params)
		return vmm_fail(&vm->error, -ENOSPC, "boot parameters");
	memset(params, 0, sizeof(*params));
	params->hdr = *head;
	params->hdr.type_of_loader = LOADER_UNDEFINED;
	add_range(params, 0, LOW_RAM_END, E820_RAM);
	add_range(params, LOW_RAM_END, KERNEL_GPA, E820_RESERVED);
	add_range(params, KERNEL_GPA, vm->ram.bytes, E820_RAM);
	err = copy_command_line(vm, params);
	if (!err)
		err = copy_initrd(vm, params);
	return err;
}

/**
 * linux_load - Load a kernel and set vCPU 0 to its 64-bit entry
 * @vm: Machine
 *
 * Return: 0; -ENOEXEC: no bzImage with a 64-bit entry; -ENOSPC: guest memory
 * is too small for kernel or initrd; -E2BIG: command line too long; -errno of
 * reading files and of KVM.
 */
int linux_load(struct vm *vm)
{
	const char *path = vm->opts->image;
	struct setup_header head;
	struct file file;
	int err;

	err = file_read(&file, path, &vm->error);
	if (err)
		return err;
	err = check_header(&file, &head);
	if (!err)
		err = copy_kernel(vm, &file, &head);
	file_free(&file);
	if (err)
		return vmm_fail(&vm->error, err, "kernel '%s'", path);
	err = fill_params(vm, &head);
	if (!err)
		err = paging_build(&vm->ram, vm->ram.bytes, &vm->error);
	if (!err)
		err = mptable_build(&vm->ram, vm->opts->nr_vcpus, &vm->error);
	if (err)
		return err;
	return vcpu_start_long(&vm->vcpus[0], KERNEL_GPA + ENTRY_64_OFFSET,
			       0, BOOT_PARAMS_GPA);
}
