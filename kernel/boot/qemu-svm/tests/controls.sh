#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# controls.sh [NUMBER...]: leave out one patch at a time; its test must fail. TAP.
# Environment: IMAGE (base), O. Builds QEMU once per patch: minutes each, less
# with ccache.

# shellcheck disable=SC2317
set -u
# shellcheck source=kernel/boot/qemu-svm/tests/lib.sh
. "$(dirname "$0")/lib.sh"

wanted=" $* "
# without NUMBER: is it this patch's turn?
without() {
	[ "$wanted" = "  " ] || [[ $wanted == *" $1 "* ]] || return
	export WITHOUT=$1
	"$boot/qemu-svm/build.sh" "$O" || exit
}

fails() { [ "$rc" = 1 ] && grep -q "$1" "$tmp/out"; }

if without 0001; then
	guest_case inject
	check "0001: interrupts arrive twice" fails 'of them with IF=0 [1-9]'
fi
if without 0002; then
	guest_case shadow
	check "0002: interrupts come between STI and HLT" fails 'of them before HLT [1-9]'
fi
if without 0003; then
	guest_case pause
	check "0003: none comes behind STI and PAUSE" fails 'arrived [0-9]\{1,4\},'
fi
tap_end
