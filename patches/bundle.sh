#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# bundle.sh OUT [--thin]: write patches/ as a git bundle, OUT/patches.bundle.
#
# Branches: base (the imported kernel), one per topic (00-base below it), and
# all. Commit hashes are the same for everyone who has the same base.
#
#   --thin   leave the base out, which is nearly all of its size; only for those
#            who have the base commit, e.g. from make source

set -u -o pipefail
top=$(cd "$(dirname "$0")/.." && pwd)
# shellcheck source=kernel/lib/say.sh
. "$top/kernel/lib/say.sh"
# shellcheck source=kernel/lib/hunk.sh
. "$top/kernel/lib/hunk.sh"
# shellcheck source=patches/check-apply.sh
. "$top/patches/check-apply.sh"

[ $# -eq 1 ] || { [ $# -eq 2 ] && [ "$2" = --thin ]; } || usage_error "usage: bundle.sh OUT [--thin]"
[ -d "$1/kernel/linux.git" ] || cannot "no kernel repository in $1: run make source"
out=$(cd "$1" && pwd)
thin=${2:-}
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null
export GIT_COMMITTER_NAME=lab GIT_COMMITTER_EMAIL=lab@localhost
dir=$top/patches work=$out/patches-check base=$out/kernel/base/src
mkdir -p "$work" || die "cannot create $work (disk full?)"
lock "$work/.lock"
tmp=$(mktemp -d "$work/tmp.XXXXXX") || die "cannot create a folder in $work (disk full?)"
trap 'rm -rf "$tmp"' EXIT

# branch NAME TOPIC...: the base with these topics.
branch() {
	local name=$1 why

	shift
	why=$(apply_on_base 3way "$@") || die "$why"
	repo_git branch -q -f "$name" HEAD || die "cannot create branch $name"
	branches+=("$name")
}

mapfile -t topics < <(cd "$dir" && printf '%s\n' [0-9][0-9]-*/ | sed 's,/$,,')
prepare_repo
branches=()
for t in "${topics[@]}"; do
	case $t in
	00-base)     branch "$t" "$t" ;;
	90-combined) ;;
	*)	     branch "$t" 00-base "$t" ;;
	esac
done
branch all "${topics[@]}"
say "writing ${branches[*]}${thin:+ without the base}"
if [ -n "$thin" ]; then
	repo_git bundle create -q "$tmp/bundle" "${branches[@]}" ^base
else
	repo_git bundle create -q "$tmp/bundle" base "${branches[@]}"
fi || die "git bundle failed (disk full?)"
repo_git bundle verify -q "$tmp/bundle" || die "git bundle verify failed"
mv "$tmp/bundle" "$out/patches.bundle" || die "cannot write $out/patches.bundle"
say "$out/patches.bundle: $(stat -c %s "$out/patches.bundle") bytes; git clone -b all patches.bundle linux"
