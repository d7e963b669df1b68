#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# exact.sh ENGINE [CASE,...]: two runs of the vmexit benchmark on one image give
# byte-identical samples. TAP. The control changes one digit of a copy.

set -u -o pipefail
room=$(cd "$(dirname "$0")/.." && pwd)
top=$(cd "$room/.." && pwd)
# shellcheck source=kernel/lib/say.sh
. "$top/kernel/lib/say.sh"

[ $# -ge 1 ] || usage_error "usage: exact.sh ENGINE [CASE,...]"
engine=$1
cases=${2:-}
work=$(mktemp -d "${TMPDIR:-/tmp}/exact.XXXXXX") || die "cannot make a scratch folder"
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

for i in 1 2; do
	"$room/run" vmexit "$engine" --kernels base --rounds 1 --dir "$work/$i" \
		${cases:+--cases "$cases"} >"$work/out" 2>&1
	rc=$?
	if [ "$rc" -eq 4 ]; then
		echo "1..0 # SKIP $(tail -n 1 "$work/out")"
		exit 4
	fi
	[ "$rc" -eq 0 ] || { cat "$work/out" >&2; die "run $i: exit status $rc"; }
done
raw=raw/vmexit.$engine.base.jsonl
[ -s "$work/1/$raw" ] || die "no samples"
failed=0
if cmp "$work/1/$raw" "$work/2/$raw"; then
	echo "ok 1 - $engine: two runs give the same $(wc -l <"$work/1/$raw") lines"
else
	echo "not ok 1 - $engine: two runs give the same samples"
	failed=1
fi
sed '$s/0\([^0]*\)$/1\1/' "$work/2/$raw" >"$work/changed"
if cmp -s "$work/1/$raw" "$work/changed"; then
	echo "not ok 2 - control: a changed digit is noticed"
	failed=1
else
	echo "ok 2 - control: a changed digit is noticed"
fi
echo "1..2"
exit "$failed"
