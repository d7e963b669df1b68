#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# pool-negative.sh OUT [IMAGE]: negative control of vmx_vmcs02_pool_test.
#
# negative/04-pool.diff gives the patched kernel a module parameter,
# kvm_intel.pool_break, that breaks the pool of vmcs02s in one way per number; the
# comments in it say how. The selftest must fail with each number, and pass with 0
# directly after that. Numbers from 101 leave out a VMCLEAR: the selftest can't notice,
# as Bochs keeps VMCSes in memory, but Bochs in strict mode must end the machine. In
# that mode it passes with 0. Reports in KTAP: a subtest says how the test has failed.
#
#   IMAGE   a kernel with the diff that is built already; without it one is
#           built in OUT/kernel/negative-pool (minutes with ccache)
#
# Environment: NUMBERS (all below 101), STRICT (all from 101, and 0), TREE: flavour whose kernel and selftests are used
# (patched; a topic's tree will do). Engine: bochs-vmx.

set -u -o pipefail
top=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=kernel/lib/say.sh
. "$top/kernel/lib/say.sh"
# shellcheck source=patches/tests/broken.sh
. "$top/patches/tests/broken.sh"

[ $# -eq 1 ] || [ $# -eq 2 ] || usage_error "usage: pool-negative.sh OUT [IMAGE]"
[ -d "$1/kernel" ] || cannot "no kernel tree in $1: run make source"
out=$(cd "$1" && pwd)
diff=$top/patches/tests/negative/04-pool.diff
flavour=${TREE:-patched}
test=$out/kernel/$flavour/selftests/bin/vmx_vmcs02_pool_test
[ -x "$test" ] || die "no $test: run make selftests"

image=${2:-}
[ -n "$image" ] || build_image negative-pool "$flavour"
tmp=$(mktemp -d "$out/negative.XXXXXX") || die "cannot create a folder in $out (disk full?)"
trap 'rm -rf "$tmp"' EXIT
cat >"$tmp/guest" <<'END'
param=/sys/module/kvm_intel/parameters/pool_break
echo "KTAP version 1"
echo "1..2"
echo "$1" >$param || exit 99
timeout -s KILL 60 /selftests/vmx_vmcs02_pool_test -s 4 >/tmp/log 2>&1
rc=$?
why=$(grep -oE '[a-z_0-9/]+\.c:[0-9]+:.*|exit_reason.*' /tmp/log | head -n 1 | tr '#' ' ')
failed=0
if [ $rc != 0 ] && [ $rc != 4 ]; then
	echo "ok 1 - fails with $1: ${why:-status $rc}"
else
	echo "not ok 1 - fails with $1"
	failed=1
fi
echo 0 >$param
if timeout -s KILL 60 /selftests/vmx_vmcs02_pool_test -s 4 >/tmp/log 2>&1; then
	echo "ok 2 - passes with 0"
else
	sed 's/^/# /' /tmp/log | tail -n 20
	echo "not ok 2 - passes with 0"
	failed=1
fi
exit $failed
END
{
	printf '[default]\nmem = 1024\ntimeout_emulated = 200\ntimeout_wall = 600\n'
	printf 'add = %s:/broken\nadd = %s:/selftests/vmx_vmcs02_pool_test\n' "$tmp/guest" "$test"
	for n in ${NUMBERS:-$(grep -oE 'pool_break [!=]= [0-9]+' "$diff" | grep -oE '[0-9]+' | awk '$1 < 101' | sort -nu)}; do
		printf '[%02d]\ncommand = sh /broken %d\n' "$n" "$n"
	done
} >"$tmp/tests.cfg"
status=0
O=$out "$top/kernel/boot/run" bochs-vmx "$image" --quiet --tests "$tmp/tests.cfg" || status=$?

# strict NUMBER: the selftest in strict mode, its vCPU moving between two CPUs.
strict() {
	O=$out VMCS_STRICT=1 "$top/kernel/boot/run" bochs-vmx "$image" --smp 2 --quiet \
		--limit-wall 900 --limit-emulated 300 --add "$test:/vmx_vmcs02_pool_test" -- sh -c "
		echo $1 >/sys/module/kvm_intel/parameters/pool_break && /vmx_vmcs02_pool_test" \
		>"$tmp/out" 2>"$tmp/err" </dev/null
}

for n in ${STRICT-0 101 102}; do
	strict "$n"
	rc=$?
	said=$(grep -o 'lab: strict: .*' "$tmp/err" | tail -n 1)
	if [ "$n" = 0 ] && [ "$rc" = 0 ]; then
		echo "ok strict mode passes with 0"
	elif [ "$n" != 0 ] && [ "$rc" = 123 ] && [ -n "$said" ]; then
		echo "ok strict mode finds $n: $said"
	else
		tail -n 5 "$tmp/out" "$tmp/err" | sed 's/^/# /'
		echo "not ok strict mode with $n, status $rc"
		status=1
	fi
done
exit "$status"
