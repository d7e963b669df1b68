# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034,SC2154
# lib.sh: what the tests of this room share. Sourced by them.
#
# After it: what ../../tests/engine_lib.sh says, test_guest, and the functions below.

# shellcheck source=kernel/boot/tests/engine_lib.sh
. "$(dirname "$0")/../../tests/engine_lib.sh"
test_guest=$O/boot/test-guest
make -s -C "$boot" O="$O" "$test_guest" || exit 1

# guest_case CASE [ARG...]: boot and run one case of guests.c; sets rc.
guest_case() {
	local more=()

	[ "$1" != apicv ] || more=(--append kvm_intel.enable_apicv=1)
	try bochs-vmx "$image" --quiet "${@:2}" "${more[@]}" --add "$guests:/tools/" -- guests "$1"
}

# exact CPUS NAME [ARG...]: a boot that shows what could differ; sets rc.
exact() {
	"$boot/run" bochs-vmx "$image" --quiet --smp "$1" --out "$tmp/$2" \
		--add "$guests:/tools/" --add "$test_guest:/tools/" "${@:3}" -- sh -c '
		dmesg; cat /proc/interrupts /proc/stat; head -c 64 /dev/urandom | od -x
		guests doze; test-guest windows' >"$tmp/$2.output" 2>"$tmp/err" </dev/null
	rc=$?
}

# same NAME NAME: were two boots equal, in output, console and ticks?
same() {
	cmp "$tmp/$1.output" "$tmp/$2.output" &&
	cmp "$tmp/$1/console.log" "$tmp/$2/console.log" &&
	[ "$(ticks "$1")" = "$(ticks "$2")" ]
}

ticks() { grep -o '"tsc": [0-9]*' "$tmp/$1/run.json"; }
