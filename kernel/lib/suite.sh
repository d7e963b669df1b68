# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034,SC2030,SC2031
# Running many TAP producers and adding up what they say. Sourced, never run.
#
# Environment: SUITE_LIMIT, SUITES_LIMIT (seconds), RESUME_KEY (see below), V.
#
# A suite is a command that prints TAP or KTAP; only its outermost lines count.
# Its output goes to LOGDIR/<name>.tap; failures, skips and lines "# sample: ..."
# (what part of a larger test was run) and "# note: ..." are shown, and the sums stay
# in the variables passed, failed and skipped.

passed=0
failed=0
skipped=0
failures=()

# Wall seconds that one suite may take, and all of them; over it, the running one is
# ended and has failed, and those behind it fail without being started.
suite_limit=${SUITE_LIMIT:-1500}
suites_limit=${SUITES_LIMIT:-4500}

# limited LOG COMMAND...: run it, a shell function or a program, for no longer than
# suite_limit, in a process group of its own, so that nothing of it survives.
# Returns its status, 124 when it was ended.
limited() {
	local log=$1 pid clock first rc limit=$((suites_limit - SECONDS))

	shift
	((limit < suite_limit)) || limit=$suite_limit
	if ((limit <= 0)); then
		printf 'not run: %d s are over\n' "$suites_limit" >"$log.err"
		: >"$log"
		return 124
	fi
	set -m
	if [ "${V:-0}" = 1 ]; then
		"$@" </dev/null 2>"$log.err" > >(tee "$log") &
	else
		"$@" </dev/null 2>"$log.err" >"$log" &
	fi
	pid=$!
	sleep "$limit" >/dev/null 2>&1 &
	clock=$!
	set +m
	trap 'kill -- -"$pid" -"$clock" 2>/dev/null; exit 130' INT TERM
	wait -n -p first "$pid" "$clock"
	rc=$?
	if [ "$first" = "$clock" ]; then
		rc=124
		printf 'still running after %d s, ended\n' "$limit" >>"$log.err"
		kill -- -"$pid" 2>/dev/null
		sleep 3
		kill -9 -- -"$pid" 2>/dev/null
	else
		kill -- -"$clock" 2>/dev/null
	fi
	wait "$pid" "$clock" 2>/dev/null
	trap - INT TERM
	return "$rc"
}

# With a RESUME_KEY, a suite that passed under the same key is not run again.
resume_file() { echo "$LOGDIR/passed/$RESUME_KEY-${1//[ \/:]/-}"; }

# suite NAME COMMAND...: run one suite. It also fails when it ends non-zero
# without a "not ok" line, or succeeds without having run a test.
suite() {
	local name=$1 log=$LOGDIR/${1//[ \/:]/-}.tap rc ok bad skip t0=$SECONDS

	shift
	if [ -n "${RESUME_KEY:-}" ] && read -r ok skip 2>/dev/null <"$(resume_file "$name")"; then
		passed=$((passed + ok))
		skipped=$((skipped + skip))
		printf '%-34s %4d passed   0 failed %3d skipped  before\n' "$name" "$ok" "$skip"
		return
	fi
	say "suite $name"
	limited "$log" "$@"
	rc=$?
	skip=$(grep -cE '^ok .*# SKIP' "$log")
	ok=$(($(grep -cE '^ok ' "$log") - skip))
	bad=$(grep -cE '^not ok ' "$log")
	if [ "$rc" -eq 4 ] && [ "$((ok + bad + skip))" -eq 0 ]; then
		skip=1
		printf '  SKIP %s: %s\n' "$name" "$(tail -n 1 "$log.err")"
	elif [ "$rc" -eq 124 ] || { [ "$rc" -ne 0 ] && [ "$bad" -eq 0 ]; }; then
		bad=$((bad + 1))
		printf '  FAIL %s: exit status %d: %s\n' "$name" "$rc" "$(tail -n 1 "$log.err")"
	elif [ "$((ok + bad + skip))" -eq 0 ]; then
		bad=1
		printf '  FAIL %s: ran no test\n' "$name"
	fi
	grep -E '^(not ok |# (sample|note): )' "$log" | sed 's/^/  /'
	if [ "$bad" -ne 0 ]; then
		failures+=("$name (log: $log)")
	elif [ -n "${RESUME_KEY:-}" ] && [ "$ok" -ne 0 ]; then
		mkdir -p "$LOGDIR/passed" && echo "$ok $skip" >"$(resume_file "$name")"
	fi
	passed=$((passed + ok))
	failed=$((failed + bad))
	skipped=$((skipped + skip))
	printf '%-34s %4d passed %3d failed %3d skipped %5d s\n' "$name" "$ok" "$bad" "$skip" "$((SECONDS - t0))" |
		tee -a "$LOGDIR/times"
}

# lane NAME FUNCTION...: run the suites of these functions beside other lanes.
# suite_join: wait for all lanes and add up what they found.
lanes=()
lane() {
	local sums=$LOGDIR/lane-$1

	shift
	rm -f "$sums"
	(
		passed=0 failed=0 skipped=0 failures=()
		for f; do "$f"; done
		printf '%d %d %d\n' "$passed" "$failed" "$skipped" >"$sums"
		[ ${#failures[@]} -eq 0 ] || printf '%s\n' "${failures[@]}" >>"$sums"
	) &
	lanes+=("$! $sums")
}

suite_join() {
	local l sums ok bad skip more

	trap 'kill "${lanes[@]%% *}" 2>/dev/null; wait; exit 130' INT TERM
	for l in "${lanes[@]}"; do
		wait "${l%% *}"
		sums=${l#* }
		if ! read -r ok bad skip 2>/dev/null <"$sums"; then
			ok=0 bad=1 skip=0
			failures+=("${sums##*/} did not end")
		fi
		passed=$((passed + ok)) failed=$((failed + bad)) skipped=$((skipped + skip))
		mapfile -t more < <(sed 1d "$sums" 2>/dev/null)
		failures+=("${more[@]}")
	done
	lanes=()
	trap - INT TERM
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
