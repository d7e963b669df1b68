#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
# apf_l1_init.sh: /init of a Linux guest of bench/vmm, made by apf_l1.sh. Traces
# faults of its own from inside, once with kvmapflat and once with each BPF object
# of /bpf, and prints what was found; "== NAME" goes before each part.
set -u
PATH=/bin
busybox mkdir -p /proc /sys /dev /tmp
busybox mount -t proc proc /proc
busybox mount -t sysfs sysfs /sys
busybox mount -t devtmpfs devtmpfs /dev
busybox mount -t bpf bpffs /sys/fs/bpf

part() { echo "== $1"; }

# Settings of the test that made this image: pages, threads, ENGINE, MODE.
pages='' threads='' ENGINE='' MODE=''
# shellcheck source=/dev/null
. /settings
export ENGINE MODE
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
