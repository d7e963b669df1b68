#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# host.sh: what can be tested without an emulator: refusals, the initrd, the
# reader of test lists, the splat patterns, the counter specification. TAP.

# shellcheck disable=SC2317,SC2016
set -u
# shellcheck source=kernel/boot/tests/tap.sh
. "$(dirname "$0")/tap.sh"
image=$tmp/bzImage
echo "no kernel" >"$image"

refused 2 "ENGINE: unknown: vax" "unknown engine" vax "$image" -- true
refused 2 "IMAGE: not built: nosuch" "unknown flavour" qemu-svm nosuch -- true
refused 2 "IMAGE: no such file: ./nosuch" "missing image file" qemu-svm ./nosuch -- true
refused 2 "no command" "no command" qemu-svm "$image"
refused 2 "--smp: not a number from 1: two" "bad number" qemu-svm "$image" --smp two -- true
refused 2 "--limit-wall: not a number from 1: 0" "zero limit" qemu-svm "$image" --limit-wall 0 -- true
refused 2 "--mode: neither exact nor race: fast" "bad mode" qemu-svm "$image" --mode fast -- true
refused 2 "unknown argument: --frob" "unknown option" qemu-svm "$image" --frob -- true
refused 2 "--smp: needs a value" "missing value" qemu-svm "$image" --smp
refused 2 "--count: needs --out DIR" "count without out" qemu-svm "$image" --count "$image" -- true
echo "op x frobnicate" >"$tmp/spec"
refused 2 "neither 'range NAME START END' nor 'op NAME OPCODE': op x frobnicate" \
	"bad counter" qemu-svm "$image" --count "$tmp/spec" --out "$tmp/o" -- true
refused 2 "IMAGE: host runs what is booted" "host with an image file" host "$image" -- true

# A missing dependency: a PATH that has everything but QEMU, which is not built.
mkdir "$tmp/bin"
for tool in bash dirname mkdir mktemp cat rm sed grep realpath nproc tail; do
	ln -s "$(command -v $tool)" "$tmp/bin/$tool"
done
O=$tmp/nothing PATH=$tmp/bin refused 4 "no qemu-system-x86_64 in PATH: install qemu-system-x86" \
	"missing emulator" qemu-svm "$image" -- true

# A full disk.
if [ "$(id -u)" = 0 ] && mkdir "$tmp/full" && mount -t tmpfs -o size=12m tmpfs "$tmp/full" 2>/dev/null; then
	make -s -C "$boot" O="$tmp/full" guest >/dev/null 2>&1
	cat /dev/zero >"$tmp/full/filler" 2>/dev/null
	O=$tmp/full refused 1 "cannot write to $tmp/full" "full disk" qemu-svm "$image" -- true
	umount "$tmp/full"
else
	skip "full disk" "needs root, to mount a small tmpfs"
fi

# Refusals of the engines that need hardware, with copies of what they read.
# refusal ENGINE FUNCTION ARG...: what the function prints.
refusal() {
	(
		engine=$1
		cannot() { echo "$*"; exit 4; }
		image_name=${image_name:-patched}
		# shellcheck source=/dev/null
		. "$boot/$engine/engine.sh"
		"${@:2}"
	)
}
mkdir -p "$tmp/sys/kvm_amd/parameters" "$tmp/tracing/events/kvm"
echo 'flags		: fpu svm npt' >"$tmp/svm"
echo 'flags		: fpu sse2 hypervisor' >"$tmp/none"
echo 0 >"$tmp/sys/kvm_amd/parameters/nested"
: >"$tmp/kvm"
says() { grep -qF -- "$1" <<<"$2"; }
check "kvm of another hypervisor" says "neither vmx nor svm" "$(refusal qemu-kvm kvm_refusal "$tmp/none" "$tmp/kvm" "$tmp/sys")"
check "no kvm device" says "no $tmp/nokvm" "$(refusal qemu-kvm kvm_refusal "$tmp/svm" "$tmp/nokvm" "$tmp/sys")"
check "nested off" says "nested virtualization is off" "$(refusal qemu-kvm kvm_refusal "$tmp/svm" "$tmp/kvm" "$tmp/sys")"
echo 1 >"$tmp/sys/kvm_amd/parameters/nested"
check "nested on is accepted" [ -z "$(refusal qemu-kvm kvm_refusal "$tmp/svm" "$tmp/kvm" "$tmp/sys")" ]
check "host: kernel is not patched" says "not the patched kernel" "$(refusal host host_refusal "$tmp/tracing")"
mkdir "$tmp/tracing/events/kvm/kvm_sched_out"
check "host: patched kernel is accepted" [ -z "$(refusal host host_refusal "$tmp/tracing")" ]
check "host: base is refused there" says "not base" "$(image_name=base refusal host host_refusal "$tmp/tracing")"

# A guest that died of QEMU's own flaw is told from one that died of a kernel's bug.
# flaw MODE LINE...: what qemu-svm's engine_flaw says of such a console.
flaw() {
	(
		# shellcheck disable=SC2034 # engine_flaw reads them
		work=$tmp mode=$1
		printf '[    6.8] %s\r\n' "${@:2}" >"$tmp/console"
		# shellcheck source=/dev/null
		. "$boot/qemu-svm/engine.sh"
		engine_flaw
	)
}
oops='Oops: int3: 0000 [#1] PREEMPT SMP NOPTI'
stale='Code: 0f 1f 44 00 00 f0 41 80 0c 24 02 e9 <76> 02 00 00 48 8b'
true_int3='Code: 0f 1f 44 00 00 f0 41 80 0c 24 02 cc <76> 02 00 00 48 8b'
check "flaw: int3 that is not in memory" says "code that the kernel had replaced" "$(flaw race "$oops" "$stale")"
check "flaw: not int3 that is there" [ -z "$(flaw race "$oops" "$true_int3" "$stale")" ]
check "flaw: not another oops" [ -z "$(flaw race 'Oops: invalid opcode: 0000 [#1]' "$stale")" ]
check "flaw: not in mode exact" [ -z "$(flaw exact "$oops" "$stale")" ]

# Equal content gives equal archives; other content does not.
# shellcheck source=kernel/boot/guest.sh
. "$boot/guest.sh"
usage_error() { echo "$*" >&2; exit 2; }
mkdir "$tmp/a" "$tmp/b"
for d in b a; do
	guest_add "$tmp/$d" "$boot/splats:/x/" && guest_add "$tmp/$d" "$here:/y"
done
sleep 0.01; touch "$tmp/b/x/splats"
guest_pack "$tmp/a" >"$tmp/a.cpio"
guest_pack "$tmp/b" >"$tmp/b.cpio"
check "initrd parts are reproducible" cmp "$tmp/a.cpio" "$tmp/b.cpio"
echo >>"$tmp/b/x/splats"
guest_pack "$tmp/b" >"$tmp/b.cpio"
check "and differ with their content" eval '! cmp -s "$tmp/a.cpio" "$tmp/b.cpio"'
mkdir "$tmp/c"; cp "$(command -v bash)" "$tmp/c/"
guest_libraries "$tmp/c"
check "programs get their loader" test -e "$tmp/c/lib64/ld-linux-x86-64.so.2"

# Test lists.
bad_list() { printf '%b' "$3" >"$tmp/list"; refused 2 "$2" "$1" qemu-svm "$image" --tests "$tmp/list"; }
bad_list "list: unknown key" ":2: unknown key: colour" '[a]\ncolour = red\n'
bad_list "list: key before a name" ":1: no [name]" 'command = x\n'
bad_list "list: no command" "a: no command" '[a]\nsmp = 1\n'
bad_list "list: same name twice" "second test a" '[a]\ncommand = x\n[a]\n'
bad_list "list: bad number" "a: smp: not a number" '[a]\ncommand = x\nsmp = many\n'
refused 4 "--tests: none is for qemu-svm" "list: none chosen; kernel/tests.cfg is well formed" \
	qemu-svm "$image" --tests "$top/kernel/tests.cfg" --filter '^$'

# Splats: each of these lines must be caught, none of the others.
boot_lines() { sed -n "/^# $1\$/,/^\$/p" "$here/splat-lines" | grep -v '^#' | grep .; }
grep -v '^#' "$boot/splats" >"$tmp/splats"
boot_lines splats >"$tmp/yes"
boot_lines harmless >"$tmp/no"
check "every splat is caught" [ -z "$(grep -vEf "$tmp/splats" "$tmp/yes")" ]
check "no harmless line is" [ -z "$(grep -Ef "$tmp/splats" "$tmp/no")" ]
check "every exception has a reason" [ -z "$(grep -v '^#' "$boot/splats.allow" | grep -vP '\t.')" ]

# The reader of counter specifications and its decoder.
gcc -O1 -Wall -o "$tmp/spec" "$here/spec_test.c" "$boot/qemu-svm/spec.c" -I"$boot/qemu-svm" 2>"$tmp/err"
"$tmp/spec" "$tmp" >"$tmp/out"
check "spec: known answers" [ $? = 0 ]
: >"$tmp/out"

shellcheck -x -P "$top" "$boot/run" "$boot/check" "$boot"/*.sh "$boot"/{host,qemu-svm,qemu-kvm}/*.sh "$here"/*.sh >"$tmp/out" 2>&1
check "shellcheck" [ $? = 0 ]
tap_end
