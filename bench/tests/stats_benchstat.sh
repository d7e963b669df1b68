#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# stats_benchstat.sh BENCHSTAT: tests of benchstat's input checks and output.

# shellcheck disable=SC2317 # functions are called through ok()

set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=bench/tests/stats_tap.sh
. "$here/stats_tap.sh"
[ $# -eq 1 ] || { echo "usage: stats_benchstat.sh BENCHSTAT" >&2; exit 2; }
benchstat=$1
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT

# line CASE CONFIG ROUND SAMPLES [UNIT [CLOCK [KERNEL [ENGINE]]]]
line() {
	printf '{"bench":"vmexit","case":"%s","kernel":"%s","config":"%s",' \
		"$1" "${7:-k}" "$2"
	printf '"engine":"%s","unit":"%s","clock":"%s","round":%s,' \
		"${8:-qemu-svm}" "${5:-insn}" "${6:-tsc-guest}" "$3"
	printf '"warmup":10,"samples":[%s]}\n' "$4"
}

f=$scratch/in.jsonl
refused() { printf '%s\n' "$2" >"$f"; fails_with 1 "benchstat: $f:$1" "$benchstat" "$f"; }
good=$(line cpuid base 1 1,2,3)

ok "a line that is not JSON" refused "1: not JSON: unexpected character" 'x'
ok "a cut line" refused "1: not JSON: unexpected end of data" '{"bench":'
ok "text behind the object" refused "1: not JSON: unexpected character" "$good x"
ok "not an object" refused "1: not a JSON object" '[1]'
ok "a key missing" refused '2: no "case"' "$good
${good/\"case\"/\"kase\"}"
ok "a key of the wrong type" refused '1: "round" is not a whole number' \
	"$(line cpuid base '"1"' 1)"
ok "a negative round" refused '1: "round" is out of range' "$(line cpuid base -1 1)"
ok "an unknown config" refused "1: \"config\" is none of base, off, on: 'new'" \
	"$(line cpuid new 1 1)"
ok "a name with a slash" refused "1: \"case\" is not a plain name: 'a/b'" \
	"$(line a/b base 1 1)"
ok "no samples" refused '1: "samples" is empty' "$(line cpuid base 1 '')"
ok "a sample that is text" refused '1: sample 1 is not a number' \
	"$(line cpuid base 1 '1,"2"')"
ok "a sample that is null" refused '1: sample 0 is not a number' \
	"$(line cpuid base 1 null)"
ok "a negative sample" refused '1: sample 2 is not a number from 0 up' \
	"$(line cpuid base 1 1,2,-3)"
ok "a NaN" refused '1: sample 0 is not a number from 0 up' "$(line cpuid base 1 NaN)"
ok "a sample above 2^53" refused '1: sample 0 is above 2^53' \
	"$(line cpuid base 1 9007199254740994)"
ok "mixed units" refused '2: case cpuid has unit "cycles" here and "insn" before' \
	"$(line cpuid base 1 1 insn c k host; line cpuid off 1 1 cycles c k host)"
ok "mixed clocks" refused '2: case cpuid has clock "icount" here and "tsc-guest" before' \
	"$(line cpuid base 1 1; line cpuid off 1 1 insn icount)"
ok "mixed kernels" refused \
	'2: case cpuid, config base, has kernel "q" here and "k" before' \
	"$(line cpuid base 1 1; line cpuid base 2 1 insn tsc-guest q)"
ok "a round twice" refused '2: case cpuid, config base, round 1 a second time' \
	"$(line cpuid base 1 1; line cpuid base 1 1)"
ok "nanoseconds from an emulator" refused \
	'1: unit "ns" from the emulator qemu-svm, which has no such clock' \
	"$(line cpuid base 1 1 ns)"

: >"$f"
ok "no samples at all" fails_with 1 "benchstat: no samples" "$benchstat" "$f"
ok "a file that is not there" fails_with 1 \
	"benchstat: $scratch/none: No such file or directory" "$benchstat" "$scratch/none"
ok "a folder" fails_with 1 "benchstat: $scratch: Is a directory" "$benchstat" "$scratch"
ok "an unknown option" fails_with 2 \
	"benchstat: unrecognized option '--what'" "$benchstat" --what
ok "--kernel alone" fails_with 2 "benchstat: --kernel needs --summary" \
	"$benchstat" --kernel x "$f"

full_disk() {
	! "$benchstat" "$f" >/dev/full 2>"$scratch/stderr" &&
		grep -q 'standard output' "$scratch/stderr"
}
{
	line cpuid base 1 1500,1500,1500,1500; line cpuid base 2 1500,1500,1500,1500
	line cpuid off 1 1512,1512,1512,1512; line cpuid on 1 1500,1500,1500,1500
	line hlt base 1 9,10,11,12,13,14,15,16,17,18
	line hlt off 1 109,110,111,112,113,114,115,116,117,118
} >"$f"
ok "a full disk" full_disk
ok "help on standard output" sh -c "'$benchstat' --help | grep -q '^Usage: benchstat'"

"$benchstat" --summary "$scratch/s.json" "$f" >"$scratch/table"
has() { grep -qF -- "$1" "$scratch/table" || { cat "$scratch/table"; return 1; }; }
ok "the table names engine, clock and unit" has \
	"vmexit on qemu-svm, clock tsc-guest, unit insn: instructions executed by an emulated CPU, not time"
ok "a loss in flat sets" has "off-base  +12 insn (+0.80%) in every sample"
ok "a gain in flat sets" has "on-off    -12 insn (-0.79%) in every sample"
ok "copied rounds are counted once" has "base: 2 rounds, copies of each other, counted once"
ok "a resolved shift with interval and effect" has \
	"off-base  +100 insn (+740.74%), 95% in [+97, +103]; effect large (delta +1.00)"
ok "lines below 80 columns, but for sentences" sh -c \
	"! grep -v -e '^    ' -e ' on .*, clock ' '$scratch/table' | grep -q '.\{80\}'"

summary() {
	cat >"$scratch/want" <<-'END'
	{"bench":"vmexit","engine":"qemu-svm","unit":"insn","kernel":"k","metrics":[
	{"name":"cpuid_insn","unit":"insn","base":1500,"off":1512,"on":1500},
	{"name":"hlt_insn","unit":"insn","base":13.5,"off":113.5,"on":null}]}
	END
	cmp <(tr -d ' \n' <"$scratch/want") <(tr -d ' \n' <"$scratch/s.json")
}
ok "the summary" summary
ratio() {
	line work_n1 base 1 2 "$1" >"$scratch/ratio"
	"$benchstat" --summary "$scratch/ratio.json" "$scratch/ratio" >"$scratch/table" &&
		grep -q "\"name\": *\"$2\"" "$scratch/ratio.json"
}
ok "the name of a ratio has no unit" ratio per_page work_n1
ok "nor that of a share" ratio share work_n1
ok "control: what is no ratio has one" ratio pages work_n1_pages
line cpuid base 1 1 insn tsc-guest k bochs-vmx >>"$f"
ok "a summary of two engines is refused" fails_with 1 \
	"benchstat: $scratch/no.json: one summary holds one bench on one engine, not vmexit on qemu-svm and vmexit on bochs-vmx" \
	"$benchstat" --summary "$scratch/no.json" "$f"
ok "and leaves nothing" test ! -e "$scratch/no.json"
ok "the same input gives the same bytes" sh -c \
	"'$benchstat' -j '$f' | cmp - /dev/stdin <<END
\$('$benchstat' -j '$f')
END"
ok "standard input" sh -c "'$benchstat' <'$f' | cmp - /dev/stdin <<END
\$('$benchstat' '$f')
END"

if /usr/bin/python3 -c 'import jsonschema' 2>/dev/null; then
	check="$here/stats_schema.py"
	"$benchstat" -j "$f" >"$scratch/all.json"
	ok "the summary fits its schema" "$check" summary "$scratch/s.json"
	ok "the lines fit their schema" "$check" raw "$f"
	line cpuid base 1 1 ns >"$f"
	ok "the schema refuses an emulator's ns" sh -c "! '$check' raw '$f'"
	sed 's/"off"/"of"/' "$scratch/s.json" >"$scratch/bad.json"
	ok "the schema refuses a misspelt key" sh -c "! '$check' summary '$scratch/bad.json'"
else
	skip "schemas" "python3-jsonschema is not installed"
fi
finish
