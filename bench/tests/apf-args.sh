#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# apf-args.sh O: what the driver and the converters of the benchmark apf refuse,
# without an emulator. TAP. Every pair of counters is put apart by one.

set -u
name=apf
# shellcheck source=bench/tests/args_lib.sh
. "$(dirname "$0")/args_lib.sh"

apf=$room/apf
try "no engine" 2 "usage" "$apf"
try "unknown engine" 2 "abacus" "$apf" abacus
try "unknown option" 2 "--cases" "$apf" qemu-svm --cases x
try "value missing" 2 "--cells" "$apf" qemu-svm --cells
try "unknown cell" 2 "d2ms_n1" "$apf" qemu-svm --cells d2ms_n1
try "rounds not a number" 2 "two" "$apf" qemu-svm --rounds two
try "run passes the benchmark on" 2 "d2ms_n1" "$room/run" apf qemu-svm --cells d2ms_n1

# record NAME VALUE...: a record of two rounds.
record() { printf 'case %s flags 2 warmup 1 label 0 window_tsc 0 n 2\n%s\n%s\n' "$@"; }

# Two rounds of one cell: 2 pages, 2 interrupts, 1 acknowledge exit, 5 exits each.
figures() {
	record iterations 1000 1001
	record period_tsc 10000 10000
	record irqs 2 "${irqs:-2}"
	record acks 1 "${acks:-1}"
	record not_present 2 "${missing:-2}"
	record latency_sum 100 100
	record latency_max 60 60
}

# Exits and interrupts of KVM grow as the payload's do.
statistics() {
	local i

	for i in 0 1 2; do
		echo "snap $i wall_ns $((i * 1000)) cpu_ns $((i * 500)) wait_ns $((i * 250))" \
			"exits $((7 + i * 6)) irq_injections $((9 + i * 2))" \
			"apf_pv $((i * 2)) apf_ready_irq $((i * 2)) apf_ack $i" \
			"replies $i late_ns ${late:-0}"
	done
}

# window EXITS IRQS ACKS MISSING
window() {
	printf '{"windows":[{"cpu":[{"vmrun":%d,"apf_on_ready":%d,"apf_ack_insn":%d,"apf_on_fault":%d}]}]}' "$@"
}

cell=$work/v2.d1ms_n2
collect=("$out/bench/apfcollect" qemu-svm patched 1 "$work/counts" "$cell")
window 11 4 2 4 >"$work/counts"
figures >"$cell"
statistics >"$cell.stats"
"${collect[@]}" >"$work/lines"
result $? "control: equal counters pass"
grep -q '"case":"irq_ack_per_page_d1ms_n2".*"config":"on".*"unit":"per_page".*\[1.5,1.5\]' "$work/lines"
result $? "interrupts and acknowledge exits per page"
grep -q '"case":"exits_per_page_d1ms_n2".*\[2.5,2.5\]' "$work/lines"
result $? "the question for statistics is no exit of the round"
grep -q '"case":"halted_share_d1ms_n2".*\[0.25,0.25\]' "$work/lines"
result $? "share of sleep"
cp "$cell" "$work/v2.d10ms_n2" && cp "$cell.stats" "$work/v2.d10ms_n2.stats"
"${collect[@]:0:5}" "$work/v2.d10ms_n2" | grep -q '"case":"useful_work_n2".*\[100000.0,100100.0\]'
result $? "the cells of the main delay have none in their names"

acks=2 figures >"$cell"
try "one acknowledge exit more than KVM's is noticed" 1 "acks 2, KVM's apf_ack 1" "${collect[@]}"
missing=3 figures >"$cell"
try "one missing page more than KVM's is noticed" 1 "KVM's apf_pv 2" "${collect[@]}"
irqs=3 figures >"$cell"
try "one interrupt more than KVM's is noticed" 1 "KVM's irq_injections 2" "${collect[@]}"
irqs=1 figures >"$cell"
try "one interrupt less than KVM's is noticed" 1 "KVM's apf_ready_irq 2" "${collect[@]}"
figures >"$cell"
for wrong in "12 4 2 4 VM-exits" "11 5 2 4 interrupts" "11 4 3 4 acknowledge" "11 4 2 3 'page"; do
	read -ra words <<<"$wrong"
	window "${words[@]:0:4}" >"$work/counts"
	try "emulator's count of ${words[4]} apart" 1 "${words[4]}" "${collect[@]}"
done
window 11 4 2 4 >"$work/counts"
late=200001 statistics >"$cell.stats"
try "a late reply is noticed" 1 "200001 ns late" "${collect[@]}"
statistics | head -2 >"$cell.stats"
try "a snapshot is missing" 1 "statistics are not of 2 rounds" "${collect[@]}"
statistics >"$cell.stats"
figures | head -20 >"$cell"
try "a record is missing" 1 "latency_max" "${collect[@]}"
figures >"$cell"
try "no window" 1 "no window" "${collect[@]}" "$cell"
try "mode of another kernel" 1 "no such mode" "$out/bench/apfcollect" qemu-svm base 1 - "$cell"
try "no counts" 1 "no JSON" "$out/bench/apfcollect" qemu-svm patched 1 "$work/nothing" "$cell"

metric() { printf '{"name":"%s","base":%s,"off":%s,"on":%s}' "$@"; }
printf '{"engine":"x","metrics":[%s,%s,%s,%s]}' "$(metric useful_work_n1 100 100 98)" \
	"$(metric useful_work_halt_n1 99 99 null)" "$(metric useful_work_d1ms_n4 100 100 99.5)" \
	"$(metric useful_work_halt_d1ms_n4 102 50 null)" >"$work/summary"
"$out/bench/apfmatrix" "$work/summary" >"$work/matrix"
grep -q '^Cells where version 2 does less .*: 10ms x 1 (-2.0 %)\.$' "$work/matrix"
result $? "matrix: a loss over 1 % is named, one below is not"
grep -q '^Cells where version 2 loses against halting: 1ms x 4 (-2.5 %); 10ms x 1 (-1.0 %)\.$' "$work/matrix"
result $? "matrix: losses against halting are named"
try "matrix: no summary" 1 "no summary" "$out/bench/apfmatrix" "$work/nothing"
echo "1..$n"
exit "$failed"
