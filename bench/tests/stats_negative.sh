#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# stats_negative.sh OBJ DIR: negative controls of the tests of statistics.
#
# OBJ holds stats_test-broken and stats_ab_test-broken, built with -DBREAK_RANK
# and -DBREAK_TIES; DIR holds mkreport and benchstat. A test must notice what it
# is there for, and nothing else.
# shellcheck disable=SC2317 # functions are called through ok()

set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=bench/tests/stats_tap.sh
. "$here/stats_tap.sh"
[ $# -eq 2 ] || { echo "usage: stats_negative.sh OBJ DIR" >&2; exit 2; }
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT

CMOCKA_MESSAGE_OUTPUT=TAP "$1/stats_test-broken" >"$scratch/tap" 2>&1
status=$?
ok "a broken percentile rank fails the run" test "$status" -ne 0
for t in test_r_morley_summary test_handbook_percentile test_quantile_ranks; do
	ok "$t notices" grep -q "^not ok [0-9]* - $t$" "$scratch/tap"
done
for t in test_nist_michelson test_nist_mavro; do
	ok "$t, of moments, passes" grep -q "^ok [0-9]* - $t$" "$scratch/tap"
done

CMOCKA_MESSAGE_OUTPUT=TAP "$1/stats_ab_test-broken" >"$scratch/tap" 2>&1
status=$?
ok "ties given to one side fail the run" test "$status" -ne 0
for t in test_effsize_cliff test_flat_sets; do
	ok "$t notices" grep -q "^not ok [0-9]* - $t$" "$scratch/tap"
done
ok "test_hollander_wolfe, without ties, passes" \
	grep -q "^ok [0-9]* - test_hollander_wolfe$" "$scratch/tap"

printf '#!/bin/sh\nexit 0\n' >"$scratch/mute"
chmod +x "$scratch/mute"
mute() { ! "$here/stats_benchstat.sh" "$scratch/mute" >"$scratch/tap" 2>&1; }
ok "a benchstat that accepts anything and prints nothing fails" mute
ok "in its refusals" grep -q '^not ok .* - mixed units' "$scratch/tap"

sed '/^check_tree$/s/.*/commit=none/; s/^check_kernels()/& { release=6.12.0-test; }; unused()/' \
	"$here/../report" >"$scratch/report"
chmod +x "$scratch/report"
careless() { ! "$here/stats_report.sh" "$2" "$scratch/report" >"$scratch/tap" 2>&1; }
ok "a report that does not look at its tree and kernels fails" careless "$@"
for t in "a dirty tree" "a kernel newer than the samples"; do
	ok "$t is noticed" grep -q "^not ok .* - $t" "$scratch/tap"
done
ok "what does not depend on them passes" grep -q '^ok .* - the caution' "$scratch/tap"
finish
