#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# source.sh: tests of kernel/deps.sh, and of kernel/source.sh and patches/refresh.sh
# on a kernel tree of five files: the same commit from every kind of source, faults
# named, nothing lost. Prints TAP.

# shellcheck disable=SC2317 # functions are called by name
set -u
top=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
n=0
status=0
unset TOPIC TOPICS KERNEL_SRC
export PATCHES=$work/patches GIT_CONFIG_NOSYSTEM=1

verdict() {
	n=$((n + 1))
	if [ "$1" = 0 ]; then echo "ok $n - $2"; else echo "not ok $n - $2"; status=1; fi
}

# run STATUS PATTERN TEXT COMMAND...: the command ends with STATUS, its last
# line on stderr matches, and it is one line of error.
run() {
	local want=$1 pattern=$2 text=$3 rc

	shift 3
	"$@" >"$work/out" 2>"$work/err"
	rc=$?
	[ "$rc" -eq "$want" ] && tail -n 1 "$work/err" | grep -qE -- "$pattern"
	verdict $? "$text"
	[ "$rc" -eq "$want" ] || sed 's/^/# /' "$work/err"
}

source_sh() { KERNEL_SRC=$1 "$top/kernel/source.sh" "$2"; }
base_commit() { git --git-dir="$1/kernel/linux.git" rev-parse base; }

make_tree() {
	mkdir -p "$1/arch/x86/kvm" "$1/virt/kvm"
	printf 'VERSION = 6\nPATCHLEVEL = 12\nSUBLEVEL = 1\n' >"$1/Makefile"
	seq 1 40 >"$1/arch/x86/kvm/x86.c"
	seq 1 40 >"$1/virt/kvm/kvm_main.c"
	echo '*.o' >"$1/.gitignore"
	echo kept >"$1/ignored.o"
}

# make_patch TOPIC NUMBER FILE LINE TEXT: a patch that appends TEXT to a line.
make_patch() {
	mkdir -p "$PATCHES/$1"
	rm -rf "$work/p" && cp -r "$work/tree" "$work/p"
	(cd "$work/p" && git init -q && git add -Af && git -c user.name=t -c user.email=t@t commit -qm base &&
	 sed -i "$4s/\$/ $5/" "$3" &&
	 git -c user.name=t -c user.email=t@t commit -qas -m "KVM: Change line $4" &&
	 git format-patch -q --zero-commit --no-signature --start-number "$2" -o "$PATCHES/$1" HEAD^)
}

make_tree "$work/tree"
make_patch 00-base 1 arch/x86/kvm/x86.c 10 one
make_patch 10-apf 1 virt/kvm/kvm_main.c 10 two

tar -C "$work" -cJf "$work/tree.tar.xz" --transform 's/^tree/linux-6.12.1/' tree
cp -r "$work/tree" "$work/gittree"
(cd "$work/gittree" && git init -q && git add -Af && git -c user.name=t -c user.email=t@t commit -qm x)

run 0 'patched: 2 patches' "an unpacked tree is imported and patched" source_sh "$work/tree" "$work/o1"
run 0 'patched: 2 patches' "a tarball is imported and patched" source_sh "$work/tree.tar.xz" "$work/o2"
run 0 'patched: 2 patches' "a git checkout is imported and patched" source_sh "$work/gittree" "$work/o3"
[ "$(base_commit "$work/o1")" = "$(base_commit "$work/o2")" ] &&
	[ "$(base_commit "$work/o2")" = "$(base_commit "$work/o3")" ]
verdict $? "all three give one base commit"
[ -f "$work/o1/kernel/base/src/ignored.o" ]
verdict $? "files that .gitignore names are imported too"
grep -q '10 one' "$work/o1/kernel/patched/src/arch/x86/kvm/x86.c" &&
	grep -q '10 two' "$work/o1/kernel/patched/src/virt/kvm/kvm_main.c" &&
	! grep -q 'one' "$work/o1/kernel/base/src/arch/x86/kvm/x86.c"
verdict $? "patches are in the patched tree only"

source_sh "$work/tree" "$work/o1" 2>"$work/err" && [ ! -s "$work/err" ]
verdict $? "a second run does nothing and says nothing"

f=$work/o1/kernel/patched/src/arch/x86/kvm/x86.c
touch -d @1000000000 "$f"
make_patch 10-apf 2 virt/kvm/kvm_main.c 30 three
run 0 'patched: 3 patches' "a new patch is applied" source_sh "$work/tree" "$work/o1"
[ "$(stat -c %Y "$f")" = 1000000000 ]
verdict $? "a file that did not change keeps its time"

TOPIC=10-apf run 0 '10-apf: 3 patches' "TOPIC= makes a tree of that topic" source_sh "$work/tree" "$work/o1"
TOPICS=00-base run 0 'patched: 1 patches' "TOPICS= selects" source_sh "$work/tree" "$work/o1"

echo lost >>"$work/o1/kernel/patched/src/Makefile"
run 1 'uncommitted changes' "uncommitted changes are not overwritten" source_sh "$work/tree" "$work/o1"
git -C "$work/o1/kernel/patched/src" -c user.name=t -c user.email=t@t commit -qam "KVM: Extra"
run 1 'patches-refresh first' "commits that were not exported are not overwritten" source_sh "$work/tree" "$work/o1"

sed -i 's/^ 9$/ nine/' "$PATCHES"/00-base/0001-*.patch
run 1 '00-base/0001-KVM-Change-line-10.patch does not apply: arch/x86/kvm/x86.c, hunk 1' \
	"a corrupt patch stops everything: patch, file and hunk are named" source_sh "$work/tree" "$work/o4"
truncate -s 200 "$PATCHES"/00-base/0001-*.patch
run 1 '00-base/0001-.* does not apply' "a truncated patch stops everything" source_sh "$work/tree" "$work/o5"

make_patch 00-base 1 arch/x86/kvm/x86.c 10 one
sed -i '/^@@/,$ { /^+10 one/d }' "$PATCHES"/00-base/0001-*.patch
run 1 '00-base/0001-.* does not apply: arch/x86/kvm/x86.c, hunk 1' "a patch that lacks a line is named with its hunk" \
	source_sh "$work/tree" "$work/o5"

run 2 'KERNEL_SRC: no such file' "a missing source is named" source_sh "$work/nowhere" "$work/o6"
mkdir "$work/empty"
run 2 'KERNEL_SRC: not a kernel tree' "a folder that is no kernel is refused" source_sh "$work/empty" "$work/o6"
TOPICS=77-none run 2 'TOPICS: no such topic: 77-none' "an unknown topic is refused" source_sh "$work/tree" "$work/o6"
run 2 'usage:' "no argument is a usage error" "$top/kernel/source.sh"
run 2 'FLAVOUR: no such tree' "build.sh refuses an unknown flavour" "$top/kernel/build.sh" "$work/o1" nonesuch
run 2 'VARIANT: unknown' "build.sh refuses an unknown variant" "$top/kernel/build.sh" "$work/o1" patched nonesuch
run 2 'TOPIC: not like 10-apf' "refresh.sh refuses a bad topic name" "$top/patches/refresh.sh" "$work/o1" apf

# A machine without a package and without the means to get it.
mkdir "$work/bin"
fake() { printf '#!/bin/sh\n%s\n' "$2" >"$work/bin/$1" && chmod +x "$work/bin/$1"; }
deps() { PATH=$work/bin:$PATH "$top/kernel/deps.sh" </dev/null; }
fake dpkg-query 'exit 1'
fake id 'echo 1000'
fake sudo 'exit 1'
run 4 'missing packages, and neither root nor sudo: apt-get install bc ' "deps.sh without root says what to install" deps
fake id 'echo 0'
fake apt-get 'echo "E: Unable to locate package bc"; exit 100'
run 4 'apt-get install failed: E: Unable to locate package bc' "deps.sh passes on what apt says" deps

# A full disk.
mkdir "$work/small"
if mount -t tmpfs -o size=64k tmpfs "$work/small" 2>/dev/null; then
	trap 'umount "$work/small"; rm -rf "$work"' EXIT
	PATCHES=$work/none run 1 'disk full' "a full disk stops the import" source_sh "$work/tree" "$work/small/o"
else
	n=$((n + 1))
	echo "ok $n - a full disk stops the import # SKIP cannot mount here"
fi
echo "1..$n"
exit $status
