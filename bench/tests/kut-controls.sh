#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kut-controls.sh ENGINE KERNEL: a made-up kvm-unit-tests build whose images pass,
# fail, hang, reset, fault and skip: each must be reported as what it is. TAP.

set -u
room=$(cd "$(dirname "$0")/.." && pwd)
top=$(cd "$room/.." && pwd)
# shellcheck source=kernel/lib/say.sh
. "$top/kernel/lib/say.sh"

[ $# -eq 2 ] || usage_error "usage: kut-controls.sh ENGINE KERNEL"
out=$(cd "${O:-$top/build}" 2>/dev/null && pwd) || die "no build folder: ${O:-$top/build}"
work=$(mktemp -d "${TMPDIR:-/tmp}/kut-controls.XXXXXX") || die "cannot make a scratch folder"
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
n=0
failed=0

result() {
	n=$((n + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $n - kut-controls: $2"
	else
		echo "not ok $n - kut-controls: $2"
		failed=1
	fi
}

# image NAME WORD RESULT [LINE...]: a section, and what must become of it.
declare -A want=()
names=()
image() {
	printf '[%s]\nfile = image.flat\n%sextra_params = -append "x %s"\n' "$1" "${4:+$4$'\n'}" "$2" \
		>>"$work/x86/unittests.cfg"
	want[$1]=$3
	names+=("$1")
}

mkdir -p "$work/x86"
cp "$out/bench/guest/multiboot.elf" "$work/x86/image.flat" || die "no image (run make -C bench)"
image passes P ok
image fails a fail
image hangs H fail "timeout = 2"
image resets R fail
image faults T fail
image skips S skip
image status-four d fail
image unchecked P skip "check = /proc/sys/kernel/ostype=Minix"
image checked P ok "check = /proc/sys/kernel/ostype=Linux"
image nodefault a skip "groups = nodefault"
KUT=$work O=$out "$room/tests/kut.sh" "$1" "$2" >"$work/said" 2>"$work/errors"
rc=$?
[ "$rc" -ne 4 ] || { tail -n 1 "$work/errors" >&2; exit 4; }
[ "$rc" -eq 1 ]
result $? "$1, $2: failures end it with 1, not $rc"
table=$out/check/kut.$1.$2.tsv
for name in "${names[@]}"; do
	got=$(awk -F'\t' -v t="$name" '$3 == t { print $4 }' "$table")
	[ "$got" = "${want[$name]}" ]
	result $? "$1, $2: an image that '$name' is '${want[$name]}', here '$got'"
done
said() { grep -q -- "$1" "$work/said"; }
said '^not ok .*resets'
result $? "a reset is a failure in KTAP"
said '^# vmm: the image reset the machine'
result $? "its cause is shown"
said '^# vmm: no end within 2 s'
result $? "the cause of a hang is shown"
said '^ok .* skips # SKIP the image skips itself'
result $? "the reason of a skip is shown"
[ "$failed" -eq 0 ] || sed 's/^/# /' "$work/said" "$work/errors"
rm -f "$table"
echo "1..$n"
exit "$failed"
