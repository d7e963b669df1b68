#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# controls.sh: negative controls and determinism, in an emulator. TAP.
# Environment: IMAGE (base), O. Most boots are in mode race: they are quicker.

# shellcheck disable=SC2317,SC2016
set -u
# shellcheck source=kernel/boot/tests/tap.sh
. "$(dirname "$0")/tap.sh"
image=${IMAGE:-base}
q=(qemu-svm "$image" --quiet --mode race)
if [[ $image != */* && ! -f $O/kernel/$image/obj/arch/x86/boot/bzImage ]]; then
	echo "1..0 # SKIP no kernel $image in $O"
	echo "controls.sh: no kernel $image in $O: run make kernel" >&2
	exit 4
fi
guest=$O/boot/test-guest
make -s -C "$boot" O="$O" "$guest" || exit 1

# Output, status, files.
try "${q[@]}" --out "$tmp/o" --add "$guest:/tools/" -- sh -c 'echo "a  b"; echo e >&2; printf "\0\1\377\n"
	head -c 3000000 /dev/urandom >/out/big; md5sum </out/big >/out/sum; test-guest nothing; exit 7'
printf 'a  b\ne\n\0\1\377\nusage: guest deaf|windows|spin\n' >"$tmp/want"
check "status of the command" [ "$rc" = 7 ]
check "output byte for byte" cmp "$tmp/want" "$tmp/out"
check "/out comes back" [ "$(md5sum <"$tmp/o/big")" = "$(cat "$tmp/o/sum")" ]
check "run.json" grep -q '"verdict": "ok", "status": 7' "$tmp/o/run.json"
refused 123 "Kernel panic - not syncing: sysrq triggered crash" "panic" "${q[@]}" -- \
	sh -c 'echo c >/proc/sysrq-trigger'
refused 123 "triple fault" "triple fault" "${q[@]}" --append reboot=triple -- \
	sh -c 'echo b >/proc/sysrq-trigger; sleep 100'
refused 121 "console splat: " "faked warning" "${q[@]}" -- \
	sh -c 'echo "<4>WARNING: CPU: 0 PID: 7 at nowhere" >/dev/kmsg'
refused 121 "Call Trace:" "real backtrace" "${q[@]}" -- \
	sh -c 'echo 8 >/proc/sys/kernel/printk; echo l >/proc/sysrq-trigger'
refused 122 "over the limit of emulated time" "sleeping for ever" "${q[@]}" --limit-emulated 3 -- sleep 100000
check "its stack is shown" grep -q 'hrtimer_nanosleep' "$tmp/err"
refused 122 "over the limit of emulated time" "spinning for ever" "${q[@]}" --limit-emulated 3 \
	--add "$guest" -- /test-guest spin
refused 122 "no verdict after 10 wall seconds" "CPU without interrupts" "${q[@]}" --limit-wall 10 \
	--add "$guest" -- /test-guest deaf
check "an NMI shows where it is" grep -q 'NMI' "$tmp/err"

# A list: what each test was, in order.
"$boot/run" "${q[@]}" --tests "$here/list.cfg" --results "$tmp/results" >"$tmp/out" 2>"$tmp/err" </dev/null
rc=$?
check "list: status" [ "$rc" = 1 ]
cut -f3,4 "$tmp/results" | tr '\t\n' '= ' >"$tmp/got"
echo -n "passes=ok fails=fail skips=skip splats=fail over=fail panics=fail nested=ok deaf=fail two=ok " >"$tmp/want"
check "list: each result" cmp "$tmp/got" "$tmp/want"
check "list: totals" grep -qx '# totals: pass:3 fail:5 skip:1' "$tmp/out"
check "list: reason of a skip" grep -q '^ok [0-9]* skips # SKIP the reason$' "$tmp/out"
check "list: reason of a death" grep -q '^not ok [0-9]* panics # died: Kernel panic' "$tmp/out"
check "list: subtests are indented" grep -q '^  ok 1 inner' "$tmp/out"
check "list: output of a failure" grep -q '^# shown' "$tmp/out"
: >"$tmp/out"

# The engine host, inside a guest.
try "${q[@]}" --add "$top/kernel/boot:/p/kernel/boot" --add "$top/kernel/lib:/p/kernel/lib" \
	--add /bin/bash:/bin/bash --add /usr/bin/tail:/bin/tail -- sh -c '
	export O=/tmp/o; r=/p/kernel/boot/run; s=patched
	[ -d /sys/kernel/tracing/events/kvm/kvm_sched_out ] || s=base
	n=base; [ $s = patched ] || n=patched
	$r host $n -- true; echo other $?
	$r host $s --quiet --out /tmp/r --add $r:/tools/x -- sh -c "ls /tools; echo \$ENGINE >/out/f; exit 5"; echo same $?
	cat /tmp/r/f; ls /tools | wc -l
	$r host $s --quiet --limit-wall 2 -- sleep 1000; echo hang $?
	$r host $s --quiet -- sh -c "echo \"<4>BUG: \" >/dev/kmsg"; echo splat $?'
grep -vE '^(run|---|\[)' "$tmp/out" | tr '\n' ' ' >"$tmp/got"
echo -n "other 4 x same 5 host 0 hang 122 splat 121 " >"$tmp/want"
check "engine host" cmp "$tmp/got" "$tmp/want"

# The prompt.
"$here/prompt.py" "$boot/run" qemu-svm "$image" --shell >"$tmp/out" 2>&1
check "prompt" [ $? = 0 ]
: >"$tmp/out"

# Determinism. exact SMP NAME ARG...: a boot in exact mode; keeps what came out.
exact() {
	"$boot/run" qemu-svm "$image" --quiet --smp "$1" --out "$tmp/$2" --add "$guest:/guest" "${@:3}" -- \
		sh -c 'dmesg; cat /proc/interrupts; head -c 64 /dev/urandom | od -x; /guest windows' \
		>"$tmp/$2.output" 2>"$tmp/err" </dev/null
	rc=$?
}
same() { cmp "$tmp/$1.output" "$tmp/$2.output" && cmp "$tmp/$1/console.log" "$tmp/$2/console.log"; }
symbol() { nm "$guest" | sed -n "s/^0*\([0-9a-f]*\) . $1\$/\1/p"; }
{
	echo "range body $(symbol counted_start) $(symbol counted_end)"
	echo "op cpuid cpuid"
	echo "op one_msr rdmsr:10"
	echo "op vmread vmread"
} >"$tmp/spec"
# counted NAME: are the counts of the five rounds what the program executes?
counted() {
	local rows=$tmp/$1.rows

	sed -n 's/^{"label":\([0-9]*\),"seq":[0-9]*,"cpu":\[{"insn":\([0-9]*\),"body":\([0-9]*\),"cpuid":\([0-9]*\),"one_msr":\([a-z0-9]*\),"vmread":\([0-9]*\)}.*/\1 \2 \3 \4 \5 \6/p' \
		"$tmp/$1/counts.json" >"$rows"
	[ "$(wc -l <"$rows")" = 15 ] &&
	[ "$(awk '$1 == 1 { print $2 }' "$rows" | sort -n | head -1)" = 0 ] &&
	[ "$(awk '$1 == 2 { print $2 }' "$rows" | sort -n | head -1)" = 2001 ] &&
	[ "$(awk '$1 == 3 { print $3, $4, $5, $6 }' "$rows" | sort -u)" = "100 50 null 0" ]
}
for n in 1 2; do
	exact "$n" "a$n"
	check "exact, $n CPUs: runs" [ "$rc" = 0 ]
	exact "$n" "b$n"
	check "exact, $n CPUs: two runs are byte-identical" same "a$n" "b$n"
	exact "$n" "c$n" --count "$tmp/spec"
	check "exact, $n CPUs: counting changes nothing" same "a$n" "c$n"
	check "exact, $n CPUs: known numbers are counted" counted "c$n"
done
exact 1 d1 --append quiet
check "another command line does make a difference" eval '! same a1 d1 >/dev/null'
tap_end
