# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034,SC2154
# lib.sh: what the tests of this room share. Sourced by them.
#
# After it: O, boot, image, tmp, guests (the program of guests.c), the functions
# of ../../tests/tap.sh, and the ones below.

O=${O:-$(cd "$(dirname "$0")/../../../.." && pwd)/build}
# shellcheck source=kernel/boot/tests/tap.sh
. "$(dirname "$0")/../../tests/tap.sh"
# tap.sh takes its own folder's parents for these.
top=$(cd "$here/../../../.." && pwd)
boot=$top/kernel/boot
image=${IMAGE:-base}
if [[ $image != */* && ! -f $O/kernel/$image/obj/arch/x86/boot/bzImage ]]; then
	echo "1..0 # SKIP no kernel $image in $O"
	echo "${0##*/}: no kernel $image in $O: run make kernel" >&2
	exit 4
fi
if [ "$(cat "$O/qemu/kind" 2>/dev/null)" != lab ]; then
	echo "1..0 # SKIP stock QEMU"
	echo "${0##*/}: no QEMU in $O/qemu: run make boot" >&2
	exit 4
fi
guests=$tmp/guests
gcc -O2 -Wall -Wextra -Werror -static -o "$guests" "$here/guests.c" || exit 1

# guest_case CASE [ARG...]: boot and run one case of guests.c; sets rc.
guest_case() { try qemu-svm "$image" --quiet "${@:2}" --add "$guests:/tools/" -- guests "$1"; }
