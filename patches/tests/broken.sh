# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154,SC2034
# broken.sh: the kernel of a negative control. Sourced by the *negative.sh here.
# Uses their variables: top, out, diff.

# build_image NAME [FLAVOUR]: build FLAVOUR (patched) with `diff` on top, in a tree of
# its own, OUT/kernel/NAME. Sets `image`.
build_image() {
	local tree=$out/kernel/$1 flavour=${2:-patched} git_dir=$out/kernel/linux.git

	if [ ! -e "$tree/src/.git" ]; then
		git --git-dir="$git_dir" worktree prune
		git --git-dir="$git_dir" worktree add -q -f --detach "$tree/src" "$flavour" || die "cannot set up $tree"
	fi
	git -C "$tree/src" checkout -q -f --detach "$flavour" || die "cannot set up $tree"
	git -C "$tree/src" apply "$diff" || die "${diff#"$top"/} does not apply to $flavour"
	"$top/kernel/build.sh" "$out" "$1" >&2 || die "the broken kernel does not build"
	image=$tree/obj/arch/x86/boot/bzImage
}
