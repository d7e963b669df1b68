#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# kut-guest.sh LIMIT VCPUS MIB CHECKS IMAGE ARGS: one image of kvm-unit-tests in
# bench/vmm, inside an engine's guest (busybox sh). CHECKS are pairs PATH=VALUE that
# must hold, as its own runner has them. Exit status: 0 passed, 4 skipped (the last
# line is the reason), else failed.

for pair in $4; do
	path=${pair%%=*}
	[ -f "$path" ] || continue
	[ "$(cat "$path")" = "${pair#*=}" ] && continue
	echo "$path is not ${pair#*=}"
	exit 4
done
output=/tmp/kut.output
# The arguments are one string, the image splits them.
/vmm --limit "$1" --vcpus "$2" --mem "$3" --kind multiboot "$5" "$6" >$output 2>&1
rc=$?
cat $output
case $rc in
0) exit 0 ;;
77)
	grep -E '^(SKIP|SUMMARY)' $output | tail -n 1 | grep . || echo "the image skips itself (status 77)"
	exit 4 ;;
4) exit 104 ;;
*) exit "$rc" ;;
esac
