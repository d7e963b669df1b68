#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# behaviour.sh: what the fixes of QEMU are there for. TAP.
# Environment: IMAGE (base), O. The same claims with a fix left out: controls.sh.

set -u
# shellcheck source=kernel/boot/qemu-svm/tests/lib.sh
. "$(dirname "$0")/lib.sh"

guest_case inject
check "injected interrupts arrive once" [ "$rc" = 0 ]
guest_case shadow
check "no interrupt comes between STI and HLT" [ "$rc" = 0 ]
guest_case pause
check "an interrupt comes behind STI and PAUSE" [ "$rc" = 0 ]

# boot_with NAME FILE: what a boot shows, and its instructions.
boot_with() {
	QEMU_BINARY=$2 "$boot/run" qemu-svm "$image" --quiet --out "$tmp/$1" -- sh -c '
		dmesg; cat /proc/interrupts /proc/stat; head -c 64 /dev/urandom | od -x' \
		>"$tmp/$1.output" 2>"$tmp/err" </dev/null
	grep -o '"tsc": [0-9]*' "$tmp/$1/run.json" >>"$tmp/$1.output"
}
# The fixes aside, the binary is the installed one, if that is of this version.
ours=$O/qemu/bin/qemu-system-x86_64
stock=$(command -v qemu-system-x86_64)
number() { "$1" --version | sed -n '1s/.*version \([0-9.]*\).*/\1/p'; }
if [ -n "$stock" ] && [ "$(number "$stock")" = "$(number "$ours")" ]; then
	boot_with ours "$ours"
	boot_with stock "$stock"
	check "a boot is Debian's binary's, to the instruction" cmp "$tmp/ours.output" "$tmp/stock.output"
else
	skip "a boot is Debian's binary's, to the instruction" "no QEMU $(number "$ours") installed"
fi
tap_end
