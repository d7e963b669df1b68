# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034
# Running many TAP producers and adding up what they say. Sourced, never run.
#
# A suite is a command that prints TAP or KTAP; only its outermost lines count.
# Its output goes to LOGDIR/<name>.tap; failures and skips are shown, and the
# sums stay in the variables passed, failed and skipped.

passed=0
failed=0
skipped=0
failures=()

# suite NAME COMMAND...: run one suite. It also fails when it ends non-zero
# without a "not ok" line, or succeeds without having run a test.
suite() {
	local name=$1 log=$LOGDIR/${1//[ \/:]/-}.tap rc ok bad skip t0=$SECONDS

	shift
	say "suite $name"
	if [ "${V:-0}" = 1 ]; then
		"$@" </dev/null 2>"$log.err" | tee "$log"
	else
		"$@" </dev/null 2>"$log.err" >"$log"
	fi
	rc=$?
	skip=$(grep -cE '^ok .*# SKIP' "$log")
	ok=$(($(grep -cE '^ok ' "$log") - skip))
	bad=$(grep -cE '^not ok ' "$log")
	if [ "$rc" -eq 4 ] && [ "$((ok + bad + skip))" -eq 0 ]; then
		skip=1
		printf '  SKIP %s: %s\n' "$name" "$(tail -n 1 "$log.err")"
	elif [ "$rc" -ne 0 ] && [ "$bad" -eq 0 ]; then
		bad=1
		printf '  FAIL %s: exit status %d: %s\n' "$name" "$rc" "$(tail -n 1 "$log.err")"
	elif [ "$((ok + bad + skip))" -eq 0 ]; then
		bad=1
		printf '  FAIL %s: ran no test\n' "$name"
	fi
	grep -E '^not ok ' "$log" | sed 's/^/  /'
	[ "$bad" -eq 0 ] || failures+=("$name (log: $log)")
	passed=$((passed + ok))
	failed=$((failed + bad))
	skipped=$((skipped + skip))
	printf '%-34s %4d passed %3d failed %3d skipped %5d s\n' "$name" "$ok" "$bad" "$skip" "$((SECONDS - t0))"
}

# suite_totals: the closing lines; returns 1 when anything failed.
suite_totals() {
	local f

	for f in "${failures[@]}"; do
		printf 'failed: %s\n' "$f"
	done
	printf '%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
	[ "$failed" -eq 0 ]
}
