#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# vmm-guest.sh [linux N | migrate]: tests of the VMM and the payload library, run inside an
# engine's guest (busybox sh). TAP. Every kind of result has its control: a run
# that must fail, and must fail for the reason named.

n=0
failed=0
tmp=/tmp/vmm-guest
mkdir -p "$tmp"

result() {
	n=$((n + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $n - $2"
	else
		echo "not ok $n - $2"
		sed 's/^/# /' "$tmp/output"
		failed=1
	fi
}

# run STATUS TEXT ARG...: the VMM exits with STATUS and says TEXT (if not empty).
run() {
	want=$1 text=$2
	shift 2
	/vmm --limit 20 "$@" >"$tmp/output" 2>&1
	rc=$?
	[ "$rc" -eq "$want" ] || { echo "status $rc, not $want" >>"$tmp/output"; return 1; }
	[ -z "$text" ] || grep -q -- "$text" "$tmp/output"
}

test_linux() {
	run 42 "linux up cpus $1" --limit 120 --kind linux --mem 256 --vcpus "$1" \
		--append "console=ttyS0 quiet panic=-1 no_timer_check" \
		--initrd /guest/linux.cpio /bzImage
	result $? "Linux boots with $1 CPU(s) and its status comes through"
	run 1 "no-such-file" --kind linux --mem 256 --initrd /no-such-file /bzImage
	result $? "control: a missing initrd is named"
	run 1 "kernel '/vmm'" --kind linux --mem 256 /vmm
	result $? "control: no bzImage"
	echo "1..$n"
	exit "$failed"
}

test_migrate() {
	run 0 '' --affinity 0,1 /guest/migrate.elf case=move
	result $? "clocks go on while the vCPU's thread moves"
	run 0 '' --affinity 0,1 /guest/migrate.elf case=stay
	result $? "and while it does not"
	run 1 'TSC went back by' --affinity 0,1 /guest/migrate.elf case=back
	result $? "control: a TSC that goes back is noticed"
	run 1 'asks for CPU 1 of --affinity, which has 1' --affinity 0 /guest/migrate.elf case=move
	result $? "control: a CPU that the list does not have is named"
	echo "1..$n"
	exit "$failed"
}

[ "${1:-}" != migrate ] || test_migrate
[ "${1:-}" != linux ] || test_linux "$2"
check=/guest/check.elf
for backing in anon memfd uffd; do
	run 0 '^1\.\.' --backing $backing --fault-mem 4 --fault-backing $backing $check
	result $? "machine checks pass, memory $backing"
done
pages=/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages
run 1 hugetlb --backing hugetlb $check
result $? "control: hugetlb without reserved pages says so"
echo 40 >$pages
run 0 '^1\.\.' --backing hugetlb --fault-mem 4 --fault-backing hugetlb $check
result $? "machine checks pass, memory hugetlb"
echo 0 >$pages
run 0 '^1\.\.' --thp --populate --fault-mem 4 --fault-populate $check
result $? "machine checks pass, memory populated"
run 0 '^1\.\.' --mem 3072 $check
result $? "machine checks pass, more guest memory than there is"
run 0 'uffd ram [1-9][0-9]* fault 1024' --exit-counts --backing uffd --fault-mem 4 \
	--fault-backing uffd $check
result $? "userfaultfd serves each page of the second slot once"
run 1 'userfaultfd handler gave up after 100 pages' --fault-mem 4 --fault-backing uffd \
	--uffd-limit 100 $check
result $? "control: a userfaultfd handler that gives up ends the run"
run 1 'userfaultfd handler gave up after 3 pages' --backing uffd --uffd-limit 3 $check
result $? "control: and does so while the image is loaded"
run 0 '^1\.\.' --vcpus 4 $check vcpus=4
result $? "machine checks pass with 4 vCPUs"
run 0 '^1\.\.' --affinity 0 --sched fifo:10 $check
result $? "machine checks pass bound and SCHED_FIFO"
run 0 '^1\.\.' --msr 0xc0000102=1234 $check value=1234
result $? "MSR set-up"
run 0 '^1\.\.' --halt-poll-ns 0 $check
result $? "halt polling off"

run 1 'not ok .* MSR set by the VMM' --msr 0xc0000102=1234 $check value=1235
result $? "control: a wrong MSR value is noticed"
run 1 'not ok .* number of vCPUs' $check vcpus=2
result $? "control: a wrong number of vCPUs is noticed"
run 1 'KVM refuses MSR 0x174' --msr 0x4b4d4cff=1 --msr 0x174=0 $check ||
	run 1 'KVM refuses MSR 0x4b4d4cff' --msr 0x4b4d4cff=1 $check
result $? "control: an MSR that KVM refuses is named"
run 1 'host CPU 63' --affinity 63 $check
result $? "control: a CPU that does not exist is named"
run 7 '' $check end=exit status=7
result $? "exit status comes through"
run 1 'triple fault' $check end=fault
result $? "control: triple fault is named"
run 1 'vector 6 ' $check end=vector
result $? "control: an unexpected exception is named"
run 1 'no end within 1 s' --limit 1 $check end=spin
result $? "control: the time limit ends a spinning guest"
run 1 'no case' /guest/vmexit.elf case=nonsense
result $? "control: an unknown case is refused"
run 1 "'samples' is no number" /guest/vmexit.elf case=cpuid samples=1x
result $? "control: a bad number is refused"
run 1 'fault memory too small' /guest/vmexit.elf case=npf
result $? "control: page-fault case without memory is refused"
run 1 'no x86 ELF' /vmm-guest.sh
result $? "control: no ELF image"
run 1 'published no samples' --samples $tmp/s $check
result $? "control: a payload without samples is noticed"

run 0 '' --samples $tmp/s /guest/vmexit.elf case=cpuid samples=50 warmup=5 &&
	grep -q '^case cpuid .* warmup 5 .* n 50$' $tmp/s && [ "$(wc -l <$tmp/s)" -eq 51 ]
result $? "sample file: head and 50 lines"
run 3 '^c$' --kind multiboot /guest/multiboot.elf one two c
result $? "multiboot image: command line in, status out"
run 0 '^P$' --kind multiboot /guest/multiboot.elf P
result $? "multiboot image: status 0"
run 1 'the image reset the machine' --kind multiboot /guest/multiboot.elf R
result $? "control: a multiboot image that resets is no success"
run 1 'triple fault' --kind multiboot /guest/multiboot.elf T
result $? "control: nor is one with a triple fault"
run 1 'no end within 1 s' --limit 1 --kind multiboot /guest/multiboot.elf H
result $? "control: nor is one that hangs"
run 1 'multiboot header' --kind multiboot $check
result $? "control: no multiboot header"
echo "1..$n"
exit "$failed"
