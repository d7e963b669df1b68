#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kut.sh ENGINE KERNEL [KERNEL]: run every image of a user's own kvm-unit-tests build
# (KUT=DIR, its x86/*.flat) in bench/vmm inside ENGINE. KTAP.
#
# With one kernel, an image that fails is a failure. With two, the images must give
# equal results on both; what fails on both is named in a note. Without KUT: exit 4.
# Tables of the results: O/check/kut.ENGINE.KERNEL.tsv.

set -u -o pipefail
room=$(cd "$(dirname "$0")/.." && pwd)
top=$(cd "$room/.." && pwd)
# shellcheck source=kernel/lib/say.sh
. "$top/kernel/lib/say.sh"
# shellcheck source=bench/tests/kut_list.sh
. "$room/tests/kut_list.sh"

[ $# -eq 2 ] || [ $# -eq 3 ] || usage_error "usage: kut.sh ENGINE KERNEL [KERNEL]"
engine=$1
shift
[ -n "${KUT:-}" ] || cannot "KUT is not set: KUT=DIR names a kvm-unit-tests build"
dir=$(cd "$KUT" 2>/dev/null && pwd) || usage_error "KUT: no such folder: $KUT"
out=$(cd "${O:-$top/build}" 2>/dev/null && pwd) || die "no build folder: ${O:-$top/build}"
[ -x "$out/bench/vmm" ] || die "not built: $out/bench/vmm (run make -C bench)"
compgen -G "$dir/x86/*.flat" >/dev/null || usage_error "KUT: no x86/*.flat in $dir: configured and built?"
mkdir -p "$out/check" || die "cannot make $out/check"
work=$(mktemp -d "${TMPDIR:-/tmp}/kut.XXXXXX") || die "cannot make a scratch folder"
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

# Debug sections are most of an image, and the guest holds all of them in memory.
mkdir "$work/kut"
for image in "$dir"/x86/*.flat; do
	strip --strip-debug -o "$work/kut/${image##*/}" "$image" 2>/dev/null ||
		cp "$image" "$work/kut/" || die "cannot write to $work"
done
kut_list "$dir" "$work/kut" "$room/tests/kut-guest.sh" "$out/bench/vmm" >"$work/list" ||
	die "cannot write to $work"
grep -q '^command' "$work/list" || die "no test in $dir/x86"

# run_on KERNEL: all images there; leaves the table.
run_on() {
	local table=$out/check/kut.$engine.$1.tsv

	: >"$table" || die "cannot write $table"
	"$top/kernel/boot/run" "$engine" "$1" --quiet --tests "$work/list" --results "$table"
}

if [ $# -eq 1 ]; then
	run_on "$1"
	exit
fi
for kernel; do
	run_on "$kernel" >"$out/check/kut.$engine.$kernel.ktap" 2>"$work/errors"
	rc=$?
	[ "$rc" -le 1 ] || { tail -n 1 "$work/errors" >&2; exit "$rc"; }
done
"$room/tests/kut-compare.sh" "$out/check/kut.$engine.$1.tsv" "$out/check/kut.$engine.$2.tsv"
