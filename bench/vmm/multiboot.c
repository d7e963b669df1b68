// SPDX-License-Identifier: GPL-2.0
/*
 * multiboot.c: load a multiboot ELF image as kvm-unit-tests builds them.
 *
 * Source: Multiboot Specification 0.6.96, "Machine state" and "Boot information
 * format". No modules. The other vCPUs wait to be started by the image.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "image.h"

#define HEADER_MAGIC	0x1badb002
#define LOADER_MAGIC	0x2badb002
/* The header lies within the first bytes of the file, 4-byte aligned. */
#define HEADER_SEARCH	8192

#define INFO_GPA	0x8000ULL
#define MAP_GPA		0x8100ULL
#define COMMAND_GPA	0x8200ULL
#define COMMAND_BYTES	0xe00

#define INFO_MEMORY	(1u << 0)
#define INFO_COMMAND	(1u << 2)
#define INFO_MAP	(1u << 6)
#define MAP_RAM		1
#define LOW_RAM_END	0x9fc00ULL
#define HIGH_RAM	0x100000ULL

/* Fields up to the memory map; the rest is not announced in flags. */
struct multiboot_info {
	__u32 flags;
	__u32 lower_kib, upper_kib;
	__u32 boot_device;
	__u32 command_line;
	__u32 modules, modules_at;
	__u32 symbols[4];
	__u32 map_bytes, map_at;
	__u32 rest[15];
};

struct multiboot_range {
	__u32 size;
	__u64 from, bytes;
	__u32 type;
} __attribute__((packed));

static int check_header(const struct file *file)
{
	const __u32 *words = file->data;
	size_t i, nr;

	nr = file->bytes < HEADER_SEARCH ? file->bytes : HEADER_SEARCH;
	nr /= sizeof(*words);
	for (i = 0; i + 2 < nr; i++) {
		if (words[i] == HEADER_MAGIC &&
		    words[i] + words[i + 1] + words[i + 2] == 0)
			return 0;
	}
	return -ENOEXEC;
}

static int write_info(struct vm *vm)
{
	struct multiboot_range *map;
	struct multiboot_info *info;
	char *command;

	info = mem_at(&vm->ram, INFO_GPA, 0x1000);
	if (!info)
		return vmm_fail(&vm->error, -ENOSPC, "boot information");
	map = mem_at(&vm->ram, MAP_GPA, 2 * sizeof(*map));
	command = mem_at(&vm->ram, COMMAND_GPA, COMMAND_BYTES);
	memset(info, 0, sizeof(*info));
	map[0] = (struct multiboot_range) { sizeof(*map) - 4, 0, LOW_RAM_END,
					    MAP_RAM };
	map[1] = (struct multiboot_range) { sizeof(*map) - 4, HIGH_RAM,
					    vm->ram.bytes - HIGH_RAM, MAP_RAM };
	if (snprintf(command, COMMAND_BYTES, "%s %s", vm->opts->image,
		     vm->opts->args) >= COMMAND_BYTES)
		return vmm_fail(&vm->error, -E2BIG, "command line");
	info->flags = INFO_MEMORY | INFO_COMMAND | INFO_MAP;
	info->lower_kib = LOW_RAM_END >> 10;
	info->upper_kib = (vm->ram.bytes - HIGH_RAM) >> 10;
	info->command_line = COMMAND_GPA;
	info->map_at = MAP_GPA;
	info->map_bytes = 2 * sizeof(*map);
	return 0;
}

/**
 * multiboot_load - Load an image and set vCPU 0 to its entry
 * @vm: Machine
 *
 * Return: 0; -ENOEXEC: no x86 ELF or no multiboot header; -ENOSPC: memory too
 * small; -E2BIG: command line too long; -errno of reading and of KVM.
 */
int multiboot_load(struct vm *vm)
{
	const char *path = vm->opts->image;
	__u64 entry, end;
	struct file file;
	int err;

	err = file_read(&file, path, &vm->error);
	if (err)
		return err;
	err = check_header(&file);
	if (err)
		vmm_fail(&vm->error, err, "'%s' has no multiboot header", path);
	else
		err = elf_load(&vm->ram, &file, path, &entry, &end, &vm->error);
	file_free(&file);
	if (!err)
		err = write_info(vm);
	if (err)
		return err;
	return vcpu_start_flat(&vm->vcpus[0], entry, LOADER_MAGIC, INFO_GPA);
}
