// SPDX-License-Identifier: GPL-2.0
/*
 * nest.c: a hypervisor whose guest makes a known number of exits, on VMX or SVM.
 *
 * Each trip, L2 reads ports=N times a port of the VMM, which the host handles
 * without telling this L1, executes work2=N instructions and makes a hypercall,
 * which the host tells L1. L1 executes CPUID cpuids=N times and work=N other
 * instructions and enters L2 again, another one of vmcs=N in turn. The number of
 * hypercalls is trips=N. fail=N: so many VM-Enters before the second trip are
 * refused by a check. Prints the vendor, the trips and the ticks of the TSC that
 * the shortest one took.
 *
 * What it is not: no samples for statistics. L1 and L2 share their page tables; no
 * EPT, no NPT.
 *
 * Source of numbers: Intel's SDM, "Field Encoding in VMCS"; AMD's APM, "Layout of
 * VMCB".
 */
#include "guest.h"

#define PAGE_BYTES		4096
#define MAX_VMCS		8

#define MSR_FEAT_CTL		0x3a
#define FEAT_CTL_LOCKED		1
#define FEAT_CTL_VMX		4
#define MSR_VMX_BASIC		0x480
#define MSR_VMX_PINBASED	0x481
#define MSR_VMX_PROCBASED	0x482
#define MSR_VMX_EXIT		0x483
#define MSR_VMX_ENTRY		0x484
#define CR4_VMXE		(1 << 13)
#define VM_EXIT_HOST_64BIT	(1 << 9)
#define VM_ENTRY_64BIT		(1 << 9)
#define VMCS_CR3_TARGETS	0x400a
#define VMCS_GUEST_RIP		0x681e
#define VMCS_EXIT_REASON	0x4402
#define EXIT_REASON_VMCALL	18

#define MSR_EFER		0xc0000080
#define MSR_VM_HSAVE_PA		0xc0010117
#define EFER_SVME		(1 << 12)
#define SVM_EXIT_VMMCALL	0x81
#define INTERCEPT_VMRUN_VMMCALL	3

struct descriptor_table {
	u16 limit;
	u64 base;
} __attribute__((packed));

/* Offsets are checked below. */
struct vmcb_segment {
	u16 selector, attributes;
	u32 limit;
	u64 base;
};

struct vmcb {
	u32 intercepts[16];
	u8 unused0[24];
	u32 asid;
	u8 unused1[20];
	u64 exit_code;
	u8 unused2[0x400 - 0x78];
	struct vmcb_segment es, cs, ss, ds, fs, gs, gdtr, ldtr, idtr, tr;
	u8 unused3[0x30];
	u64 efer;
	u8 unused4[0x70];
	u64 cr4, cr3, cr0, dr7, dr6, rflags, rip;
	u8 unused5[0x58];
	u64 rsp;
	u8 unused6[0x88];
	u64 pat;
	u8 unused7[PAGE_BYTES - 0x670];
};

_Static_assert(__builtin_offsetof(struct vmcb, asid) == 0x58 &&
	       __builtin_offsetof(struct vmcb, exit_code) == 0x70 &&
	       __builtin_offsetof(struct vmcb, es) == 0x400 &&
	       __builtin_offsetof(struct vmcb, efer) == 0x4d0 &&
	       __builtin_offsetof(struct vmcb, cr4) == 0x548 &&
	       __builtin_offsetof(struct vmcb, rip) == 0x578 &&
	       __builtin_offsetof(struct vmcb, rsp) == 0x5d8 &&
	       __builtin_offsetof(struct vmcb, pat) == 0x668 &&
	       sizeof(struct vmcb) == PAGE_BYTES, "layout of the VMCB");

static u8 vmxon[PAGE_BYTES] __attribute__((aligned(PAGE_BYTES)));
/* Of a VMCB or VMCS each. */
static u8 regions[MAX_VMCS][PAGE_BYTES] __attribute__((aligned(PAGE_BYTES)));
static u8 l2_stack[PAGE_BYTES] __attribute__((aligned(16)));
static u8 host_stack[64] __attribute__((aligned(16)));
static bool launched[MAX_VMCS];
static u32 nr_vmcs;

/* Not static: used below. */
u64 nest_rsp;
u32 l2_ports;
u32 l2_work;
u64 l2_calls;

void l2_code_vmx(void);
void l2_code_svm(void);
void vmx_back(void);
int vmx_run(bool again);
void svm_run(u64 vmcb);

/*
 * L2 has no registers of its own but RSP, RIP and on SVM RAX; L1 starts it at its
 * beginning each time. After a VM-exit VMX has RSP from the VMCS, where nothing
 * worth keeping lies.
 */
asm(".macro l2_code name, call\n"
    "\\name: mov l2_ports(%rip), %ecx\n"
    "	mov $0x5e0, %edx\n"
    "	jrcxz 2f\n"
    "1:	in %dx, %al\n"
    "	loop 1b\n"
    "2:	mov l2_work(%rip), %ecx\n"
    "	jrcxz 4f\n"
    "3:	loop 3b\n"
    "4:	incq l2_calls(%rip)\n"
    "	\\call\n"
    "	ud2\n"
    ".endm\n"
    ".macro save_regs\n"
    "	push %rbp; push %rbx; push %r12; push %r13; push %r14; push %r15\n"
    ".endm\n"
    ".macro restore_regs\n"
    "	pop %r15; pop %r14; pop %r13; pop %r12; pop %rbx; pop %rbp\n"
    ".endm\n"
    "	l2_code l2_code_vmx, vmcall\n"
    "	l2_code l2_code_svm, vmmcall\n"
    "vmx_run: save_regs\n"
    "	mov %rsp, nest_rsp(%rip)\n"
    "	test %dil, %dil\n"
    "	jnz 1f\n"
    "	vmlaunch\n"
    "	jmp 2f\n"
    "1:	vmresume\n"
    "2:	mov $1, %eax\n"
    "	jmp 3f\n"
    "vmx_back: mov nest_rsp(%rip), %rsp\n"
    "	xor %eax, %eax\n"
    "3:	restore_regs\n"
    "	ret\n"
    "svm_run: save_regs\n"
    "	mov %rdi, %rax\n"
    "	vmrun\n"
    "	restore_regs\n"
    "	ret\n");

_Static_assert(WIRE_PORT_USER == 0x5e0, "the port in l2_code");

static u64 read_cr0(void)
{
	u64 value;

	asm volatile("mov %%cr0, %0" : "=r" (value));
	return value;
}

static u64 read_cr3(void)
{
	u64 value;

	asm volatile("mov %%cr3, %0" : "=r" (value));
	return value;
}

static u64 read_cr4(void)
{
	u64 value;

	asm volatile("mov %%cr4, %0" : "=r" (value));
	return value;
}

static u16 read_cs(void)
{
	u16 value;

	asm volatile("mov %%cs, %0" : "=r" (value));
	return value;
}

static u16 read_ss(void)
{
	u16 value;

	asm volatile("mov %%ss, %0" : "=r" (value));
	return value;
}

static void read_tables(struct descriptor_table *gdt,
			struct descriptor_table *idt)
{
	asm volatile("sgdt %0; sidt %1" : "=m" (*gdt), "=m" (*idt));
}

static void vmwrite(u64 field, u64 value)
{
	bool failed;

	asm volatile("vmwrite %2, %1" : "=@ccna" (failed)
		     : "r" (field), "rm" (value) : "memory");
	if (failed)
		panic("VMWRITE of field %llx failed", field);
}

static u64 vmread(u64 field)
{
	u64 value;

	asm volatile("vmread %1, %0" : "=rm" (value) : "r" (field) : "cc");
	return value;
}

static void vmptrld(const void *region)
{
	u64 gpa = (u64)region;
	bool failed;

	asm volatile("vmptrld %1" : "=@ccna" (failed) : "m" (gpa) : "memory");
	if (failed)
		panic("VMPTRLD failed");
}

/* Bits that the MSR wants to be set. */
static u64 controls(u32 msr, u64 wanted)
{
	return wanted | (u32)rdmsr(msr);
}

static void vmcs_segments(void)
{
	struct descriptor_table gdt, idt;
	u32 i;

	read_tables(&gdt, &idt);
	/* ES, CS, SS, DS, FS, GS, LDTR, TR */
	for (i = 0; i < 8; i++) {
		vmwrite(0x800 + 2 * i, i == 1 ? read_cs() : i < 6 ? read_ss() :
			i == 7 ? 0x18 : 0);
		vmwrite(0x4800 + 2 * i, i < 6 ? 0xffffffff : 0x67);
		vmwrite(0x4814 + 2 * i, i == 1 ? 0xa09b : i < 6 ? 0xc093 :
			i == 7 ? 0x8b : 0x10000);
		vmwrite(0x6806 + 2 * i, 0);
		/* The host's; it has no LDTR. */
		if (i < 6)
			vmwrite(0xc00 + 2 * i, i == 1 ? read_cs() : read_ss());
	}
	vmwrite(0xc0c, 0x18);
	vmwrite(0x4810, gdt.limit);
	vmwrite(0x4812, idt.limit);
	vmwrite(0x6816, gdt.base);
	vmwrite(0x6818, idt.base);
	vmwrite(0x6c0c, gdt.base);
	vmwrite(0x6c0e, idt.base);
}

static void vmcs_fill(void)
{
	static const u16 zero_fields[] = {
		/* Exception bitmap, page fault masks, CR3 targets */
		0x4004, 0x4006, 0x4008, VMCS_CR3_TARGETS,
		/* MSR lists, event to inject */
		0x400e, 0x4010, 0x4014, 0x4016,
		/* Interruptibility, activity, SYSENTER_CS */
		0x4824, 0x4826, 0x482a, 0x4c00,
		/* Masks and shadows of CR0 and CR4 */
		0x6000, 0x6002, 0x6004, 0x6006,
		/* Pending debug exceptions, SYSENTER_ESP, _EIP, DEBUGCTL */
		0x6822, 0x6824, 0x6826, 0x2802,
		/* Host: bases of FS, GS, TR, SYSENTER_ESP, _EIP */
		0x6c06, 0x6c08, 0x6c0a, 0x6c10, 0x6c12,
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(zero_fields); i++)
		vmwrite(zero_fields[i], 0);
	vmwrite(0x4000, controls(MSR_VMX_PINBASED, 0));
	vmwrite(0x4002, controls(MSR_VMX_PROCBASED, 0));
	vmwrite(0x400c, controls(MSR_VMX_EXIT, VM_EXIT_HOST_64BIT));
	vmwrite(0x4012, controls(MSR_VMX_ENTRY, VM_ENTRY_64BIT));
	vmwrite(0x2800, ~0ULL);
	vmcs_segments();
	/* CR0, CR3, CR4 of both */
	vmwrite(0x6800, read_cr0());
	vmwrite(0x6802, read_cr3());
	vmwrite(0x6804, read_cr4());
	vmwrite(0x6c00, read_cr0());
	vmwrite(0x6c02, read_cr3());
	vmwrite(0x6c04, read_cr4());
	vmwrite(0x681a, 0x400);
	vmwrite(0x681c, (u64)&l2_stack[PAGE_BYTES]);
	vmwrite(VMCS_GUEST_RIP, (u64)l2_code_vmx);
	vmwrite(0x6820, 2);
	vmwrite(0x6c14, (u64)&host_stack[sizeof(host_stack)]);
	vmwrite(0x6c16, (u64)vmx_back);
}

static void vmx_setup(void)
{
	u32 revision = rdmsr(MSR_VMX_BASIC);
	u64 gpa = (u64)vmxon;
	bool failed;
	u32 i;

	if (!(rdmsr(MSR_FEAT_CTL) & FEAT_CTL_LOCKED))
		wrmsr(MSR_FEAT_CTL, FEAT_CTL_LOCKED | FEAT_CTL_VMX);
	asm volatile("mov %0, %%cr4" :: "r" (read_cr4() | CR4_VMXE) : "memory");
	*(u32 *)vmxon = revision;
	asm volatile("vmxon %1" : "=@ccna" (failed) : "m" (gpa) : "memory");
	if (failed)
		panic("VMXON failed");
	for (i = 0; i < nr_vmcs; i++) {
		*(u32 *)regions[i] = revision;
		gpa = (u64)regions[i];
		asm volatile("vmclear %0" :: "m" (gpa) : "memory", "cc");
		vmptrld(regions[i]);
		vmcs_fill();
	}
}

/* More CR3 targets than there can be: a check of the controls. */
static void vmx_fail(void)
{
	vmwrite(VMCS_CR3_TARGETS, 5);
	if (!vmx_run(launched[0]))
		panic("VM-Enter did not fail");
	vmwrite(VMCS_CR3_TARGETS, 0);
}

static void vmx_trip(u32 i)
{
	if (nr_vmcs > 1)
		vmptrld(regions[i]);
	if (launched[i])
		vmwrite(VMCS_GUEST_RIP, (u64)l2_code_vmx);
	if (vmx_run(launched[i]))
		panic("VM-Enter failed: error %llu", vmread(0x4400));
	launched[i] = true;
}

static void svm_segment(struct vmcb_segment *segment, u16 selector,
			u16 attributes)
{
	segment->selector = selector;
	segment->attributes = attributes;
	segment->limit = 0xffffffff;
}

static void vmcb_fill(struct vmcb *vmcb)
{
	struct descriptor_table gdt, idt;

	read_tables(&gdt, &idt);
	vmcb->intercepts[4] = INTERCEPT_VMRUN_VMMCALL;
	vmcb->asid = 1;
	svm_segment(&vmcb->es, read_ss(), 0xc93);
	svm_segment(&vmcb->cs, read_cs(), 0xa9b);
	svm_segment(&vmcb->ss, read_ss(), 0xc93);
	svm_segment(&vmcb->ds, read_ss(), 0xc93);
	vmcb->gdtr.limit = gdt.limit;
	vmcb->gdtr.base = gdt.base;
	vmcb->idtr.limit = idt.limit;
	vmcb->idtr.base = idt.base;
	vmcb->efer = rdmsr(MSR_EFER);
	vmcb->cr0 = read_cr0();
	vmcb->cr3 = read_cr3();
	vmcb->cr4 = read_cr4();
	vmcb->dr7 = 0x400;
	vmcb->dr6 = 0xffff0ff0;
	vmcb->rflags = 2;
	vmcb->rsp = (u64)&l2_stack[PAGE_BYTES];
	vmcb->pat = 0x0007040600070406ULL;
}

static void svm_setup(void)
{
	u32 i;

	wrmsr(MSR_EFER, rdmsr(MSR_EFER) | EFER_SVME);
	wrmsr(MSR_VM_HSAVE_PA, (u64)vmxon);
	for (i = 0; i < nr_vmcs; i++)
		vmcb_fill((struct vmcb *)regions[i]);
}

/* VMRUN must be intercepted. */
static void svm_fail(void)
{
	struct vmcb *vmcb = (struct vmcb *)regions[0];

	vmcb->intercepts[4] = 0;
	svm_run((u64)vmcb);
	if (vmcb->exit_code != ~0ULL)
		panic("VMRUN did not fail");
	vmcb->intercepts[4] = INTERCEPT_VMRUN_VMMCALL;
}

/* The global interrupt flag stays clear, nothing is to interrupt L1. */
static void svm_trip(u32 i)
{
	struct vmcb *vmcb = (struct vmcb *)regions[i];

	vmcb->rip = (u64)l2_code_svm;
	svm_run((u64)vmcb);
	if (vmcb->exit_code != SVM_EXIT_VMMCALL)
		panic("L2 exited for %llx", vmcb->exit_code);
}

static void trip(bool amd, u64 nr)
{
	if (amd)
		svm_trip(nr % nr_vmcs);
	else
		vmx_trip(nr % nr_vmcs);
}

/* What L1 does between L2's call and its own VM-Enter. */
static void work(u64 cpuids, u64 instructions)
{
	while (cpuids--)
		cpuid(0, 0);
	if (instructions)
		asm volatile("1: loop 1b" : "+c" (instructions));
}

int main(void)
{
	u64 trips = arg_u64("trips", 100), cpuids = arg_u64("cpuids", 0);
	u64 instructions = arg_u64("work", 0), fails = arg_u64("fail", 0);
	bool amd = pv_is_amd();
	u64 nr, start_tsc, least_tsc = ~0ULL;

	l2_ports = arg_u64("ports", 0);
	l2_work = arg_u64("work2", 0);
	nr_vmcs = arg_u64("vmcs", 1);
	if (!nr_vmcs || nr_vmcs > MAX_VMCS || trips < 2)
		panic("vmcs is not 1 to %u, or trips less than 2", MAX_VMCS);
	if (amd)
		svm_setup();
	else
		vmx_setup();
	trip(amd, 0);
	for (nr = 0; nr < fails; nr++)
		amd ? svm_fail() : vmx_fail();
	for (nr = 1; nr < trips; nr++) {
		start_tsc = rdtsc();
		work(cpuids, instructions);
		trip(amd, nr);
		start_tsc = rdtsc() - start_tsc;
		if (start_tsc < least_tsc)
			least_tsc = start_tsc;
	}
	if (!amd && vmread(VMCS_EXIT_REASON) != EXIT_REASON_VMCALL)
		panic("L2 exited for %llu", vmread(VMCS_EXIT_REASON));
	if (l2_calls != trips)
		panic("%llu calls of %llu", l2_calls, trips);
	printf("%s %llu ticks %llu\n", amd ? "svm" : "vmx", trips, least_tsc);
	return 0;
}
