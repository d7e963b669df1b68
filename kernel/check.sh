#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# check.sh OUT fast|normal|full: run the tests of every room.
#
#   fast    host tests only, no emulator: seconds
#   normal  make check: fast, then every engine with both kernels
#   full    make check-full: all selftests and sizes, debug kernels
#
# Each room owns its tests; this script only knows where they are. The builds
# are done by then (see the top Makefile). Environment: ENGINE (default: all),
# JOBS, V.

set -u -o pipefail
top=$(cd "$(dirname "$0")/.." && pwd)
# shellcheck source=kernel/lib/say.sh
. "$top/kernel/lib/say.sh"
# shellcheck source=kernel/lib/suite.sh
. "$top/kernel/lib/suite.sh"

[ $# -eq 2 ] || usage_error "usage: check.sh OUT fast|normal|full"
mkdir -p "$1/check" || die "cannot create $1/check"
out=$(cd "$1" && pwd)
LOGDIR=$out/check
level=$2
case $level in fast | normal | full) ;; *) usage_error "level: not fast, normal or full: $level" ;; esac
case ${ENGINE:-all} in
all) engines=(qemu-svm bochs-vmx) ;;
qemu-svm | bochs-vmx | qemu-kvm | host) engines=("$ENGINE") ;;
*) usage_error "ENGINE: unknown: $ENGINE" ;;
esac
export O=$out
: >"$LOGDIR/times" || die "cannot write to $LOGDIR"

room() { make -s --no-print-directory -C "$top/$1" O="$out" "$2"; }

fast_suites() {
	suite shell "$top/kernel/tests/shell.sh"
	suite source "$top/kernel/tests/source.sh"
	for r in kernel/boot bpf tools bench; do
		suite "$r" room "$r" check-fast
	done
	suite patches-fast "$top/patches/check.sh" "$out" --fast
}

# "normal" repeats and cross-checks a part of vmexit and builds some patches of
# each topic, "full" all of them.
patch_sample=(--sample 3)
exact_cases=cpuid,pio_user_out,hlt_wake,npf_anon cross_cases=cpuid,pio_user_out
[ "$level" != full ] || exact_cases='' cross_cases='' patch_sample=() suite_limit=14400 suites_limit=172800

# What runs inside an engine: one list per room.
lists() { ls "$top/kernel/tests.cfg" "$top"/*/tests/tests.cfg "$top"/kernel/boot/*/tests/tests.cfg 2>/dev/null; }

# list_name FILE: the room a list belongs to.
list_name() {
	local n=${1#"$top"/}

	n=${n%tests.cfg}
	n=${n%/}
	echo "${n%/tests}"
}

# One engine's suites; check.sh runs those of two engines side by side.
engine_suites() {
	local e=$1 f l

	for f in patched base; do
		for l in $(lists); do
			suite "$e $f $(list_name "$l")" "$top/kernel/boot/check" "$e" "$f" --tests "$l"
		done
	done
	case $e in
	qemu-svm | bochs-vmx)
		suite "$e exact" "$top/bench/tests/exact.sh" "$e" "$exact_cases"
		suite "$e cross-check" "$top/bench/tests/cross.sh" "$e" base "$cross_cases" ;;
	esac
	suite "$e selftests" "$top/kernel/tests/selftests.sh" "$out" "$e" "$level"
}

bochs_suites() {
	engine_suites bochs-vmx
	suite "bochs behaviour" "$top/kernel/boot/bochs-vmx/tests/behaviour.sh"
	[ "$level" != full ] || suite "bochs controls" "$top/kernel/boot/bochs-vmx/tests/controls.sh"
}

# The controls boot in qemu-svm.
qemu_suites() {
	engine_suites qemu-svm
	suite "boot controls" room kernel/boot check
	[ "$level" != full ] || suite "tracepoint controls" "$top/patches/tests/negative.sh" "$out"
}

patch_suites() { suite patches "$top/patches/check.sh" "$out" "${patch_sample[@]}"; }

fast_suites
if [ "$level" != fast ]; then
	case ${engines[*]} in
	*qemu-svm*bochs-vmx*)
		# An emulator keeps one CPU busy, most of the time.
		lane qemu qemu_suites
		lane bochs bochs_suites patch_suites
		suite_join ;;
	qemu-svm)  qemu_suites; patch_suites ;;
	bochs-vmx) bochs_suites; patch_suites ;;
	*)	   engine_suites "${engines[0]}"; patch_suites ;;
	esac
fi
suite_totals
