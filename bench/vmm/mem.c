// SPDX-License-Identifier: GPL-2.0
/*
 * mem.c: guest memory from anonymous pages, a memfd, a userfaultfd region or
 * hugetlb pages. Knows nothing of what is stored in it.
 *
 * Small pages unless --thp: with transparent huge pages a fault case would
 * measure a mixture of sizes.
 */
#include <errno.h>
#include <linux/kvm.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "mem.h"

#define HUGE_BYTES	(2ULL << 20)

static int map_memfd(struct mem *mem, int flags)
{
	mem->memfd = memfd_create("guest", MFD_CLOEXEC);
	if (mem->memfd < 0)
		return -errno;
	if (ftruncate(mem->memfd, mem->bytes))
		return -errno;
	mem->host = mmap(NULL, mem->bytes, PROT_READ | PROT_WRITE,
			 MAP_SHARED | flags, mem->memfd, 0);
	return mem->host == MAP_FAILED ? -errno : 0;
}

/*
 * Aligned to 2 MiB so that huge pages and large TDP entries are possible. A guest may
 * be larger than the machine's memory: only hugetlb pages are reserved.
 */
static int map_anon(struct mem *mem, int flags)
{
	char *raw, *start;
	size_t head;

	raw = mmap(NULL, mem->bytes + HUGE_BYTES, PROT_NONE,
		   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (raw == MAP_FAILED)
		return -errno;
	head = -(unsigned long)raw & (HUGE_BYTES - 1);
	start = raw + head;
	if (head)
		munmap(raw, head);
	munmap(start + mem->bytes, HUGE_BYTES - head);
	if (!(flags & MAP_HUGETLB))
		flags |= MAP_NORESERVE;
	mem->host = mmap(start, mem->bytes, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | flags,
			 -1, 0);
	return mem->host == MAP_FAILED ? -errno : 0;
}

static int map_backing(struct mem *mem, enum opts_backing backing, bool populate)
{
	int flags = populate ? MAP_POPULATE : 0;

	switch (backing) {
	case BACKING_MEMFD:
		return map_memfd(mem, flags);
	case BACKING_HUGETLB:
		return map_anon(mem, flags | MAP_HUGETLB);
	default:
		return map_anon(mem, 0);
	}
}

/* The advice comes before the first touch, so populate by hand. */
static int advise(struct mem *mem, bool populate, bool thp)
{
	if (madvise(mem->host, mem->bytes,
		    thp ? MADV_HUGEPAGE : MADV_NOHUGEPAGE) && errno != EINVAL)
		return -errno;
	if (populate && madvise(mem->host, mem->bytes, MADV_POPULATE_WRITE))
		return -errno;
	return 0;
}

/**
 * mem_create - Map guest memory
 * @mem: The memory: its @error, and for userfaultfd @on_give_up and @uffd_limit,
 * are set, the rest is zero with descriptors -1; destroy it even after a failure
 * @gpa: Where the guest sees it
 * @bytes: Size, a multiple of 2 MiB
 * @backing: What it is made of
 * @populate: Fault it in now
 * @thp: Ask for transparent huge pages instead of refusing them
 *
 * Return: 0; -ENOMEM: no memory or no hugetlb pages reserved; -EPERM, -ENOSYS:
 * userfaultfd refused; other -errno of mmap(), memfd_create(), madvise().
 */
int mem_create(struct mem *mem, __u64 gpa, __u64 bytes,
	       enum opts_backing backing, bool populate, bool thp)
{
	int err;

	mem->gpa = gpa;
	mem->bytes = bytes;
	err = map_backing(mem, backing, populate);
	if (err) {
		mem->host = NULL;
		return vmm_fail(mem->error, err, "mapping %llu MiB of guest memory%s",
				bytes >> 20, backing == BACKING_HUGETLB ?
				" (hugetlb, see nr_hugepages)" : "");
	}
	if (backing == BACKING_ANON || backing == BACKING_UFFD) {
		err = advise(mem, populate, thp);
		if (err)
			return vmm_fail(mem->error, err, "populating guest memory");
	}
	if (backing == BACKING_UFFD)
		return uffd_start(mem);
	return 0;
}

/**
 * mem_destroy - Unmap guest memory
 * @mem: Memory from mem_create(), or zeroed with both descriptors -1
 */
void mem_destroy(struct mem *mem)
{
	uffd_finish(mem);
	if (mem->host)
		munmap(mem->host, mem->bytes);
	if (mem->memfd >= 0)
		close(mem->memfd);
	mem->host = NULL;
	mem->memfd = -1;
}

/**
 * mem_add_slot - Show memory to the guest
 * @mem: Memory
 * @vm_fd: KVM's VM
 * @slot: Slot number
 *
 * Return: 0 or -errno of KVM_SET_USER_MEMORY_REGION.
 */
int mem_add_slot(const struct mem *mem, int vm_fd, int slot)
{
	struct kvm_userspace_memory_region region = {
		.slot = slot,
		.guest_phys_addr = mem->gpa,
		.memory_size = mem->bytes,
		.userspace_addr = (unsigned long)mem->host,
	};

	if (ioctl(vm_fd, KVM_SET_USER_MEMORY_REGION, &region))
		return vmm_fail(mem->error, -errno, "adding memory slot %d", slot);
	return 0;
}

/**
 * mem_at - Host address of guest memory
 * @mem: Memory
 * @gpa: Guest physical address
 * @bytes: Bytes that must be inside
 *
 * Return: The address, NULL if the range is not all inside @mem.
 */
void *mem_at(const struct mem *mem, __u64 gpa, __u64 bytes)
{
	__u64 offset = gpa - mem->gpa;

	if (gpa < mem->gpa || offset > mem->bytes ||
	    bytes > mem->bytes - offset)
		return NULL;
	return (char *)mem->host + offset;
}
