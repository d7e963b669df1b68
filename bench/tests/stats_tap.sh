# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# TAP for the shell tests of statistics and reports. Sourced, never run.
# The caller sets scratch, a folder of its own.

tap_count=0
tap_failed=0

# ok NAME COMMAND...: passes if the command succeeds.
ok() {
	local name=$1 output
	shift
	tap_count=$((tap_count + 1))
	if output=$("$@" 2>&1); then
		printf 'ok %d - %s\n' "$tap_count" "$name"
	else
		printf 'not ok %d - %s\n' "$tap_count" "$name"
		printf '%s\n' "$output" | sed 's/^/# /'
		tap_failed=$((tap_failed + 1))
	fi
}

# skip NAME REASON
skip() {
	tap_count=$((tap_count + 1))
	printf 'ok %d - %s # SKIP %s\n' "$tap_count" "$1" "$2"
}

# finish: the plan; exit status 1 if anything failed.
finish() {
	printf '1..%d\n' "$tap_count"
	[ "$tap_failed" -eq 0 ] || exit 1
	exit 0
}

# fails_with STATUS TEXT COMMAND...: the command exits with STATUS, prints
# nothing on standard output and one line on standard error first, which is TEXT.
fails_with() {
	local status=$1 text=$2 got out
	shift 2
	out=$("$@" 2>"${scratch:?}/stderr")
	got=$?
	[ "$got" -eq "$status" ] || { echo "status $got, not $status"; return 1; }
	[ -z "$out" ] || { echo "standard output: $out"; return 1; }
	[ "$(head -n 1 "$scratch/stderr")" = "$text" ] || {
		echo "said: $(cat "$scratch/stderr")"
		echo "not:  $text"
		return 1
	}
}
