# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034
# tap.sh: TAP for the tests of this room. Sourced by them.
#
# A test calls `check NAME CONDITION...` for each claim; the plan is printed at
# the end by `tap_end`, whose status is that of the test.

here=$(cd "$(dirname "$0")" && pwd)
boot=$(cd "$here/.." && pwd)
top=$(cd "$boot/../.." && pwd)
export O=${O:-$top/build}
tmp=$(mktemp -d "${TMPDIR:-/tmp}/boot-test.XXXXXX") || exit 1
trap 'rm -rf "$tmp"' EXIT
tap_n=0 tap_failed=0
echo "TAP version 13"

# ok NAME, bad NAME [WHY], skip NAME WHY: one result.
ok() { tap_n=$((tap_n + 1)); echo "ok $tap_n $1"; }
bad() {
	tap_n=$((tap_n + 1)); tap_failed=1
	echo "not ok $tap_n $1${2:+ # $2}"
	[ ! -s "$tmp/out" ] || sed 's/^/# stdout: /' "$tmp/out" | tail -n 20
	[ ! -s "$tmp/err" ] || sed 's/^/# stderr: /' "$tmp/err" | tail -n 20
}
skip() { tap_n=$((tap_n + 1)); echo "ok $tap_n $1 # SKIP $2"; }

# check NAME COMMAND...: a claim that holds when COMMAND succeeds.
check() {
	local name=$1

	shift
	if "$@"; then ok "$name"; else bad "$name" "$*"; fi
}

# try ARG...: call run, leaving rc, $tmp/out and $tmp/err.
try() {
	: >"$tmp/out"
	"$boot/run" "$@" >"$tmp/out" 2>"$tmp/err" </dev/null
	rc=$?
}

# refused STATUS TEXT NAME ARG...: run must end with STATUS and say TEXT in the
# last line of stderr.
refused() {
	local status=$1 text=$2 name=$3

	shift 3
	try "$@"
	if [ "$rc" -ne "$status" ]; then
		bad "$name" "status $rc, not $status"
	elif ! tail -n 1 "$tmp/err" | grep -qF -- "$text"; then
		bad "$name" "stderr does not end with: $text"
	else
		ok "$name"
	fi
}

tap_end() { echo "1..$tap_n"; exit "$tap_failed"; }
