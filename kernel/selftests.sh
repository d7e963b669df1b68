#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# selftests.sh OUT FLAVOUR: build the tree's own KVM selftests.
#
# Each kernel is tested with the selftests of its own tree; what both trees
# have must give equal results. Leaves OUT/kernel/FLAVOUR/selftests/bin/ with
# one stripped program per test (linked dynamically: a tenth of the size) and
# the list of their names in ../list.

set -u -o pipefail
top=$(cd "$(dirname "$0")/.." && pwd)
# shellcheck source=kernel/lib/say.sh
. "$top/kernel/lib/say.sh"

[ $# -eq 2 ] || usage_error "usage: selftests.sh OUT FLAVOUR"
out=$(cd "$1/kernel" 2>/dev/null && pwd) || usage_error "no kernel tree in $1: run make source"
src=$out/$2/src
[ -f "$src/Makefile" ] || usage_error "FLAVOUR: no such tree: $src"
dir=$out/$2/selftests
kvm=$src/tools/testing/selftests/kvm
mkdir -p "$dir/bin" || die "cannot create $dir"

# The tests depend on their own folder, the selftest harness and the headers.
stamp=$(cd "$src" && git rev-parse HEAD:tools/testing/selftests/kvm \
	HEAD:tools/testing/selftests/lib.mk HEAD:include/uapi HEAD:arch/x86/include/uapi \
	HEAD:tools/include HEAD:tools/arch/x86/include 2>&1 | sha256sum)
[ "$(cat "$dir/stamp" 2>/dev/null)" = "$stamp" ] && exit 0

say "building the KVM selftests of $2"
cc=gcc
command -v ccache >/dev/null && cc="ccache gcc"
export CCACHE_BASEDIR=$out/$2 CCACHE_NOHASHDIR=1
make -s -C "$src" O="$dir/headers" headers >"$dir/build.log" 2>&1 &&
make -C "$kvm" ARCH=x86_64 CC="$cc" OUTPUT="$dir/obj" \
	KHDR_INCLUDES="-isystem $dir/headers/usr/include" -j"${JOBS:-$(nproc)}" -k \
	>>"$dir/build.log" 2>&1 ||
	die "selftests of $2 failed to build: $(grep -m1 'error:' "$dir/build.log"), see $dir/build.log"
rm -f "$dir"/bin/*
find "$dir/obj" -type f -perm /100 ! -name '*.o' ! -name '*.sh' | while read -r f; do
	strip -p -o "$dir/bin/$(basename "$f")" "$f" || exit 1
done || die "cannot strip the selftests"
(cd "$dir/bin" && ls) >"$dir/list"
echo "$stamp" >"$dir/stamp"
say "selftests of $2: $(wc -l <"$dir/list") programs"
