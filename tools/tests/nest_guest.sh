#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# nest_guest.sh TEST: the in-guest tests of kvmnestlat. Exit status 0: passed.
#
# Runs in the guest with busybox sh; kvmnestlat, bpftool, vmm, exitgen and nestcheck
# are in /tools, the BPF objects in /bpf. /nest.elf is an L1 (bench/guest/payload/nest.c)
# whose L2 makes a known number of exits, nestcheck compares. tests.cfg lists the
# tests.
set -u
PATH=/tools:$PATH
name=kvmnestlat
# shellcheck source-path=SCRIPTDIR source=guest_lib.sh
. /tests/guest_lib.sh

pool=/sys/module/kvm_intel/parameters/nested_vmcs02_pool_size
vmx=
! grep -qw vmx /proc/cpuinfo || vmx=1

# nest ARG...: L1's own words go to $work/known.
nest() { vmm /nest.elf "$@" >"$work/known" || fail "nest $* ended with $?"; }

# trace_nest [OPTION...] -- ARG...: a report of a run of nest.
trace_nest() {
	options=
	while [ "$1" != -- ]; do
		options="$options $1"
		shift
	done
	shift
	# Several options in one word.
	# shellcheck disable=SC2086
	trace $options -- sh -c "exec vmm /nest.elf $* >$work/known"
}

# The workload of most tests, and what is known of it: L2's last call is reflected
# and has no end; its first VM-Enter is not seen, nor which vmcs12 that was of.
args="trips=300 ports=3 cpuids=2 vmcs=3 fail=2"
known="handled.port.total.count=900 handled.call.total.count=0 reflected.call.begun=300
	reflected.any.total.count=299 reflected.call.total.count=299 reflected.any.changed=0
	reflected.any.switches=298 reflected.any.failed=2 reflected.any.undone=0
	l1_exit.cpuid.total.count=598 l1_exit.enter.total.count=301
	reflected.call.l1_exits.min>=3 handled.port.user.count=900 handled.port.user.min>=100
	split buckets"
[ -z "$vmx" ] || known="$known l1_exit.load.total.count=299 l1_exit.write.total.count>=4"

# check_known CHECK...
check_known() {
	# One word per check.
	# shellcheck disable=SC2086
	nestcheck "$report" $known "$@"
}

test_counts() {
	# shellcheck disable=SC2086
	trace_nest -- $args
	check_known lines=1 vcpus=1 lost=0
}

# Nothing comes twice or is left out over 5000 exits that are reflected.
test_many() {
	trace_nest -- trips=5001
	nestcheck "$report" reflected.any.total.count=5000 reflected.call.l1_exits.min=1 \
		l1_exit.enter.total.count=5000 reflected.any.switches=0 lost=0 split buckets
}

# common NAME: the most frequent value of a part of round trips, from their records.
# The least would not do: a tick cuts what L2 runs into two.
common() {
	sed -n "/\"reflected\"/s/.*\"$1_insn\":\([0-9]*\).*/\1/p" "$work/records" | sort -n | uniq -c |
		sort -n | awk '{ value = $2 } END { print value }'
}

# near NAME VALUE WANTED
near() {
	difference=$(($2 - $3))
	[ "${difference#-}" -le 10 ] || fail "$1: $2, not $3"
}

# What L1 and L2 do in between is theirs, to the instruction, and L0's part is the
# same; what L0 does for L1's exits is L0's.
test_levels() {
	[ "$ENGINE $MODE" = "qemu-svm exact" ] || [ "$ENGINE" = bochs-vmx ] || {
		echo "instructions are counted on exact engines only"
		exit 4
	}
	trace_nest --records "$work/records" -- trips=100
	l1=$(common l1) l2=$(common l2) reflect=$(common reflect) enter=$(common enter)
	trace_nest --records "$work/records" -- trips=100 work=5000 work2=3000
	near L1 $(($(common l1) - l1)) 5000
	near L2 $(($(common l2) - l2)) 3000
	near reflect "$(common reflect)" "$reflect"
	near enter "$(common enter)" "$enter"
	trace_nest --records "$work/records" -- trips=100 cpuids=4
	serve=$(common serve)
	echo "L0 $reflect + $enter, L1 $l1, L2 $l2; serving four CPUID $serve"
	near reflect "$(common reflect)" "$reflect"
	near enter "$(common enter)" "$enter"
	[ "$serve" -gt 2000 ] || fail "that is too little"
	nestcheck "$report" "l1_exit.cpuid.l0.min>=$((serve / 5))" "l1_exit.cpuid.l0.min<=$((serve / 4))"
}

# With room for one key only, every exit is either in its row or lost.
test_full() {
	# shellcheck disable=SC2086
	trace_nest --max-keys 1 -- $args 2>"$work/stderr"
	grep -q 'samples lost' "$work/stderr" || fail "no warning"
	nestcheck "$report" 'map_full.lost>=2098' || return
	[ "$(nestcheck "$report" print:lost)" = "$(nestcheck "$report" print:map_full.lost)" ] ||
		fail "lost for another reason"
}

# The reports of all intervals together hold every exit exactly once.
test_intervals() {
	# shellcheck disable=SC2086
	trace_nest 0.01 -- $args
	check_known 'lines>=3' lost=0
}

# Two VMs, one after the other, in processes of their own.
test_sigint() {
	start_tool 3600
	nest trips=100 ports=1
	nest trips=50 ports=1
	stop_tool
	nestcheck "$report" lines=1 vcpus=2 reflected.any.begun=150 reflected.call.total.count=148 \
		handled.port.total.count=150 lost=0 split buckets
}

# A guest that is no hypervisor has no exits of nested guests, nor has a vCPU that is
# not there.
test_none() {
	for options in '-- vmm /check.elf' '--vcpu 1 -- vmm /nest.elf trips=5'; do
		# shellcheck disable=SC2086
		expect 0 kvmnestlat $options
		grep -q '^no exits of nested guests$' "$work/stdout" || fail "there is something"
		grep -q '^lost 0$' "$work/stdout" || fail "no line about lost samples"
	done
}

test_table() {
	# shellcheck disable=SC2086
	expect 0 kvmnestlat -T --hist -- vmm /nest.elf $args
	[ "$(awk 'length > 79' "$work/stdout" | wc -l)" = 0 ] ||
		fail "a line of the table has 80 columns or more"
	grep -Eqi '^(vmcall|hypercall) +L1 +299 ' "$work/stdout" || fail "no row of L2's calls"
	grep -Eqi '^io[a-z_]* +L0 +900 ' "$work/stdout" || fail "no row of L2's port"
	grep -Eqi '^cpuid +598 +2.00 ' "$work/stdout" || fail "no row of L1's CPUID"
	grep -q '^round trips 299, begun 300; ' "$work/stdout" || fail "no line of round trips"
	grep -q '^lost 0$' "$work/stdout" || fail "no line about lost samples"
	if [ -n "$vmx" ] && [ ! -e "$pool" ]; then
		grep -q '^pool: not offered by this kernel$' "$work/stdout" || fail "a pool"
	fi
	case $ENGINE in
	qemu-kvm|host) ;;
	*) ! grep -Ew 'ns' "$work/stdout" || fail "ns on an emulator" ;;
	esac
}

# One record per exit of L2, and the file has an end.
test_records() {
	# shellcheck disable=SC2086
	trace_nest --records "$work/records" -- $args
	check_known lost=0 || return
	[ "$(grep -c '"event":"reflected"' "$work/records")" = 299 ] || fail "not 299 round trips"
	[ "$(grep -ci '"event":"handled".*"name":"io' "$work/records")" = 900 ] || fail "not 900 ports"
	[ "$(grep -ci '"trail":\["cpuid","cpuid",' "$work/records")" -ge 280 ] || fail "no trails"
	tail -n 1 "$work/records" | grep -q '"event":"end".*"lost":0,' || fail "no last line"
	expect 1 kvmnestlat --records /dev/full -- vmm /nest.elf trips=5
	grep -q 'No space left' "$work/stderr" || fail "no reason"
}

# What the pool of vmcs02s must have done in 299 round trips. Without one, and with
# five VMCSes for four places, no VMPTRLD finds its own; with four each does. Without
# one VMPTRLD writes the last vmcs12 back; with one it waits until user space can look:
# L2 reads one port per trip, and at first three more vmcs12s are there to be written.
test_pool() {
	[ -n "$vmx" ] || { echo "no VMX"; exit 4; }
	if [ ! -e "$pool" ]; then
		trace_nest -- trips=300 vmcs=4
		nestcheck "$report" has_pool=0 reflected.any.switches=298 reflected.any.vmptrld=0 lost=0
		return
	fi
	for case in '0 4 0 299 299 0' '4 4 299 0 0 302' '4 5 0 299 0 302'; do
		# shellcheck disable=SC2086
		set -- $case
		echo "$1" >"$pool"
		trace_nest -- trips=300 ports=1 vmcs="$2"
		nestcheck "$report" has_pool=1 reflected.any.vmptrld=299 reflected.any.hit="$3" \
			reflected.any.recycle="$4" reflected.any.flush="$5" handled.any.flush="$6" lost=0 || return
	done
	echo 0 >"$pool"
}

# The workload of bench/nested: two VMs, one after the other, whose L1 enters 20 VMCSes
# once and then 1, 2, 4, 8, 16 and 17 of them in turn, 128 times each. L2 does VMCALL at
# once: 788 per VM, and no L2 runs after the last. In a pool of four VMPTRLD finds what
# is among the last four: 126 times of 128 with 2 and with 4, and the four that are left
# when it goes on with 8. The last exit of the first VM is lost when the second one comes.
test_bench() {
	size=
	[ ! -e "$pool" ] || size='-s 4'
	# shellcheck disable=SC2086
	trace -- sh -c "exec /tools/pool_test -b $size >$work/known"
	nestcheck "$report" lines=1 reflected.call.total.count=1574 reflected.any.begun=1576 \
		handled.call.total.count=0 reflected.any.changed=0 reflected.any.switches=1316 \
		l1_exit.enter.total.count=1574 l1_exit.vmlaunch.total.count=38 \
		l1_exit.load.total.count=1574 reflected.call.l1_exits.min=2 lost=1 moved.lost=1 split buckets || return
	if [ -n "$size" ]; then
		nestcheck "$report" has_pool=1 reflected.any.vmptrld=1318 reflected.any.hit=512 \
			reflected.any.recycle=800
	else
		nestcheck "$report" has_pool=0
	fi
}

# bpftool_run OBJECT ARG...: run nest under an object that bpftool has loaded; the
# map goes to $report, the number of lost samples into lost.
bpftool_run() {
	expect 0 bpftool prog loadall "$1" "$pins" pinmaps "${pins}_maps" autoattach
	shift
	nest "$@"
	bpftool -j map dump pinned "${pins}_maps/hists" >"$report" || fail "no dump of hists"
	bpftool -j map dump pinned "${pins}_maps/drops" >"$work/drops" || fail "no dump of drops"
	rm -r "$pins" "${pins}_maps"
	lost=$(grep -oE '"value":[0-9]+' "$work/drops" | awk -F: '{ n += $2 } END { print n + 0 }')
}

# The same checks for the good object and for the ones built to be wrong.
bpftool_count() {
	# shellcheck disable=SC2086
	bpftool_run "$1" $args
	# shellcheck disable=SC2086
	nestcheck -b "$report" $known || return
	[ "$lost" = 0 ] || fail "samples were lost"
}

test_bpftool() {
	bpftool_count /bpf/kvmnestlat.bpf.o
}

# Negative controls: objects built to be wrong.
test_control() {
	(bpftool_count /bpf/kvmnestlat.bpf.o) || fail "the good object fails"
	for object in lose_reflect trust_level lose_serve; do
		if (bpftool_count "/bpf/broken/$object.bpf.o") >"$work/log" 2>&1; then
			fail "nothing noticed $object"
		fi
		rm -rf "$pins" "${pins}_maps"
		grep -q '^FALSE: ' "$work/log" || {
			cat "$work/log"
			fail "$object failed for another reason"
		}
	done
	# A reflection that is not seen must make a lost exit, not a wrong one ...
	bpftool_run /bpf/broken/lose_reflect.bpf.o trips=161
	calls=$(nestcheck -b "$report" print:reflected.any.total.count)
	[ "$calls $lost" = '140 20' ] || fail "160 calls are $calls, $lost lost"
	nestcheck -b "$report" handled.call.total.count=0 split || fail "wrong ones"
	# ... and does make wrong ones when the level is not looked at.
	bpftool_run /bpf/broken/trust_level.bpf.o trips=161
	nestcheck -b "$report" handled.call.total.count=20 || fail "not 20 wrong ones"
	[ -z "$vmx" ] || [ ! -e "$pool" ] || control_pool
}

control_pool() {
	echo 4 >"$pool"
	bpftool_run /bpf/kvmnestlat.bpf.o trips=100 vmcs=4
	nestcheck -b "$report" reflected.any.hit=99 || fail "not 99 hits"
	bpftool_run /bpf/broken/stale_pool.bpf.o trips=100 vmcs=4
	! nestcheck -b "$report" reflected.any.hit=99 || fail "nothing noticed stale_pool"
	echo 0 >"$pool"
}

# Ticks of the shortest round trip.
ticks() {
	nest trips=100 "$@"
	sed 's/.*ticks //' "$work/known"
}

# Ticks of a CPUID exit of a guest that is no hypervisor; see guest.sh.
plain_ticks() {
	few=$(exitgen -c 20 -r 50 | sed 's/.*median_tsc //')
	many=$(exitgen -c 120 -r 50 | sed 's/.*median_tsc //')
	echo $(((many - few) / 100))
}

# What the probes cost, off and on. The limits are no promise: they are there
# to notice a program that has become much longer.
test_overhead() {
	[ "$ENGINE $MODE" = "qemu-svm exact" ] || [ "$ENGINE" = bochs-vmx ] || {
		echo "instructions are counted on exact engines only"
		exit 4
	}
	trip_off=$(ticks)
	port_off=$((($(ticks ports=10) - trip_off) / 10))
	cpuid_off=$((($(ticks cpuids=10) - trip_off) / 10))
	plain_off=$(plain_ticks)
	start_tool
	trip_on=$(ticks)
	port_on=$((($(ticks ports=10) - trip_on) / 10))
	cpuid_on=$((($(ticks cpuids=10) - trip_on) / 10))
	plain_on=$(plain_ticks)
	stop_tool
	printf '%-34s %6s %s\n' ticks off kvmnestlat "reflected, VM-Enter at once" "$trip_off" \
		+$((trip_on - trip_off)) "handled: port, user space" "$port_off" \
		+$((port_on - port_off)) "L1's exit: CPUID" "$cpuid_off" +$((cpuid_on - cpuid_off)) \
		"CPUID of another guest" "$plain_off" +$((plain_on - plain_off))
	[ $((trip_on - trip_off)) -gt 1000 ] || fail "the probes cost nothing"
	[ $((trip_on - trip_off)) -lt 10000 ] || fail "the probes got longer"
}

"test_$1"
