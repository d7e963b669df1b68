/* SPDX-License-Identifier: GPL-2.0 */
/*
 * kvmexitlat.h - types shared by kvmexitlat.bpf.c and tools/kvmexitlat.c
 *
 * Figures are nanoseconds of CLOCK_MONOTONIC as the traced kernel reads them,
 * or on an emulator whatever the tool has ns_per_step make of them. There they
 * are no nanoseconds of anything: the tool names the unit.
 *
 * What it is not: no bucket rule (lat_hist.h), no kernel types.
 */
#ifndef KVMEXITLAT_H
#define KVMEXITLAT_H

#include "lat_hist.h"

/*
 * Why a sample was lost. Names are in tools/kvmexitlat.c.
 *
 * NO_START  VM-entry of a known vCPU without a VM-exit before it
 * NO_END    VM-exit, then another one without a VM-entry between them
 * MOVED     the thread went on with another vCPU
 * MAP_FULL  no room for another vCPU and exit reason in the map hists
 * NO_MEMORY no memory to note the VM-exit in
 * NEGATIVE  the parts were longer than the whole, or the clock went back
 */
enum kvmexitlat_drop {
	DROP_NO_START,
	DROP_NO_END,
	DROP_MOVED,
	DROP_MAP_FULL,
	DROP_NO_MEMORY,
	DROP_NEGATIVE,
	DROP_MAX,
};

/* Two VMs of one process that use the same vCPU number share a key. */
struct exit_key {
	__u32 tgid;
	__u32 vcpu_id;
	/* VMX: the whole exit reason field; SVM: EXITCODE. */
	__u32 exit_reason;
	/* KVM_ISA_VMX or KVM_ISA_SVM. */
	__u32 isa;
};

/*
 * The parts of exit latency. user and off hold only the exits that had such a
 * part, so their sums over all exits are still complete:
 * total.sum_ns == handling.sum_ns + user.sum_ns + off.sum_ns.
 */
struct exit_hist {
	/* VM-exit to next VM-entry. */
	struct lat_dist total;
	/* Running inside KVM_RUN. */
	struct lat_dist handling;
	/* Running outside KVM_RUN. */
	struct lat_dist user;
	/* Scheduled out, inside KVM_RUN or outside. */
	struct lat_dist off;
};

#endif /* KVMEXITLAT_H */
