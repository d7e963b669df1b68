#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# apf_guest.sh TEST: the in-guest tests of kvmapflat. Exit status 0: passed.
#
# Runs in the guest with busybox sh; kvmapflat, bpftool, apfgen and apfcheck are
# in /tools, the BPF objects in /bpf. apfgen makes a known number of faults and
# says so, apfcheck compares. tests.cfg lists the tests.
set -u
PATH=/tools:$PATH
name=kvmapflat
# shellcheck source-path=SCRIPTDIR source=guest_lib.sh
. /tests/guest_lib.sh

# trace_faults [OPTION...] -- ARG...: a report of a run of apfgen, whose own
# numbers go to $work/known.
trace_faults() {
	options=
	while [ "$1" != -- ]; do
		options="$options $1"
		shift
	done
	shift
	# Several options in one word.
	# shellcheck disable=SC2086
	trace $options -- sh -c "exec apfgen $* >$work/known"
}

# check_known CHECK...: the report agrees with apfgen, fault by fault.
check_known() {
	# One word per check.
	# shellcheck disable=SC2046
	apfcheck "$report" $(cat "$work/known") lost=0 split buckets outstanding=0 blocked=0 "$@"
}

# The vCPU halts: one page at a time, one exit each, and nobody is told.
test_halt() {
	trace_faults -- halt -p 200
	check_known lines=1 vcpus=1 halt.total.count=200 outstanding_most=1 blocked_most=1 \
		interrupts=0 'exits>=200' 'exits<=240'
}

test_pv() {
	trace_faults -- pv -p 240 -t 8
	check_known lines=1 vcpus=1 pv.total.count=240 'outstanding_most<=8' 'exits>=240'
}

# One fault at a time: the fault itself and the guest's HLT are the exits.
test_exits() {
	trace_faults -- pv -p 200 -d 1000
	check_known pv.total.count=200 'exits>=400' 'exits<=440'
}

# No fault comes twice or is left out over 3000 of them, ticks included.
test_many() {
	trace_faults -- pv -p 3000 -t 16
	check_known pv.total.count=3000
}

# Pages come 16 at once, and 16 workers wait for them.
test_batch() {
	trace_faults -- pv -p 160 -t 16 -b 16 -d 2000
	check_known pv.total.count=160 outstanding_most=16 blocked_most=16
}

# Five milliseconds, in whatever the unit is: at least 450,000 of them.
test_delay() {
	trace_faults -- pv -p 20 -d 5000
	check_known 'pv.page.min>=450000' 'pv.total.min>=450000' || return
	# Where time is not the emulator's mood, too.
	[ "$MODE" != exact ] || apfcheck "$report" 'pv.queue.max<=200000' \
		'pv.take.max<=200000' 'publish.max<=20000' 'ack.max<=200000'
}

test_repeated() {
	trace_faults -- repeated -p 50 -d 5000
	check_known repeated=50 pv.total.count=50
}

# All pages are there, one is taken, the guest wants no more: 39 are given up.
test_cancel() {
	trace_faults -- cancel -p 40
	check_known cancelled=39 pv.total.count=1 outstanding_most=40 blocked_most=40
}

test_vcpus() {
	trace_faults -- pv -n 4 -p 60 -t 4
	check_known vcpus=4 pv.total.count=240 || return
	trace_faults --vcpu 2 -- pv -n 4 -p 60 -t 4
	apfcheck "$report" vcpus=1 pv.total.count=60 acks=60 lost=0 split buckets || return
	trace_faults --merge -- pv -n 4 -p 60 -t 4
	check_known vcpus=1 pv.total.count=240
}

# One VM after the other: KVM uses the memory of its vCPUs and faults again.
test_new_vms() {
	trace_faults -- pv -f 10 -p 20 -t 4
	check_known pv.total.count=200 || return
	trace_faults -- cancel -f 5 -p 10
	check_known pv.total.count=5 cancelled=45
}

# With room for one vCPU only, every fault is either in its row or lost.
test_full() {
	trace_faults --max-keys 1 -- pv -n 3 -p 50 2>"$work/stderr"
	apfcheck "$report" vcpus=1 pv.total.count=50 map_full.lost=100 settled=150
}

# The reports of all intervals together hold every fault exactly once.
test_intervals() {
	trace_faults 0.02 -- pv -p 600 -t 4 -d 500
	check_known 'lines>=5' pv.total.count=600
}

test_sigint() {
	start_tool 3600
	apfgen pv -p 70 -t 4 >"$work/known" || fail "apfgen failed"
	stop_tool
	check_known lines=1 pv.total.count=70
}

# Only that process, and the report comes when it ends.
test_pid() {
	mkfifo "$work/go"
	sh -c 'read -r _ <"$0"; exec apfgen pv -p 40 >"$1"' "$work/go" "$work/known" &
	vmm=$!
	kvmapflat -j -p "$vmm" >"$report" 2>"$work/stderr" &
	tool=$!
	await_tool
	apfgen pv -p 150 -t 4 >"$work/other" || fail "apfgen failed"
	echo >"$work/go"
	wait "$vmm" "$tool" || fail "kvmapflat ended with $?"
	check_known pv.total.count=40 vcpus=1
}

test_table() {
	expect 0 kvmapflat -T --hist -- sh -c "exec apfgen pv -p 40 >$work/known"
	[ "$(awk 'length > 79' "$work/stdout" | wc -l)" = 0 ] ||
		fail "a line of the table has 80 columns or more"
	grep -Eq '^pv   total +40 ' "$work/stdout" || fail "no row of the total"
	grep -q '^lost 0$' "$work/stdout" || fail "no line about lost samples"
	grep -q 'interrupts 1.00 acknowledges 1.00$' "$work/stdout" || fail "not one each"
	case $ENGINE in
	qemu-kvm|host) ;;
	*) ! grep -Ew 'ns' "$work/stdout" || fail "ns on an emulator" ;;
	esac
}

# bpftool_run OBJECT ARG...: run apfgen under an object that bpftool has loaded;
# the map goes to $report, the number of lost samples into lost.
bpftool_run() {
	expect 0 bpftool prog loadall "$1" "$pins" pinmaps "${pins}_maps" autoattach
	shift
	apfgen "$@" >"$work/known" || fail "apfgen failed"
	bpftool -j map dump pinned "${pins}_maps/hists" >"$report" || fail "no dump of hists"
	bpftool -j map dump pinned "${pins}_maps/drops" >"$work/drops" || fail "no dump of drops"
	rm -r "$pins" "${pins}_maps"
	lost=$(grep -oE '"value":[0-9]+' "$work/drops" | awk -F: '{ n += $2 } END { print n + 0 }')
}

# The same checks for the good object and for the ones built to be wrong.
bpftool_count() {
	bpftool_run "$1" pv -p 160 -t 8 -d 3000
	# One word per check.
	# shellcheck disable=SC2046
	apfcheck -b "$report" $(cat "$work/known") split buckets 'pv.page.min>=2500000' || return
	[ "$lost" = 0 ] || fail "samples were lost"
	bpftool_run "$1" cancel -p 40
	# shellcheck disable=SC2046
	apfcheck -b "$report" $(cat "$work/known") split buckets
}

test_bpftool() {
	bpftool_count /bpf/kvmapflat.bpf.o
}

# noticed OBJECT: the check fails for it, and for no other reason.
noticed() {
	if (bpftool_count "/bpf/broken/$1.bpf.o") >"$work/log" 2>&1; then
		fail "nothing noticed $1"
	fi
	rm -rf "$pins" "${pins}_maps"
	grep -q '^FALSE: ' "$work/log" || {
		cat "$work/log"
		fail "$1 failed for another reason"
	}
}

# settled OBJECT: of 160 faults, those taken, given up or lost.
settled() {
	bpftool_run "/bpf/broken/$1.bpf.o" pv -p 160 -t 8
	settled=$(($(apfcheck -b "$report" print:settled) + lost))
}

# Negative controls: objects built to be wrong.
test_control() {
	(bpftool_count /bpf/kvmapflat.bpf.o) || fail "the good object fails"
	for object in lose_ready trust_pointer early_page keep_cancelled; do
		noticed "$object"
	done
	# Events that are not seen must make lost samples, not wrong ones ...
	settled lose_ready
	[ "$settled" = 160 ] || fail "160 faults are $settled, $lost lost"
	[ "$lost" -gt 0 ] || fail "nothing is lost"
	# ... and do make wrong ones when an address is all that is compared.
	settled trust_pointer
	[ "$settled" != 160 ] || fail "nothing noticed trust_pointer"
}

# One record per fault and per interrupt, and the file has an end.
test_records() {
	trace_faults --records "$work/records" -- pv -p 160 -t 8
	check_known pv.total.count=160 || return
	[ "$(grep -c '"event":"fault".*"kind":"pv"' "$work/records")" = 160 ] || fail "not 160 faults"
	published=$(grep '"event":"publish"' "$work/records" | grep -vc '"pages":0,')
	[ "$published" = "$(apfcheck "$report" print:interrupts)" ] || fail "$published publications"
	acked=$(grep -c '"event":"ack"' "$work/records")
	[ "$acked" = "$(apfcheck "$report" print:acks)" ] || fail "$acked acknowledgements"
	tail -n 1 "$work/records" | grep -q '"event":"end".*"lost":0,' || fail "no last line"
	expect 1 kvmapflat --records /dev/full -- apfgen halt -p 5
	grep -q 'No space left' "$work/stderr" || fail "no reason"
}

# What is no guest of KVM has no guest's side; the object knows only whether the
# tracepoints are there.
test_no_guest() {
	expect 4 kvmapflat --guest 1 1
	grep -q 'this is no guest of KVM' "$work/stderr" || fail "no reason"
	[ ! -s "$work/stdout" ] || fail "output on stdout"
	status=0
	[ -e /sys/kernel/tracing/events/kvm_apf_guest ] || status=1
	bpftool prog loadall /bpf/kvmapflat_guest.bpf.o "$pins" autoattach >"$work/log" 2>&1
	[ $(($? != 0)) = "$status" ] || { cat "$work/log"; fail "loading did not end with $status"; }
	[ "$status" = 0 ] || { grep -q kvm_apf_guest_ "$work/log" || fail "no reason"; return; }
	[ "$(find "$pins" -type f | wc -l)" = 6 ] || fail "not six programs"
	rm -r "$pins"
}

# Ticks of one fault: a run with 220 pages, less the same with 20. On an exact
# engine these are instructions, of everything that runs.
ticks() {
	few=$(apfgen "$1" -T -p 20 | sed 's/.*ticks //')
	many=$(apfgen "$1" -T -p 220 | sed 's/.*ticks //')
	echo $(((many - few) / 200))
}

# What the probes cost, off and on. The limits are no promise: they are there
# to notice a program that has become much longer.
test_overhead() {
	[ "$ENGINE $MODE" = "qemu-svm exact" ] || [ "$ENGINE" = bochs-vmx ] || {
		echo "instructions are counted on exact engines only"
		exit 4
	}
	halt_off=$(ticks halt)
	pv_off=$(ticks pv)
	start_tool
	halt_on=$(ticks halt)
	pv_on=$(ticks pv)
	stop_tool
	printf '%-22s %9s %9s\n' "ticks per fault" off kvmapflat halt "$halt_off" "$halt_on" \
		pv "$pv_off" "$pv_on"
	[ $((pv_on - pv_off)) -gt 300 ] || fail "the probes cost nothing"
	[ $((pv_on - pv_off)) -lt 20000 ] || fail "the probes got longer"
}

"test_$1"
