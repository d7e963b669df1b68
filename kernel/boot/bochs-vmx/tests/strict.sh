#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# strict.sh: strict mode (../instrument/strict.cc) finds each broken rule, and only
# those; without the mode nothing is found. TAP. Environment: IMAGE (base), O.
# Eleven boots with 2 CPUs.

# shellcheck disable=SC2317
set -u
# shellcheck source=kernel/boot/bochs-vmx/tests/lib.sh
. "$(dirname "$0")/lib.sh"

# The version is the one that kernel/build.sh gives the kernel.
build_module() {
	local obj=$O/kernel/$image/obj

	cp "$here"/strict/* "$tmp/" &&
	MAKE_TARGETS=modules_prepare "$top/kernel/build.sh" "$O" "$image" >"$tmp/build.log" 2>&1 &&
	make -s -C "$obj" LOCALVERSION=-lab M="$tmp" \
		KBUILD_EXTRA_SYMBOLS="$obj/vmlinux.symvers" modules >>"$tmp/build.log" 2>&1
}

# rule STRICT NAME: run one case; sets rc.
rule() {
	VMCS_STRICT=$1 try bochs-vmx "$image" --quiet --smp 2 --add "$tmp/strict_vmcs.ko" -- \
		sh -c "insmod /strict_vmcs.ko rule=$2 strict=$1 && dmesg | grep 'strict: rule'"
}

found() { [ "$rc" = 123 ] && grep -q "lab: strict: .*$1" "$tmp/err"; }
passed() { [ "$rc" = 0 ] && grep -q "strict: rule $1: 0" "$tmp/out"; }

build_module
check "the module builds" [ $? = 0 ]
[ -f "$tmp/strict_vmcs.ko" ] || { tail -n 5 "$tmp/build.log" | sed 's/^/# /'; tap_end; }
rule 1 good
check "good: VMCSs live in copies, no rule is broken" passed good
rule 0 good
check "control: they do not without the mode" passed good
while read -r name text; do
	rule 1 "$name"
	check "$name: found" found "$text"
done <<-EOF
	second becomes active, but is active on another CPU
	unclear becomes active without a VMCLEAR before
	foreign VMCLEAR on another CPU than the one
	written its memory was written while it was active
	off still active at VMXOFF
EOF
for name in second unclear foreign written; do
	rule 0 "$name"
	check "control: $name is not found without the mode" passed "$name"
done
tap_end
