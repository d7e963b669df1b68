#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# build.sh OUT: build Debian's QEMU 7.2 with the lab's patches into OUT/qemu.
#
# The source package is fetched through apt with a configuration of its own: site
# and key are those of this machine's own sources, and nothing of the machine's
# configuration is changed. apt checks the package against the signed lists; the
# upstream tarball has to have the checksum below too. Debian's part changes with
# its point releases; what was fetched once is kept. The result is kept until
# source, patches or this script change. Where the source cannot be had, the
# engine uses the package qemu-system-x86, as far as it goes.
#
# Only what the engine needs is compiled: one target, one machine, its devices.
#
# Prints nothing on stdout. Leaves OUT/qemu/bin/qemu-system-x86_64 and
# OUT/qemu/kind ("lab" or "stock"). Environment:
#   JOBS       parallel compilers (default: CPUs of this machine)
#   WITHOUT    number of a patch to leave out, for negative controls, or "all";
#              the result goes to OUT/qemu-without-NUMBER
#   QEMU_SRC   a folder with the source package (.dsc and tarballs)

# shellcheck disable=SC2015
set -u -o pipefail
room=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=kernel/lib/say.sh
. "$room/../../lib/say.sh"
# shellcheck source=kernel/lib/debsrc.sh
. "$room/../../lib/debsrc.sh"

suite=bookworm
package=qemu
tarball=qemu_7.2+dfsg.orig.tar.xz
tarball_sha256=91aca71520040edc40b8d437aa3004dae614f58e286cf653ee8996c07af2962f
# The devices of a run, beside those that the machine cannot be without. What is
# there decides what guests find and how long they take: it is what Debian's
# binary has with -nodefaults.
devices=(I440FX HPET VMPORT VMMOUSE ISA_DEBUG IVSHMEM_DEVICE)

[ $# -eq 1 ] || usage_error "usage: build.sh OUT"
without=${WITHOUT:-}
mkdir -p "$1" && out=$(cd "$1" && pwd) || die "cannot make the build folder $1"
dir=$out/qemu${without:+-without-$without}

list_patches() {
	local p

	[ "$without" != all ] || return 0
	for p in "$room"/patches/[0-9]*.patch; do
		[[ -n $without && ${p##*/} == "$without"-* ]] || echo "$p"
	done
}

# is_good FOLDER: is the source package there? Sets `dsc`.
is_good() {
	dsc=$(compgen -G "$1/${package}_7.2+dfsg-*.dsc" | sort -V | tail -n 1)
	[ -n "$dsc" ] && [ -f "$1/$tarball" ] && compgen -G "${dsc%.dsc}.debian.tar.*" >/dev/null &&
	[ "$(sha256sum <"$1/$tarball" | cut -d' ' -f1)" = "$tarball_sha256" ]
}

# fetch SITE FOLDER: get the source package of `suite` from one site.
fetch() {
	debsrc_update "$dir/apt" "$1" "$suite" || return
	(cd "$2" && apt-get "${debsrc_apt[@]}" -qq --download-only --only-source source "$package/$suite" \
		>"$dir/fetch.log" 2>&1)
}

# Find the source package: given, fetched before, or from the archive. Sets `dsc`.
find_source() {
	local site folder=${QEMU_SRC:-$out/qemu-source}

	is_good "$folder" && return
	[ -z "${QEMU_SRC:-}" ] || usage_error "QEMU_SRC: no good source package of QEMU 7.2 in $folder"
	mkdir -p "$folder" || die "cannot make $folder"
	for site in $(debsrc_sites); do
		say "fetching the source of QEMU 7.2 (24 MB)"
		fetch "$site" "$folder" && is_good "$folder" && break
		rm -rf "${folder:?}"/*
	done
	rm -rf "$dir/apt"
	is_good "$folder"
}

unpack() {
	local p d

	rm -rf "${dir:?}"/{src,obj,bin,stamp,kind}
	mkdir -p "$dir/obj" "$dir/bin" || die "cannot write to $dir (disk full?)"
	dpkg-source --no-check -x "$dsc" "$dir/src" >"$dir/unpack.log" 2>&1 ||
		die "cannot unpack $dsc: $(tail -n 1 "$dir/unpack.log")"
	while read -r p; do
		patch -d "$dir/src" -p1 -s -f --fuzz=0 <"$p" >"$dir/patch.log" 2>&1 ||
			die "${p##*/} does not apply: $(grep -m1 -E 'FAILED|find file|malformed' "$dir/patch.log")"
	done < <(list_patches)
	for d in "${devices[@]}"; do
		echo "CONFIG_$d=y"
	done >"$dir/src/configs/devices/x86_64-softmmu/lab.mak" || die "cannot write to $dir/src"
}

# The BIOS and its helpers are those of Debian's packages. The TPM is for an empty
# file that the BIOS is shown; without it, a boot is shorter by some instructions.
compile() {
	local cc=gcc version

	version=$(sed -n 's/^Version: //p' "$dsc")
	command -v ccache >/dev/null && cc="ccache gcc"
	export CCACHE_BASEDIR=$dir CCACHE_NOHASHDIR=1
	cd "$dir/obj" || die "cannot enter $dir/obj"
	# The interpreter of Debian's meson, whatever else is in PATH.
	PATH=/usr/bin:$PATH ../src/configure --cc="$cc" \
		--target-list=x86_64-softmmu --without-default-features \
		--without-default-devices --with-devices-x86_64=lab \
		--enable-system --enable-tcg --enable-plugins --enable-fdt=system --enable-tpm \
		--disable-docs --disable-install-blobs --disable-debug-info \
		--disable-werror --with-git-submodules=ignore \
		--with-pkgversion="Debian $version, lab${without:+ without $without}" \
		--firmwarepath=/usr/share/qemu:/usr/share/seabios \
		>"$dir/configure.log" 2>&1 ||
		die "QEMU: configure failed, see $dir/configure.log"
	ninja -j"${JOBS:-$(nproc)}" qemu-system-x86_64 2>&1 | tee "$dir/build.log" |
		awk '/^\[[0-9]+\// { if (++n % 100 == 0)
			printf "  %s files\n", $1 > "/dev/stderr" }
			/error:|^FAILED/ { print > "/dev/stderr" }' ||
		die "QEMU: build failed, see $dir/build.log"
	cp qemu-system-x86_64 "$dir/bin/" && strip "$dir/bin/qemu-system-x86_64" ||
		die "cannot write to $dir/bin"
	cd "$dir" && rm -rf obj src
	echo lab >"$dir/kind"
}

use_stock() {
	[ -z "$without" ] || cannot "no source of QEMU 7.2: nothing to leave patch $without out of"
	mkdir -p "$dir" && rm -rf "${dir:?}/bin" || die "cannot write to $dir"
	echo stock >"$dir/kind"
	echo "$want" >"$dir/stamp"
	say "no source of QEMU 7.2 in this machine's archive (QEMU_SRC=FOLDER): using the installed QEMU as it is"
}

build() {
	local start=$SECONDS

	say "building QEMU 7.2${without:+ without patch $without} (4 minutes on 2 idle CPUs, less with ccache)"
	unpack
	compile
	echo "$want" >"$dir/stamp"
	say "QEMU: built in $((SECONDS - start)) s"
}

[ -z "$without" ] || [ "$without" = all ] || compgen -G "$room/patches/$without-*.patch" >/dev/null ||
	usage_error "WITHOUT: no patch of that number: $without"
# shellcheck disable=SC2046
want=$({ echo "$tarball_sha256"; cat "$0" $(list_patches); } | sha256sum)
up_to_date() { [ -f "$dir/kind" ] && [ "$(cat "$dir/stamp" 2>/dev/null)" = "$want" ]; }

up_to_date && exit 0
mkdir -p "$dir" || die "cannot make $dir"
lock "$dir.lock"
up_to_date && exit 0
if find_source; then
	build
else
	use_stock
fi
