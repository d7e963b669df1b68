#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# check.sh OUT fast|normal|full: run the tests of every room.
#
#   fast    host tests only, no emulator: seconds
#   normal  make check: fast, then every engine with both kernels
#   full    make check-full: all selftests and sizes, debug kernels, controls that
#           build something; what passed on this very tree is not run again
#
# Each room owns its tests; this script only knows where they are. The builds
# are done by then (see the top Makefile). Environment: ENGINE (default: all),
# JOBS, V, KUT (a build of kvm-unit-tests).

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

# The tree's name for RESUME_KEY: what is committed and what is not.
tree_key() {
	git -C "$top" rev-parse -q --verify HEAD >/dev/null 2>&1 || return
	(cd "$top" && { git ls-files -s; git diff HEAD; } | sha256sum | cut -c1-16)
}

fast_suites() {
	suite shell "$top/kernel/tests/shell.sh"
	suite source "$top/kernel/tests/source.sh"
	suite "selftest rules" "$top/kernel/tests/selftests_rules.sh"
	for r in kernel/boot bpf tools bench; do
		suite "$r" room "$r" check-fast
	done
	[ "$level" != fast ] || suite patches "$top/patches/check.sh" "$out" --fast
	suite "async page faults on threads" "$top/patches/tests/apf-guest-host.sh" "$out"
}

# "normal" repeats and cross-checks a part of vmexit and builds some patches of
# each topic, "full" all of them.
patch_sample=(--sample 2)
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

# kut ENGINE: a user's own kvm-unit-tests build, which may take hours and is not
# part of this tree's name; without one a line says so.
[ -z "${KUT:-}" ] || suites_limit=$((suites_limit + 14400))
kut() {
	local suite_limit=$suite_limit RESUME_KEY=${RESUME_KEY:-}

	[ -z "${KUT:-}" ] || suite_limit=14400 RESUME_KEY=''
	suite "$1 kvm-unit-tests" "$top/bench/tests/kut.sh" "$1" base patched
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
		for f in patched base; do
			suite "$e $f exact" "$top/bench/tests/exact.sh" "$e" "$f" "$exact_cases"
			suite "$e $f cross-check" "$top/bench/tests/cross.sh" "$e" "$f" "$cross_cases"
		done
		[ "$level" != full ] || suite "$e apf counters" "$top/bench/tests/apf.sh" "$e" ;;
	esac
	suite "$e kvm-unit-tests controls" "$top/bench/tests/kut-controls.sh" "$e" patched
	kut "$e"
	suite "$e selftests" "$top/kernel/tests/selftests.sh" "$out" "$e" "$level"
}

bochs_suites() {
	engine_suites bochs-vmx
	suite "bochs behaviour" "$top/kernel/boot/bochs-vmx/tests/behaviour.sh"
	suite "bochs strict VMCS mode" "$top/kernel/boot/bochs-vmx/tests/strict.sh"
	[ "$level" != full ] || suite "bochs controls" "$top/kernel/boot/bochs-vmx/tests/controls.sh"
	[ "$level" != full ] || suite "nested pool controls" "$top/patches/tests/pool-negative.sh" "$out"
}

# lab_qemu: do runs take the QEMU that build.sh has mended?
lab_qemu() { [ "${QEMU:-}" != stock ] && [ -x "$out/qemu/bin/qemu-system-x86_64" ]; }

# The controls and the debug kernels boot in qemu-svm.
qemu_suites() {
	local v l

	engine_suites qemu-svm
	suite "host in qemu-svm" "$top/bench/tests/host.sh"
	# Debian's QEMU has the flaw that these are about.
	lab_qemu && suite "qemu behaviour" "$top/kernel/boot/qemu-svm/tests/behaviour.sh"
	suite "boot controls" room kernel/boot check
	[ "$level" = full ] || return 0
	lab_qemu && suite "qemu controls" "$top/kernel/boot/qemu-svm/tests/controls.sh"
	suite "tracepoint controls" "$top/patches/tests/negative.sh" "$out"
	suite "async page fault controls" "$top/patches/tests/apf-guest-negative.sh" "$out"
	suite "async page fault host controls" "$top/patches/tests/apf-host-negative.sh" "$out"
	suite "CPUs of a Linux guest that go" "$top/patches/tests/apf-l1-negative.sh" "$out"
	suite "modules" "$top/tools/tests/check-modules.sh" "$out"
	suite "async page faults at length" "$top/patches/tests/apf.sh" "$out" patched
	for v in debug kcsan; do
		for l in $(lists); do
			suite "qemu-svm patched:$v $(list_name "$l")" "$top/kernel/boot/check" qemu-svm "patched:$v" --tests "$l"
		done
		suite "async page faults on patched:$v" "$top/patches/tests/apf.sh" "$out" "patched:$v"
	done
}

# Builds beside an emulator take longer than any suite that boots.
patch_suites() {
	local suite_limit=$((suite_limit * 2))

	suite patches "$top/patches/check.sh" "$out" "${patch_sample[@]}"
	[ "$level" != full ] || suite bundle "$top/patches/tests/bundle.sh" "$out"
}

[ "$level" != full ] || RESUME_KEY=$(tree_key)
engine_ran=0
fast_suites
if [ "$level" != fast ]; then
	case ${engines[*]} in
	*qemu-svm*bochs-vmx*)
		# An emulator keeps one CPU busy, most of the time.
		lane qemu qemu_suites patch_suites
		lane bochs bochs_suites
		suite_join ;;
	qemu-svm)  qemu_suites; patch_suites ;;
	bochs-vmx) bochs_suites; patch_suites ;;
	*)	   engine_suites "${engines[0]}"; patch_suites ;;
	esac
	engine_ran=$(cat "$LOGDIR/${engines[0]}"*.tap 2>/dev/null | grep -c '^ok ')
fi
# An engine that was asked for by name and cannot run is no success.
if [ "${ENGINE:-all}" != all ] && [ "$level" != fast ] && [ "$engine_ran" -eq 0 ]; then
	suite_totals
	cannot "ENGINE: $ENGINE cannot run here: $(tail -qn 1 "$LOGDIR/$ENGINE"*.tap.err 2>/dev/null | head -n 1)"
fi
suite_totals
