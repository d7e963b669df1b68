#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# controls.sh [NUMBER...]: leave out one patch at a time; its test must fail. TAP.
# Environment: IMAGE (base), O. Builds Bochs once per patch: minutes each.

# shellcheck disable=SC2317
set -u
# shellcheck source=kernel/boot/bochs-vmx/tests/lib.sh
. "$(dirname "$0")/lib.sh"

wanted=" $* "
# without NUMBER: is it this patch's turn?
without() {
	[ "$wanted" = "  " ] || [[ $wanted == *" $1 "* ]] || return
	export WITHOUT=$1
	"$boot/bochs-vmx/build.sh" "$O" || exit
}

hangs() { [ "$rc" = 122 ] && ! grep -q '^round 3' "$tmp/out"; }
# The machine may come back after an RCU stall.
stalls() { hangs || { [ "$rc" = 121 ] && tail -n 1 "$tmp/err" | grep -q 'rcu'; }; }
fails() { [ "$rc" = 1 ] && grep -q "$1" "$tmp/out"; }

if without 0001; then
	guest_case spin --limit-wall 60
	check "0001: a guest with IF=0 hangs the machine" hangs
fi
if without 0002; then
	guest_case apicv --limit-wall 60
	check "0002: the vCPU does not enter" fails '^exit reason 9$'
fi
if without 0003; then
	guest_case halt --limit-wall 60
	check "0003: cli; hlt hangs the machine" hangs
	guest_case doze --limit-wall 60
	check "0003: sti; hlt is woken" fails 'exit reason 2 instead'
	guest_case mwait --limit-wall 60
	check "0003: MWAIT with IF=0 hangs or stalls the machine" stalls
fi
for n in 0004 0005; do
	without "$n" || continue
	cpus=$((n == 5 ? 4 : 1))
	exact "$cpus" a
	exact "$cpus" b
	check "$n: two runs with $cpus CPUs differ" eval '! same a b >/dev/null'
done
if without 0006; then
	"$here/strict.sh" >"$tmp/out" 2>"$tmp/err" </dev/null
	check "0006: no broken rule is found" [ "$(grep -c '^not ok .*: found' "$tmp/out")" = 5 ]
fi
tap_end
