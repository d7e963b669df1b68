#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# apf_l1.sh TEST [BREAK]: the in-guest tests of kvmapflat and of asynchronous page
# faults that need a Linux guest of the guest. Exit status 0: passed. BREAK is
# for patches/tests/apf-l1-negative.sh: a way to break the guest's kernel.
#
# As apf_guest.sh; besides, vmm and apftouch are in /tools, the kernel is
# /bzImage and apf_l1_init.sh in /tests. The Linux guest boots that kernel, makes
# a known number of faults and prints what kvmapflat and the BPF objects say in
# it; here its output is taken apart and compared. apfkexec is there, too.
set -u
PATH=/tools:$PATH
name=kvmapflat
# shellcheck source-path=SCRIPTDIR source=guest_lib.sh
. /tests/guest_lib.sh

pages=64
l1=$work/l1
host=$work/host
guest=$work/guest

action=trace
status=42
broken=${2:-0}

# make_image OBJECT...: the guest's initrd, with these BPF objects.
make_image() {
	mkdir -p "$l1/bin" "$l1/bpf"
	cp /bin/busybox /tools/kvmapflat /tools/apftouch /tools/apfkexec "$l1/bin" ||
		fail "no room"
	cp /tests/apf_l1_init.sh "$l1/init"
	for object; do
		cp /tools/bpftool "$l1/bin"
		cp "$object" "$l1/bpf"
	done
	{
		echo "action=$action"
		echo "pages=$pages"
		echo "threads=$threads"
		echo "ENGINE=$ENGINE"
		echo "MODE=$MODE"
	} >"$l1/settings"
	(cd "$l1" && find . | cpio -o -H newc >"$work/l1.cpio" 2>"$work/stderr") || fail "no image"
	rm -r "$l1"
}

# run_l1 OPTION...: boot it, traced from outside; parts of its output become
# files of their names in $work.
run_l1() {
	kvmapflat -j --records "$host" -- vmm --limit "${VMM_LIMIT:-250}" --kind linux --hypervisor --mem 256 \
		--sched idle --halt-poll-ns 0 --fault-mem 4 --fault-backing uffd "$@" \
		--append "console=ttyS0 quiet panic=-1 no_timer_check nokaslr $append" \
		--initrd "$work/l1.cpio" /bzImage >"$work/output" 2>"$work/stderr"
	grep -q "'vmm' ended with status $status" "$work/stderr" || {
		tail -n 20 "$work/output" "$work/stderr"
		fail "the guest did not end well: $(grep 'ended with status' "$work/stderr")"
	}
	tr -d '\r' <"$work/output" | awk -v dir="$work" '
		/^== / { file = dir "/guest." $2; printf "" >file; next }
		/^\{.*"tool":"kvmapflat".*"processes":/ { print >(dir "/report"); next }
		file != "" { print >file }'
	[ "$action" = trace ] || return 0
	[ -e "$work/guest.end" ] || fail "the guest's output has no end"
	cp "$work/guest.records" "$guest"
}

# check_sides: both sides saw every fault.
check_sides() {
	[ "$(head -n 1 "$work/guest.status")" = 0 ] || fail "$(cat "$work/guest.status")"
	apfcheck "$report" lines=1 vcpus=1 "pv.total.count=$pages" "queued_pv=$pages" lost=0 \
		split buckets repeated=0 cancelled=0 outstanding=0 &&
		apfcheck -g "$work/guest.report" lines=1 vcpus=1 "told=$pages" lost=0 split buckets \
			dropped=0 wake_all=0 || return
	# Those that slept, and on one CPU nothing comes too early.
	apfcheck -g "$work/guest.report" "total.count=$pages" "waits=$pages" spurious=0 early=0
}

# field NAME: a number of the joined report.
field() { sed "s/.*\"$1\":\([0-9]*\).*/\1/" "$work/joined"; }

# check_join: every fault of one side is one of the other, and takes all stages.
check_join() {
	kvmapflat --join -j --each "$host" "$guest" >"$work/joined" || return
	[ "$(field joined) $(field only_host) $(field only_guest)" = "$pages 0 0" ] || {
		cat "$work/joined"
		fail "not all of $pages faults are joined"
	}
	kvmapflat --join "$host" "$guest" | tee "$work/table"
	[ "$(awk 'length > 79' "$work/table" | wc -l)" = 0 ] || fail "a line is too long"
	[ "$(grep -cE '^(both|host|gst) ' "$work/table")" -ge 8 ] || fail "a stage is missing"
}

# refuses REASON HOST GUEST
refuses() {
	expect 1 kvmapflat --join "$2" "$3"
	grep -q "$1" "$work/stderr" || fail "not '$1' but $(cat "$work/stderr")"
	[ ! -s "$work/stdout" ] || fail "a report all the same"
}

# Files that do not belong together, or say nothing about the clocks.
check_refusals() {
	refuses "not the host's side" "$guest" "$host"
	refuses 'No such file' "$work/none" "$guest"
	sed '$d' "$host" >"$work/cut"
	refuses 'no last line' "$work/cut" "$guest"
	sed 's/"tsc_ratio":[0-9]*/"tsc_ratio":0/' "$host" >"$work/ratio"
	refuses "did not know the guest's TSC" "$work/ratio" "$guest"
	sed 's/"tsc_ratio":[0-9]*/"tsc_ratio":3/' "$host" >"$work/ratio"
	refuses "TSC is scaled" "$work/ratio" "$guest"
	sed '/"fault"/s/"tsc_offset":[0-9]*/"tsc_offset":0/' "$host" >"$work/offset"
	refuses 'not the same machine' "$work/offset" "$guest"
	sed 's/"token":/&9/' "$guest" >"$work/tokens"
	refuses 'no token is in both' "$host" "$work/tokens"
	awk '/"fault"/ && !seen++ { sub(/"tsc_offset":[0-9]+/, "\"tsc_offset\":0") } 1' \
		"$host" >"$work/offset"
	refuses 'TSC offset changed' "$work/offset" "$guest"
}

# Version 2 of the protocol: what the kernel uses.
test_sides() {
	threads=8
	make_image
	run_l1
	check_sides && check_join && check_refusals || return
	# Version 2 has few acknowledgements, and none is missed for that.
	apfcheck "$report" "acks<=$((pages / 2))"
}

test_v1() {
	threads=8
	make_image
	run_l1 --no-apf-v2
	check_sides && apfcheck "$report" "interrupts=$pages" "acks=$pages" && check_join
}

# Pages come eight at once: one interrupt for several of them. Who touches one of
# them too late has no fault.
test_batch() {
	threads=8
	make_image
	run_l1 --fault-pages 8 --fault-delay-ns 50000000
	pages=$(apfcheck "$report" print:queued_pv)
	[ "$pages" -ge 32 ] || fail "only $pages faults of 64"
	check_sides && check_join && apfcheck "$report" "interrupts<=$((pages / 2))"
}

# A kernel without the tracepoints says so, inside and outside of a guest.
test_refused() {
	threads=1
	make_image
	run_l1
	[ "$(head -n 1 "$work/guest.status")" = 4 ] || fail "status $(cat "$work/guest.status")"
	grep -q 'no tracepoints kvm_apf_guest' "$work/guest.status" || fail "no reason"
}

# dump_holds OBJECT
dump_holds() {
	apfcheck -g -b "$work/guest.dump.$1" total.count=64 waits=64 split buckets \
		'sleep.min>=100000' || return
	! grep -q '"value":[1-9]' "$work/guest.drops.$1" || fail "FALSE: $1 lost something"
}

# The object works with bpftool alone, and those built to be wrong are noticed.
test_control() {
	threads=8
	make_image /bpf/kvmapflat_guest.bpf.o /bpf/broken/lose_wake.bpf.o /bpf/broken/early_wake.bpf.o
	run_l1 --fault-pages 1 --fault-delay-ns 3000000
	dump_holds kvmapflat_guest || fail "the good object fails"
	for object in lose_wake early_wake; do
		if (dump_holds "$object") >"$work/log" 2>&1; then
			fail "nothing noticed $object"
		fi
		grep -q '^FALSE: ' "$work/log" || {
			cat "$work/log"
			fail "$object failed for another reason"
		}
	done
}

# A CPU of the guest goes while pages are missing: who waits for its events is
# woken, and touches the page again.
test_hotplug() {
	action=hotplug
	threads=16
	pages=1024
	make_image
	# Longer than a CPU has no tasks any more before it disables.
	run_l1 --vcpus 2 --fault-pages 1 --fault-delay-ns 300000000
	[ "$(cat "$work/guest.status")" = 0 ] || fail "$(cat "$work/guest.status")"
	woken=$(grep -vc 'nr 0' "$work/guest.woken")
	echo "CPU 1 went $(cat "$work/guest.times") times, $woken times from tasks that waited"
	[ "$woken" -ge 3 ] || fail "too few"
}

# check_left: the host knows of faults that it had to forget.
check_left() {
	[ -e "$work/guest.leaving" ] || fail "the guest did not start"
	[ ! -e "$work/guest.status" ] || fail "the guest did not leave: $(cat "$work/guest.leaving")"
	cancelled=$(apfcheck "$report" print:cancelled)
	echo "$cancelled faults were outstanding"
	[ "$cancelled" -ge 8 ] || fail "too few"
}

# Something else is started in the guest's memory: it is left alone when the pages
# that its predecessor has waited for are there, and finds no async page faults
# enabled. With its APIC off, as kexec leaves it, it is the latter that can fail.
test_kexec() {
	action=kexec
	threads=16
	make_image
	# A second CPU that has been stopped must not be woken, either.
	for vcpus in 1 2; do
		rm -f "$work"/guest.*
		run_l1 --vcpus $vcpus --fault-pages 1 --fault-delay-ns 8000000000
		check_left
	done
}

# The machine is reset long before they are there; the VMM ends at once.
test_reboot() {
	action=reboot
	threads=16
	status=1
	make_image
	run_l1 --vcpus 2 --fault-pages 1 --fault-delay-ns 60000000000
	grep -q 'the image reset the machine' "$work/stderr" || fail "no reset"
	check_left
}

append=
[ "$broken" = 0 ] || append="kvmapf-break=$broken"
"test_$1"
