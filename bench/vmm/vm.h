/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vm.h: the virtual machine: KVM's descriptors, memory, vCPUs, the end of the
 * run.
 */
#ifndef VMM_VM_H
#define VMM_VM_H

#include <linux/kvm.h>
#include <pthread.h>
#include <stdbool.h>

#include "error.h"
#include "kvmstats.h"
#include "mem.h"
#include "opts.h"
#include "serial.h"

/* Exit reasons that are counted one by one; higher ones share the last. */
#define VM_EXIT_REASONS		64

struct vm;

/**
 * struct vcpu - One virtual CPU and its thread
 * @vm: The machine it belongs to
 * @id: Number, also its APIC ID
 * @fd: KVM's vCPU
 * @run: Shared page of KVM
 * @thread: The thread that runs it
 * @started: The thread exists
 * @tid: Its kernel thread ID
 * @exits: Exits to user space by reason
 */
struct vcpu {
	struct vm *vm;
	int id;
	int fd;
	struct kvm_run *run;
	pthread_t thread;
	bool started;
	int tid;
	__u64 exits[VM_EXIT_REASONS];
};

/**
 * struct vm - One virtual machine
 * @opts: The command line
 * @kvm_fd: The KVM device
 * @fd: KVM's VM
 * @run_bytes: Size of the shared page of a vCPU
 * @ram: Memory from address 0
 * @fault: Second slot, its size 0 if there is none
 * @event_fds: ioeventfds: port, MMIO, and the one that is an irqfd too
 * @stats: Snapshots of vCPU 0's statistics, NULL if nobody wants them
 * @serial: First serial port
 * @cmos_index: Register of the CMOS that port 0x71 shows
 * @fw_cfg: Position in the item of the firmware interface being read
 * @vcpus: The vCPUs
 * @lock: Guards @done, @status and the vCPUs' @started
 * @ended: Signalled when @done is set
 * @done: The run is over
 * @status: Exit status of the image, or -errno
 * @error: Text of a failure
 */
struct vm {
	const struct opts *opts;
	int kvm_fd;
	int fd;
	int run_bytes;
	struct mem ram;
	struct mem fault;
	int event_fds[3];
	struct kvmstats *stats;
	struct serial serial;
	__u8 cmos_index;
	struct {
		__u16 item;
		__u16 offset;
	} fw_cfg;
	struct vcpu vcpus[OPTS_MAX_VCPUS];
	pthread_mutex_t lock;
	pthread_cond_t ended;
	bool done;
	int status;
	struct vmm_error error;
};

int vm_open(struct vm *vm, const struct opts *opts);
int vm_create(struct vm *vm);
void vm_destroy(struct vm *vm);
int vm_cap(struct vm *vm, int cap);
int vm_enable_cap(struct vm *vm, int cap, __u64 arg0);
int vm_irq_line(struct vm *vm, int gsi, int level);

int events_create(struct vm *vm);

int vcpu_create(struct vcpu *vcpu, struct vm *vm, int id);
void vcpu_destroy(struct vcpu *vcpu);
int vcpu_set_cpuid(struct vcpu *vcpu);
int vcpu_set_msrs(struct vcpu *vcpu);
int vcpu_start_long(struct vcpu *vcpu, __u64 entry, __u64 rdi, __u64 rsi);
int vcpu_start_flat(struct vcpu *vcpu, __u32 entry, __u32 eax, __u32 ebx);
__u64 vcpu_tsc_khz(struct vcpu *vcpu);

void run_init(struct vm *vm);
int run_all(struct vm *vm);
void run_stop(struct vm *vm, int status);
int run_start_others(struct vm *vm);
int run_migrate(struct vcpu *vcpu, __u32 n);

int ports_exit(struct vcpu *vcpu);
int mmio_exit(struct vcpu *vcpu);

#endif /* VMM_VM_H */
