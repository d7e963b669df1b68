/* SPDX-License-Identifier: GPL-2.0 */
/*
 * wire.h: what the VMM and a payload agree on: addresses, ports, the
 * information page and the record format of samples.
 *
 * The only header that both sides include. It is not an ABI: VMM and payloads
 * are built from one tree, and WIRE_VERSION refuses a mixture.
 */
#ifndef WIRE_H
#define WIRE_H

#define WIRE_MAGIC		0x6b766d6c77697265ULL
#define WIRE_VERSION		4

/* The page that describes the machine to the payload. */
#define WIRE_INFO_GPA		0x90000ULL
#define WIRE_ARGS_BYTES		1024

/* Never backed by memory: an access is an MMIO exit to user space. */
#define WIRE_MMIO_GPA		0xd0000000ULL
/* A write of 4 bytes here is an ioeventfd inside the kernel. */
#define WIRE_MMIO_EVENT_GPA	0xd0001000ULL
/* The second memory slot starts here if the VMM was asked for one. */
#define WIRE_FAULT_GPA		0x100000000ULL

/* Any write ends the run: low byte is the status (as kvm-unit-tests does). */
#define WIRE_PORT_EXIT		0xf4
/* 8250 data register: console output, one byte at a time. */
#define WIRE_PORT_CONSOLE	0x3f8
/* Does nothing in user space: reads give WIRE_PORT_VALUE, writes vanish. */
#define WIRE_PORT_USER		0x5e0
#define WIRE_PORT_VALUE		0x4c
/* A write of 4 bytes is an ioeventfd inside the kernel. */
#define WIRE_PORT_EVENT		0x5e4
/* A write of 4 bytes is an ioeventfd that is also the irqfd of WIRE_GSI. */
#define WIRE_PORT_IRQFD		0x5e8

/* A write starts the vCPUs from 1 on; before, only vCPU 0 runs. */
#define WIRE_PORT_START		0x5ec

/* A write makes the VMM note what KVM has counted on the writer, see --stats. */
#define WIRE_PORT_STATS		0x5f0

/*
 * A write of 4 bytes changes how the second slot's pages come: pages per reply in
 * the high byte, the delay in microseconds below.
 */
#define WIRE_PORT_POOL		0x5f4
#define WIRE_POOL_PAGES_SHIFT	24

/*
 * A write of 4 bytes binds the writer's thread to another host CPU: the number of
 * one in the list of --affinity.
 */
#define WIRE_PORT_MIGRATE	0x5f8

/* The GSI behind WIRE_PORT_IRQFD: an MSI to vCPU 0 with this vector. */
#define WIRE_GSI		24
#define WIRE_GSI_VECTOR		0x62

/* Reads and writes of this MSR exit to user space (KVM does not know it). */
#define WIRE_MSR_USER		0x4b4d4c00

/* vCPU numbers a payload has stacks for. */
#define WIRE_MAX_VCPUS		64

#ifndef __ASSEMBLER__

typedef unsigned char wire_u8;
typedef unsigned int wire_u32;
typedef unsigned long long wire_u64;

/**
 * struct wire_info - The machine as the VMM made it
 * @magic: WIRE_MAGIC
 * @version: WIRE_VERSION
 * @nr_vcpus: Number of vCPUs, all of them entering at the payload's entry
 * @mem_bytes: RAM from address 0
 * @results_gpa: Where sample records are written
 * @results_bytes: Room for them
 * @fault_gpa: Second memory slot, 0 if there is none
 * @fault_bytes: Its size
 * @tsc_khz: Guest TSC frequency as KVM tells it; on an emulator not to be
 *           believed
 * @args: The payload's arguments, "name=value" words, one blank between them
 */
struct wire_info {
	wire_u64 magic;
	wire_u32 version;
	wire_u32 nr_vcpus;
	wire_u64 mem_bytes;
	wire_u64 results_gpa;
	wire_u64 results_bytes;
	wire_u64 fault_gpa;
	wire_u64 fault_bytes;
	wire_u64 tsc_khz;
	char args[WIRE_ARGS_BYTES];
};

#define WIRE_NAME_BYTES		40

/* The record's samples count work of all CPUs, not of one. */
#define WIRE_ALL_CPUS		0x1
/* Idle time passes inside the samples: no count of instructions. */
#define WIRE_IDLE		0x2
/* Work is done between the samples, outside of them. */
#define WIRE_PREPARED		0x4

/**
 * struct wire_record - One case's samples, in the order they were taken
 * @name: Case name, NUL terminated
 * @flags: WIRE_ALL_CPUS, WIRE_IDLE, WIRE_PREPARED
 * @warmup: Iterations that went before and were dropped
 * @n: Number of samples
 * @label: Label of the emulator's count window, 0 if there was none
 * @window_tsc: TSC over that window, 0 if there was none
 * @samples: TSC deltas
 */
struct wire_record {
	char name[WIRE_NAME_BYTES];
	wire_u32 flags;
	wire_u32 warmup;
	wire_u32 n;
	wire_u32 label;
	wire_u64 window_tsc;
	wire_u64 samples[];
};

/**
 * struct wire_results - Start of the results area
 * @magic: WIRE_MAGIC once the payload has published its records
 * @nr_records: Records that follow, each right behind the one before
 * @pad: Zero
 * @bytes: Bytes of all records, without this head
 */
struct wire_results {
	wire_u64 magic;
	wire_u32 nr_records;
	wire_u32 pad;
	wire_u64 bytes;
};

#endif /* __ASSEMBLER__ */
#endif /* WIRE_H */
