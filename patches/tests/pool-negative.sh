#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# pool-negative.sh OUT [IMAGE]: negative control of vmx_vmcs02_pool_test.
#
# negative/04-pool.diff gives the patched kernel a module parameter,
# kvm_intel.pool_break, that breaks the pool of vmcs02s in one way per number; the
# comments in it say how. The selftest must fail with each number, and pass with 0
# directly after that. Reports in KTAP: a subtest says how the test has failed.
#
#   IMAGE   a kernel with the diff that is built already; without it one is
#           built in OUT/kernel/negative-pool (minutes with ccache)
#
# Environment: NUMBERS (all), TREE: flavour whose kernel and selftests are used
# (patched; a topic's tree will do). Engine: bochs-vmx.

set -u -o pipefail
top=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=kernel/lib/say.sh
. "$top/kernel/lib/say.sh"

[ $# -eq 1 ] || [ $# -eq 2 ] || usage_error "usage: pool-negative.sh OUT [IMAGE]"
[ -d "$1/kernel" ] || cannot "no kernel tree in $1: run make source"
out=$(cd "$1" && pwd)
diff=$top/patches/tests/negative/04-pool.diff
flavour=${TREE:-patched}
test=$out/kernel/$flavour/selftests/bin/vmx_vmcs02_pool_test
[ -x "$test" ] || die "no $test: run make selftests"

build_image() {
	local tree=$out/kernel/negative-pool git_dir=$out/kernel/linux.git

	if [ ! -e "$tree/src/.git" ]; then
		git --git-dir="$git_dir" worktree prune
		git --git-dir="$git_dir" worktree add -q -f --detach "$tree/src" "$flavour" || die "cannot set up $tree"
	fi
	git -C "$tree/src" checkout -q -f --detach "$flavour" || die "cannot set up $tree"
	git -C "$tree/src" apply "$diff" || die "${diff#"$top"/} does not apply to patches/"
	"$top/kernel/build.sh" "$out" negative-pool >&2 || die "the broken kernel does not build"
	image=$tree/obj/arch/x86/boot/bzImage
}

image=${2:-}
[ -n "$image" ] || build_image
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
	for n in ${NUMBERS:-$(grep -oE 'pool_break [!=]= [0-9]+' "$diff" | grep -oE '[0-9]+' | sort -nu)}; do
		printf '[%02d]\ncommand = sh /broken %d\n' "$n" "$n"
	done
} >"$tmp/tests.cfg"
O=$out "$top/kernel/boot/run" bochs-vmx "$image" --quiet --tests "$tmp/tests.cfg"
