#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# exact.sh ENGINE KERNEL [CASE,...]: two runs of the vmexit benchmark on one image
# give byte-identical samples. TAP. The control changes one digit of a copy.
# exact.sh --compare FILE FILE: only the comparison, of two files of raw samples.

set -u -o pipefail
room=$(cd "$(dirname "$0")/.." && pwd)
top=$(cd "$room/.." && pwd)
# shellcheck source=kernel/lib/say.sh
. "$top/kernel/lib/say.sh"
# shellcheck source=bench/cases.sh
. "$room/cases.sh"

# same FILE FILE: equal to the byte, and not for want of samples.
same() { [ -s "$1" ] && cmp "$1" "$2"; }

if [ "${1:-}" = --compare ]; then
	[ $# -eq 3 ] || usage_error "usage: exact.sh --compare FILE FILE"
	same "$2" "$3" && exit 0
	exit 1
fi
[ $# -eq 2 ] || [ $# -eq 3 ] || usage_error "usage: exact.sh ENGINE KERNEL [CASE,...]"
engine=$1
kernel=$2
cases=${3:-}
work=$(mktemp -d "${TMPDIR:-/tmp}/exact.XXXXXX") || die "cannot make a scratch folder"
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

for i in 1 2; do
	"$room/run" vmexit "$engine" --kernels "$kernel" --rounds 1 --dir "$work/$i" \
		${cases:+--cases "$cases"} >"$work/out" 2>&1
	rc=$?
	if [ "$rc" -eq 4 ]; then
		tail -n 1 "$work/out" >&2
		exit 4
	fi
	[ "$rc" -eq 0 ] || { cat "$work/out" >&2; die "run $i: exit status $rc"; }
done
raw=raw/vmexit.$engine.$kernel.jsonl
failed=0
if same "$work/1/$raw" "$work/2/$raw"; then
	echo "ok 1 - $engine, $kernel: two runs give the same $(wc -l <"$work/1/$raw") lines"
else
	echo "not ok 1 - $engine, $kernel: two runs give the same samples"
	failed=1
fi
sed '$s/0\([^0]*\)$/1\1/' "$work/2/$raw" >"$work/changed"
if same "$work/1/$raw" "$work/changed" >/dev/null 2>&1; then
	echo "not ok 2 - control: a changed digit is noticed"
	failed=1
else
	echo "ok 2 - control: a changed digit is noticed"
fi
echo "1..2"
case_sample "$cases" "$engine" '' "$room/cases.cfg"
exit "$failed"
