#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# build.sh OUT: build Bochs 3.0 with the lab's patches into OUT/bochs.
#
# The source is Debian's, fetched through apt with a configuration of its own:
# site and key are those of this machine's own sources, the suite is the one
# that has Bochs 3.0, and nothing of the machine's configuration is changed.
# What counts is the checksum below. The result is kept until source, patches,
# hooks or this script change. Where the source cannot be had, Debian 12's
# Bochs 2.7 is used, as far as it goes.
#
# Prints nothing on stdout. Leaves OUT/bochs/bin/bochs and OUT/bochs/kind
# ("lab" or "stock"). Environment:
#   JOBS       parallel compilers (default: CPUs of this machine)
#   WITHOUT    number of a patch to leave out, for negative controls; the
#              result goes to OUT/bochs-without-NUMBER
#   BOCHS_SRC  the source tarball, when it is here already

set -u -o pipefail
room=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=kernel/lib/say.sh
. "$room/../../lib/say.sh"
# shellcheck source=kernel/lib/debsrc.sh
. "$room/../../lib/debsrc.sh"

suite=trixie
package=bochs
tarball=bochs_3.0+dfsg.orig.tar.xz
tarball_sha256=78f6c73d4a6472d5130a87ab9dc306d02c7c71ed8e25b3a8ef642e2a7acd282b
# Files that a build compiles, for the progress lines only.
files_expected=470

[ $# -eq 1 ] || usage_error "usage: build.sh OUT"
without=${WITHOUT:-}
mkdir -p "$1" && out=$(cd "$1" && pwd) || die "cannot make the build folder $1"
dir=$out/bochs${without:+-without-$without}

list_patches() {
	local p

	for p in "$room"/patches/[0-9]*.patch; do
		[[ -n $without && ${p##*/} == "$without"-* ]] || echo "$p"
	done
}

is_good() {
	[ -f "$1" ] && [ "$(sha256sum <"$1" | cut -d' ' -f1)" = "$tarball_sha256" ]
}

# fetch SITE TARGET: get the tarball of `suite` from one site.
fetch() {
	local uri

	debsrc_update "$dir/apt" "$1" "$suite" || return
	uri=$(apt-get "${debsrc_apt[@]}" --print-uris --only-source source "$package/$suite" |
		sed -n "s/^'\([^']*\.orig\.tar\.xz\)'.*/\1/p") && [ -n "$uri" ] || return
	/usr/lib/apt/apt-helper "${debsrc_apt[@]}" download-file "$uri" "$2" \
		"SHA256:$tarball_sha256" >/dev/null
}

# Find the tarball: given, fetched before, or from the archive. Sets `source`.
find_source() {
	local site

	source=${BOCHS_SRC:-$out/bochs-source/$tarball}
	is_good "$source" && return
	[ -z "${BOCHS_SRC:-}" ] || usage_error "BOCHS_SRC: not the tarball $tarball: $BOCHS_SRC"
	mkdir -p "${source%/*}" || die "cannot make ${source%/*}"
	for site in $(debsrc_sites); do
		say "fetching Bochs 3.0 (4 MB)"
		fetch "$site" "$source" && is_good "$source" && break
		rm -f "$source"
	done
	rm -rf "$dir/apt"
	[ -f "$source" ]
}

unpack() {
	local p

	rm -rf "${dir:?}"/{src,obj,bin,stamp,kind}
	mkdir -p "$dir/src" "$dir/obj" "$dir/bin" &&
	tar -C "$dir/src" --strip-components=1 -xf "$source" ||
		die "cannot unpack $source into $dir (disk full?)"
	while read -r p; do
		patch -d "$dir/src" -p1 -s -f --fuzz=0 <"$p" >"$dir/patch.log" 2>&1 ||
			die "${p##*/} does not apply: $(grep -m1 -E 'FAILED|find file|malformed' "$dir/patch.log")"
	done < <(list_patches)
	cp -R "$room/instrument" "$dir/src/instrument/lab" || die "cannot write to $dir/src"
}

compile() {
	local cc=gcc cxx=g++ flags='-O3 -fomit-frame-pointer'

	command -v ccache >/dev/null && cc="ccache gcc" cxx="ccache g++"
	export CCACHE_BASEDIR=$dir CCACHE_NOHASHDIR=1
	cd "$dir/obj" || die "cannot enter $dir/obj"
	CC=$cc CXX=$cxx CFLAGS=$flags CXXFLAGS=$flags ../src/configure \
		--enable-smp --enable-x86-64 --enable-cpu-level=6 --enable-vmx=2 \
		--enable-svm --enable-avx --enable-evex --enable-pci \
		--enable-all-optimizations --enable-long-phy-address \
		--enable-instrumentation=instrument/lab --disable-show-ips \
		--disable-plugins --disable-docbook --enable-usb=no --with-nogui \
		--without-x --without-x11 --without-wx --without-sdl \
		>"$dir/configure.log" 2>&1 ||
		die "Bochs: configure failed, see $dir/configure.log"
	make -j"${JOBS:-$(nproc)}" bochs 2>&1 | tee "$dir/build.log" |
		awk -v of="$files_expected" '/ -c / { if (++n % 40 == 0)
			printf "  %3d of about %d files\n", n, of > "/dev/stderr" }
			/error:|Error [0-9]/ { print > "/dev/stderr" }' ||
		die "Bochs: build failed, see $dir/build.log"
	cp bochs "$dir/bin/bochs" && strip "$dir/bin/bochs" || die "cannot write $dir/bin/bochs"
	cd "$dir" && rm -rf obj src
	echo lab >"$dir/kind"
}

# Debian 12's own Bochs, when there is no source.
use_stock() {
	[ -z "$without" ] || cannot "no source of Bochs 3.0: nothing to leave patch $without out of"
	if ! command -v bochs >/dev/null && [ "$(id -u)" = 0 ]; then
		say "no source of Bochs 3.0; installing Debian's package bochs"
		apt-get install -y -qq --no-install-recommends bochs >&2
	fi
	command -v bochs >/dev/null ||
		cannot "no source of Bochs 3.0 in this machine's archive, and no package bochs: install it, or set BOCHS_SRC"
	mkdir -p "$dir/bin" && ln -sf "$(command -v bochs)" "$dir/bin/bochs" || die "cannot write to $dir"
	echo stock >"$dir/kind"
	echo "$want" >"$dir/stamp"
	say "using stock Bochs $(dpkg-query -W -f '${Version}' bochs 2>/dev/null): guests with interrupts off hang the machine, runs are not repeatable, no counters, 2-3 times slower"
}

build() {
	local start=$SECONDS

	say "building Bochs 3.0${without:+ without patch $without} (3 minutes on 2 idle CPUs, less with ccache)"
	unpack
	compile
	echo "$want" >"$dir/stamp"
	say "Bochs: built in $((SECONDS - start)) s"
}

[ -z "$without" ] || compgen -G "$room/patches/$without-*.patch" >/dev/null ||
	usage_error "WITHOUT: no patch of that number: $without"
# shellcheck disable=SC2046
want=$({ echo "$tarball_sha256"; cat "$0" "$room"/instrument/* $(list_patches); } | sha256sum)
up_to_date() { [ -x "$dir/bin/bochs" ] && [ "$(cat "$dir/stamp" 2>/dev/null)" = "$want" ]; }

up_to_date && exit 0
mkdir -p "$dir" || die "cannot make $dir"
lock "$dir.lock"
up_to_date && exit 0
if find_source; then
	build
else
	use_stock
fi
