/* SPDX-License-Identifier: GPL-2.0 */
/*
 * kvmnestlat.h - types shared by kvmnestlat.bpf.c and tools/kvmnestlat.c
 *
 * L0 is the traced kernel, L1 its guest, L2 the guest of that guest. Figures are
 * nanoseconds of CLOCK_MONOTONIC, or on an emulator whatever the tool has
 * ns_per_step make of them, as in kvmexitlat.h.
 *
 * What it is not: no bucket rule (lat_hist.h), no kernel types.
 */
#ifndef KVMNESTLAT_H
#define KVMNESTLAT_H

#include "lat_hist.h"

/*
 * Why an exit of L2 was lost. Names are in tools/kvmnestlat_report.c.
 *
 * NO_START  VM-entry without a VM-exit before it
 * NO_END    VM-exit, then another one without a VM-entry between them
 * LEVEL     the vCPU was at another level than what was seen led to: user space
 *           has replaced its nested state, or SMM
 * MOVED     the vCPU went on in another thread, or the thread with another vCPU
 *           that is nested, too
 * MAP_FULL  no room for another vCPU and exit reason in the map hists; also of
 *           exits of L1
 * NO_MEMORY no memory to note the VM-exit in
 * NEGATIVE  the parts were longer than the whole, or the clock went back
 * NO_RECORD no room for the exit's record
 */
enum kvmnestlat_drop {
	NEST_DROP_NO_START,
	NEST_DROP_NO_END,
	NEST_DROP_LEVEL,
	NEST_DROP_MOVED,
	NEST_DROP_MAP_FULL,
	NEST_DROP_NO_MEMORY,
	NEST_DROP_NEGATIVE,
	NEST_DROP_NO_RECORD,
	NEST_DROP_MAX,
};

/* What a row is about. */
enum nest_role {
	/* Exits of L2 that L0 handled: L2 -> L0 -> L2. */
	NEST_HANDLED,
	/* Exits of L2 that L1 was told of: L2 -> L0 -> (L1 -> L0)* -> L2. */
	NEST_REFLECTED,
	/* Exits of L1 on the way back to L2. */
	NEST_L1_EXIT,
};

/* Two VMs of one process that use the same vCPU number share a key. */
struct nest_key {
	__u32 tgid;
	__u32 vcpu_id;
	/* enum nest_role */
	__u32 role;
	/* As KVM gets it. VMX: the whole exit reason field; SVM: EXITCODE. */
	__u32 exit_reason;
	/* KVM_ISA_VMX or KVM_ISA_SVM. */
	__u32 isa;
};

/* Growth of KVM's statistics of the same names; all 0 if it has none. */
struct nest_pool {
	/* VMPTRLD of a vmcs12 that was not current; vmcs02 was there. */
	__u64 vmptrld;
	__u64 hit;
	/* A vmcs12 had to be forgotten for it. */
	__u64 recycle;
	/* A vmcs12 was written to guest memory. */
	__u64 flush;
	/* All of vmcs02 was prepared on VM-Enter, not only what changes always. */
	__u64 rare;
	/* VM-Enter had to flush the TLB for L2's VPID. */
	__u64 vpid_flush;
};

/*
 * What rows hold. Of an exit of L2, handled or reflected:
 * total == l0 + l1 + user + off, and reflected l0 == reflect + serve + enter.
 * user and off hold only the exits that had such a part, l2 only those whose
 * VM-entry was seen, l1 and what follows off only reflected ones.
 * Of an exit of L1: total == l0 + user + off, from there to the next VM-entry.
 */
struct nest_hist {
	/* L2's exit to L2's next VM-entry. */
	struct lat_dist total;
	/* Inside KVM_RUN. */
	struct lat_dist l0;
	/* L1 ran. */
	struct lat_dist l1;
	/* L2 had run, from its VM-entry to this exit. */
	struct lat_dist l2;
	/* Outside KVM_RUN, and scheduled out. */
	struct lat_dist user;
	struct lat_dist off;
	/* L0: L2's exit to L1's VM-entry. */
	struct lat_dist reflect;
	/* L0: L1's exits that ended in L1; all of a round trip. */
	struct lat_dist serve;
	/* L0: L1's exit that ended in L2. */
	struct lat_dist enter;
	/* Number of L1's exits, the one that ended in L2 included. */
	struct lat_dist l1_exits;

	/* Exits that L1 was told of and ran for, also those not over yet. */
	__u64 begun;
	/* L2 went on with another vmcs12 or vmcb12. */
	__u64 switches;
	/* L1 was told of another reason than L0 got. */
	__u64 changed;
	/* VM-Enters of L1 that failed. */
	__u64 failed;
	/* VM-Enters of L1 that were taken back before L2 ran. */
	__u64 undone;
	struct nest_pool pool;
};

/* L1's exit reasons that a record has room for. */
#define NEST_TRAIL	16

/* One exit of L2, for who wants each of them. */
struct nest_record {
	/* Its role, and the reason that L0 got. */
	struct nest_key key;
	/* Reflected: the reason that L1 was told. */
	__u32 l1_reason;
	__u32 failed;
	__u32 undone;
	/* Address of the vmcs12 or vmcb12; 0: not seen. */
	__u64 vmcs12;
	__u64 next_vmcs12;
	/* When L2 exited. */
	__u64 begin_ns;
	__u64 total_ns;
	/* 0: its VM-entry was not seen. */
	__u64 l2_ns;
	__u64 l1_ns;
	/* Handled: all of L0's part is reflect_ns. */
	__u64 reflect_ns;
	__u64 serve_ns;
	__u64 enter_ns;
	__u64 user_ns;
	__u64 off_ns;
	struct nest_pool pool;
	/* The first of L1's exits, and how many there were. */
	__u32 l1_exits;
	__u32 trail[NEST_TRAIL];
};

#endif /* KVMNESTLAT_H */
