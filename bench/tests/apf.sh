#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# apf.sh ENGINE [KERNEL]: are the counters of the benchmark apf checked against
# each other in earnest? One boot of an emulator, TAP. A payload that acknowledges
# twice and says so once, and a VMM that replies too late, must be noticed.

set -u -o pipefail
room=$(cd "$(dirname "$0")/.." && pwd)
top=$(cd "$room/.." && pwd)
# shellcheck source=kernel/lib/say.sh
. "$top/kernel/lib/say.sh"

[ $# -ge 1 ] || usage_error "usage: apf.sh ENGINE [KERNEL]"
engine=$1 kernel=${2:-base}
out=$(cd "${O:-$top/build}" 2>/dev/null && pwd) || die "no build folder: ${O:-$top/build}"
case $engine in
qemu-svm) scale=1 ;;
bochs-vmx) scale=10 ;;
*) cannot "$engine has no counter of its own" ;;
esac
work=$(mktemp -d "${TMPDIR:-/tmp}/apf-test.XXXXXX") || die "cannot make a scratch folder"
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
n=0
failed=0

result() {
	n=$((n + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $n - $2"
	else
		echo "not ok $n - $2"
		failed=1
	fi
}

# noticed TEXT COMMAND...: fails and says TEXT.
noticed() {
	local text=$1

	shift
	! "$@" >"$work/noticed" 2>&1 && grep -q -- "$text" "$work/noticed"
}

# vm NAME VMM-OPTION PAYLOAD-ARGUMENT: a line of the guest's script.
vm() {
	echo "mkdir -p /out/$1; /vmm --limit 60 --sched idle --fault-mem 8 --fault-backing uffd" \
		"--fault-pages 4 --fault-delay-ns $((100000 * scale)) $2" \
		"--samples /out/$1/v1.d1ms_n4 --stats /out/$1/v1.d1ms_n4.stats /guest/apf.elf" \
		"mode=v1 pages=4 samples=4 count=1 period_ns=$((1500000 * scale)) $3"
}

{
	vm good '' ''
	vm twice '' acks=2
	vm late "--fault-late-ns $((400000 * scale))" ''
	vm later "--fault-late-ns $((5000000 * scale))" ''
} >"$work/plan"
"$room/apf" --spec "$engine" >"$work/spec" || die "no counters"
"$top/kernel/boot/run" "$engine" "$kernel" --quiet --out "$work/out" --count "$work/spec" \
	--add "$out/bench/vmm" --add "$out/bench/guest/apf.elf:/guest/apf.elf" \
	--add "$work/plan" -- sh -c 'sh /plan; true' >"$work/said" 2>&1
rc=$?
[ "$rc" -ne 4 ] || cannot "$engine cannot run here"
[ "$rc" -eq 0 ] || { cat "$work/said" >&2; die "$engine, $kernel: exit status $rc"; }
cd "$work/out" || die "nothing came back"
collect=("$out/bench/apfcollect" "$engine" base 1)

"${collect[@]}" counts.json good/v1.d1ms_n4 >"$work/lines"
result $? "payload, KVM and emulator agree"
grep -q '"case":"irq_ack_per_page_d1ms_n4".*\[2.0,2.0,2.0,2.0\]' "$work/lines"
result $? "version 1 costs one interrupt and one acknowledge exit per page"
noticed "twice.*: acknowledge exits 16, the emulator's count 32" \
	"${collect[@]}" counts.json good/v1.d1ms_n4 twice/v1.d1ms_n4
result $? "control: a payload that acknowledges twice is noticed"
noticed ' ns late, more than' "${collect[@]}" - late/v1.d1ms_n4
result $? "control: a late reply is noticed"
grep -q 'period too short' "$work/said" && [ ! -e later/v1.d1ms_n4 ]
result $? "control: a reply behind the end of the round is noticed"
echo "1..$n"
exit "$failed"
