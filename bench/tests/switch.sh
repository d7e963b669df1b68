#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# switch.sh ENGINE [OPTION...]: the benchmark of switching vCPUs counts what it says.
#
# What must be so on any engine: one switch per half of a pair, and nothing that
# kvm.sched_elide leaves out in the column "on". The control: with a mask of 0 the
# columns "off" and "on" are equal but for half a percent, which the host's timer makes
# by falling into other switches. Options go to bench/switch.

set -u -o pipefail
top=$(cd "$(dirname "$0")/../.." && pwd)
[ $# -ge 1 ] || { echo "usage: switch.sh ENGINE [OPTION...]" >&2; exit 2; }
engine=$1
shift
work=$(mktemp -d "${TMPDIR:-/tmp}/switch-test.XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT
n=0 failed=0

# check TEXT CONDITION: CONDITION is awk's, over v[CASE, COUNTER, COLUMN].
check() {
	n=$((n + 1))
	if awk -v file="$1" 'BEGIN {
		while ((getline <file) > 0) {
			v[$1, $2, "base"] = $3; v[$1, $2, "off"] = $4; v[$1, $2, "on"] = $5
			if ($1 ~ /^(switch|idle)$/ && $2 ~ /^(kvm|lgdt|vmsave|vmptrld|wrmsr_c0000102)$/) {
				seen++
				if ($4 - $5 > $4 / 200 || $5 - $4 > $4 / 200) differ++
			}
		}
		exit !('"$3"') }'; then
		echo "ok $n - $2"
	else
		echo "not ok $n - $2"
		failed=1
	fi
}

"$top/bench/switch" "$engine" --samples 40 --dir "$work/a" "$@" >"$work/on" || exit
"$top/bench/switch" "$engine" --samples 40 --dir "$work/b" "$@" --mask 0x00 >"$work/zero" || exit
echo "1..7"
case $engine in
bochs-vmx)
	check "$work/on" "one VMPTRLD per switch" \
		'v["switch", "vmptrld", "base"] == 1 && v["switch", "vmptrld", "on"] == 1'
	check "$work/on" "LGDT: one per switch, then none" \
		'v["switch", "lgdt", "off"] >= 1 && v["switch", "lgdt", "on"] < 0.1'
	check "$work/on" "KERNEL_GS_BASE: the host's is not written" \
		'v["switch", "wrmsr_c0000102", "off"] - v["switch", "wrmsr_c0000102", "on"] >= 1' ;;
*)
	check "$work/on" "idle: VMSAVE of the host, then none" \
		'v["idle", "vmsave", "off"] - v["idle", "vmsave", "on"] > 0.9'
	check "$work/on" "switch: VMSAVE of the host as ever" \
		'v["switch", "vmsave", "off"] == v["switch", "vmsave", "on"]'
	check "$work/on" "idle: less work of KVM's functions" 'v["idle", "kvm", "off"] > v["idle", "kvm", "on"]' ;;
esac
# The scheduler and its hooks, per switch of ordinary tasks.
check "$work/on" "tasks, no VM: two instructions more at most" \
	'v["no_vm", "tasks", "on"] - v["no_vm", "tasks", "base"] < 2.5'
check "$work/on" "tasks, a VM: four instructions more at most" \
	'v["ordinary", "tasks", "on"] - v["ordinary", "tasks", "base"] < 4.5'
check "$work/on" "switch: less work of KVM's functions" 'v["switch", "kvm", "off"] > v["switch", "kvm", "on"]'
check "$work/zero" "control: mask 0 leaves nothing out" 'seen >= 4 && !differ'
exit "$failed"
