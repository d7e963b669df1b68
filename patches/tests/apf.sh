#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# apf.sh OUT IMAGE: the selftests of async page faults with two CPUs that race, for
# longer than `make check` has time, and without memory. KTAP.
#
# IMAGE is patched, patched:debug or patched:kcsan. On the debug kernel, kmemleak
# must find nothing afterwards, and half of the allocations of faults fail in one
# of the tests; on the others that one is skipped.
#
#   FAULTS   what async_pf_stress_test has per vCPU, of which there are two
#            (500000; with a debug kernel 50000)
#
# Needs the selftests of the patched tree (make selftests).

set -u -o pipefail
top=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=kernel/lib/say.sh
. "$top/kernel/lib/say.sh"

[ $# -eq 2 ] || usage_error "usage: apf.sh OUT IMAGE"
out=$(cd "$1" 2>/dev/null && pwd) || usage_error "OUT: no such folder: $1"
image=$2
bin=$out/kernel/patched/selftests/bin
[ -x "$bin/async_pf_stress_test" ] || die "no $bin/async_pf_stress_test: run make selftests"
case $image in
*:*) faults=${FAULTS:-50000} ;;
*)   faults=${FAULTS:-500000} ;;
esac
# Loaded by name when a thread is cancelled, which nothing shows in advance.
libgcc=$(realpath "$(gcc -print-file-name=libgcc_s.so.1)")
tmp=$(mktemp -d "$out/apf.XXXXXX") || die "cannot create a folder in $out (disk full?)"
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT TERM

# test_of NAME COMMAND
test_of() { printf '[%s]\ncommand = sh /apf-in-guest.sh %s\n\n' "$1" "$2"; }

{
	printf '[default]\nadd = %s:/apf-in-guest.sh\nadd = %s\n' \
		"$top/patches/tests/apf-in-guest.sh" "$libgcc:$libgcc"
	for t in "$bin"/async_pf_*_test "$bin/async_pf_test"; do
		printf 'add = %s:/selftests/%s\n' "$t" "${t##*/}"
	done
	printf 'smp = 2\nmem = 2048\nmode = race\n'
	printf 'timeout_emulated = 14400\ntimeout_wall = 7200\n\n'
	for t in test config_test hang_test limit_test batch_test nested_test; do
		test_of "apf.${t%_test}" "run async_pf_$t"
	done
	test_of apf.stress "run async_pf_stress_test -n $faults"
	test_of apf.no_memory "no_memory async_pf_stress_test -n $((faults / 10))"
} >"$tmp/list" || die "cannot write to $tmp"
say "async page faults on $image: $((2 * faults)) faults"
O=$out "$top/kernel/boot/run" qemu-svm "$image" --quiet --tests "$tmp/list"
