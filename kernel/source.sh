#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# source.sh OUT: import the base kernel into git and apply patches/ to it.
#
# Leaves two work trees of one repository under OUT/kernel:
#   base/src     the imported tree, branch "base"
#   patched/src  the same with patches/ applied by git am, branch "patched";
#                kernel code is edited here, as commits (make patches-refresh)
# What is in neither (commits not exported, uncommitted changes) is never
# overwritten: the script refuses. The import has fixed names and dates, so that
# one source tree gives one base commit everywhere. Environment:
#   PATCHES     folder with the topic folders (default: patches/)
#   KERNEL_SRC  a git checkout, an unpacked tree or a tarball
#               (default: Debian's linux-source-6.12 package)
#   TOPICS      topic folders of patches/ to apply (default: all)
#   TOPIC       one topic: a tree OUT/kernel/TOPIC/src of 00-base and TOPIC
#               alone, where that topic is edited

set -u -o pipefail
top=$(cd "$(dirname "$0")/.." && pwd)
# shellcheck source=kernel/lib/say.sh
. "$top/kernel/lib/say.sh"
# shellcheck source=kernel/lib/hunk.sh
. "$top/kernel/lib/hunk.sh"
# shellcheck source=kernel/BASE
. "$top/kernel/BASE"

[ $# -eq 1 ] || usage_error "usage: source.sh OUT"
mkdir -p "$1/kernel" || die "cannot create $1/kernel"
out=$(cd "$1/kernel" && pwd)
patches_dir=${PATCHES:-$top/patches}
flavour=patched
if [ -n "${TOPIC:-}" ]; then
	[[ $TOPIC =~ ^[0-9][0-9]-[a-z0-9]+$ ]] || usage_error "TOPIC: not like 10-apf: $TOPIC"
	flavour=$TOPIC
	TOPICS="00-base $TOPIC"
	[ "$TOPIC" != 00-base ] || TOPICS=00-base
	mkdir -p "$patches_dir/$TOPIC"
fi
git_dir=$out/linux.git
base=$out/base/src
tree=$out/$flavour/src

export GIT_AUTHOR_NAME=lab GIT_AUTHOR_EMAIL=lab@localhost
export GIT_COMMITTER_NAME=lab GIT_COMMITTER_EMAIL=lab@localhost
export GIT_AUTHOR_DATE='2024-11-17T00:00:00Z'
export GIT_COMMITTER_DATE=$GIT_AUTHOR_DATE
export GIT_CONFIG_GLOBAL=/dev/null

g() { git -C "$tree" -c gc.auto=0 -c advice.detachedHead=false "$@"; }

# Where the source comes from, and a word that changes when it does.
find_source() {
	src=${KERNEL_SRC:-/usr/src/linux-source-$LINE.tar.xz}
	[ -e "$src" ] || {
		[ -n "${KERNEL_SRC:-}" ] && usage_error "KERNEL_SRC: no such file or directory: $src"
		cannot "no $src: install linux-source-$LINE (make deps) or set KERNEL_SRC"
	}
	if [ -f "$src" ]; then
		sum=$(sha256sum "$src") || die "cannot read $src"
		identity="tarball ${sum%% *}"
	elif git -C "$src" rev-parse -q --verify HEAD >/dev/null 2>&1 &&
	     [ -e "$src/.git" ]; then
		identity="git $(git -C "$src" rev-parse HEAD)"
	else
		[ -f "$src/Makefile" ] || usage_error "KERNEL_SRC: not a kernel tree: $src"
		# A plain tree has no version word of its own: names, sizes and
		# times of its files stand in for one.
		identity="tree $(cd "$src" && find . -type f -printf '%P %s %T@\n' |
			LC_ALL=C sort | sha256sum)"
		identity=${identity%% *-}
	fi
}

unpack() {
	mkdir -p "$base" || die "cannot create $base"
	case $identity in
	tarball*) tar -C "$base" --strip-components=1 -xf "$src" ;;
	git*)	  git -C "$src" archive --format=tar HEAD | tar -C "$base" -xf - ;;
	tree*)	  tar -C "$src" --exclude=./.git -cf - . | tar -C "$base" -xf - ;;
	esac || die "cannot unpack $src into $base (disk full?)"
	[ -f "$base/Makefile" ] && [ -d "$base/arch/x86/kvm" ] ||
		usage_error "KERNEL_SRC: no Linux kernel in $src"
	rm -rf "${base:?}/debian"
}

kernel_version() {
	sed -n 's/^\(VERSION\|PATCHLEVEL\|SUBLEVEL\) = //p' "$base/Makefile" |
		paste -sd.
}

# refuse_unexported TREE...: stop if a tree holds work that patches/ lacks.
refuse_unexported() {
	local b head

	for b in "$@"; do
		[ -f "$b" ] || continue
		head=$(git -C "${b%/applied}/src" rev-parse HEAD 2>/dev/null) || continue
		[ "$head" = "$(sed -n 2p "$b")" ] || die \
"${b%/applied}/src has commits that patches/ does not: make patches-refresh first"
		[ -z "$(git -C "${b%/applied}/src" status --porcelain -uno)" ] || die \
"${b%/applied}/src has uncommitted changes: commit them and make patches-refresh"
	done
}

import_base() {
	[ "$(cat "$out/base/identity" 2>/dev/null)" = "$identity" ] && return
	refuse_unexported "$out"/*/applied
	say "importing $src (about a minute)"
	rm -rf "$git_dir" "$out/base" "$out"/*/src "$out"/*/applied
	unpack
	git init -q --bare -b base "$git_dir" || die "git init failed in $out (disk full?)"
	# build.sh builds in src/.obj*.
	echo '/.obj*' >"$git_dir/info/exclude"
	# The first commit of a user would start packing 90000 objects.
	git --git-dir="$git_dir" config gc.auto 0
	git --git-dir="$git_dir" config core.bare false
	printf 'gitdir: %s\n' "$git_dir" >"$base/.git"
	git --git-dir="$git_dir" config core.worktree "$base"
	# No attributes, ignore rules or line-ending filters of the tree or the
	# user: the commit must depend on the content alone.
	git -C "$base" -c core.autocrlf=false add -A -f &&
	git -C "$base" commit -q -m "Linux $(kernel_version)" ||
		die "cannot import $src into git (disk full?)"
	git --git-dir="$git_dir" config --unset core.worktree
	git --git-dir="$git_dir" config core.bare true
	# From here on base/src is an ordinary linked work tree.
	rm "$base/.git"
	git --git-dir="$git_dir" worktree add -q --no-checkout --detach "$base.new" base &&
	mv "$base.new/.git" "$base/.git" && rmdir "$base.new" &&
	git --git-dir="$git_dir" worktree repair "$base" >/dev/null 2>&1 &&
	git -C "$base" reset -q base || die "cannot set up $base"
	echo "$identity" >"$out/base/identity"
	[ "$(kernel_version)" = "$VERSION" ] ||
		say "note: base is $(kernel_version), published results used $VERSION"
	say "base: Linux $(kernel_version), commit $(git -C "$base" rev-parse --short=12 HEAD)"
}

list_patches() {
	local t

	for t in ${TOPICS:-$(cd "$patches_dir" && ls -d [0-9]*/ 2>/dev/null)}; do
		t=${t%/}
		[ -d "$patches_dir/$t" ] || usage_error "TOPICS: no such topic: $t"
		find "$patches_dir/$t" -name '[0-9]*.patch' | LC_ALL=C sort
	done
}

# git am has stopped: name the patch, the file and the hunk.
explain_am_failure() {
	local raw

	raw=$(g rev-parse --git-path rebase-apply)/patch
	patch=$(g am --show-current-patch=raw 2>/dev/null | sed -n 's/^Subject: //p' | head -n 1)
	where=$(hunk_failed "$raw" "$(g apply --check "$raw" 2>&1)")
	number=$(cat "$(g rev-parse --git-path rebase-apply)/next" 2>/dev/null)
	file=$(printf '%s\n' "$patches" | sed -n "${number:-1}p")
	g am --abort >/dev/null 2>&1
	die "${file#"${patches_dir%/*}"/} does not apply: ${where:-$patch} (is the patch complete?)"
}

apply_patches() {
	local want old f mtimes

	patches=$(list_patches) || exit $?
	# shellcheck disable=SC2086
	want="$(git -C "$base" rev-parse HEAD) $(cat /dev/null $patches | sha256sum | cut -c1-64)"
	[ "$(sed -n 1p "$out/$flavour/applied" 2>/dev/null)" = "$want" ] && return
	refuse_unexported "$out/$flavour/applied"
	if [ ! -e "$tree/.git" ]; then
		say "checking out $flavour/src"
		rm -rf "$tree"
		git --git-dir="$git_dir" worktree prune
		git --git-dir="$git_dir" worktree add -q -f -B "$flavour" "$tree" base ||
			die "cannot check out $tree"
	fi
	old=$(g rev-parse HEAD)
	mtimes=$(cd "$tree" && g diff --name-only base "$old" |
		while read -r f; do [ -f "$f" ] && stat -c '%Y %n' "$f"; done)
	rm -f "$out/$flavour/applied"
	g am --abort >/dev/null 2>&1
	g reset -q --hard base || die "cannot reset $tree"
	if [ -n "$patches" ]; then
		say "applying $(printf '%s\n' "$patches" | wc -l) patches to $flavour"
		# shellcheck disable=SC2086
		(unset GIT_AUTHOR_NAME GIT_AUTHOR_EMAIL GIT_AUTHOR_DATE GIT_COMMITTER_DATE
		 g am -q -3 --committer-date-is-author-date $patches >"$out/$flavour/am.log" 2>&1) ||
			explain_am_failure
	fi
	# A file that ends up as it was keeps its time: only real changes are
	# compiled again.
	printf '%s\n' "$mtimes" | while read -r t f; do
		[ -n "$f" ] && g diff --quiet "$old" HEAD -- "$f" && touch -d "@$t" "$tree/$f"
	done
	printf '%s\n%s\n' "$want" "$(g rev-parse HEAD)" >"$out/$flavour/applied"
	say "$flavour: $(g rev-list --count base..HEAD) patches, commit $(g rev-parse --short=12 HEAD)"
}

find_source
import_base
apply_patches
