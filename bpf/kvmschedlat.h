/* SPDX-License-Identifier: GPL-2.0 */
/*
 * kvmschedlat.h - types shared by kvmschedlat.bpf.c and tools/kvmschedlat.c
 *
 * Figures are nanoseconds of CLOCK_MONOTONIC, or on an emulator whatever the
 * tool has ns_per_step make of them, as in kvmexitlat.h. Those of put and load
 * are ticks of the TSC everywhere, since that is what the kernel tells.
 *
 * What it is not: no bucket rule (lat_hist.h), no kernel types.
 */
#ifndef KVMSCHEDLAT_H
#define KVMSCHEDLAT_H

#include "lat_hist.h"

/*
 * Why a sample was lost. Names are in tools/kvmschedlat_report.c.
 *
 * NO_START  a vCPU's thread came in that was not seen to go out
 * NO_WAKEUP it had been blocked and was not seen to be woken: no run delay
 * MAP_FULL  no room for another vCPU, or for another pair of CPUs
 * NO_MEMORY no memory to remember the vCPU's thread in
 * NEGATIVE  the clock went back
 */
enum kvmschedlat_drop {
	DROP_NO_START,
	DROP_NO_WAKEUP,
	DROP_MAP_FULL,
	DROP_NO_MEMORY,
	DROP_NEGATIVE,
	DROP_MAX,
};

/* Why a vCPU's thread was scheduled out; the order of struct sched_hist. */
enum kvmschedlat_off {
	/* In KVM_RUN: the vCPU is halted. */
	OFF_HALT,
	/* In KVM_RUN: the thread could have gone on. */
	OFF_PREEMPT,
	/* In KVM_RUN: blocked by something else, such as a missing page. */
	OFF_WAIT,
	/* Outside KVM_RUN, for whatever reason. */
	OFF_USER,
};

/* What ran instead. A vCPU is one whose thread is in KVM_RUN. */
enum kvmschedlat_next {
	NEXT_IDLE,
	NEXT_KTHREAD,
	NEXT_USER,
	NEXT_SAME_VM,
	NEXT_OTHER_VM,
	NEXT_MAX,
};

/* Two VMs of one process that use the same vCPU number share a key. */
struct sched_key {
	__u32 tgid;
	__u32 vcpu_id;
};

/* The same as counters. */
struct sched_replaced {
	__u64 idle;
	__u64 kthread;
	__u64 user;
	__u64 same_vm;
	__u64 other_vm;
};

/*
 * One vCPU. All that is known of a time out is added when it ends, so that the
 * times out of the four kinds and the two rows of what replaced the vCPU hold
 * the same events, and delay holds them but those without a wakeup.
 */
struct sched_hist {
	/* Scheduled out to scheduled in. */
	struct lat_dist halt;
	struct lat_dist preempt;
	struct lat_dist wait;
	struct lat_dist user;
	/* Runnable to scheduled in. */
	struct lat_dist delay;
	/* Scheduled in, in KVM_RUN, to the next VM-entry. */
	struct lat_dist entry;
	/* Those of entry where another vCPU went out at that moment. */
	struct lat_dist handover;
	/* What KVM did for it, in ticks of the TSC; not on every kernel. */
	struct lat_dist put;
	struct lat_dist load;

	/* What ran instead when the thread was blocked, and when not. */
	struct sched_replaced blocked;
	struct sched_replaced preempted;
	/* Scheduled in, in KVM_RUN, and gone without a VM-entry. */
	__u64 unentered;
	/* Found the CPU as the vCPU had left it; not on every kernel. */
	__u64 last_on_cpu;
	/* Those of entry that something had been left out for; the same. */
	__u64 elided;
};

struct move_key {
	struct sched_key vcpu;
	/* CPUs. */
	__u32 from;
	__u32 to;
};

/* How often a vCPU was loaded on another CPU than before, and what it took. */
struct move {
	__u64 count;
	/* The old CPU had to be sent an IPI to execute VMCLEAR. */
	__u64 vmclear;
	/* Moves that were followed by a VM-entry; what is below is known then. */
	__u64 entered;
	/* KVM flushed all of the vCPU's translations in between. */
	__u64 tlb_flush;
	/* SVM: the VM-entry takes a new ASID, without translations. */
	__u64 new_asid;
};

#endif /* KVMSCHEDLAT_H */
