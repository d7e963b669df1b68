#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# run.sh BUILD: all host tests of this room as one KTAP stream on stdout.
#
# Exit status: 0 all passed, 1 not. The tests of lib/ are cmocka programs; each
# is one test here with its own tests below it. A shell test is a function
# test_* below. Nothing here boots anything or needs root.
# shellcheck disable=SC2317 # functions are called by name
set -u

build=$1
tools=$build/tools
here=$(cd "$(dirname "$0")" && pwd)
room=$(cd "$here/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# shellcheck source-path=SCRIPTDIR source=../../kernel/lib/say.sh
. "$room/../kernel/lib/say.sh"

# expect STATUS COMMAND...: the exit status must be STATUS; output is kept.
expect() {
	local wanted=$1 status

	shift
	"$@" >"$work/stdout" 2>"$work/stderr"
	status=$?
	[ "$status" = "$wanted" ] && return
	echo "'$*' ended with $status, not $wanted"
	return 1
}

test_help_and_version() {
	local tool

	for tool in kvmexitlat kvmapflat kvmschedlat kvmnestlat; do
		expect 0 "$tools/$tool" --help || return
		grep -q "^Usage: $tool " "$work/stdout" && [ ! -s "$work/stderr" ] || return
		cp "$work/stdout" "$work/help"
		expect 0 "$tools/$tool" -h && cmp "$work/help" "$work/stdout" || return
		[ "$(awk 'length > 79' "$work/help")" = '' ] || return
		expect 0 "$tools/$tool" -V && grep -Eq "^$tool [0-9.]+\$" "$work/stdout" || return
	done
}

# Usage errors: status 2, nothing on stdout, the argument and a hint on stderr.
test_usage_errors() {
	local args tool

	for tool in kvmexitlat kvmapflat kvmschedlat kvmnestlat; do
		for args in -x --nonsense -p '-p abc' '--vcpu x' '1 2 3' abc '1 -1' -- '--max-keys 0' -jx; do
			# Several arguments in one word each.
			# shellcheck disable=SC2086
			expect 2 "$tools/$tool" $args || return
			[ ! -s "$work/stdout" ] && [ "$(wc -l <"$work/stderr")" = 2 ] || return
			grep -q "^$tool: " "$work/stderr" || return
			grep -q "^Try '$tool --help'$" "$work/stderr" || return
		done
	done
}

test_full_device() {
	"$tools/kvmexitlat" --help >/dev/full 2>"$work/stderr"
	[ $? = 1 ] && grep -q 'No space left' "$work/stderr"
}

test_closed_pipe_is_quiet() {
	"$tools/kvmexitlat" --help 2>"$work/stderr" | true
	[ "${PIPESTATUS[0]}" = 0 ] && [ ! -s "$work/stderr" ]
}

# Without privilege or KVM: status 4, one line, whatever is missing here.
test_cannot_run_here() {
	local tool

	for tool in kvmexitlat kvmapflat kvmschedlat kvmnestlat; do
		if [ "$(id -u)" = 0 ]; then
			expect 4 setpriv --reuid 65534 --clear-groups "$tools/$tool" 1 1 || return
		else
			expect 4 "$tools/$tool" 1 1 || return
		fi
		[ "$(wc -l <"$work/stderr")" = 1 ] && [ ! -s "$work/stdout" ] || return
	done
}

# Two files of records that were made by hand: every stage of each fault is known.
test_join() {
	local golden=$here/golden option

	expect 0 "$tools/kvmapflat" --join --each "$golden/join_host.jsonl" "$golden/join_guest.jsonl" || return
	diff "$golden/join.txt" "$work/stdout" || return
	expect 0 "$tools/kvmapflat" --join -j --each -p 100 "$golden/join_host.jsonl" "$golden/join_guest.jsonl" || return
	diff "$golden/join.json" "$work/stdout" || return
	for option in '' a 'a b c' '-x a b' '-p 0 a b'; do
		# Several arguments in one word each.
		# shellcheck disable=SC2086
		expect 2 "$tools/kvmapflat" --join $option || return
	done
	"$tools/kvmapflat" --join "$golden/join_host.jsonl" "$golden/join_guest.jsonl" >/dev/full 2>"$work/stderr"
	[ $? = 1 ] && grep -q 'No space left' "$work/stderr"
}

# refuses REASON SED-SCRIPT: with this done to the host's file there is no report.
refuses() {
	sed "$2" "$here/golden/join_host.jsonl" >"$work/host"
	expect 1 "$tools/kvmapflat" --join "$work/host" "$here/golden/join_guest.jsonl" || return
	[ ! -s "$work/stdout" ] && [ "$(wc -l <"$work/stderr")" = 1 ] && grep -q "$1" "$work/stderr"
}

# Clocks that cannot be related, and files that are not what they should be. The
# last two are wrong by 100 ns only.
# shellcheck disable=SC2016 # sed's $
test_join_refuses() {
	refuses 'no last line' '$d' &&
		refuses 'schema is not 1' '1s/"schema":1/"schema":2/' &&
		refuses "not the host's side" '1s/"host",/"guest",/' &&
		refuses 'no records of kvmapflat' '1d' &&
		refuses 'a line is no JSON' '3s/}//' &&
		refuses 'choose one with -p' '$!s/"pid":100,"vcpu":1/"pid":101,"vcpu":1/' &&
		refuses 'did not know' 's/"tsc_ratio":[0-9]*/"tsc_ratio":0/' &&
		refuses 'TSC is scaled' 's/"tsc_ratio":[0-9]*/"tsc_ratio":5/' &&
		refuses 'TSC offset changed' '3s/"tsc_offset":[0-9]*/"tsc_offset":0/' &&
		refuses 'do not go on' '$s/"tsc":[0-9]*/"tsc":21000/' &&
		refuses 'no token is in both' 's/"token":/&9/' &&
		refuses 'asleep before it was queued' '3s/"queued_ns":20000/"queued_ns":20180/' &&
		refuses 'woken before it was published' '4s/21350/21750/'
}

# Every option of the manual is in --help and the other way round.
test_manual_agrees_with_help() {
	local tool

	for tool in kvmexitlat kvmapflat kvmschedlat kvmnestlat; do
		"$tools/$tool" --help | grep -oE -- '(^| )(-[a-zA-Z]|--[a-z-]+)\b' |
			tr -d ' ' | grep -v -- '^--$' | sort -u >"$work/help"
		sed -n '/^\.SH OPTIONS/,/^\.SH OUTPUT/p' "$room/man/$tool.8" |
			sed 's/\\-/-/g; s/\\f[BIR]/ /g' |
			grep '^\.BR\? ' | grep -oE -- '(^| |")(-[a-zA-Z]|--[a-z-]+)\b' |
			tr -d ' "' | sort -u >"$work/manual"
		[ -s "$work/help" ] && diff "$work/help" "$work/manual" || return
	done
}

test_manual_has_no_warnings() {
	local manual

	command -v man >/dev/null || { echo "# SKIP no man"; return 0; }
	for manual in "$room"/man/*.8; do
		LC_ALL=C.UTF-8 MANROFFSEQ='' MANWIDTH=80 man --warnings -E UTF-8 -l -Tutf8 -Z \
			"$manual" 2>&1 >/dev/null
	done | tee "$work/warnings"
	[ ! -s "$work/warnings" ]
}

# Comments of functions are complete: the kernel's own checker says so.
test_kernel_doc() {
	local doc flavour

	for flavour in patched base; do
		doc=$build/kernel/$flavour/src/scripts/kernel-doc
		[ -x "$doc" ] && break
	done
	[ -x "$doc" ] || { echo "# SKIP no kernel tree"; return 0; }
	"$doc" -none -Wall "$room"/lib/*.c "$room"/*.c "$room"/../bpf/*.h 2>&1 | tee "$work/doc"
	[ ! -s "$work/doc" ]
}

# Every function of lib/ has a comment, and none of them exits or prints but
# the print functions.
test_library_rules() {
	local name file

	for file in "$room"/lib/*.h; do
		grep -oE '^[a-z].*\b[a-z_0-9]+\(' "$file" | grep -v '^typedef\|__attribute__' |
			grep -oE '[a-z_0-9]+\($' | tr -d '('
	done | sort -u >"$work/names"
	while read -r name; do
		grep -q "^ \* $name - " "$room"/lib/*.c || { echo "$name has no comment"; return 1; }
	done <"$work/names"
	! grep -nE '\b(exit|abort)\(' "$room"/lib/*.c | grep -v _exit
}

# Negative control: the tests of lib/ must fail for a broken bucket rule.
test_broken_bucket_rule_is_noticed() {
	${CC:-cc} -O1 -D_GNU_SOURCE -DBREAK_BUCKET_RULE -I"$room/lib" -I"$room/../bpf" \
		"$here/test_hist.c" "$room/lib/hist.c" -lcmocka -o "$work/broken" || return
	CMOCKA_MESSAGE_OUTPUT=TAP "$work/broken" >"$work/log" 2>/dev/null && return 1
	grep -q '^not ok .*bucket_of_known_values' "$work/log" &&
		grep -q '^ok .*merging_cpus_and_rows' "$work/log"
}

number=0
failed=0
verdict() {
	local ok=ok

	[ "$1" = 0 ] || { ok='not ok'; failed=1; }
	number=$((number + 1))
	echo "$ok $number $2"
}

mapfile -t functions < <(declare -F | sed -n 's/^declare -f \(test_.*\)/\1/p')
programs=("$tools"/tests/test_*[a-z])

echo 'KTAP version 1'
echo "1..$((${#programs[@]} + ${#functions[@]}))"
cd "$room" || die "no folder $room"
for program in "${programs[@]}"; do
	CMOCKA_MESSAGE_OUTPUT=TAP "$program" >"$work/tap" 2>/dev/null
	status=$?
	sed 's/^/  /' "$work/tap"
	verdict "$status" "tools.${program##*/test_}"
done
for function in "${functions[@]}"; do
	"$function" >"$work/out" 2>&1
	status=$?
	[ "$status" = 0 ] || sed 's/^/# /' "$work/out"
	verdict "$status" "tools.${function#test_}$(sed -n '/^# SKIP/s/^/ /p' "$work/out")"
done
exit "$failed"
