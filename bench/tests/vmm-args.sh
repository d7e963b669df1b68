#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# vmm-args.sh O: the VMM's command line, without any KVM. TAP.
# Each refusal must be one line that names the argument, with the right status;
# the last test is the control: a line that must not match does not.

set -u
here=$(cd "$(dirname "$0")" && pwd)
out=${1:?usage: vmm-args.sh O}
vmm=$out/bench/vmm
image=$out/bench/guest/vmexit.elf
n=0
failed=0

result() {
	n=$((n + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $n - vmm: $2"
	else
		echo "not ok $n - vmm: $2"
		failed=1
	fi
}

# refused STATUS TEXT ARG...: exits with STATUS, one line, TEXT in it.
refused() {
	local status=$1 text=$2 said rc
	shift 2
	said=$("$vmm" "$@" 2>&1 </dev/null)
	rc=$?
	[ "$rc" -eq "$status" ] && [ "$(wc -l <<<"$said")" -eq 1 ] &&
		[[ $said == vmm:*"$text"* ]]
}

try() {
	local name=$1
	shift
	refused "$@"
	result $? "$name"
}

no=(--kvm "$out/bench/no-such-device")
try "unknown option" 2 "'--nonsense'" --nonsense "$image"
try "abbreviation that is ambiguous" 2 "'--m'" --m 64 "$image"
try "value missing" 2 "'--mem'" --mem
try "image missing" 2 "image missing" --mem 64
try "memory too small" 2 "'7' of --mem" --mem 7 "$image"
try "memory too large" 2 "'3073' of --mem" --mem 3073 "$image"
try "memory with a unit" 2 "'64M' of --mem" --mem 64M "$image"
try "memory negative" 2 "'-1' of --mem" --mem=-1 "$image"
try "memory empty" 2 "'' of --mem" --mem= "$image"
try "backing unknown" 2 "'paper' of --backing" --backing paper "$image"
try "no vCPU" 2 "'0' of --vcpus" --vcpus 0 "$image"
try "too many vCPUs" 2 "'65' of --vcpus" --vcpus 65 "$image"
try "affinity with a hole" 2 "'0,,1' of --affinity" --affinity 0,,1 "$image"
try "affinity with a letter" 2 "'0,x' of --affinity" --affinity 0,x "$image"
try "policy unknown" 2 "'best' of --sched" --sched best "$image"
try "priority out of range" 2 "'fifo:100' of --sched" --sched fifo:100 "$image"
try "priority missing" 2 "'rr:' of --sched" --sched rr: "$image"
try "MSR without value" 2 "'0x10' of --msr" --msr 0x10 "$image"
try "MSR too wide" 2 "'0x100000000=1' of --msr" --msr 0x100000000=1 "$image"
try "kind unknown" 2 "'windows' of --kind" --kind windows "$image"
try "initrd for a payload" 2 "--initrd" --initrd x "$image"
try "append for a payload" 2 "--append" --append x "$image"
try "populate with userfaultfd" 2 "--populate" --populate --backing uffd "$image"
try "userfaultfd limit negative" 2 "'-1' of --uffd-limit" --uffd-limit -1 "$image"
try "pages per reply no power of two" 2 "'3' of --fault-pages" --fault-pages 3 "$image"
try "too many pages per reply" 2 "'128' of --fault-pages" --fault-pages 128 "$image"
try "reply without userfaultfd" 2 "--fault-backing" --fault-pages 4 "$image"
try "delay without a reply" 2 "--fault-pages" --fault-delay-ns 1 "$image"
try "limit not a number" 2 "'soon' of --limit" --limit soon "$image"
try "no KVM device" 4 "no-such-device" "${no[@]}" "$image"
try "not a KVM device" 4 "/dev/null" --kvm /dev/null "$image"

"$vmm" --help >"$out/bench/vmm-help.txt" 2>&1
result $? "help exits with 0"
while read -r option; do
	grep -q -- "--$option" "$out/bench/vmm-help.txt"
	result $? "help names --$option"
done < <(sed -n 's/^\t{ "\([a-z-]*\)",.*/\1/p' "$here/../vmm/opts.c")
rm -f "$out/bench/vmm-help.txt"

! refused 2 "'7' of --vcpus" --mem 7 "$image"
result $? "control: a wrong text is noticed"
! refused 2 "'0' of --vcpus" --vcpus 1 "${no[@]}" "$image"
result $? "control: a good argument is not refused with 2"
echo "1..$n"
exit "$failed"
