// SPDX-License-Identifier: GPL-2.0
/*
 * hold.c - keeps KVM's static keys from changing in guests of mode race
 *
 * KVM patches the kernel's code when the first VM and the first vCPU of a kind
 * come and when the last ones go: preempt_notifier_key in the scheduler,
 * kvm_has_noapic_vcpu and apic_sw_disabled in KVM. QEMU with a thread per CPU
 * may lose such a change (README.md, "What mode race cannot be trusted with").
 * So init holds a VM with a vCPU without and one with a local APIC, which never
 * run, from the beginning to the end.
 *
 * Not here: keys of tracepoints, which the tests themselves switch with one CPU
 * online. A kernel or machine without KVM is no error.
 */
#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <linux/kvm.h>

#include "init.h"

static void hold_vcpu(int kvm, bool apic)
{
	int vm = ioctl(kvm, KVM_CREATE_VM, 0);

	if (vm < 0)
		return;
	fcntl(vm, F_SETFD, FD_CLOEXEC);
	if (apic)
		ioctl(vm, KVM_CREATE_IRQCHIP);
	ioctl(vm, KVM_CREATE_VCPU, 0);
}

void hold_kvm_keys(void)
{
	int kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);

	if (kvm < 0)
		return;
	hold_vcpu(kvm, false);
	hold_vcpu(kvm, true);
	close(kvm);
}
