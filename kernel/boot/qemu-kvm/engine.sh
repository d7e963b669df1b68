# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154,SC2034,SC2054
# qemu-kvm: hardware nested virtualization. Not repeatable; its time is the
# hardware's, so its figures have the unit cycles or ns.
# Functions are described in ../README.md.

# shellcheck source=kernel/boot/qemu.sh
. "$boot/qemu.sh"

# kvm_refusal CPUINFO DEVICE MODULES: print why hardware nested virtualization
# cannot be used, nothing when it can. The arguments are /proc/cpuinfo, /dev/kvm
# and /sys/module, or a test's copies of them.
kvm_refusal() {
	local vendor

	if [ ! -e "$2" ]; then
		echo "no $2 (KVM is not loaded, or its module refused)"
		return
	fi
	case $(grep -m1 '^flags' "$1") in
	*' vmx '*|*' vmx') vendor=intel ;;
	*' svm '*|*' svm') vendor=amd ;;
	*)
		echo "$2 is there, but $1 has neither vmx nor svm: it belongs to another hypervisor"
		return ;;
	esac
	if [ ! -r "$2" ] || [ ! -w "$2" ]; then
		echo "no permission to open $2: be root or in the group kvm"
	elif [ ! -r "$3/kvm_$vendor/parameters/nested" ]; then
		echo "kvm_$vendor is not loaded"
	else
		case $(<"$3/kvm_$vendor/parameters/nested") in
		1|Y) ;;
		*) echo "nested virtualization is off: load kvm_$vendor with nested=1" ;;
		esac
	fi
}

engine_check() {
	local why

	command -v qemu-system-x86_64 >/dev/null ||
		cannot "qemu-kvm: no qemu-system-x86_64 in PATH: install qemu-system-x86"
	why=$(kvm_refusal /proc/cpuinfo /dev/kvm /sys/module)
	[ -z "$why" ] || cannot "qemu-kvm: $why"
	[ -z "$count" ] || cannot "--count: qemu-kvm has no instruction counters"
	mode=native
}

qemu_accel() {
	accel=(-accel kvm -cpu host,migratable=no -rtc clock=host)
}
