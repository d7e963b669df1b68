# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034,SC2154
# lib.sh: what the tests of this room share. Sourced by them.
#
# After it: what ../../tests/engine_lib.sh says, and guest_case.

# shellcheck source=kernel/boot/tests/engine_lib.sh
. "$(dirname "$0")/../../tests/engine_lib.sh"
if [ "$(cat "$O/qemu/kind" 2>/dev/null)" != lab ]; then
	echo "1..0 # SKIP stock QEMU"
	echo "${0##*/}: no QEMU in $O/qemu: run make boot" >&2
	exit 4
fi

# guest_case CASE [ARG...]: boot and run one case of guests.c; sets rc.
guest_case() { try qemu-svm "$image" --quiet "${@:2}" --add "$guests:/tools/" -- guests "$1"; }
