#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# negative.sh OUT [IMAGE]: negative control of vcpu_sched_trace_test.
#
# negative/01-sched-trace.diff gives the patched kernel a module parameter,
# kvm.sched_trace_break, that breaks the tracepoints in one way per number: each
# field of each event, the condition of kvm_vcpu_migrate, and each event left
# out. The test must pass with 0 and fail with every other number. Reports in
# TAP.
#
#   IMAGE   a kernel with the diff that is built already; without it one is
#           built in OUT/kernel/negative (minutes with ccache)
#
# Needs the selftests of the patched tree (make selftests).

set -u -o pipefail
top=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=kernel/lib/say.sh
. "$top/kernel/lib/say.sh"
# shellcheck source=patches/tests/broken.sh
. "$top/patches/tests/broken.sh"

[ $# -eq 1 ] || [ $# -eq 2 ] || usage_error "usage: negative.sh OUT [IMAGE]"
[ -d "$1/kernel" ] || cannot "no kernel tree in $1: run make source"
out=$(cd "$1" && pwd)
diff=$top/patches/tests/negative/01-sched-trace.diff
test=${SELFTEST:-$out/kernel/patched/selftests/bin/vcpu_sched_trace_test}
[ -x "$test" ] || die "no $test: run make selftests"

image=${2:-}
[ -n "$image" ] || build_image negative
last=$(grep -oE 'kvm_break\([0-9]+' "$diff" | grep -oE '[0-9]+' | sort -n | tail -n 1)
tmp=$(mktemp -d "$out/negative.XXXXXX") || die "cannot create a folder in $out (disk full?)"
trap 'rm -rf "$tmp"' EXIT
cat >"$tmp/loop" <<'END'
for n in $(seq 0 "$1"); do
	echo "$n" >/sys/module/kvm/parameters/sched_trace_break || exit 99
	/vcpu_sched_trace_test >/tmp/log 2>&1
	echo "$n $? $(tail -n 1 /tmp/log)" | tee -a /out/results
done
END
say "running the test $((last + 1)) times in one boot"
O=$out "$top/kernel/boot/run" qemu-svm "$image" --smp 2 --quiet --limit-wall "${LIMIT:-1800}" \
	--add "$test:/vcpu_sched_trace_test" --add "$tmp/loop:/loop" --out "$tmp/out" \
	-- sh /loop "$last" >&2 || die "the boot failed with status $?"

echo "TAP version 13"
echo "1..$((last + 1))"
failed=0
while read -r n status why; do
	if [ "$n" -eq 0 ] && [ "$status" -eq 0 ]; then
		echo "ok 1 - nothing broken: passes"
	elif [ "$n" -gt 0 ] && [ "$status" -ne 0 ] && [ "$status" -ne 4 ]; then
		echo "ok $((n + 1)) - broken in way $n: fails: ${why//#/}"
	else
		echo "not ok $((n + 1)) - way $n: status $status"
		failed=$((failed + 1))
	fi
done <"$tmp/out/results"
[ "$(wc -l <"$tmp/out/results")" -eq $((last + 1)) ] || die "the loop ended early"
[ $failed -eq 0 ] || die "$failed of $last ways to break the tracepoints go unnoticed"
