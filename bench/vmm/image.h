/* SPDX-License-Identifier: GPL-2.0 */
/*
 * image.h: load what the machine is to run and point its vCPUs at it.
 */
#ifndef VMM_IMAGE_H
#define VMM_IMAGE_H

#include <stddef.h>

#include "vm.h"

/**
 * struct file - A file in memory
 * @data: Its contents
 * @bytes: Their number
 */
struct file {
	void *data;
	size_t bytes;
};

int file_read(struct file *file, const char *path, struct vmm_error *error);
void file_free(struct file *file);

int elf_load(struct mem *ram, const struct file *file, const char *path,
	     __u64 *entry, __u64 *end, struct vmm_error *error);

int payload_load(struct vm *vm);
int payload_save_samples(struct vm *vm);
int linux_load(struct vm *vm);
int multiboot_load(struct vm *vm);

#endif /* VMM_IMAGE_H */
