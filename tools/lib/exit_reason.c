// SPDX-License-Identifier: GPL-2.0
/*
 * exit_reason.c - names of VM-exit reasons
 *
 * The tables are those of the kernel tree that the tools are built from, so
 * the names are the ones that its tracepoints print.
 *
 * What it is not: no grouping or judgement of reasons.
 *
 * Limit: a reason that only a newer kernel knows is shown as a number.
 */
#include "exit_reason.h"

#include <linux/types.h>
#include <stdio.h>
#include <asm/kvm.h>

#include "arch/x86/include/uapi/asm/svm.h"
#include "arch/x86/include/uapi/asm/vmx.h"

struct exit_reason {
	uint32_t code;
	const char *name;
};

static const struct exit_reason vmx_reasons[] = { VMX_EXIT_REASONS };
static const struct exit_reason svm_reasons[] = { SVM_EXIT_REASONS };

#define count_of(array) (sizeof(array) / sizeof((array)[0]))

static const char *find_name(const struct exit_reason *reasons, size_t count,
			     uint32_t code)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (reasons[i].code == code)
			return reasons[i].name;
	return NULL;
}

/**
 * exit_isa_name - Name an instruction set of virtualization
 * @isa: EXIT_ISA_VMX, EXIT_ISA_SVM or any other value.
 *
 * Return: "vmx", "svm" or "unknown".
 */
const char *exit_isa_name(uint32_t isa)
{
	switch (isa) {
	case EXIT_ISA_VMX:
		return "vmx";
	case EXIT_ISA_SVM:
		return "svm";
	default:
		return "unknown";
	}
}

/**
 * exit_reason_name - Name an exit reason as KVM's tracepoints do
 * @isa: EXIT_ISA_VMX or EXIT_ISA_SVM.
 * @reason: VMX: the whole exit reason field. SVM: EXITCODE.
 * @buffer: Memory for names that are composed.
 * @size: Size of @buffer in bytes; 40 is enough.
 *
 * In VMX, bits 0 to 15 are the reason and bit 31 says that VM-entry failed,
 * which is shown as an exclamation mark.
 *
 * Return: The name, in @buffer or constant.
 */
const char *exit_reason_name(uint32_t isa, uint32_t reason, char *buffer,
			     size_t size)
{
	uint32_t basic = isa == EXIT_ISA_VMX ? reason & 0xffff : reason;
	const char *failed = "";
	const char *name;

	if (isa == EXIT_ISA_VMX) {
		name = find_name(vmx_reasons, count_of(vmx_reasons), basic);
		if (reason & VMX_EXIT_REASONS_FAILED_VMENTRY)
			failed = "!";
	} else {
		name = find_name(svm_reasons, count_of(svm_reasons), basic);
	}
	if (name && !*failed)
		return name;
	if (name)
		snprintf(buffer, size, "%s%s", name, failed);
	else
		snprintf(buffer, size, "reason_0x%x%s", basic, failed);
	return buffer;
}
