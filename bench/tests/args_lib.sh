# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034,SC2154
# args_lib.sh: what the tests of one driver's refusals share. Sourced, with the build
# folder as $1 of the test and the driver's name in `name`. TAP.
#
# After it: room, out, work (a folder that goes with the test), O; result, try.

room=$(cd "$(dirname "$0")/.." && pwd)
out=${1:?usage: ${0##*/} O}
work=$(mktemp -d "${TMPDIR:-/tmp}/$name-args.XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT
export O=$out
n=0
failed=0

# result STATUS TEXT: one line of TAP.
result() {
	n=$((n + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $n - $name: $2"
	else
		echo "not ok $n - $name: $2"
		failed=1
	fi
}

# try TITLE STATUS TEXT COMMAND...: exits with STATUS and one line that has TEXT.
try() {
	local title=$1 status=$2 text=$3 said rc
	shift 3
	said=$("$@" 2>&1 >/dev/null </dev/null)
	rc=$?
	[ "$rc" -eq "$status" ] && [ "$(wc -l <<<"$said")" -eq 1 ] && [[ $said == *"$text"* ]]
	result $? "$title"
}
