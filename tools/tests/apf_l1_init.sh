#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
# apf_l1_init.sh: /init of a Linux guest of bench/vmm, made by apf_l1.sh; what it
# does is in the settings, and "== NAME" goes before each part of what it prints.
# trace: trace faults of its own from inside, once with kvmapflat and once with
# each BPF object of /bpf. hotplug: take the second CPU away and back while tasks
# wait for pages. kexec, reboot: leave while tasks wait.
set -u
PATH=/bin
busybox mkdir -p /proc /sys /dev /tmp
busybox mount -t proc proc /proc
busybox mount -t sysfs sysfs /sys
busybox mount -t devtmpfs devtmpfs /dev
busybox mount -t bpf bpffs /sys/fs/bpf

part() { echo "== $1"; }

# Settings of the test that made this image.
action='' pages='' threads='' ENGINE='' MODE=''
# shellcheck source=/dev/null
. /settings
export ENGINE MODE

# second_cpu 0|1: what has been started on it or waits there must not mind.
second_cpu() { echo "$1" >/sys/devices/system/cpu/cpu1/online || echo "CPU 1 does not go $1"; }

# The tracepoint comes and goes while the second CPU is away, see guest_lib.sh.
hotplug() {
	events=/sys/kernel/tracing
	times=0
	busybox mount -t tracefs tracefs $events
	second_cpu 0
	echo 1 >$events/events/kvm_apf_guest/kvm_apf_guest_wake_all/enable
	second_cpu 1
	apftouch "$pages" "$threads" &
	while kill -0 $! 2>/dev/null; do
		second_cpu 0
		second_cpu 1
		# Some tasks go there, and have faults.
		busybox usleep 400000
		times=$((times + 1))
	done
	wait $!
	part status
	echo "$?"
	part times
	echo "$times"
	part woken
	busybox grep -o 'cpu 1 nr .*' $events/trace
	part end
	apftouch exit 42
}

# leave COMMAND...: while pages are missing.
leave() {
	apftouch "$pages" "$threads" &
	busybox usleep 300000
	part leaving
	"$@"
}

case $action in
hotplug) hotplug ;;
# Ten seconds, where the TSC has 1 GHz: until after the pages have come.
kexec) leave apfkexec 10000000000 ;;
reboot) leave busybox reboot -f ;;
esac
part status
kvmapflat --guest -j --records /records -- apftouch "$pages" "$threads" >/report 2>/errors
echo "$?"
busybox cat /errors
part report
busybox cat /report
part records
[ ! -e /records ] || busybox cat /records
first=$pages
for object in /bpf/*.o; do
	[ -e "$object" ] || continue
	name=${object##*/}
	bpftool prog loadall "$object" /sys/fs/bpf/progs pinmaps /sys/fs/bpf/maps autoattach || continue
	apftouch 64 "$threads" "$first"
	first=$((first + 64))
	part "dump.${name%%.*}"
	bpftool -j map dump pinned /sys/fs/bpf/maps/hists
	echo
	part "drops.${name%%.*}"
	bpftool -j map dump pinned /sys/fs/bpf/maps/drops
	echo
	busybox rm -r /sys/fs/bpf/progs /sys/fs/bpf/maps
done
part end
apftouch exit 42
