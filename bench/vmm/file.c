// SPDX-License-Identifier: GPL-2.0
/*
 * file.c: read a whole file.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "image.h"

/**
 * file_read - Read a whole file
 * @file: Out: its contents, to be freed by file_free()
 * @path: Its path
 * @error: Text of a failure
 *
 * Return: 0; -ENOENT and others of fopen(); -EIO: reading failed; -ENOMEM.
 */
int file_read(struct file *file, const char *path, struct vmm_error *error)
{
	int err = 0;
	FILE *f;
	long n;

	*file = (struct file) { };
	f = fopen(path, "rb");
	if (!f)
		return vmm_fail(error, -errno, "opening '%s'", path);
	if (fseek(f, 0, SEEK_END) || (n = ftell(f)) < 0 ||
	    fseek(f, 0, SEEK_SET)) {
		err = vmm_fail(error, -EIO, "reading '%s'", path);
		goto out_close;
	}
	file->data = malloc(n ? n : 1);
	if (!file->data) {
		err = vmm_fail(error, -ENOMEM, "reading '%s'", path);
		goto out_close;
	}
	file->bytes = n;
	if (fread(file->data, 1, n, f) != (size_t)n) {
		err = vmm_fail(error, -EIO, "reading '%s'", path);
		file_free(file);
	}
out_close:
	fclose(f);
	return err;
}

/**
 * file_free - Free a file's contents
 * @file: File from file_read()
 */
void file_free(struct file *file)
{
	free(file->data);
	file->data = NULL;
}
