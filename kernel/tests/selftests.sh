#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# selftests.sh OUT ENGINE normal|full: the tree's own KVM selftests on the base
# and on the patched kernel must give equal results. Prints TAP, one line per
# test; what each kernel said is in OUT/selftests/ENGINE.<flavour>.
#
# selftests.known lists, with reasons, what fails on the base kernel too, and
# what only "full" runs. A test that only the patched tree has must pass.

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

# known_as ENGINE TEST: what the list says of it, if anything.
known_as() {
	awk -F'\t' -v e="$1" -v t="$2" '!/^#/ && ($1 == e || $1 == "all") && $2 == t { print $3; exit }' "$known"
}

# pthread_cancel() loads it when it is called: no program names it.
libgcc=$(realpath "$(gcc -print-file-name=libgcc_s.so.1)")

# write_list FLAVOUR: the list of tests for kernel/boot/run --tests.
write_list() {
	local t

	while read -r t; do
		case $(known_as "$engine" "$t") in
		hang) continue ;;
		slow) [ "$level" = full ] || continue ;;
		esac
		printf '[%s]\ncommand = /selftests/%s\nadd = %s:/selftests\nadd = %s\nsmp = 2\nmem = 2048\n' \
			"$t" "$t" "$out/kernel/$1/selftests/bin" "$libgcc:$libgcc"
		printf 'timeout_emulated = 120\ntimeout_wall = 300\n'
	done <"$out/kernel/$1/selftests/list"
}

# results FLAVOUR: "NAME pass|fail|skip" per test, sorted.
results() {
	[ -f "$out/kernel/$1/selftests/list" ] || die "no selftests of $1: run make selftests"
	write_list "$1" >"$dir/$engine.$1.cfg"
	"$top/kernel/boot/run" "$engine" "$1" --quiet --tests "$dir/$engine.$1.cfg" \
		>"$dir/$engine.$1.ktap" 2>"$dir/$engine.$1.log"
	rc=$?
	[ $rc -le 1 ] || { tail -n 1 "$dir/$engine.$1.log" >&2; exit $rc; }
	sed -nE 's/^ok [0-9]+ (- )?([^ ]+).*# SKIP.*/\2 skip/p; t; s/^ok [0-9]+ (- )?([^ ]+).*/\2 pass/p; t
		 s/^not ok [0-9]+ (- )?([^ ]+).*/\2 fail/p' "$dir/$engine.$1.ktap" |
		LC_ALL=C sort >"$dir/$engine.$1"
	[ -s "$dir/$engine.$1" ] || die "$engine $1: no selftest ran, see $dir/$engine.$1.log"
}

results base
results patched
n=0
status=0
while read -r t base patched; do
	n=$((n + 1))
	if [ "$base" = - ]; then
		[ "$patched" = pass ] || [ "$patched" = skip ]
		ok=$?
	elif [ "$base" = "$patched" ]; then
		[ "$base" != fail ] || [ "$(known_as "$engine" "$t")" = fail ]
		ok=$?
	else
		ok=1
	fi
	line="$n - selftest $t: base $base, patched $patched"
	[ "$base$patched" = failfail ] && [ $ok = 0 ] && line+=" (known: $(awk -F'\t' -v t="$t" '$2 == t { print $4; exit }' "$known"))"
	if [ $ok -ne 0 ]; then
		echo "not ok $line"
		status=1
	elif [ "$patched" = skip ]; then
		echo "ok $line # SKIP on this engine"
	else
		echo "ok $line"
	fi
done < <(LC_ALL=C join -a1 -a2 -e- -o 0,1.2,2.2 "$dir/$engine.base" "$dir/$engine.patched")
echo "1..$n"
left=$(awk -F'\t' -v e="$engine" '!/^#/ && ($1 == e || $1 == "all") && ($3 == "slow" || $3 == "hang")' "$known" | wc -l)
[ "$level" = full ] || echo "# sample: $n of $((n + left)) selftests; the others are slow or hang on base (selftests.known)"
exit $status
