#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# check-object.sh BUILD: what can be said of the BPF objects without loading
# them, as KTAP on stdout. Exit status: 0 all passed, 1 not.
# shellcheck disable=SC2317 # functions are called by name
set -u

build=$1
bpftool=$build/bpf/bpftool/bootstrap/bpftool
objects=$build/bpf
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# programs OBJECT: what its programs attach to, sorted.
programs() { readelf -SW "$objects/$1.bpf.o" | grep -oE '(tp_btf|raw_tp|fentry|fexit)/[a-z_]+' | sort -u; }

# Every program attaches by the name of its section: bpftool needs no more.
test_programs_attach_by_themselves() {
	printf '%s\n' fentry/kvm_arch_vcpu_ioctl_run tp_btf/kvm_entry tp_btf/kvm_exit \
		tp_btf/kvm_userspace_exit tp_btf/sched_switch >"$work/wanted"
	programs kvmexitlat | diff "$work/wanted" - || return
	printf '%s\n' fentry/async_pf_execute fentry/kvm_apic_set_irq \
		fentry/kvm_arch_async_page_present fentry/kvm_clear_async_pf_completion_queue \
		fentry/kvm_set_msr_common fexit/async_pf_execute fexit/get_user_pages_remote \
		fexit/kvm_arch_async_page_not_present tp_btf/kvm_async_pf_repeated_fault \
		>"$work/wanted"
	programs kvmapflat | diff "$work/wanted" - || return
	printf 'tp_btf/kvm_apf_guest_%s\n' early resume spurious wait wake wake_all >"$work/wanted"
	programs kvmapflat_guest | diff "$work/wanted" - || return
	# Typed programs of what every kernel has, raw ones of the rest: these load anywhere.
	printf '%s\n' fentry/kvm_arch_vcpu_ioctl_run fentry/kvm_arch_vcpu_load \
		raw_tp/kvm_sched_in raw_tp/kvm_sched_out tp_btf/kvm_entry \
		tp_btf/kvm_userspace_exit tp_btf/sched_switch tp_btf/sched_wakeup >"$work/wanted"
	programs kvmschedlat | diff "$work/wanted" - || return
	printf '%s\n' fentry/kvm_arch_vcpu_ioctl_run tp_btf/kvm_entry tp_btf/kvm_exit \
		tp_btf/kvm_nested_vmenter tp_btf/kvm_nested_vmenter_failed \
		tp_btf/kvm_nested_vmexit_inject tp_btf/kvm_userspace_exit tp_btf/sched_switch \
		>"$work/wanted"
	programs kvmnestlat | diff "$work/wanted" -
}

# externs OBJECT: what loading it needs from outside, sorted.
externs() {
	readelf -sW "$objects/$1.bpf.o" | awk '$7 == "UND" && $8 != "" { print $5, $8 }'
}

# Loading must not depend on a kernel configuration file or on other symbols.
test_no_externs_but_weak_ones() {
	local object

	for object in kvmexitlat kvmapflat kvmapflat_guest kvmschedlat kvmnestlat; do
		"$bpftool" btf dump file "$objects/$object.bpf.o" >"$work/btf" || return
		grep -q "DATASEC '.kconfig'" "$work/btf" && return 1
	done
	for object in kvmexitlat kvmnestlat; do
		echo 'WEAK bpf_rdonly_cast' | diff - <(externs "$object") || return
	done
	for object in kvmapflat kvmapflat_guest; do
		diff /dev/null <(externs "$object") || return
	done
	echo 'WEAK cpu_info' | diff - <(externs kvmschedlat)
}

# typed OBJECT KEY VALUE MAP...: bpftool map dump needs the types of keys and values.
typed() {
	local object=$1 key=$2 value=$3 map

	shift 3
	"$bpftool" btf dump file "$objects/$object.bpf.o" >"$work/btf" || return
	for map; do
		grep -q "VAR '$map' " "$work/btf" || { echo "no type of $map"; return 1; }
	done
	grep -q "STRUCT '$key'" "$work/btf" && grep -q "STRUCT '$value'" "$work/btf"
}

test_maps_are_typed() {
	typed kvmexitlat exit_key exit_hist running parked hists drops &&
		typed kvmapflat apf_key apf_hist flights workers threads hists gauges drops records &&
		typed kvmapflat_guest apf_guest_key apf_guest_hist sleeps hists drops records &&
		typed kvmschedlat sched_key sched_hist running parked hists drops &&
		typed kvmschedlat move_key move moves &&
		typed kvmnestlat nest_key nest_hist flights hists drops records
}

# The bucket rule builds alone, without warnings, where there is no library.
test_bucket_rule_needs_no_includes() {
	! grep -q '#include' "$here/../lat_hist.h" &&
		"${CC:-cc}" -std=c99 -ffreestanding -nostdinc -Wall -Wextra -Werror -fsyntax-only \
			-x c "$here/../lat_hist.h"
}

# differ OBJECT BROKEN...: negative controls are not the good object.
differ() {
	local object=$objects/$1.bpf.o broken

	shift
	for broken; do
		broken=$objects/broken/$broken.bpf.o
		[ -s "$broken" ] && ! cmp -s "$object" "$broken" || return
	done
}

test_broken_objects_differ() {
	differ kvmexitlat lose_exits user_split bucket_rule trust_address &&
		differ kvmapflat lose_ready trust_pointer early_page keep_cancelled &&
		differ kvmapflat_guest lose_wake early_wake &&
		differ kvmschedlat always_idle halt_preempts any_handover lose_moves any_vmclear &&
		differ kvmnestlat lose_reflect trust_level lose_serve stale_pool
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
