#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# selftests.sh OUT ENGINE normal|full: the tree's own KVM selftests on the base
# and on the patched kernel must give equal results. Prints TAP, one line per
# test; what each kernel said is in OUT/selftests/ENGINE.<flavour>.
#
# selftests.known lists, with reasons, what fails or is skipped on the base kernel
# too, and what only "full" runs. A failure or skip that is not listed is wrong, and
# so is a listed failure that passes. A test that only the patched tree has must
# pass, or be listed as skipped. What fails on the base kernel alone, or exceeds a limit
# of wall time, runs there once more, and a note says so.

set -u -o pipefail
top=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=kernel/lib/say.sh
. "$top/kernel/lib/say.sh"

[ $# -eq 3 ] || usage_error "usage: selftests.sh OUT ENGINE normal|full"
out=$(cd "$1" 2>/dev/null && pwd) || usage_error "OUT: no such folder: $1"
engine=$2
level=$3
dir=$out/selftests
mkdir -p "$dir" || die "cannot create $dir"
known=$top/kernel/tests/selftests.known

# field_of N TEST: column N of the list's lines for this engine and for all.
field_of() {
	awk -F'\t' -v f="$1" -v e="$engine" -v t="$2" \
		'!/^#/ && $2 == t && ($1 == e || $1 == "all") { print $f }' "$known"
}
# is WORD TEST: does the list say this of the test.
is() { field_of 3 "$2" | grep -qx "$1"; }
reason_of() { field_of 4 "$1" | paste -sd';'; }

# pthread_cancel() loads it when it is called: no program names it.
libgcc=$(realpath "$(gcc -print-file-name=libgcc_s.so.1)")

# write_list FLAVOUR [TEST...]: the list of tests for kernel/boot/run --tests: all, or
# only these.
write_list() {
	local t only=" ${*:2} "

	while read -r t; do
		[ $# -eq 1 ] || [[ $only == *" $t "* ]] || continue
		! is hang "$t" || continue
		[ "$level" = full ] || ! is slow "$t" || continue
		printf '[%s]\ncommand = /selftests/%s\nadd = %s:/selftests\nadd = %s\nsmp = 2\nmem = 2048\n' \
			"$t" "$t" "$out/kernel/$1/selftests/bin" "$libgcc:$libgcc"
		printf 'timeout_emulated = 120\ntimeout_wall = 600\n'
	done <"$out/kernel/$1/selftests/list"
}

# results FLAVOUR FILE [TEST...]: run them; leaves "NAME pass|fail|skip" per test, sorted,
# in FILE, and what was said in FILE.ktap and FILE.log.
results() {
	local flavour=$1 file=$2

	[ -f "$out/kernel/$flavour/selftests/list" ] || die "no selftests of $flavour: run make selftests"
	shift 2
	write_list "$flavour" "$@" >"$file.cfg"
	"$top/kernel/boot/run" "$engine" "$flavour" --quiet --tests "$file.cfg" >"$file.ktap" 2>"$file.log"
	rc=$?
	[ $rc -le 1 ] || { tail -n 1 "$file.log" >&2; exit $rc; }
	sed -nE 's/^ok [0-9]+ (- )?([^ ]+).*# SKIP.*/\2 skip/p; t; s/^ok [0-9]+ (- )?([^ ]+).*/\2 pass/p; t
		 s/^not ok [0-9]+ (- )?([^ ]+).*/\2 fail/p' "$file.ktap" | LC_ALL=C sort >"$file"
	[ -s "$file" ] || die "$engine $flavour: no selftest ran, see $file.log"
}

# why_failed FLAVOUR TEST: what the runner said of it, and the last line of its own.
why_failed() {
	awk -v t="$2" '$1 == "not" && $4 == t { $1 = $2 = $3 = $4 = ""; sub(/^[ #]*/, ""); print $0 (said ? " (" said ")" : "") }
		/^(not )?ok / { said = "" } /^# / && !/^# (console|boot)/ { said = substr($0, 3) }' "$dir/$engine.$1.ktap"
}

# again FLAVOUR TEST...: a second boot for these.
again() {
	local flavour=$1 t

	shift
	[ $# -gt 0 ] || return 0
	for t; do
		echo "# note: $t failed on the $flavour kernel and runs again: $(why_failed "$flavour" "$t")"
	done
	tail -n 5 "$dir/$engine.$flavour.log" | sed 's/^/# /'
	results "$flavour" "$dir/$engine.$flavour-again" "$@"
	LC_ALL=C join -a1 "$dir/$engine.$flavour" "$dir/$engine.$flavour-again" |
		awk '{ print $1, $NF }' >"$dir/$engine.new" || die "cannot write to $dir"
	mv "$dir/$engine.new" "$dir/$engine.$flavour"
}

# late FLAVOUR: what this machine was too slow for: emulated time had its limit left.
late() {
	local t

	awk '$2 == "fail" { print $1 }' "$dir/$engine.$1" | while read -r t; do
		! why_failed "$1" "$t" | grep -q 'no verdict after [0-9]* wall seconds' || echo "$t"
	done
}

# only_base: what has failed on the base kernel alone, where this project's code isn't.
only_base() {
	local t

	LC_ALL=C join "$dir/$engine.base" "$dir/$engine.patched" |
		awk '$2 == "fail" && $3 != "fail" { print $1 }' | while read -r t; do
			is fail "$t" || echo "$t"
		done
}

results base "$dir/$engine.base"
results patched "$dir/$engine.patched"
mapfile -t tests < <(late patched)
again patched "${tests[@]}"
mapfile -t tests < <({ late base; only_base; } | LC_ALL=C sort -u)
again base "${tests[@]}"

# verdict TEST BASE PATCHED: print why it is wrong, nothing when it is right.
verdict() {
	case $2,$3 in
	-,pass | pass,pass)
		! is fail "$1" || echo "listed as failing, but passes" ;;
	-,skip)	  is skip "$1" || echo "only the patched tree has it, and it is skipped, not listed" ;;
	-,*)	  echo "only the patched tree has it, and it does not pass" ;;
	fail,fail)
		is fail "$1" || echo "fails on both, not listed" ;;
	skip,skip)
		# What can run is known of those engines only that the list has.
		is skip "$1" || ! grep -q "^$engine"$'\t[^\t]*\tskip\t' "$known" ||
			echo "skipped on both, not listed" ;;
	*)	  echo "not equal" ;;
	esac
}

n=0
status=0
while read -r t base patched; do
	n=$((n + 1))
	why=$(verdict "$t" "$base" "$patched")
	line="$n - selftest $t: base $base, patched $patched"
	if [ -n "$why" ]; then
		echo "not ok $line # $why$(why_failed base "$t" | sed 's/^/; base: /')$(
			why_failed patched "$t" | sed 's/^/; patched: /')"
		status=1
	elif [ "$patched" = skip ]; then
		echo "ok $line # SKIP $(reason_of "$t")"
	elif [ "$patched" = fail ]; then
		echo "ok $line (known: $(reason_of "$t"))"
	else
		echo "ok $line"
	fi
done < <(LC_ALL=C join -a1 -a2 -e- -o 0,1.2,2.2 "$dir/$engine.base" "$dir/$engine.patched")
echo "1..$n"
left=$(awk -F'\t' -v e="$engine" '!/^#/ && ($1 == e || $1 == "all") && ($3 == "slow" || $3 == "hang")' "$known" | wc -l)
[ "$level" = full ] || echo "# sample: $n of $((n + left)) selftests; the others are slow or hang on base (selftests.known)"
exit $status
