#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# sched_guest.sh TEST: the in-guest tests of kvmschedlat. Exit status 0: passed.
#
# Runs in the guest with busybox sh; kvmschedlat, bpftool, schedgen, exitgen and
# jsoncheck are in /tools, the BPF objects in /bpf. schedgen switches and moves
# vCPUs a known number of times, jsoncheck compares. tests.cfg lists the tests.
set -u
PATH=/tools:$PATH
name=kvmschedlat
# shellcheck source-path=SCRIPTDIR source=guest_lib.sh
. /tests/guest_lib.sh
echo 0 >/sys/module/kvm/parameters/halt_poll_ns || exit 1

tracing=/sys/kernel/tracing
[ -d "$tracing/events" ] || mount -t tracefs none "$tracing" || exit 1

# has_event NAME: this kernel has that tracepoint of KVM.
has_event() { [ -d "$tracing/events/kvm/$1" ]; }

# sum PREFIX NAME...: these paths as a sum of jsoncheck.
sum() {
	prefix=$1
	shift
	printf "+$prefix.%s" "$@" | cut -c2-
}

inside=$(sum rows.off halt.count preempt.count wait.count)
replaced=$(sum rows.blocked idle kthread user same_vm other_vm)
replaced=$replaced+$(sum rows.preempted idle kthread user same_vm other_vm)

# check CHECK...: of the report, and what must hold of any report: every time out
# has a kind, something that ran instead, and a run delay; what comes in in KVM_RUN
# enters the guest or does not.
check() {
	jsoncheck "$report" lost=0 buckets "$inside+rows.off.user.count=rows.delay.count" \
		"$replaced=rows.delay.count" "$inside=rows.entry.count+rows.unentered" "$@"
}

# What schedgen pair 100 does, of one VM or two: 200 rings; the first one wakes a vCPU
# that nobody but a thread on its way to KVM_RUN had replaced, the last one comes
# from a thread that leaves KVM_RUN. The kernel itself may preempt a vCPU.
check_pair() {
	check 'rows[vcpu=0].off.halt.count=100' 'rows[vcpu=1].off.halt.count=99' \
		'rows[vcpu=0].entry.count>=100' 'rows[vcpu=1].entry.count>=99' \
		'rows[vcpu=0].handover.count=99' 'rows[vcpu=1].handover.count=99' \
		"rows[vcpu=0].blocked.$1=99" "rows[vcpu=1].blocked.$1=99" \
		'rows[vcpu=0].blocked.user=1' 'rows.blocked.idle=0' \
		'rows.off.preempt.count<=2' rows.off.wait.count=0 moves.count=0
}

test_pair() {
	trace -- schedgen pair 100
	check_pair same_vm
}

test_two_vms() {
	trace -- schedgen pair 100 2
	check_pair other_vm
}

# Five milliseconds each, in whatever the unit is, and no run delay to speak of. 100 ms
# after the first VM-entry KVM wakes its vCPUs to update their clocks.
test_idle() {
	most=10
	[ "$MODE" = exact ] || most=11
	trace -- schedgen idle 10
	check 'rows.off.halt.count>=10' "rows.off.halt.count<=$most" 'rows.entry.count>=10' \
		rows.handover.count=0 'rows.off.preempt.count<=2' rows.off.wait.count=0 \
		rows.blocked.idle+rows.blocked.kthread+rows.blocked.user=rows.off.halt.count \
		'rows.blocked.idle>=8' || return
	case $ENGINE in
	bochs-vmx) jsoncheck "$report" 'rows.off.halt.sum_>=4000000' 'rows.delay.sum_<=500000' ;;
	*) jsoncheck "$report" 'rows.off.halt.sum_>=40000000' 'rows.delay.sum_<=10000000' ;;
	esac
}

# All of the time out is run delay, and it is as long as what ran instead.
test_preempt() {
	trace -- schedgen preempt 20
	check 'rows.off.preempt.count>=20' 'rows.off.preempt.count<=22' rows.handover.count=0 \
		rows.off.halt.count=0 rows.off.wait.count=0 'rows.preempted.user>=20' \
		rows.off.preempt.sum_+rows.off.user.sum_=rows.delay.sum_ || return
	case $ENGINE in
	bochs-vmx) jsoncheck "$report" 'rows.off.preempt.sum_>=380000' 'rows.off.preempt.sum_<=800000' ;;
	*) jsoncheck "$report" 'rows.off.preempt.sum_>=3800000' 'rows.off.preempt.sum_<=8000000' ;;
	esac
}

# Blocked in KVM_RUN, but not halted.
test_wait() {
	trace -- schedgen wait 12
	check rows.off.wait.count=12 'rows.entry.count>=12' rows.handover.count=0 \
		rows.off.halt.count=0 'rows.off.preempt.count<=2' || return
	case $ENGINE in
	bochs-vmx) jsoncheck "$report" 'rows.off.wait.sum_>=5000000' ;;
	*) jsoncheck "$report" 'rows.off.wait.sum_>=50000000' ;;
	esac
}

test_filter() {
	trace --vcpu 1 -- schedgen pair 100
	check rows.vcpu=1 rows.off.halt.count=99 rows.handover.count=99 rows.blocked.same_vm=99 ||
		exit
	trace --merge -- schedgen pair 100
	check rows.vcpu=0 rows.off.halt.count=199 rows.handover.count=198
}

# A vCPU that is in KVM_RUN already becomes known at its next VM-entry.
test_attach() {
	schedgen idle 100000 &
	vmm=$!
	start_tool
	usleep 200000
	stop_tool
	kill -KILL "$vmm"
	check rows.vcpu=0 'rows.off.halt.count>=20' 'rows.off.halt.count<=100'
}

# With room for one vCPU only, the other one's times out are lost, not booked.
test_full() {
	trace --max-keys 1 -- schedgen pair 100 2>"$work/stderr"
	grep -q 'samples lost' "$work/stderr" || fail "no warning"
	jsoncheck "$report" 'rows.off.halt.count>=99' 'rows.off.halt.count<=100' \
		'drops.map_full>=198' lost=drops.map_full
}

# The reports of all intervals together hold every switch exactly once.
test_intervals() {
	trace 0.01 -- schedgen pair 400
	[ "$(wc -l <"$report")" -ge 3 ] || fail "fewer than three reports"
	check rows.off.halt.count=799 rows.handover.count=798
}

test_table() {
	expect 0 kvmschedlat -T --hist -- schedgen pair 20
	[ "$(awk 'length > 79' "$work/stdout" | wc -l)" = 0 ] ||
		fail "a line of the table has 80 columns or more"
	grep -q '^off  halt  *20 ' "$work/stdout" || fail "no halts of vCPU 0"
	grep -q '^in   handover  *19 ' "$work/stdout" || fail "no handovers"
	grep -q '^lost 0$' "$work/stdout" || fail "no line about lost samples"
	case $ENGINE in
	qemu-kvm|host) ;;
	*) ! grep -Ew 'ns' "$work/stdout" || fail "ns on an emulator" ;;
	esac
}

# What the tracepoints of patches/00-base add, and the fields of patches/30-sched;
# elsewhere that they are missing.
test_kernel() {
	elide=/sys/module/kvm/parameters/sched_elide
	expect 0 kvmschedlat -- schedgen pair 20
	[ ! -e "$elide" ] || ! grep -q 'not offered' "$work/stdout" ||
		fail "something is not offered"
	if ! has_event kvm_sched_out; then
		grep -q '^not offered by this kernel: kvm_sched_out' "$work/stdout" ||
			fail "the table does not say what is missing"
		trace -- schedgen pair 20
		grep -q '"not_offered":\["kvm_sched_out","kvm_sched_in",' "$report" &&
			check rows.off.halt.count=39 rows.put.count=0 rows.load.count=0
		return
	fi
	trace -- schedgen pair 100
	check_pair same_vm rows.put.count=rows.off.halt.count+rows.off.preempt.count \
		rows.load.count=rows.put.count 'rows.last_on_cpu<=2' rows.elided=0 || return
	[ -e "$elide" ] || return 0
	echo 0x3f >"$elide" || return
	trace -- schedgen idle 20
	echo 0 >"$elide"
	check rows.put.count=rows.off.halt.count+rows.off.preempt.count \
		rows.load.count=rows.put.count rows.last_on_cpu=rows.put.count \
		rows.elided=rows.entry.count 'rows.elided>=20'
}

# events NAME PATTERN: how many events of KVM of that name match.
events() { grep -c " $1: .*$2" "$tracing/trace"; }

# What replaced the vCPUs is what the patched kernel says.
test_agrees() {
	has_event kvm_sched_out || { echo "no tracepoint kvm_sched_out"; exit 4; }
	echo >"$tracing/trace"
	echo 1 >"$tracing/events/kvm/kvm_sched_out/enable" || exit 1
	trace -- schedgen pair 100 2
	echo 0 >"$tracing/events/kvm/kvm_sched_out/enable"
	check "rows.blocked.other_vm=$(events kvm_sched_out 'next vcpu-other-vm.*preempted 0')" \
		"rows.blocked.user=$(events kvm_sched_out 'next user.*preempted 0')" \
		rows.blocked.other_vm=198
}

# check_moves N V: N moves there and back; VMX flushes each time and clears a VMCS V
# times, SVM takes an ASID each time.
check_moves() {
	check "moves.count=$1" "moves[from=0].count=$(($1 / 2))" "moves[from=1].count=$(($1 / 2))" \
		"moves[to=0].count=$(($1 / 2))" "moves.entered=$1" "rows.off.halt.count>=$1" ||
		return
	case $ENGINE in
	bochs-vmx) jsoncheck "$report" "moves.vmclear=$2" "moves.tlb_flush=$1" moves.new_asid=0 ;;
	qemu-svm) jsoncheck "$report" moves.vmclear=0 "moves.new_asid=$1" ;;
	esac
}

# With the patched kernel, as many as it says itself.
test_move() {
	if has_event kvm_vcpu_migrate; then
		second_cpu 0
		echo >"$tracing/trace"
		echo 1 >"$tracing/events/kvm/kvm_vcpu_migrate/enable" || exit 1
	fi
	trace -- schedgen move 20
	if has_event kvm_vcpu_migrate; then
		echo 0 >"$tracing/events/kvm/kvm_vcpu_migrate/enable"
		jsoncheck "$report" "moves.count=$(events kvm_vcpu_migrate '')" || return
	fi
	check_moves 20 20
}

# A CPU that goes offline clears what it holds before: no IPI on the way back.
test_unplug() {
	trace -- schedgen unplug 6
	check_moves 6 3 || return
	[ "$ENGINE" != bochs-vmx ] || jsoncheck "$report" 'moves[from=1].vmclear=0'
}

# dump OBJECT MAP COMMAND...: what bpftool alone has in the map after the command.
dump() {
	object=$1
	map=$2
	shift 2
	second_cpu 0
	expect 0 bpftool prog loadall "$object" "$pins" pinmaps "${pins}_maps" autoattach
	second_cpu 1
	"$@" >/dev/null || fail "$1 failed"
	second_cpu 0
	bpftool -j map dump pinned "${pins}_maps/$map" >"$report" || fail "no dump of $map"
	bpftool -j map dump pinned "${pins}_maps/drops" >"$work/drops" || fail "no dump of drops"
	rm -r "$pins" "${pins}_maps"
	! grep -Eq '"value":[1-9]' "$work/drops" || fail "samples were lost"
}

bpftool_pair() {
	dump "$1" hists schedgen pair 100
	value=formatted.values.value
	jsoncheck "$report" $value.halt.slots=199 "$value.preempt.slots<=2" \
		$value.wait.slots=0 "$value.entry.slots>=199" "$value.entry.slots<=201" \
		$value.handover.slots=198 $value.blocked.same_vm=198 \
		$value.blocked.user=1 $value.blocked.idle=0
}

bpftool_moves() {
	dump "$1" moves schedgen unplug 6
	value=formatted.values.value
	case $ENGINE in
	bochs-vmx) set -- $value.vmclear=3 ;;
	qemu-svm) set -- $value.vmclear=0 ;;
	*) set -- ;;
	esac
	jsoncheck "$report" $value.count=6 $value.entered=6 "$@"
}

test_bpftool() {
	bpftool_pair /bpf/kvmschedlat.bpf.o
}

# notices CHECK NAME: the check must fail for that broken object, and say so.
notices() {
	if ("$1" "/bpf/broken/$2.bpf.o") >"$work/log" 2>&1; then
		fail "nothing noticed $2"
	fi
	rm -rf "$pins" "${pins}_maps"
	grep -q '^FALSE: ' "$work/log" || {
		cat "$work/log"
		fail "$2 failed for another reason"
	}
	grep '^FALSE: ' "$work/log"
}

# Negative control: the check that the good object has just passed must fail for those
# that are built to be wrong.
test_control() {
	for object in always_idle halt_preempts any_handover; do
		notices bpftool_pair "$object"
	done
}

test_control_moves() {
	(bpftool_moves /bpf/kvmschedlat.bpf.o) || fail "the good object fails"
	notices bpftool_moves lose_moves
	# Elsewhere nobody knows which vendor it is.
	case $ENGINE in bochs-vmx | qemu-svm) notices bpftool_moves any_vmclear ;; esac
}

# Ticks of a pair of switches: 420 rounds, less 220, the least of three tries, since
# what comes before the first round may take a tick of the scheduler more or less. Of
# a CPUID exit: the median of 50 passes with 120, less the same with 20. On an exact
# engine these are instructions.
ticks_pair() {
	for _ in 1 2 3; do
		few=$(schedgen ticks 220)
		echo $((($(schedgen ticks 420) - few) / 200))
	done | sort -n | head -1
}

ticks_cpuid() {
	few=$(exitgen -c 20 -r 50 | sed 's/.*median_tsc //')
	many=$(exitgen -c 120 -r 50 | sed 's/.*median_tsc //')
	echo $(((many - few) / 100))
}

# What the probes cost, off and on. The limits are no promise: they are there to
# notice a program that has become much longer.
test_overhead() {
	[ "$ENGINE $MODE" = "qemu-svm exact" ] || [ "$ENGINE" = bochs-vmx ] || {
		echo "instructions are counted on exact engines only"
		exit 4
	}
	cpuid_off=$(ticks_cpuid)
	pair_off=$(ticks_pair)
	start_tool
	cpuid_on=$(ticks_cpuid)
	pair_on=$(ticks_pair)
	stop_tool
	printf '%-26s %9s %9s\n' ticks off kvmschedlat
	printf '%-26s %9s %9s\n' "CPUID exit" "$cpuid_off" "$cpuid_on" \
		"two switches, two wakeups" "$pair_off" "$pair_on"
	[ $((cpuid_on - cpuid_off)) -gt 20 ] || fail "the probe cost nothing"
	[ $((cpuid_on - cpuid_off)) -lt 200 ] || fail "the probe got longer"
	# Whether a vCPU halts or is woken while KVM polls depends on the tool, too.
	[ $((pair_on - pair_off)) -lt 20000 ] || fail "the probe got longer"
}

"test_$1"
