#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# run-args.sh O: what the drivers and the converters refuse, without an emulator.
# TAP. Each refusal is one line with the right status; good input is the control.

set -u
room=$(cd "$(dirname "$0")/.." && pwd)
out=${1:?usage: run-args.sh O}
top=$(cd "$room/.." && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/run-args.XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT
export O=$out
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

# refused STATUS TEXT COMMAND...: exits with STATUS and one line that has TEXT.
refused() {
	local status=$1 text=$2 said rc
	shift 2
	said=$("$@" 2>&1 </dev/null)
	rc=$?
	[ "$rc" -eq "$status" ] && [ "$(wc -l <<<"$said")" -eq 1 ] && [[ $said == *"$text"* ]]
}

try() {
	local name=$1
	shift
	refused "$@"
	result $? "$name"
}

run=$room/run
try "run: no arguments" 2 "usage" "$run"
try "run: unknown engine" 2 "unknown: abacus" "$run" vmexit abacus
try "run: unknown benchmark" 2 "'nothing'" "$run" nothing qemu-svm
try "run: unknown option" 2 "--fast" "$run" vmexit qemu-svm --fast
try "run: value missing" 2 "--rounds" "$run" vmexit qemu-svm --rounds
try "run: no rounds" 2 "--rounds" "$run" vmexit qemu-svm --rounds 0
try "run: rounds not a number" 2 "2x" "$run" vmexit qemu-svm --rounds 2x
try "run: unknown kernel" 2 "unknown: vanilla" "$run" vmexit qemu-svm --kernels vanilla
try "run: unknown case" 2 "in --cases" "$run" vmexit qemu-svm --cases nonsense
try "run: no build folder" 1 "no such folder" env "O=$work/none" "$run" vmexit qemu-svm
try "run: nothing built" 1 "not built" env "O=$work" "$run" vmexit qemu-svm
"$run" --help | grep -q -- --rounds
result $? "run: control: help"

try "cross: hardware has no counter" 4 "host" "$room/cross" host base
try "cross: unknown engine" 2 "abacus" "$room/cross" abacus base
try "cross: unknown case" 2 "nonsense" "$room/cross" qemu-svm base nonsense
try "exact: no engine" 2 "usage" "$room/tests/exact.sh"
try "exact: no kernel" 2 "usage" "$room/tests/exact.sh" qemu-svm
printf 'line 10\nline 20\n' >"$work/raw"
cp "$work/raw" "$work/copy"
"$room/tests/exact.sh" --compare "$work/raw" "$work/copy"
result $? "exact: control: equal samples"
sed '2s/0/1/' "$work/raw" >"$work/copy"
! "$room/tests/exact.sh" --compare "$work/raw" "$work/copy" >/dev/null
result $? "exact: a changed digit is noticed"
head -n 1 "$work/raw" >"$work/copy"
! "$room/tests/exact.sh" --compare "$work/raw" "$work/copy" >/dev/null 2>&1
result $? "exact: a missing line is noticed"
: >"$work/raw"
: >"$work/copy"
! "$room/tests/exact.sh" --compare "$work/raw" "$work/copy"
result $? "exact: no samples are not equal samples"

# fake CROSS RUN: a copy of "all" between drivers that only note that they were
# called and end with these statuses.
fake() {
	mkdir -p "$work/p/bench" "$work/p/kernel/lib"
	cp "$room/all" "$work/p/bench/"
	cp "$top/kernel/lib/say.sh" "$work/p/kernel/lib/"
	printf '#!/bin/sh\necho cross $* >>"%s"\nexit %d\n' "$work/called" "$1" >"$work/p/bench/cross"
	printf '#!/bin/sh\necho run $* >>"%s"\nexit %d\n' "$work/called" "$2" >"$work/p/bench/run"
	chmod +x "$work/p/bench/cross" "$work/p/bench/run"
	rm -f "$work/called"
}

# called STATUS CALLS BENCH ENGINE: "all" ends with STATUS after these calls.
called() {
	"$work/p/bench/all" "$out" "$3" "$4" >/dev/null 2>&1
	[ $? -eq "$1" ] && [ "$(paste -sd, "$work/called")" = "$2" ]
}

fake 0 0
called 0 "cross qemu-svm base,cross qemu-svm patched,run vmexit qemu-svm,run probecost qemu-svm" "" qemu-svm
result $? "all: the counters are compared before vmexit"
fake 1 0
called 1 "cross qemu-svm base" vmexit qemu-svm
result $? "all: a difference of the counters fails the run and takes no figures"
fake 1 0
called 0 "run vmexit host" vmexit host
result $? "all: hardware has one counter only"
fake 4 0
called 4 "cross bochs-vmx base" vmexit bochs-vmx
result $? "all: an engine asked for by name that cannot run is a failure"

# cases FILE: read a list of cases as the drivers do.
cases() {
	bash -c '. "$1/kernel/lib/say.sh"; . "$2/cases.sh"; cases_read "$3"' \
		cases "$top" "$room" "$1"
}

printf '[a]\nbench = x\n[a]\n' >"$work/twice"
printf '[default]\nbench = x\n[a]\n[b]\nbench = y\n[default]\ncpus = 2\n[c]\n' >"$work/default"
printf '[a]\ncolour = red\n' >"$work/key"
printf 'bench = x\n' >"$work/early"
printf '[a]\nbench x\n' >"$work/form"
try "cases: a name twice" 1 ":3: case 'a' again" cases "$work/twice"
try "cases: unknown key" 1 ":2: unknown key 'colour'" cases "$work/key"
try "cases: key before a name" 1 ":1: key before" cases "$work/early"
try "cases: no key = value" 1 ":2: neither" cases "$work/form"
cases "$room/cases.cfg"
result $? "cases: control: the real list"
said=$(bash -c '. "$1/cases.sh"; cases_read "$2"; for c in a b c; do
	echo "$c $(case_of $c bench) $(case_of $c cpus)"; done' cases "$room" "$work/default")
[ "$said" = "$(printf 'a x 1\nb y 1\nc x 2')" ]
result $? "cases: what [default] says holds below it, until a case says otherwise"

collect=$out/bench/collect
head='case a flags 0 warmup 1 label 1 window_tsc 31 n 2'
printf '%s\n10\n10\n' "$head" >"$work/good"
printf '%s\n10\n' "$head" >"$work/short"
: >"$work/nothing"
try "collect: a sample is missing" 1 "no complete" "$collect" b qemu-svm base base 1 "$work/short"
try "collect: empty file" 1 "no complete" "$collect" b qemu-svm base base 1 "$work/nothing"
try "collect: round not a number" 2 "usage" "$collect" b qemu-svm base base one "$work/good"
"$collect" b qemu-svm base base 1 "$work/good" | grep -q '"unit":"insn".*"samples":\[10,10\]'
result $? "collect: control: emulator, one CPU"
"$collect" b host base base 1 "$work/good" | grep -q '"unit":"cycles"'
result $? "collect: control: hardware"
sed 's/flags 0/flags 1/' "$work/good" >"$work/both"
"$collect" b qemu-svm base base 1 "$work/both" | grep -q '"unit":"insn_allcpu"'
result $? "collect: control: emulator, several CPUs"

# Two windows: empty (2 x 9 + 2 x 1 between, 1 at the ends), and one that exits.
crosscheck=$out/bench/crosscheck
printf 'case empty flags 0 warmup 0 label 1 window_tsc 21 n 2\n9\n9\n' >"$work/empty"
printf 'case one flags 0 warmup 0 label 1 window_tsc 203 n 2\n100\n100\n' >"$work/one"
counts() {
	printf '{"windows":[{"label":1,"seq":0,"cpu":[{"insn":20}]},{"label":1,"seq":1,"cpu":[{"insn":%d}]}]}' "$1"
}
counts 204 >"$work/counts"
"$crosscheck" "$work/counts" "0=$work/empty" "1=$work/one" >/dev/null
result $? "crosscheck: control: equal counters"
counts 205 >"$work/counts"
! "$crosscheck" "$work/counts" "0=$work/empty" "1=$work/one" >/dev/null 2>&1
result $? "crosscheck: one instruction more is noticed"
counts 204 >"$work/counts"
! "$crosscheck" "$work/counts" "0=$work/empty" "0=$work/one" >/dev/null 2>&1
result $? "crosscheck: a wrong number of exits is noticed"
try "crosscheck: windows and files do not match" 1 "2 windows" \
	"$crosscheck" "$work/counts" "0=$work/empty" "1=$work/one" "1=$work/one"
echo "1..$n"
exit "$failed"
