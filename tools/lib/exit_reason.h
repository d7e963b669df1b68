/* SPDX-License-Identifier: GPL-2.0 */
/*
 * exit_reason.h - names of VM-exit reasons
 *
 * What it is not: no numbers are defined here: they are the kernel's uapi.
 */
#ifndef TOOLS_LIB_EXIT_REASON_H
#define TOOLS_LIB_EXIT_REASON_H

#include <stddef.h>
#include <stdint.h>

/* As in the tracepoint kvm_exit: KVM_ISA_VMX and KVM_ISA_SVM. */
enum exit_isa {
	EXIT_ISA_VMX = 1,
	EXIT_ISA_SVM = 2,
};

const char *exit_isa_name(uint32_t isa);
const char *exit_reason_name(uint32_t isa, uint32_t reason, char *buffer,
			     size_t size);

#endif /* TOOLS_LIB_EXIT_REASON_H */
