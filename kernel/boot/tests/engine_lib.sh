# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034,SC2154
# engine_lib.sh: what the tests of one engine's room share with those of another.
# Sourced by ENGINE/tests/lib.sh.
#
# After it: O, top, boot, image (IMAGE, base), tmp, guests (the program of the
# room's guests.c), the functions of tap.sh. Ends with 4 where there is no kernel.

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
guests=$tmp/guests
gcc -O2 -Wall -Wextra -Werror -static -o "$guests" "$here/guests.c" || exit 1
