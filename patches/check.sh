#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# check.sh OUT [--fast] [--sample N] [--vanilla TARBALL] [--patches DIR]: check
# patches/.
#
# Reports in TAP. Every patch has the right form, applies without fuzz (its
# topic alone on 00-base, all topics together by git am -3), survives the round
# trip through git unchanged, pleases checkpatch.pl --strict, and builds with
# W=1. The markers of 00-base keep two patches of one topic apart from those of
# another. A corrupt copy of each topic must be refused (negative control).
#
#   --fast      no builds (seconds)
#   --sample    build only N patches of each topic, the last among them, always
#               the same ones; the rest of the checks see all patches
#   --vanilla   also apply everything on a vanilla 6.12.y TARBALL (default: what
#               vanilla.sh has fetched, if anything); only 00-base if that is
#               older than the base
#   --patches   check this folder instead of patches/
#
# Builds are kept in OUT/patches-check by the hash of the patches: what was
# built once is not built again. JOBS limits the compiler.
# What this is not: a boot. The selftests run with those of the tree, and
# tests/negative.sh boots a kernel in which they must fail.

set -u -o pipefail
top=$(cd "$(dirname "$0")/.." && pwd)
# shellcheck source=kernel/lib/say.sh
. "$top/kernel/lib/say.sh"
# shellcheck source=kernel/lib/hunk.sh
. "$top/kernel/lib/hunk.sh"
# shellcheck source=patches/check-apply.sh
. "$top/patches/check-apply.sh"
# shellcheck source=patches/check-build.sh
. "$top/patches/check-build.sh"

usage="usage: check.sh OUT [--fast] [--sample N] [--vanilla TARBALL] [--patches DIR]"
fast='' sample='' vanilla='' dir=$top/patches
[ $# -ge 1 ] && [ "${1#-}" = "$1" ] || usage_error "$usage"
[ -d "$1/kernel/linux.git" ] || cannot "no kernel repository in $1: run make source"
out=$(cd "$1" && pwd)
shift
while [ $# -gt 0 ]; do
	case $1 in
	--fast) fast=1; shift ;;
	--sample)
		[[ ${2:-} =~ ^[1-9][0-9]{0,3}$ ]] || usage_error "--sample: not a number from 1: ${2:-}"
		sample=$2
		shift 2 ;;
	--vanilla|--patches)
		[ $# -gt 1 ] || usage_error "$1: needs a value"
		[ -e "$2" ] || usage_error "$1: no such file or directory: $2"
		if [ "$1" = --vanilla ]; then
			vanilla=$(realpath "$2")
		else
			dir=$(realpath "$2")
		fi
		shift 2 ;;
	*) usage_error "unknown argument: $1 ($usage)" ;;
	esac
done

# Nothing of the user's git configuration may show in the result.
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null
export GIT_COMMITTER_NAME=lab GIT_COMMITTER_EMAIL=lab@localhost
export GIT_AUTHOR_NAME=lab GIT_AUTHOR_EMAIL=lab@localhost
work=$out/patches-check
base=$out/kernel/base/src
mkdir -p "$work" || die "cannot create $work (disk full?)"
lock "$work/.lock"
tmp=$(mktemp -d "$work/tmp.XXXXXX") || die "cannot create a folder in $work (disk full?)"
trap 'rm -rf "$tmp"' EXIT

nr=0 failed=0 skipped=0
# ok TEXT, not_ok TEXT WHY, skip TEXT WHY: one TAP line.
ok() { nr=$((nr + 1)); printf 'ok %d - %s\n' $nr "$1"; }
skip() { nr=$((nr + 1)); skipped=$((skipped + 1)); printf 'ok %d - %s # SKIP %s\n' $nr "$1" "$2"; }
not_ok() {
	nr=$((nr + 1)) failed=$((failed + 1))
	printf 'not ok %d - %s\n' $nr "$1"
	printf '%s: %s\n' "$prog" "$2" >&2
}
# check TEXT COMMAND...: COMMAND prints why it failed, in one line.
check() {
	local text=$1 why

	shift
	if why=$("$@"); then
		ok "$text"
	else
		not_ok "$text" "${why:-$text}"
		return 1
	fi
}

mapfile -t topics < <(cd "$dir" && printf '%s\n' [0-9][0-9]-*/ | sed 's,/$,,')
[ -d "$dir/00-base" ] || usage_error "--patches: no folder 00-base in $dir"

echo "TAP version 13"
say "patches/: ${topics[*]}"
prepare_repo
for t in "${topics[@]}"; do
	check "$t: form of every patch" check_form "$t"
	# 90-combined reconciles topics: it has no meaning without them.
	if [ "$t" = 90-combined ]; then
		below=("${topics[@]}")
		unset 'below[-1]'
	elif [ "$t" = 00-base ]; then
		below=()
	else
		below=(00-base)
	fi
	check "$t: applies alone on ${below[*]:-the base}" apply_on_base plain "${below[@]}" "$t" || continue
	check "$t: exported again, it is byte-identical" check_round_trip "$t" "${below[@]}"
	check "$t: checkpatch.pl --strict" check_style "$t"
	check "$t: a corrupt patch is refused by name, file and hunk" check_corrupt "$t" "${below[@]}"
	[ -n "$fast" ] || build_topic "$t" "${below[@]}"
done
if check "all topics: git am -3" apply_on_base 3way "${topics[@]}" && [ -z "$fast" ]; then
	[ ${#topics[@]} -eq 1 ] || build_all "${topics[@]}"
fi
check "markers: mock topics apply alone and together" check_markers
[ -n "$vanilla" ] || vanilla=$(find "$out/vanilla" -name '*.orig.tar.xz' 2>/dev/null | sort -V | tail -n 1)
if [ -n "$vanilla" ]; then
	if vanilla_is_older "$vanilla"; then
		check "vanilla ${vanilla##*/}: git am -3 of 00-base" check_vanilla "$vanilla" 00-base
		skip "vanilla ${vanilla##*/}: git am -3" "it is older than the base: stable updates have changed KVM meanwhile"
	else
		check "vanilla ${vanilla##*/}: git am -3" check_vanilla "$vanilla" "${topics[@]}"
	fi
else
	skip "vanilla kernel: git am -3" "no tarball: run patches/vanilla.sh"
fi
[ -z "$fast" ] || skip "builds" "--fast"
echo "1..$nr"
printf '# totals: pass:%d fail:%d skip:%d\n' $((nr - failed - skipped)) $failed $skipped
[ $failed -eq 0 ] || die "$failed of $nr checks failed"
