#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# check-modules.sh BUILD [ENGINE]: the tools on Debian's own kernel, where KVM is
# a module (ENGINE: qemu-svm, the default, or bochs-vmx).
#
# Fetches the kernel package that belongs to the base kernel's line through apt,
# unpacks the kernel and the few modules that KVM needs, and runs the tests of
# guest.sh, apf_guest.sh, sched_guest.sh and nest_guest.sh that a module can change.
# Exit status: 0 passed, 1
# failed, 2 usage, 4 cannot run here. About 110 MB are fetched; not part of "make
# check".
set -u

here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
# shellcheck source-path=SCRIPTDIR source=../../kernel/lib/say.sh
. "$top/kernel/lib/say.sh"

build=${1:-}
engine=${2:-qemu-svm}
[ -d "$build/tools" ] || usage_error "no build folder: '$build'"
case $engine in
qemu-svm) vendor=kvm-amd machine=(--mode race) ;;
bochs-vmx) vendor=kvm-intel machine=(--limit-wall 1800) ;;
*) usage_error "unknown engine: '$engine'" ;;
esac
build=$(cd "$build" && pwd)
work=$build/tools/modules

fetch() {
	local package

	package=$(apt-cache depends linux-image-6.12-amd64 2>/dev/null |
		awk '/Depends: linux-image/ { print $2; exit }')
	[ -n "$package" ] || cannot "apt knows no linux-image-6.12-amd64"
	mkdir -p "$work" || die "cannot create $work"
	cd "$work" || die "no folder $work"
	if [ ! -e "$package.done" ]; then
		say "fetching $package"
		apt-get download -q "$package" >&2 || cannot "apt-get download $package failed"
		dpkg --fsys-tarfile "$package"_*.deb | tar xf - --wildcards './boot/vmlinuz-*' \
			'*/kvm.ko*' '*/kvm-amd.ko*' '*/kvm-intel.ko*' '*/irqbypass.ko*' \
			'*/ccp.ko*' || die "cannot unpack $package"
		find . -name '*.ko.xz' -exec xz -df {} +
		find . -name '*.ko' -exec mv {} . \;
		touch "$package.done"
	fi
}

fetch
image=$(echo "$work"/boot/vmlinuz-*)
add=()
for module in irqbypass ccp kvm "$vendor"; do
	add+=(--add "$work/$module.ko:/modules/$module.ko")
done
for tool in kvmexitlat kvmapflat kvmschedlat kvmnestlat bpftool \
	tests/{exitgen,reportcheck,apfgen,apfcheck,schedgen,jsoncheck,nestcheck}; do
	add+=(--add "$build/tools/$tool:/tools/${tool##*/}")
done
cd "$top" || die "no folder $top"
exec kernel/boot/run "$engine" "$image" "${machine[@]}" --quiet "${add[@]}" \
	--add "$build/bpf/kvmexitlat.bpf.o:/bpf/kvmexitlat.bpf.o" \
	--add "$build/bpf/kvmapflat.bpf.o:/bpf/kvmapflat.bpf.o" \
	--add "$build/bpf/kvmschedlat.bpf.o:/bpf/kvmschedlat.bpf.o" \
	--add "$build/bpf/kvmnestlat.bpf.o:/bpf/kvmnestlat.bpf.o" \
	--add "$build/bpf/broken:/bpf/broken" \
	--add "$build/bench/vmm:/tools/vmm" --add "$build/bench/guest/nest.elf:/nest.elf" \
	--add tools/tests/guest.sh:/tests/guest.sh \
	--add tools/tests/apf_guest.sh:/tests/apf_guest.sh \
	--add tools/tests/sched_guest.sh:/tests/sched_guest.sh \
	--add tools/tests/nest_guest.sh:/tests/nest_guest.sh \
	--add tools/tests/guest_lib.sh:/tests/guest_lib.sh \
	--add tools/tests/modules_guest.sh:/tests/modules_guest.sh \
	-- /tests/modules_guest.sh "$vendor"
