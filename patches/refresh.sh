#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# refresh.sh OUT [TOPIC]: export the commits of a kernel work tree into
# patches/TOPIC. The only way in which a patch file comes into being.
#
# TOPIC 00-base (the default) comes from OUT/kernel/00-base/src if that tree
# exists, else from OUT/kernel/patched/src; another topic from its own tree
# (make source TOPIC=10-apf), 90-combined from OUT/kernel/patched/src. What
# lies below the topic must be what patches/ holds: a topic is never exported
# with another topic's changes in its context.

set -u -o pipefail
top=$(cd "$(dirname "$0")/.." && pwd)
# shellcheck source=kernel/lib/say.sh
. "$top/kernel/lib/say.sh"

[ $# -eq 1 ] || [ $# -eq 2 ] || usage_error "usage: refresh.sh OUT [TOPIC]"
out=$(cd "$1/kernel" 2>/dev/null && pwd) || usage_error "no kernel tree in $1: run make source"
topic=${2:-00-base}
[[ $topic =~ ^[0-9][0-9]-[a-z0-9]+$ ]] || usage_error "TOPIC: not like 10-apf: $topic"

case $topic in
00-base)     below=() ;;
90-combined) mapfile -t below < <(cd "$top/patches" && printf '%s\n' [0-8]*/) ;;
*)	     below=(00-base) ;;
esac
tree=$out/$topic/src
if [ ! -d "$tree" ] && { [ "$topic" = 00-base ] || [ "$topic" = 90-combined ]; }; then
	tree=$out/patched/src
fi
[ -d "$tree" ] || usage_error "TOPIC: no tree $tree: make source TOPIC=$topic"

g() { git -C "$tree" "$@"; }
# Neither the user's git configuration nor the size of the repository, which
# decides how git shortens hashes, may show in a patch.
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null
export_to() { g -c core.abbrev=12 format-patch -q --zero-commit --no-signature --base="$base" -N -o "$1" "$2"; }

base=$(g rev-parse base) || die "no branch base in $tree"
[ -z "$(g status --porcelain -uno)" ] || die "$tree has uncommitted changes"
mapfile -t commits < <(g rev-list --reverse base..HEAD)
old=()
for t in "${below[@]}"; do
	mapfile -t -O "${#old[@]}" old < <(find "$top/patches/${t%/}" -name '[0-9]*.patch' | LC_ALL=C sort)
done
[ ${#commits[@]} -ge ${#old[@]} ] || die "$tree lacks commits of ${below[*]}: run make source"
for i in "${!old[@]}"; do
	[ "$(g show "${commits[$i]}" | git patch-id --stable | cut -d' ' -f1)" = \
	  "$(git patch-id --stable <"${old[$i]}" | cut -d' ' -f1)" ] ||
		die "${old[$i]#"$top"/} differs from its commit in $tree: change it in its own topic's tree"
done
start=$base
[ ${#old[@]} -eq 0 ] || start=${commits[${#old[@]} - 1]}

# In 00-base's fallback tree every commit must be of 00-base.
if [ "$topic" = 00-base ] && [ "$tree" = "$out/patched/src" ] &&
   compgen -G "$top/patches/[1-9]*/*.patch" >/dev/null; then
	die "patched/src holds all topics: make source TOPIC=00-base and commit there"
fi

new=$(mktemp -d "$out/refresh.XXXXXX") || die "cannot create a folder in $out (disk full?)"
trap 'rm -rf "$new"' EXIT
export_to "$new" "$start..HEAD" || die "git format-patch failed in $tree"
mkdir -p "$top/patches/$topic" || die "cannot create patches/$topic"
find "$top/patches/$topic" -maxdepth 1 -name '[0-9]*.patch' -delete
find "$new" -name '[0-9]*.patch' -exec mv -t "$top/patches/$topic" {} + || die "cannot write patches/$topic"
# The tree is what patches/ says now: source.sh takes it from here.
all=()
for t in "${below[@]}" "$topic"; do
	mapfile -t -O "${#all[@]}" all < <(find "$top/patches/${t%/}" -name '[0-9]*.patch' | LC_ALL=C sort)
done
printf '%s %s\n%s\n' "$base" "$(cat /dev/null "${all[@]}" | sha256sum | cut -c1-64)" \
	"$(g rev-parse HEAD)" >"${tree%/src}/applied"
say "patches/$topic: $(find "$top/patches/$topic" -name '[0-9]*.patch' | wc -l) patches from $tree"
