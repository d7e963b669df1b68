#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# build.sh OUT FLAVOUR [VARIANT]: build one kernel.
#
#   FLAVOUR  a tree made by source.sh: base, patched, or a topic's
#   VARIANT  debug | kcsan: adds kernel/config/debug/VARIANT.config
#
# Leaves bzImage, vmlinux and .config in OUT/kernel/FLAVOUR/obj[-VARIANT], a
# link to a folder inside the source tree: only there Kbuild uses relative
# paths, and only with relative paths ccache shares objects between the two
# trees and between clones.
# Both kernels of a comparison are built from one configuration, with fixed
# names and dates, and through ccache when it is installed.
# Environment: JOBS, V (1 shows the compiler's commands), MAKE_TARGETS.

set -u -o pipefail
top=$(cd "$(dirname "$0")/.." && pwd)
# shellcheck source=kernel/lib/say.sh
. "$top/kernel/lib/say.sh"

[ $# -eq 2 ] || [ $# -eq 3 ] || usage_error "usage: build.sh OUT FLAVOUR [VARIANT]"
flavour=$2
variant=${3:-}
out=$(cd "$1/kernel" 2>/dev/null && pwd) || usage_error "no kernel tree in $1: run make source"
[ -f "$out/$flavour/src/Makefile" ] || usage_error "FLAVOUR: no such tree: $out/$flavour/src"
link=$out/$flavour/obj${variant:+-$variant}
obj=$out/$flavour/src/.obj${variant:+-$variant}
fragments=("$top"/kernel/config/[0-9]*.config)
if [ -n "$variant" ]; then
	[ -f "$top/kernel/config/debug/$variant.config" ] || usage_error "VARIANT: unknown: $variant"
	fragments+=("$top/kernel/config/debug/$variant.config")
fi
mkdir -p "$obj" || die "cannot create $obj"
[ -L "$link" ] || rm -rf "$link"
ln -sfn "src/${obj##*/}" "$link" || die "cannot create $link"

export KBUILD_BUILD_USER=lab KBUILD_BUILD_HOST=lab KBUILD_BUILD_VERSION=1
export KBUILD_BUILD_TIMESTAMP='Sun Nov 17 00:00:00 UTC 2024'
# The working folder would be the only difference between the trees.
export CCACHE_NOHASHDIR=1 CCACHE_SLOPPINESS=time_macros,include_file_mtime,include_file_ctime
# Hash sources and their dependencies, do not preprocess: half the time of a miss.
export CCACHE_DEPEND=1
export CCACHE_MAXSIZE=${CCACHE_MAXSIZE:-10G}
# One build of a tree at a time.
lock "$obj/.lock"
cc=gcc
command -v ccache >/dev/null && cc="ccache gcc"

kmake() {
	make -C "$out/$flavour/src" O="$obj" CC="$cc" HOSTCC="$cc" LOCALVERSION=-lab \
	     -j"${JOBS:-$(nproc)}" "$@"
}

# known_lines FRAGMENT...: their lines, of 90-topics.config only those whose option
# this tree has.
known_lines() {
	local f line

	for f; do
		[[ $f == */90-topics.config ]] || { cat "$f"; continue; }
		while read -r line; do
			[[ $line == CONFIG_* ]] || continue
			grep -rqsx --include='Kconfig*' "config $(sed 's/^CONFIG_//; s/=.*//' <<<"$line")" \
				"$out/$flavour/src"/{arch/x86,virt,kernel} && echo "$line"
		done <"$f"
	done
}

# Later fragments win; every line must survive Kconfig or the build stops.
configure() {
	local want=$obj/.fragments line key lost=""

	known_lines "${fragments[@]}" | awk -F'[= ]' '/^CONFIG_/ { v[$1] = $0; if (!($1 in n)) { n[$1] = ++k; o[k] = $1 } }
		END { for (i = 1; i <= k; i++) print v[o[i]] }' >"$want.new"
	if cmp -s "$want" "$want.new" && [ -f "$obj/.config" ]; then
		return
	fi
	kmake -s KCONFIG_ALLCONFIG="$want.new" allnoconfig >"$obj/config.log" 2>&1 ||
		die "$flavour: Kconfig failed, see $obj/config.log"
	while read -r line; do
		key=${line%%=*}
		case $line in
		*=n) grep -q "^$key=" "$obj/.config" && lost+=" $line" ;;
		*)   grep -qxF "$line" "$obj/.config" || lost+=" $line" ;;
		esac
	done <"$want.new"
	[ -z "$lost" ] || die "$flavour: Kconfig did not accept:$lost"
	mv "$want.new" "$want"
}

# Steps of a whole build of the lab's configuration, for the progress lines only.
steps_expected() {
	case $variant in
	'') echo 2200 ;;
	*) echo 2600 ;;
	esac
}

read -ra targets <<<"${MAKE_TARGETS:-bzImage}"
configure
say "building kernel $flavour${variant:+ ($variant)}"
if [ "${V:-0}" = 1 ]; then
	kmake "${targets[@]}" || die "$flavour: build failed"
else
	kmake "${targets[@]}" 2>&1 | tee "$obj/build.log" |
		awk -v of="$(steps_expected)" '/warning:|error:|Error [0-9]/ { print > "/dev/stderr" }
		     { if (++n % 250 == 0) printf "  %4d steps of at most %d\n", n, of > "/dev/stderr" }' ||
		die "$flavour: build failed, see $obj/build.log"
fi
if [ -z "${MAKE_TARGETS:-}" ]; then
	say "kernel $flavour${variant:+ ($variant)}: $(stat -c %s "$obj/arch/x86/boot/bzImage") bytes"
fi
