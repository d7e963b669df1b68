// SPDX-License-Identifier: GPL-2.0
/*
 * run.c: the threads of the vCPUs, their loop around KVM_RUN, and the end.
 *
 * The loop is part of what user-space exits cost: it does a count, a switch and
 * the access, nothing else.
 */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "vm.h"
#include "../guest/lib/wire.h"

#define SIGNAL_KICK	SIGUSR1

static void on_kick(int signal)
{
	(void)signal;
}

static int msr_exit(struct vcpu *vcpu, bool is_write)
{
	struct kvm_run *run = vcpu->run;

	run->msr.error = run->msr.index != WIRE_MSR_USER;
	if (!is_write)
		run->msr.data = WIRE_PORT_VALUE;
	return 0;
}

static int bad_exit(struct vcpu *vcpu)
{
	struct kvm_run *run = vcpu->run;
	struct vm *vm = vcpu->vm;

	switch (run->exit_reason) {
	case KVM_EXIT_SHUTDOWN:
		return vmm_fail(&vm->error, -EFAULT,
				"vCPU %d: triple fault", vcpu->id);
	case KVM_EXIT_FAIL_ENTRY:
		return vmm_fail(&vm->error, -EIO,
				"vCPU %d: entry failed, reason 0x%llx",
				vcpu->id,
				run->fail_entry.hardware_entry_failure_reason);
	case KVM_EXIT_INTERNAL_ERROR:
		return vmm_fail(&vm->error, -EIO,
				"vCPU %d: KVM internal error %u", vcpu->id,
				run->internal.suberror);
	default:
		return vmm_fail(&vm->error, -EIO,
				"vCPU %d: unexpected exit reason %u", vcpu->id,
				run->exit_reason);
	}
}

static int handle_exit(struct vcpu *vcpu)
{
	__u32 reason = vcpu->run->exit_reason;

	vcpu->exits[reason < VM_EXIT_REASONS ? reason : VM_EXIT_REASONS - 1]++;
	switch (reason) {
	case KVM_EXIT_IO:
		return ports_exit(vcpu);
	case KVM_EXIT_MMIO:
		return mmio_exit(vcpu);
	case KVM_EXIT_X86_RDMSR:
		return msr_exit(vcpu, false);
	case KVM_EXIT_X86_WRMSR:
		return msr_exit(vcpu, true);
	case KVM_EXIT_INTR:
		return 0;
	default:
		return bad_exit(vcpu);
	}
}

static int vcpu_loop(struct vcpu *vcpu)
{
	struct vm *vm = vcpu->vm;
	int err = 0;

	while (!err && !__atomic_load_n(&vm->done, __ATOMIC_ACQUIRE)) {
		if (!ioctl(vcpu->fd, KVM_RUN, 0))
			err = handle_exit(vcpu);
		else if (errno != EINTR && errno != EAGAIN)
			err = vmm_fail(&vm->error, -errno, "running vCPU %d",
				       vcpu->id);
	}
	return err;
}

static int bind_thread(struct vcpu *vcpu, int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		return vmm_fail(&vcpu->vm->error, -errno,
				"binding vCPU %d to host CPU %d", vcpu->id, cpu);
	return 0;
}

/**
 * run_migrate - Move the calling vCPU thread to another host CPU
 * @vcpu: The vCPU that this thread runs
 * @n: Index of a CPU in the list of --affinity
 *
 * Return: 0; -EINVAL: the list has no such entry; -errno of sched_setaffinity().
 */
int run_migrate(struct vcpu *vcpu, __u32 n)
{
	const struct opts *opts = vcpu->vm->opts;

	if (n >= (__u32)opts->nr_affinity)
		return vmm_fail(&vcpu->vm->error, -EINVAL,
				"vCPU %d asks for CPU %u of --affinity, which has %d",
				vcpu->id, n, opts->nr_affinity);
	return bind_thread(vcpu, opts->affinity[n]);
}

static int place_thread(struct vcpu *vcpu)
{
	const struct opts *opts = vcpu->vm->opts;
	struct sched_param param = { .sched_priority = opts->priority };
	int err;

	if (opts->nr_affinity) {
		err = bind_thread(vcpu, opts->affinity[vcpu->id % opts->nr_affinity]);
		if (err)
			return err;
	}
	if (opts->policy >= 0 && sched_setscheduler(0, opts->policy, &param))
		return vmm_fail(&vcpu->vm->error, -errno,
				"scheduling policy of vCPU %d", vcpu->id);
	return 0;
}

static void *vcpu_thread(void *arg)
{
	struct vcpu *vcpu = arg;
	int err;

	vcpu->tid = syscall(SYS_gettid);
	err = place_thread(vcpu);
	if (!err)
		err = vcpu_loop(vcpu);
	if (err)
		run_stop(vcpu->vm, err);
	return NULL;
}

/**
 * run_init - Prepare for the end: run_stop() may be called from now on
 * @vm: Zeroed machine
 */
void run_init(struct vm *vm)
{
	pthread_condattr_t attr;

	pthread_mutex_init(&vm->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&vm->ended, &attr);
}

/**
 * run_stop - End the run
 * @vm: Machine
 * @status: Exit status of the image, 0 to 255, or -errno
 *
 * The first call counts. Other vCPUs leave KVM at once; none is started any more.
 *
 * Context: Any thread, also a vCPU's, from run_init() on.
 */
void run_stop(struct vm *vm, int status)
{
	int i;

	pthread_mutex_lock(&vm->lock);
	if (!vm->done) {
		vm->status = status;
		__atomic_store_n(&vm->done, true, __ATOMIC_RELEASE);
		for (i = 0; i < vm->opts->nr_vcpus; i++) {
			if (vm->vcpus[i].run)
				vm->vcpus[i].run->immediate_exit = 1;
			if (vm->vcpus[i].started)
				pthread_kill(vm->vcpus[i].thread, SIGNAL_KICK);
		}
		pthread_cond_signal(&vm->ended);
	}
	pthread_mutex_unlock(&vm->lock);
}

static void wait_for_end(struct vm *vm)
{
	struct timespec limit;
	int err = 0;

	clock_gettime(CLOCK_MONOTONIC, &limit);
	limit.tv_sec += vm->opts->limit_s;
	pthread_mutex_lock(&vm->lock);
	while (!vm->done && !err) {
		if (vm->opts->limit_s)
			err = pthread_cond_timedwait(&vm->ended, &vm->lock,
						     &limit);
		else
			err = pthread_cond_wait(&vm->ended, &vm->lock);
	}
	pthread_mutex_unlock(&vm->lock);
	if (err) {
		vmm_fail(&vm->error, -err, "no end within %u s",
			 vm->opts->limit_s);
		run_stop(vm, -err);
	}
}

/* Under the lock: run_stop() sees a thread either whole or not at all. */
static int start_thread(struct vm *vm, struct vcpu *vcpu)
{
	int err = 0;

	pthread_mutex_lock(&vm->lock);
	if (!vm->done && !vcpu->started) {
		err = -pthread_create(&vcpu->thread, NULL, vcpu_thread, vcpu);
		vcpu->started = !err;
	}
	pthread_mutex_unlock(&vm->lock);
	if (err)
		vmm_fail(&vm->error, err, "thread of vCPU %d", vcpu->id);
	return err;
}

/**
 * run_start_others - Start the vCPUs from 1 on
 * @vm: Machine that runs; a run that is over starts nothing
 *
 * Context: vCPU 0's thread, or before any thread runs.
 * Return: 0 or -errno of pthread_create().
 */
int run_start_others(struct vm *vm)
{
	int i, err = 0;

	for (i = 1; !err && i < vm->opts->nr_vcpus; i++)
		err = start_thread(vm, &vm->vcpus[i]);
	return err;
}

/**
 * run_all - Run all vCPUs until the image ends
 * @vm: Machine with everything loaded and set
 *
 * A payload's vCPU 0 starts the others itself (WIRE_PORT_START); in other
 * images KVM holds them until they get their startup IPI.
 *
 * Return: Exit status of the image, 0 to 255; -ETIMEDOUT: the time limit;
 * -EFAULT: triple fault; -EIO: KVM could not go on; other -errno.
 */
int run_all(struct vm *vm)
{
	struct sigaction kick = { .sa_handler = on_kick };
	int i, err;

	sigaction(SIGNAL_KICK, &kick, NULL);
	err = start_thread(vm, &vm->vcpus[0]);
	if (!err && vm->opts->kind != KIND_PAYLOAD)
		err = run_start_others(vm);
	if (err)
		run_stop(vm, err);
	wait_for_end(vm);
	for (i = 0; i < vm->opts->nr_vcpus; i++) {
		if (vm->vcpus[i].started)
			pthread_join(vm->vcpus[i].thread, NULL);
	}
	fflush(stdout);
	return vm->status;
}
