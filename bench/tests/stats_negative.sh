#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# stats_negative.sh BROKEN BENCHSTAT: negative controls of the statistics tests.
#
# BROKEN is stats_test built with -DBREAK_RANK, every quantile one rank too low.
# The known-answer tests of quantiles must notice, those of moments must not;
# and the tests of benchstat must notice a benchstat that prints nothing.

# shellcheck disable=SC2317 # functions are called through ok()

set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=bench/tests/stats_tap.sh
. "$here/stats_tap.sh"
[ $# -eq 2 ] || { echo "usage: stats_negative.sh BROKEN BENCHSTAT" >&2; exit 2; }
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT

CMOCKA_MESSAGE_OUTPUT=TAP "$1" >"$scratch/tap" 2>&1
status=$?
ok "a broken percentile rank fails the run" test "$status" -ne 0
for t in test_r_morley_summary test_handbook_percentile test_quantile_ranks; do
	ok "$t notices" grep -q "^not ok [0-9]* - $t$" "$scratch/tap"
done
for t in test_nist_michelson test_nist_mavro; do
	ok "$t, of moments, still passes" grep -q "^ok [0-9]* - $t$" "$scratch/tap"
done

printf '#!/bin/sh\nexit 0\n' >"$scratch/mute"
chmod +x "$scratch/mute"
mute() { ! "$here/stats_benchstat.sh" "$scratch/mute" >"$scratch/tap" 2>&1; }
ok "a benchstat that accepts anything and prints nothing fails" mute
ok "in all of its refusals" sh -c "! grep -q '^ok .* - mixed units' '$scratch/tap'"
finish
