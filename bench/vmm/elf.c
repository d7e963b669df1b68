// SPDX-License-Identifier: GPL-2.0
/*
 * elf.c: load the segments of an x86 ELF executable, 32 or 64 bits, at their
 * physical addresses. No relocation, no dynamic linking.
 */
#include <elf.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "image.h"

/**
 * struct segment - What a program header says, of either width
 * @type: PT_*
 * @offset: In the file
 * @gpa: Where it goes
 * @file_bytes: Bytes from the file
 * @bytes: Bytes in memory, the rest is zero
 */
struct segment {
	__u32 type;
	__u64 offset;
	__u64 gpa;
	__u64 file_bytes;
	__u64 bytes;
};

static bool is_elf(const struct file *file)
{
	const Elf32_Ehdr *head = file->data;

	return file->bytes >= sizeof(Elf64_Ehdr) &&
	       !memcmp(head->e_ident, ELFMAG, SELFMAG) &&
	       head->e_ident[EI_DATA] == ELFDATA2LSB &&
	       head->e_type == ET_EXEC &&
	       (head->e_machine == EM_386 || head->e_machine == EM_X86_64);
}

static bool is_64(const struct file *file)
{
	const Elf32_Ehdr *head = file->data;

	return head->e_ident[EI_CLASS] == ELFCLASS64;
}

static int get_segment(const struct file *file, int i, struct segment *seg)
{
	const Elf64_Ehdr *head64 = file->data;
	const Elf32_Ehdr *head32 = file->data;
	__u64 offset, size;
	Elf64_Phdr p64;
	Elf32_Phdr p32;

	size = is_64(file) ? sizeof(p64) : sizeof(p32);
	offset = is_64(file) ? head64->e_phoff : head32->e_phoff;
	offset += i * size;
	if (offset > file->bytes || size > file->bytes - offset)
		return -ENOEXEC;
	if (is_64(file)) {
		memcpy(&p64, (char *)file->data + offset, size);
		*seg = (struct segment) { p64.p_type, p64.p_offset,
			p64.p_paddr, p64.p_filesz, p64.p_memsz };
	} else {
		memcpy(&p32, (char *)file->data + offset, size);
		*seg = (struct segment) { p32.p_type, p32.p_offset,
			p32.p_paddr, p32.p_filesz, p32.p_memsz };
	}
	if (seg->offset > file->bytes ||
	    seg->file_bytes > file->bytes - seg->offset ||
	    seg->file_bytes > seg->bytes)
		return -ENOEXEC;
	return 0;
}

static int load_segment(struct mem *ram, const struct file *file, int i,
			__u64 *end)
{
	struct segment seg;
	char *to;
	int err;

	err = get_segment(file, i, &seg);
	if (err || seg.type != PT_LOAD || !seg.bytes)
		return err;
	to = mem_at(ram, seg.gpa, seg.bytes);
	if (!to)
		return -ENOSPC;
	memcpy(to, (char *)file->data + seg.offset, seg.file_bytes);
	memset(to + seg.file_bytes, 0, seg.bytes - seg.file_bytes);
	if (seg.gpa + seg.bytes > *end)
		*end = seg.gpa + seg.bytes;
	return 0;
}

/**
 * elf_load - Load an executable
 * @ram: Memory from address 0
 * @file: The file
 * @path: Its name, for the text
 * @entry: Out: entry point
 * @end: Out: first byte behind all segments
 * @error: Text of a failure
 *
 * Return: 0; -ENOEXEC: no x86 ELF executable, or damaged; -ENOSPC: a segment
 * lies outside guest memory.
 */
int elf_load(struct mem *ram, const struct file *file, const char *path,
	     __u64 *entry, __u64 *end, struct vmm_error *error)
{
	const Elf64_Ehdr *head64 = file->data;
	const Elf32_Ehdr *head32 = file->data;
	int i, nr, err = 0;

	if (!is_elf(file))
		return vmm_fail(error, -ENOEXEC, "'%s' is no x86 ELF image",
				path);
	nr = is_64(file) ? head64->e_phnum : head32->e_phnum;
	*entry = is_64(file) ? head64->e_entry : head32->e_entry;
	*end = 0;
	for (i = 0; !err && i < nr; i++)
		err = load_segment(ram, file, i, end);
	if (err)
		return vmm_fail(error, err, "loading '%s'", path);
	return 0;
}
