#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# guest.sh TEST: the in-guest tests of kvmexitlat. Exit status 0: passed.
#
# Runs in the guest with busybox sh; kvmexitlat, bpftool, exitgen, reportcheck
# and as_user are in /tools, the BPF objects in /bpf. exitgen makes a known
# number of exits, reportcheck compares. tests.cfg lists the tests.
set -u
PATH=/tools:$PATH
name=kvmexitlat
# shellcheck source-path=SCRIPTDIR source=guest_lib.sh
. /tests/guest_lib.sh

test_counts() {
	trace -- exitgen -c 1000 -o 500 -l 100
	reportcheck "$report" cpuid=1000 io=500 hlt=100 lost=0 lines=1 vcpus=1
}

# No exit comes twice or is left out over 23,000 of them, ticks included.
test_many() {
	trace -- exitgen -c 20000 -o 3000
	reportcheck "$report" cpuid=20000 io=3000 lost=0 split buckets
}

test_split() {
	trace -- exitgen -c 1000 -o 500 -l 100 -s 10000 -u 100
	reportcheck "$report" split buckets lost=0 \
		io.user.count=500 'io.user.min>=10000' \
		cpuid.user.count=0 \
		hlt.off.count=100 'hlt.off.min>=10000' || return
	# Where time is not the emulator's mood, too.
	[ "$MODE" != exact ] || reportcheck "$report" 'hlt.handling.max<=100000'
}

# What the VMM does in user space must not change KVM's handling time.
test_handling() {
	trace -- exitgen -o 200
	idle=$(reportcheck "$report" print:io.handling.min)
	trace -- exitgen -o 200 -s 20000
	busy=$(reportcheck "$report" print:io.handling.min)
	echo "handling of OUT: $idle, with work in user space $busy"
	[ "$idle" -gt 500 ] || fail "that is too little"
	[ $((idle - busy)) -le 2 ] || fail "that is not the same"
	[ $((busy - idle)) -le 2 ] || fail "that is not the same"
}

test_vcpus() {
	trace -- exitgen -n 4 -c 200 -o 100 -l 20 -u 50
	reportcheck "$report" cpuid=800 io=400 hlt=80 lost=0 vcpus=4 split \
		buckets || exit
	trace --vcpu 2 -- exitgen -n 4 -c 200 -o 100 -l 20 -u 50
	reportcheck "$report" cpuid=200 io=100 hlt=20 lost=0 vcpus=1 split ||
		exit
	trace --merge -- exitgen -n 4 -c 200 -o 100 -l 20 -u 50
	reportcheck "$report" cpuid=800 io=400 hlt=80 lost=0 vcpus=1 split
}

# One thread takes turns with two vCPUs: no exit to user space can be matched,
# and each must be counted as lost but the very last, which nothing followed.
test_moved() {
	trace -- exitgen -n 2 -1 -o 50
	reportcheck "$report" io=0 lost=101 moved.lost=101
}

# A VMM that makes one VM after the other: what the last vCPU of one was doing is
# not what the first of the next one does, even where both have one address.
test_new_vms() {
	trace -- exitgen -f 10 -c 20 -o 50
	reportcheck "$report" cpuid=200 io=500 lost=9 moved.lost=9
}

# With room for one key only, every exit is either in a row or lost.
test_full() {
	trace --max-keys 1 -- exitgen -c 300 -o 100 2>"$work/stderr"
	grep -q 'samples lost' "$work/stderr" || fail "no warning"
	reportcheck "$report" 'exits<=320' 'map_full.lost>=100' \
		'complete>=400' 'complete<=420'
}

# The reports of all intervals together hold every exit exactly once.
test_intervals() {
	trace 0.005 -- exitgen -c 10000 -o 2000
	reportcheck "$report" cpuid=10000 io=2000 lost=0 'lines>=5' split
}

test_count() {
	expect 0 kvmexitlat -j 0.01 3
	cp "$work/stdout" "$report"
	reportcheck "$report" lines=3 exits=0 lost=0
}

test_sigint() {
	start_tool 3600
	exitgen -c 700 || fail "exitgen failed"
	stop_tool
	reportcheck "$report" lines=1 cpuid=700 lost=0
}

# -p: only that process, and the report comes when it ends.
test_pid() {
	mkfifo "$work/go"
	sh -c 'read -r _ <"$0"; exec exitgen -c 400' "$work/go" &
	vmm=$!
	kvmexitlat -j -p "$vmm" >"$report" 2>"$work/stderr" &
	tool=$!
	await_tool
	exitgen -c 150 || fail "exitgen failed"
	echo >"$work/go"
	wait "$vmm" "$tool" || fail "kvmexitlat ended with $?"
	reportcheck "$report" cpuid=400 lost=0 vcpus=1
}

test_table() {
	expect 0 kvmexitlat -T --hist -- exitgen -c 100 -o 10
	[ "$(awk 'length > 79' "$work/stdout" | wc -l)" = 0 ] ||
		fail "a line of the table has 80 columns or more"
	grep -Eqi '^(cpuid) +100 ' "$work/stdout" || fail "no row of CPUID"
	grep -q '^lost 0$' "$work/stdout" || fail "no line about lost samples"
	case $ENGINE in
	qemu-kvm|host) ;;
	*) ! grep -Ew 'ns' "$work/stdout" || fail "ns on an emulator" ;;
	esac
}

test_command_status() {
	expect 1 kvmexitlat -- false
	grep -q "'false' ended with status 1" "$work/stderr" || fail "no reason"
	expect 1 kvmexitlat -- /no/such/command
	grep -q "cannot run '/no/such/command'" "$work/stderr" ||
		fail "no reason"
	# Enough has been seen of a command that does not want to end.
	expect 0 kvmexitlat 0.01 1 -- sh -c 'trap "" TERM; while :; do sleep 1; done'
	expect 1 kvmexitlat -p 4194000
	grep -q "no process '4194000'" "$work/stderr" || fail "no reason"
}

test_full_device() {
	kvmexitlat -j -- exitgen -c 5 >/dev/full 2>"$work/stderr"
	[ $? = 1 ] || fail "writing to a full device succeeded"
	kvmexitlat -- exitgen -c 5 >/dev/full 2>>"$work/stderr"
	[ $? = 1 ] || fail "writing to a full device succeeded"
	grep -q 'No space left' "$work/stderr" || fail "no reason"
}

# The objects load, attach and count with bpftool alone.
bpftool_count() {
	expect 0 bpftool prog loadall "$1" "$pins" pinmaps "${pins}_maps" \
		autoattach
	exitgen -c 1000 -o 500 -l 100 -s 1000 -u 100 || fail "exitgen failed"
	bpftool -j map dump pinned "${pins}_maps/hists" >"$report" ||
		fail "no dump of hists"
	bpftool -j map dump pinned "${pins}_maps/drops" >"$work/drops" ||
		fail "no dump of drops"
	rm -r "$pins" "${pins}_maps"
	reportcheck -b "$report" cpuid=1000 io=500 hlt=100 split buckets || return
	! grep -Eq '"value":[1-9]' "$work/drops" || fail "samples were lost"
}

test_bpftool() {
	bpftool_count /bpf/kvmexitlat.bpf.o
}

# Negative control: the same check must fail for an object built to be wrong.
test_control() {
	(bpftool_count /bpf/kvmexitlat.bpf.o) || fail "the good object fails"
	for name in lose_exits user_split bucket_rule; do
		if (bpftool_count "/bpf/broken/$name.bpf.o") >"$work/log" 2>&1; then
			fail "nothing noticed $name"
		fi
		rm -rf "$pins" "${pins}_maps"
		grep -q '^FALSE: ' "$work/log" || {
			cat "$work/log"
			fail "$name failed for another reason"
		}
	done
	new_vms_io /bpf/kvmexitlat.bpf.o
	[ "$io" = 500 ] || fail "500 exits counted as $io"
	new_vms_io /bpf/broken/trust_address.bpf.o
	[ "$io" -gt 500 ] || fail "nothing noticed trust_address"
}

# What an object says of the 500 exits of test_new_vms, in io.
new_vms_io() {
	expect 0 bpftool prog loadall "$1" "$pins" pinmaps "${pins}_maps" autoattach
	exitgen -f 10 -c 20 -o 50 || fail "exitgen failed"
	bpftool -j map dump pinned "${pins}_maps/hists" >"$report" || fail "no dump of hists"
	rm -r "$pins" "${pins}_maps"
	io=$(reportcheck -b "$report" print:io.total.count)
}

test_no_root() {
	expect 4 as_user 1000 /tools/kvmexitlat 1 1
	grep -q 'needs root' "$work/stderr" || fail "no reason"
	[ ! -s "$work/stdout" ] || fail "output on stdout"
}

test_no_btf() {
	mount -t tmpfs none /sys/kernel/btf || fail "cannot hide the BTF"
	expect 4 kvmexitlat 1 1
	umount /sys/kernel/btf
	grep -q 'no BTF' "$work/stderr" || fail "no reason"
}

# Ticks of one CPUID exit: the median of 50 passes with 120, less the same
# with 20. On an exact engine these are instructions.
ticks() {
	few=$(exitgen "$1" 20 -r 50 | sed 's/.*median_tsc //')
	many=$(exitgen "$1" 120 -r 50 | sed 's/.*median_tsc //')
	echo $(((many - few) / 100))
}

# What the probes cost, off and on. The limits are no promise: they are there
# to notice a program that has become much longer.
test_overhead() {
	[ "$ENGINE $MODE" = "qemu-svm exact" ] || [ "$ENGINE" = bochs-vmx ] || {
		echo "instructions are counted on exact engines only"
		exit 4
	}
	cpuid_off=$(ticks -c)
	out_off=$(ticks -o)
	kvmexitlat >"$report" 2>"$work/stderr" &
	tool=$!
	await_tool
	cpuid_on=$(ticks -c)
	out_on=$(ticks -o)
	kill -INT "$tool"
	wait "$tool"
	expect 0 bpftool prog loadall /bpf/kvmexitlat.bpf.o "$pins" autoattach
	cpuid_bpftool=$(ticks -c)
	out_bpftool=$(ticks -o)
	rm -r "$pins"
	printf '%-22s %9s %9s %9s\n' "ticks per exit" off kvmexitlat bpftool
	printf '%-22s %9s %9s %9s\n' cpuid "$cpuid_off" "$cpuid_on" \
		"$cpuid_bpftool" "out to user space" "$out_off" "$out_on" \
		"$out_bpftool"
	[ $((cpuid_on - cpuid_off)) -gt 100 ] || fail "the probe cost nothing"
	[ $((cpuid_on - cpuid_off)) -lt 800 ] || fail "the probe got longer"
	[ $((out_on - out_off)) -lt 1400 ] || fail "the probe got longer"
}

"test_$1"
