#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# behaviour.sh: what the fixes of Bochs and the hooks in it are there for. TAP.
# Environment: IMAGE (base), O. Some 15 boots. The same claims with a fix left
# out: controls.sh.

# shellcheck disable=SC2317
set -u
# shellcheck source=kernel/boot/bochs-vmx/tests/lib.sh
. "$(dirname "$0")/lib.sh"

for case in spin halt doze mwait apicv; do
	guest_case "$case"
	if [ "$rc" = 4 ]; then
		skip "guest $case" "$(tail -n 1 "$tmp/err")"
	else
		check "guest $case" [ "$rc" = 0 ]
	fi
done

refused 122 "no verdict after 20 wall seconds" "CPU without interrupts" bochs-vmx "$image" \
	--quiet --limit-wall 20 --add "$test_guest" -- /test-guest deaf
check "an NMI shows where it is" grep -q 'NMI' "$tmp/err"
# Each second it would write its speed to the log, in a signal handler: a deadlock if
# the signal comes while the log is written to.
check "Bochs shows no IPS" [ "$(grep -ac 'ips = %3.3fM' "$O/bochs/bin/bochs")" = 0 ]

# A Bochs that is killed leaves locks, which must not stop the next one.
# kill_bochs PID: of the run PID, when its guest has started.
kill_bochs() {
	local pid work=''

	while kill -0 "$1" 2>/dev/null && ! grep -qs 'job 1 starts' "$work/console"; do
		pid=$(pgrep -P "$1" -x bochs) && work=$(tr '\0' '\n' <"/proc/$pid/cmdline" | sed -n 's,/bochsrc$,,p')
		sleep 0.5
	done
	ls "$work"/*.lock >"$tmp/locks" 2>/dev/null
	kill -9 "$pid"
}

printf '[%s]\ncommand = %s\n' killed "sleep 1000" next true >"$tmp/list"
"$boot/run" bochs-vmx "$image" --quiet --tests "$tmp/list" >"$tmp/out" 2>"$tmp/err" </dev/null &
kill_bochs $!
wait
check "Bochs locks its disks" [ -s "$tmp/locks" ]
check "the test behind one that was killed runs" grep -q '^ok 2 next' "$tmp/out"
check "in the next boot" [ "$(grep -c '^# boot' "$tmp/out")" = 2 ]
refused 123 "Kernel panic - not syncing: sysrq triggered crash" "panic" \
	bochs-vmx "$image" --quiet -- sh -c 'echo c >/proc/sysrq-trigger'
refused 123 "the guest has reset the machine" "reset" bochs-vmx "$image" --quiet -- \
	sh -c 'echo b >/proc/sysrq-trigger; sleep 100'

# A specification with each kind of mistake. Bochs reads it before all else.
while read -r line; do
	echo "$line" >"$tmp/spec"
	LAB_COUNT_SPEC=$tmp/spec LAB_COUNT_FILE=/dev/null "$O/bochs/bin/bochs" -q \
		>"$tmp/out" 2>"$tmp/err" </dev/null
	rc=$?
	check "refused: $line" [ "$rc $(grep -c ': line 1: ' "$tmp/err")" = "2 1" ]
done <<-EOF
	range a 10
	range a 20 10
	range a 1x 20
	op a vmfoo
	op a cpuid:10
	op a rdmsr:123456789
	op insn cpuid
EOF

symbol() { nm "$test_guest" | sed -n "s/^0*\([0-9a-f]*\) . $1\$/\1/p"; }
{
	echo "range body $(symbol counted_start) $(symbol counted_end)"
	echo "op cpuid cpuid"
	echo "op apic_base rdmsr:1b"
	echo "op vmread vmread"
} >"$tmp/spec"
# counted NAME: are the counts of the five rounds what test-guest executes? The
# smallest of five: the timer may interrupt a round. A window's ticks are its
# instructions, plus exceptions and interrupts.
counted() {
	local rows=$tmp/$1.rows

	sed -n 's/^{"label":\([0-9]*\),"seq":[0-9]*,"cpu":\[{"insn":\([0-9]*\),"ticks":\([0-9]*\),"body":\([0-9]*\),"cpuid":\([0-9]*\),"apic_base":\([0-9]*\),"vmread":\([0-9]*\)}.*/\1 \2 \3 \4 \5 \6 \7/p' \
		"$tmp/$1/counts.json" >"$rows"
	smallest() { awk -v l="$1" -v f="$2" '$1 == l { print $f }' "$rows" | sort -n | head -n 1; }
	[ "$(wc -l <"$rows")" = 15 ] &&
	[ "$(smallest 1 2) $(smallest 1 3)" = "0 0" ] &&
	[ "$(smallest 2 2) $(smallest 2 3)" = "2001 2001" ] &&
	[ "$(awk '$1 == 3 { print $4, $5, $6, $7 }' "$rows" | sort -u)" = "100 50 0 0" ]
}
for n in 1 2 4; do
	exact "$n" "a$n"
	check "$n CPUs: runs" [ "$rc" = 0 ]
	exact "$n" "b$n"
	check "$n CPUs: two runs are byte-identical" same "a$n" "b$n"
	exact "$n" "c$n" --count "$tmp/spec"
	check "$n CPUs: counting changes nothing" same "a$n" "c$n"
	check "$n CPUs: known numbers are counted" counted "c$n"
done
exact 1 d1 --append quiet
check "another command line does make a difference" eval '! same a1 d1 >/dev/null'

# Two counters of one thing: KVM's own exits, and VM entries seen by Bochs.
printf 'op launch vmlaunch\nop resume vmresume\nop apic_base rdmsr:1b\n' >"$tmp/spec"
# shellcheck disable=SC2016
try bochs-vmx "$image" --quiet --out "$tmp/kvm" --count "$tmp/spec" --add "$guests:/tools/" -- \
	sh -c 'guests count'
entries=$(sed -n 's/.*"launch":\([0-9]*\),"resume":\([0-9]*\).*/\1 \2/p' "$tmp/kvm/counts.json" |
	awk '{ print $1 + $2 }')
check "1000 port writes: as many VM entries as kvm_stat's exits" \
	[ "exits $entries" = "$(grep '^exits' "$tmp/out")" ]
check "MSR reads by number" grep -q '"apic_base":5}' "$tmp/kvm/counts.json"
tap_end
