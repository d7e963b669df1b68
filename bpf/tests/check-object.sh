#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# check-object.sh BUILD: what can be said of the BPF objects without loading
# them, as KTAP on stdout. Exit status: 0 all passed, 1 not.
# shellcheck disable=SC2317 # functions are called by name
set -u

build=$1
bpftool=$build/bpf/bpftool/bootstrap/bpftool
object=$build/bpf/kvmexitlat.bpf.o
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

sections() { readelf -SW "$1" | grep -oE '(tp_btf|fentry)/[a-z_]+' | sort -u; }

# Every program attaches by the name of its section: bpftool needs no more.
test_programs_attach_by_themselves() {
	printf '%s\n' fentry/kvm_arch_vcpu_ioctl_run tp_btf/kvm_entry tp_btf/kvm_exit \
		tp_btf/kvm_userspace_exit tp_btf/sched_switch >"$work/wanted"
	sections "$object" | diff "$work/wanted" -
}

# Loading must not depend on a kernel configuration file or on other symbols.
test_no_externs_but_the_weak_one() {
	"$bpftool" btf dump file "$object" >"$work/btf" || return
	grep -q "DATASEC '.kconfig'" "$work/btf" && return 1
	readelf -sW "$object" | awk '$7 == "UND" && $8 != "" { print $5, $8 }' >"$work/externs"
	echo 'WEAK bpf_rdonly_cast' | diff - "$work/externs"
}

# bpftool map dump needs the types of keys and values.
test_maps_are_typed() {
	local map

	"$bpftool" btf dump file "$object" >"$work/btf" || return
	for map in running parked hists drops; do
		grep -q "VAR '$map' " "$work/btf" || { echo "no type of $map"; return 1; }
	done
	grep -q "STRUCT 'exit_key' size=16" "$work/btf" && grep -q "STRUCT 'exit_hist'" "$work/btf"
}

# The bucket rule builds alone, without warnings, where there is no library.
test_bucket_rule_needs_no_includes() {
	! grep -q '#include' "$here/../lat_hist.h" &&
		"${CC:-cc}" -std=c99 -ffreestanding -nostdinc -Wall -Wextra -Werror -fsyntax-only \
			-x c "$here/../lat_hist.h"
}

# Negative controls differ from the good object.
test_broken_objects_differ() {
	local broken

	for broken in "$build"/bpf/broken/{lose_exits,user_split,bucket_rule,trust_address}.bpf.o; do
		[ -s "$broken" ] && ! cmp -s "$object" "$broken" || return 1
	done
}

number=0
failed=0
mapfile -t functions < <(declare -F | sed -n 's/^declare -f \(test_.*\)/\1/p')
echo 'KTAP version 1'
echo "1..${#functions[@]}"
for function in "${functions[@]}"; do
	number=$((number + 1))
	if "$function" >"$work/out" 2>&1; then
		echo "ok $number bpf.${function#test_}"
	else
		sed 's/^/# /' "$work/out"
		echo "not ok $number bpf.${function#test_}"
		failed=1
	fi
done
exit "$failed"
