// SPDX-License-Identifier: GPL-2.0
/*
 * mptable.c: Intel MultiProcessor Specification tables: processors, the ISA
 * bus, one I/O APIC with 16 lines straight through as KVM routes them.
 */
#include <errno.h>
#include <string.h>

#include "mptable.h"

#define LOCAL_APIC_GPA	0xfee00000
#define IO_APIC_GPA	0xfec00000
#define APIC_VERSION	0x14
#define IO_APIC_VERSION	0x11
#define SPEC_REVISION	4
#define ISA_LINES	16
#define ALL_APICS	0xff

#define ENTRY_CPU	0
#define ENTRY_BUS	1
#define ENTRY_IO_APIC	2
#define ENTRY_LINE	3
#define ENTRY_LOCAL	4

#define CPU_ENABLED	1
#define CPU_BOOT	2
#define IRQ_INT		0
#define IRQ_NMI		1
#define IRQ_EXTINT	3

struct mp_pointer {
	char signature[4];
	__u32 table;
	__u8 length;
	__u8 revision;
	__u8 checksum;
	__u8 features[5];
} __attribute__((packed));

struct mp_head {
	char signature[4];
	__u16 length;
	__u8 revision;
	__u8 checksum;
	char maker[8];
	char product[12];
	__u32 oem_table;
	__u16 oem_bytes;
	__u16 entries;
	__u32 local_apic;
	__u16 extended_length;
	__u8 extended_checksum;
	__u8 reserved;
} __attribute__((packed));

struct mp_cpu {
	__u8 type, apic_id, version, flags;
	__u32 signature, features;
	__u32 reserved[2];
} __attribute__((packed));

struct mp_bus {
	__u8 type, id;
	char name[6];
} __attribute__((packed));

struct mp_io_apic {
	__u8 type, id, version, flags;
	__u32 gpa;
} __attribute__((packed));

struct mp_irq {
	__u8 type, kind;
	__u16 flags;
	__u8 bus, line, apic, pin;
} __attribute__((packed));

static __u8 checksum(const void *data, size_t bytes)
{
	const __u8 *p = data;
	__u8 sum = 0;

	while (bytes--)
		sum += *p++;
	return -sum;
}

static void *append(struct mp_head *head, const void *entry, size_t bytes)
{
	void *to = (char *)head + head->length;

	memcpy(to, entry, bytes);
	head->length += bytes;
	head->entries++;
	return to;
}

static void add_cpus(struct mp_head *head, int nr_cpus)
{
	struct mp_cpu cpu = { .type = ENTRY_CPU, .version = APIC_VERSION };
	int i;

	for (i = 0; i < nr_cpus; i++) {
		cpu.apic_id = i;
		cpu.flags = CPU_ENABLED | (i ? 0 : CPU_BOOT);
		append(head, &cpu, sizeof(cpu));
	}
}

static void add_lines(struct mp_head *head, int io_apic)
{
	struct mp_irq irq = { .type = ENTRY_LINE, .kind = IRQ_INT,
			      .apic = io_apic };
	int i;

	for (i = 0; i < ISA_LINES; i++) {
		irq.line = i;
		irq.pin = i;
		append(head, &irq, sizeof(irq));
	}
	irq = (struct mp_irq) { .type = ENTRY_LOCAL, .kind = IRQ_EXTINT,
				.apic = ALL_APICS, .pin = 0 };
	append(head, &irq, sizeof(irq));
	irq.kind = IRQ_NMI;
	irq.pin = 1;
	append(head, &irq, sizeof(irq));
}

/**
 * mptable_build - Write the tables
 * @ram: Memory from address 0
 * @nr_cpus: Processors, their APIC IDs from 0
 * @error: Text of a failure
 *
 * Return: 0; -ENOSPC: @ram does not reach that far.
 */
int mptable_build(struct mem *ram, int nr_cpus, struct vmm_error *error)
{
	struct mp_io_apic io_apic = { ENTRY_IO_APIC, nr_cpus, IO_APIC_VERSION,
				      1, IO_APIC_GPA };
	struct mp_bus bus = { ENTRY_BUS, 0, "ISA   " };
	struct mp_pointer *pointer;
	struct mp_head *head;

	pointer = mem_at(ram, MPTABLE_GPA, 0x10000);
	if (!pointer)
		return vmm_fail(error, -ENOSPC, "no memory for the MP table");
	head = (struct mp_head *)(pointer + 1);
	*pointer = (struct mp_pointer) {
		.signature = "_MP_", .table = MPTABLE_GPA + sizeof(*pointer),
		.length = 1, .revision = SPEC_REVISION,
	};
	pointer->checksum = checksum(pointer, sizeof(*pointer));
	*head = (struct mp_head) {
		.signature = "PCMP", .length = sizeof(*head),
		.revision = SPEC_REVISION, .maker = "KVMLAT  ",
		.product = "VMM         ", .local_apic = LOCAL_APIC_GPA,
	};
	add_cpus(head, nr_cpus);
	append(head, &bus, sizeof(bus));
	append(head, &io_apic, sizeof(io_apic));
	add_lines(head, nr_cpus);
	head->checksum = checksum(head, head->length);
	return 0;
}
