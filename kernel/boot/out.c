// SPDX-License-Identifier: GPL-2.0
/*
 * out.c - hands /out to the host when everything has run: as a tar in the memory
 * that QEMU shares, or else on the scratch disk.
 *
 * Not here: what is in /out, and what the host makes of the tar.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "init.h"

#define STATUS_NO_ROOM	126
#define PCI_DEVICES	"/sys/bus/pci/devices"
#define IVSHMEM_VENDOR	0x1af4
#define IVSHMEM_DEVICE	0x1110

static char * const disks[] = { "/dev/vda", "/dev/sda" };

/* Does file @name in PCI device folder @folder hold the number @value? */
static bool pci_is(const char *folder, const char *name, unsigned long value)
{
	char path[300], text[32];

	snprintf(path, sizeof(path), PCI_DEVICES "/%s/%s", folder, name);
	return get(path, text, sizeof(text)) > 0 &&
	       strtoul(text, NULL, 16) == value;
}

/* Map the memory that QEMU shares with the host (ivshmem); NULL without it. */
static char *map_shared(size_t *size)
{
	struct dirent *entry;
	char *map = NULL;
	struct stat st;
	char path[300];
	DIR *devices;
	int fd;

	devices = opendir(PCI_DEVICES);
	while (devices && !map && (entry = readdir(devices))) {
		if (!pci_is(entry->d_name, "vendor", IVSHMEM_VENDOR) ||
		    !pci_is(entry->d_name, "device", IVSHMEM_DEVICE))
			continue;
		snprintf(path, sizeof(path), PCI_DEVICES "/%s/enable", entry->d_name);
		put(path, "1");
		snprintf(path, sizeof(path), PCI_DEVICES "/%s/resource2", entry->d_name);
		fd = open(path, O_RDWR | O_CLOEXEC);
		if (fd >= 0 && !fstat(fd, &st)) {
			*size = st.st_size;
			map = mmap(NULL, st.st_size, PROT_READ | PROT_WRITE,
				   MAP_SHARED, fd, 0);
		}
		if (map == MAP_FAILED)
			map = NULL;
		close(fd);
	}
	if (devices)
		closedir(devices);
	return map;
}

/* Start tar with /out going to @target, "-" being @to; returns its process. */
static pid_t start_tar(char *target, int to, int err)
{
	char *argv[] = { "tar", "-C", "/out", "-cf", target, ".", NULL };
	pid_t pid = fork();

	if (!pid)
		exec_job(argv, to, err, false);
	return pid;
}

/* Copy a tar of /out into @map; returns tar's status, or STATUS_NO_ROOM. */
static int tar_to_memory(char *map, size_t size, int output)
{
	size_t sum = 0;
	ssize_t len;
	int ends[2];
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC))
		return STATUS_NO_EXEC;
	pid = start_tar("-", ends[1], output);
	close(ends[1]);
	while (sum < size && (len = read(ends[0], map + sum, size - sum)) > 0)
		sum += len;
	close(ends[0]);
	return sum == size ? STATUS_NO_ROOM : wait_for(pid, 0);
}

/*
 * Hand /out to the host as a tar, if there is anything in it: through shared
 * memory, which is there in no time, or else through the scratch disk.
 */
void save_out(int output)
{
	size_t size = 0, i;
	char *map;

	/* An empty folder can be removed. */
	if (!rmdir("/out"))
		return;
	map = map_shared(&size);
	if (map) {
		report("@out %d\n", tar_to_memory(map, size, output));
		return;
	}
	for (i = 0; i < sizeof(disks) / sizeof(disks[0]); i++) {
		if (access(disks[i], W_OK))
			continue;
		report("@out %d\n", wait_for(start_tar(disks[i], output, output), 0));
		sync();
		return;
	}
	report("@out %d\n", STATUS_NO_EXEC);
}
