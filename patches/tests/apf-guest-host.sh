#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# apf-guest-host.sh OUT [FLAVOUR]: the KUnit suite kvm_apf_guest on the host. TAP.
#
# apf_guest/ has a kernel made of threads, just enough for virt/lib/kvm_apf_guest.c
# and its suite. The suite must pass, the thread sanitizer must have nothing to say,
# and with each of the breaks of negative/02-apf-guest.diff a case must fail. What
# apf-guest-negative.sh does in a booted kernel in an hour, this does in seconds.
#
#   FLAVOUR  the kernel tree (patched); one without the suite is skipped

set -u -o pipefail
top=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=kernel/lib/say.sh
. "$top/kernel/lib/say.sh"

[ $# -eq 1 ] || [ $# -eq 2 ] || usage_error "usage: apf-guest-host.sh OUT [FLAVOUR]"
src=$1/kernel/${2:-patched}/src
diff=$top/patches/tests/negative/02-apf-guest.diff
[ -f "$src/virt/lib/kvm_apf_guest_test.c" ] || cannot "${2:-patched} has no suite kvm_apf_guest"
tmp=$(mktemp -d) || die "cannot make a folder"
trap 'rm -rf "$tmp"' EXIT
mkdir -p "$tmp/virt/lib" "$tmp/inc/linux"
cp "$src"/virt/lib/kvm_apf_guest{,_test}.c "$tmp/virt/lib" || die "cannot copy the sources"

# kernel.h has what the headers would, but for the table's own.
headers() {
	sed -n 's/^#include <\(.*\)>.*/\1/p' "$tmp"/virt/lib/*.c | while read -r h; do
		mkdir -p "$tmp/inc/${h%/*}" && : >"$tmp/inc/$h"
	done
	sed '/^#include/d' "$src/include/linux/kvm_apf_guest.h" >"$tmp/inc/linux/kvm_apf_guest.h" ||
		die "cannot copy the header"
}

# build NAME FLAG...: the suite as $tmp/NAME.
build() {
	headers
	gcc -std=gnu11 -D_GNU_SOURCE -O1 -g -Wall -pthread -I"$top/patches/tests/apf_guest" \
		-I"$tmp/virt/lib" -I"$tmp/inc" "${@:2}" \
		-o "$tmp/$1" "$top/patches/tests/apf_guest/main.c" >&2 || die "$1 does not build"
}

n=0 failed=0
# result OK TEXT: OK is the status of the test's condition.
result() {
	n=$((n + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $n - $2"
	else
		echo "not ok $n - $2"
		sed 's/^/# /' "$tmp/log"
		failed=$((failed + 1))
	fi
}

last=$(grep -oE 'kvm_apf_broken\([0-9]+' "$diff" | grep -oE '[0-9]+' | sort -n | tail -n 1)
build suite
build suite-tsan -fsanitize=thread
(cd "$tmp" && git apply --include='virt/lib/*' "$diff") || die "${diff#"$top"/} does not apply"
build suite-negative -DNEGATIVE
echo "TAP version 13"
echo "1..$((last + 3))"
timeout 60 "$tmp/suite" >"$tmp/log" 2>&1
result $? "the suite passes"
timeout 120 "$tmp/suite-tsan" >"$tmp/log" 2>&1
result $? "the suite passes with the thread sanitizer"
timeout 60 "$tmp/suite-negative" 0 >"$tmp/log" 2>&1
result $? "nothing broken: passes"
for way in $(seq "$last"); do
	timeout 120 "$tmp/suite-negative" "$way" >"$tmp/log" 2>&1
	[ $? -eq 1 ]
	result $? "broken in way $way: fails: $(sed -n 's/^not ok [0-9]* //p' "$tmp/log" | tr '\n' ' ')"
done
[ $failed -eq 0 ]
