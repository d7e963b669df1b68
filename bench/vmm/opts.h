/* SPDX-License-Identifier: GPL-2.0 */
/*
 * opts.h: everything the command line can say, parsed and range checked.
 */
#ifndef VMM_OPTS_H
#define VMM_OPTS_H

#include <linux/types.h>
#include <stdbool.h>

#define OPTS_MAX_VCPUS		64
#define OPTS_MAX_MSRS		32

/* How the image is loaded. */
enum opts_kind {
	KIND_PAYLOAD,
	KIND_LINUX,
	KIND_MULTIBOOT,
};

/* What guest memory is made of. */
enum opts_backing {
	BACKING_ANON,
	BACKING_MEMFD,
	BACKING_UFFD,
	BACKING_HUGETLB,
};

/**
 * struct opts_msr - One MSR to set before the first entry
 * @index: MSR number
 * @value: Its value
 */
struct opts_msr {
	__u32 index;
	__u64 value;
};

/**
 * struct opts - The command line
 * @kvm: Path of the KVM device
 * @kind: How the image is loaded
 * @image: Path of the image
 * @args: Words behind the image, joined with blanks
 * @initrd: Path, NULL if none (Linux only)
 * @append: Kernel command line (Linux only)
 * @samples: Path that sample records are written to, NULL: nowhere
 * @stats: Path that snapshots of KVM's statistics are written to, NULL: nowhere
 * @mem_bytes: Guest memory
 * @backing: What it is made of
 * @populate: Fault all of it in before the run
 * @thp: Ask for transparent huge pages
 * @fault_bytes: Second memory slot at WIRE_FAULT_GPA, 0: none
 * @fault_backing: What that is made of
 * @fault_populate: Fault it in on the host's side before the run
 * @uffd_limit: Pages after which a userfaultfd handler gives up, 0: never
 * @fault_pages: Pages per reply of the handlers of its faults, 0: one, at once
 * @fault_delay_ns: Time from the report of a fault to the reply
 * @fault_late_ns: By how much the handlers break that promise (tests)
 * @nr_vcpus: Number of vCPUs
 * @nr_affinity: Entries of @affinity, 0: vCPU threads are not bound
 * @affinity: Host CPU of vCPU i is entry i modulo @nr_affinity
 * @policy: SCHED_* policy of the vCPU threads, -1: as inherited
 * @priority: Priority for SCHED_FIFO and SCHED_RR
 * @nr_msrs: Entries of @msrs
 * @msrs: Set on every vCPU
 * @halt_poll_ns: KVM's halt polling limit of this VM, -1: the module's
 * @hypervisor: Set the bit of CPUID without which Linux does not look for KVM
 * @no_apf_v2: Hide version 2 of asynchronous page faults from the guest
 * @limit_s: Seconds after which the run fails, 0: none
 * @exit_counts: Print the number of exits to user space by reason
 */
struct opts {
	const char *kvm;
	enum opts_kind kind;
	const char *image;
	char args[1024];
	const char *initrd;
	const char *append;
	const char *samples;
	const char *stats;
	__u64 mem_bytes;
	enum opts_backing backing;
	bool populate;
	bool thp;
	__u64 fault_bytes;
	enum opts_backing fault_backing;
	bool fault_populate;
	__u64 uffd_limit;
	unsigned int fault_pages;
	__u64 fault_delay_ns;
	__u64 fault_late_ns;
	int nr_vcpus;
	int nr_affinity;
	int affinity[OPTS_MAX_VCPUS];
	int policy;
	int priority;
	int nr_msrs;
	struct opts_msr msrs[OPTS_MAX_MSRS];
	long halt_poll_ns;
	bool hypervisor;
	bool no_apf_v2;
	unsigned int limit_s;
	bool exit_counts;
};

int opts_parse(struct opts *opts, int argc, char **argv);

#endif /* VMM_OPTS_H */
