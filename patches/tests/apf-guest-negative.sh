#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# apf-guest-negative.sh OUT [IMAGE]: negative control of the KUnit suite kvm_apf_guest.
#
# negative/02-apf-guest.diff gives the patched kernel a module parameter,
# kvm_apf_guest.break, that breaks the table of sleeping tasks in one way per
# number; the comments in it say how. The suite must pass with 0 and fail with
# every other number. Reports in TAP, with the names of the cases that failed.
#
#   IMAGE   a kernel with the diff that is built already; without it one is
#           built in OUT/kernel/negative-apf (a whole build)
#
# Environment: FLAVOUR, the tree to break (patched).

set -u -o pipefail
top=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=kernel/lib/say.sh
. "$top/kernel/lib/say.sh"
# shellcheck source=patches/tests/broken.sh
. "$top/patches/tests/broken.sh"

[ $# -eq 1 ] || [ $# -eq 2 ] || usage_error "usage: apf-guest-negative.sh OUT [IMAGE]"
[ -d "$1/kernel" ] || cannot "no kernel tree in $1: run make source"
out=$(cd "$1" && pwd)
diff=$top/patches/tests/negative/02-apf-guest.diff
flavour=${FLAVOUR:-patched}

image=${2:-}
[ -n "$image" ] ||
	git --git-dir="$out/kernel/linux.git" cat-file -e "$flavour:virt/lib/kvm_apf_guest_test.c" 2>/dev/null ||
	cannot "FLAVOUR: $flavour has no suite kvm_apf_guest"
[ -n "$image" ] || build_image negative-apf "$flavour"
last=$(grep -oE 'kvm_apf_broken\([0-9]+' "$diff" | grep -oE '[0-9]+' | sort -n | tail -n 1)
tmp=$(mktemp -d "$out/negative.XXXXXX") || die "cannot create a folder in $out (disk full?)"
trap 'rm -rf "$tmp"' EXIT
cat >"$tmp/loop" <<'END'
for n in $(seq 0 "$1"); do
	echo "$n" >/sys/module/kvm_apf_guest/parameters/break || exit 99
	sh /kunit.sh kvm_apf_guest >/tmp/log 2>&1
	echo "$n $? $(sed -n 's/^ *not ok [0-9]* \(test_[a-z_]*\).*/\1/p' /tmp/log | tr '\n' ' ')" | tee -a /out/results
done
END
say "running the suite $((last + 1)) times in one boot"
O=$out "$top/kernel/boot/run" qemu-svm "$image" --smp 2 --quiet \
	--append "kunit.enable=1 kunit.filter_glob=kvm_apf_guest" \
	--limit-wall "${LIMIT:-1800}" --limit-emulated "${LIMIT:-1800}" \
	--add "$top/patches/tests/kunit.sh:/kunit.sh" --add "$tmp/loop:/loop" --out "$tmp/out" \
	-- sh /loop "$last" >&2 || die "the boot failed with status $?"

echo "TAP version 13"
echo "1..$((last + 1))"
failed=0
while read -r n status cases; do
	if [ "$n" -eq 0 ] && [ "$status" -eq 0 ]; then
		echo "ok 1 - nothing broken: passes"
	elif [ "$n" -gt 0 ] && [ "$status" -ne 0 ] && [ -n "$cases" ]; then
		echo "ok $((n + 1)) - broken in way $n: fails: $cases"
	else
		echo "not ok $((n + 1)) - way $n: status $status $cases"
		failed=$((failed + 1))
	fi
done <"$tmp/out/results"
[ "$(wc -l <"$tmp/out/results")" -eq $((last + 1)) ] || die "the loop ended early"
[ $failed -eq 0 ] || die "$failed of $last ways to break the table go unnoticed"
