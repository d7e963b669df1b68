#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# apf-l1-negative.sh OUT [IMAGE]: negative control of the tests apf.l1_* of
# tools/tests/tests.cfg.
#
# negative/04-apf-guest-cpu.diff gives the patched kernel a parameter,
# kvmapf-break, that breaks in one way per number what a CPU does that goes; the
# comments in it say how, the list below which test has to notice. That kernel is
# only the guest's guest. Each test must fail with the number and for the reason
# given, and pass with 0. KTAP.
#
#   IMAGE   a kernel with the diff that is built already; without it one is
#           built in OUT/kernel/negative-apf-l1 (minutes with ccache)
#
# Needs the tools and the VMM (make tools bench).

set -u -o pipefail
top=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=kernel/lib/say.sh
. "$top/kernel/lib/say.sh"
# shellcheck source=patches/tests/broken.sh
. "$top/patches/tests/broken.sh"

[ $# -eq 1 ] || [ $# -eq 2 ] || usage_error "usage: apf-l1-negative.sh OUT [IMAGE]"
[ -d "$1/kernel" ] || cannot "no kernel tree in $1: run make source"
out=$(cd "$1" && pwd)
diff=$top/patches/tests/negative/04-apf-guest-cpu.diff

# What runs in the guest: TEST NUMBER REASON.
write_guest_script() {
	cat <<'END'
export VMM_LIMIT=150
/tests/apf_l1.sh "$1" "$2" >/tmp/log 2>&1
status=$?
cat /tmp/log
if [ "$2" = 0 ]; then exit $status; fi
[ "$status" = 1 ] && grep -q "$3" /tmp/log
END
}

# test_of NAME NUMBER REASON
test_of() {
	printf '[%s.%s]\ncommand = sh /control %s %s "%s"\n\n' "$1" "$2" "$1" "$2" "$3"
}

# tests.cfg's common part, then the list: TEST, NUMBER and why it fails.
write_tests() {
	local add=() f

	add=("$tmp/control:/control" "$image:/bzImage" "$out/bench/vmm:/tools/vmm")
	for f in kvmapflat bpftool; do add+=("$out/tools/$f:/tools/$f"); done
	for f in apftouch apfkexec apfcheck; do add+=("$out/tools/tests/$f:/tools/$f"); done
	for f in apf_l1.sh apf_l1_init.sh guest_lib.sh; do add+=("$top/tools/tests/$f:/tests/$f"); done
	printf '[default]\nmem = 1024\nmode = race\ntimeout_emulated = 600\ntimeout_wall = 900\n'
	printf 'append = tsc_early_khz=1000000 tsc=reliable\n'
	printf 'add = %s\n' "${add[@]}"
	echo
	test_of hotplug 0 ''
	test_of hotplug 1 'the guest did not end well'
	test_of kexec 0 ''
	test_of kexec 2 'ended with status 43'
}

image=${2:-}
[ -n "$image" ] || build_image negative-apf-l1
tmp=$(mktemp -d "$out/negative.XXXXXX") || die "cannot create a folder in $out (disk full?)"
trap 'rm -rf "$tmp"' EXIT
write_guest_script >"$tmp/control"
write_tests >"$tmp/tests.cfg"
O=$out "$top/kernel/boot/run" qemu-svm patched --quiet --filter "${FILTER:-.}" --tests "$tmp/tests.cfg"
