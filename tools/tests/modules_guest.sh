#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# modules_guest.sh VENDOR: load KVM's modules, then run tests of guest.sh, apf_guest.sh,
# sched_guest.sh and nest_guest.sh that a modular KVM can change. Runs in the guest of
# check-modules.sh.
set -u

failed=0
verdict() {
	if [ "$1" = 0 ]; then
		echo "ok - $2"
	else
		echo "not ok - $2"
		failed=1
	fi
}

/tools/kvmexitlat 1 1 2>/tmp/stderr
[ $? = 4 ] && grep -q 'is the module kvm loaded' /tmp/stderr
verdict $? "exit 4 without kvm"

insmod /modules/irqbypass.ko
insmod /modules/ccp.ko
insmod /modules/kvm.ko
/tools/kvmexitlat 1 1 2>/tmp/stderr
[ $? = 4 ] && grep -q 'neither kvm_intel nor kvm_amd' /tmp/stderr
verdict $? "exit 4 without $1"

insmod "/modules/$1.ko"
for test in counts split vcpus moved sigint bpftool control; do
	/tests/guest.sh "$test"
	verdict $? "$test"
done
for test in halt pv repeated cancel records sigint bpftool control; do
	/tests/apf_guest.sh "$test"
	verdict $? "kvmapflat $test"
done
for test in pair two_vms idle kernel bpftool control; do
	/tests/sched_guest.sh "$test"
	verdict $? "kvmschedlat $test"
done
for test in counts records sigint bpftool control; do
	/tests/nest_guest.sh "$test"
	verdict $? "kvmnestlat $test"
done
exit "$failed"
