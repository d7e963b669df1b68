#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# sched-negative.sh OUT ENGINE [IMAGE]: negative control of the selftest
# sched_elide_test.
#
# negative/04-sched-elide.diff gives the patched kernel a module parameter,
# kvm.sched_break, that breaks what kvm.sched_elide leaves out in one way per number;
# the comments in it say how. The test must fail with each number of the engine's
# vendor, and pass with 0. Reports in KTAP.
#
#   IMAGE   a kernel with the diff that is built already; without it one is
#           built in OUT/kernel/negative-sched (minutes with ccache)
#
# Environment: SELFTEST, the program (default: that of the patched tree); ROUNDS;
# NUMBERS, only these.

set -u -o pipefail
top=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=kernel/lib/say.sh
. "$top/kernel/lib/say.sh"
# shellcheck source=patches/tests/broken.sh
. "$top/patches/tests/broken.sh"

[ $# -eq 2 ] || [ $# -eq 3 ] || usage_error "usage: sched-negative.sh OUT ENGINE [IMAGE]"
[ -d "$1/kernel" ] || cannot "no kernel tree in $1: run make source"
out=$(cd "$1" && pwd)
engine=$2
diff=$top/patches/tests/negative/04-sched-elide.diff
test=${SELFTEST:-$out/kernel/patched/selftests/bin/sched_elide_test}
case $engine in
bochs-vmx) numbers='1 2 3 4 5 6 7 10' ;;
qemu-svm)  numbers='8 9' ;;
*) usage_error "ENGINE: not bochs-vmx or qemu-svm: $engine" ;;
esac
numbers=${NUMBERS:-$numbers}

write_guest_script() {
	cat <<'END'
# run.sh ROUNDS NUMBER: the test's status, and why.
echo $2 >/sys/module/kvm/parameters/sched_break || exit 99
timeout -s KILL 200 /sched_elide_test -n "$1" -e 0x3f >/tmp/log 2>&1
rc=$?
killall -q -9 sched_elide_test
echo "status $rc$(grep -m1 -A4 'Test Assertion' /tmp/log | tail -n 1 | tr -s ' \t' ' ')"
exit $rc
END
}

# one NUMBER: a boot of its own, as some leave the CPU broken.
one() {
	O=$out "$top/kernel/boot/run" "$engine" "$image" --quiet --limit-wall 600 --limit-emulated 600 \
		--add "$test:/sched_elide_test" --add "$tmp/run.sh" -- \
		sh /run.sh "${ROUNDS:-150}" "$1" >"$tmp/output" 2>&1
	rc=$?
	why=$(grep -m1 '^status' "$tmp/output") || why="status $rc"
	if [ "$1" = 0 ]; then
		[ "$rc" -eq 0 ]
	else
		# A guest that dies has noticed, too; one that never started has not.
		[ "$rc" -ne 0 ] && [ "$rc" -ne 2 ] && [ "$rc" -ne 4 ] && [ "$rc" -ne 99 ]
	fi
}

[ -x "$test" ] || die "no $test: run make selftests"
image=${3:-}
[ -n "$image" ] || build_image negative-sched
tmp=$(mktemp -d "$out/negative.XXXXXX") || die "cannot create a folder in $out (disk full?)"
trap 'rm -rf "$tmp"' EXIT
write_guest_script >"$tmp/run.sh"
n=0 failed=0
echo "KTAP version 1"
echo "1..$(($(wc -w <<<"$numbers") + 1))"
for nr in $numbers 0; do
	n=$((n + 1))
	if one "$nr"; then
		echo "ok $n - $nr: $why"
	else
		sed 's/^/# /' "$tmp/output" | tail -n 20
		echo "not ok $n - $nr: $why"
		failed=1
	fi
done
exit "$failed"
