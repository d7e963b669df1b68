#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# vanilla.sh OUT: fetch a vanilla 6.12.y tarball, print its path.
#
# It is the .orig.tar.xz that Debian builds its kernel package from: upstream's
# tree less a few files, without Debian's patches. It comes from where this
# machine's apt gets its packages, through a configuration of our own with
# deb-src lines; apt checks signatures and checksums. Kept in OUT/vanilla.

set -u -o pipefail
top=$(cd "$(dirname "$0")/.." && pwd)
# shellcheck source=kernel/lib/say.sh
. "$top/kernel/lib/say.sh"
# shellcheck source=kernel/BASE
. "$top/kernel/BASE"

[ $# -eq 1 ] || usage_error "usage: vanilla.sh OUT"
mkdir -p "$1/vanilla" && dir=$(cd "$1/vanilla" && pwd) || die "cannot make $1/vanilla"
find_tarball() { find "$dir" -maxdepth 1 -name "linux*_$LINE.*.orig.tar.xz" | sort -V | tail -n 1; }

tarball=$(find_tarball)
if [ -z "$tarball" ]; then
	apt=$dir/apt
	mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial" || die "cannot make $apt"
	# shellcheck disable=SC2016
	apt-get indextargets --format '$(ORIGIN) $(REPO_URI) $(RELEASE) $(SIGNED_BY)' 'Created-By: Packages' |
		awk -v next_suite=trixie '$1 == "Debian" {
			key = $4 ~ /^\// ? "[signed-by=" $4 "] " : ""
			print "deb-src " key $2, $3, "main"
			# The line is the standard kernel of the next release.
			sub(/^[a-z]+/, next_suite, $3); print "deb-src " key $2, $3, "main" }' |
		sort -u >"$apt/sources.list"
	[ -s "$apt/sources.list" ] || cannot "apt has no Debian archive here"
	opts=(-o "Dir::Etc::SourceList=$apt/sources.list" -o Dir::Etc::SourceParts=/dev/null
	      -o "Dir::State::Lists=$apt/lists" -o "Dir::Cache=$apt/cache" -o APT::Sandbox::User=root
	      -o Acquire::Retries=2 -o Acquire::http::Timeout=60)
	say "fetching a vanilla $LINE tarball (about 140 MB)"
	apt-get "${opts[@]}" -qq update >&2 || cannot "apt-get update failed for deb-src"
	# An archive may list a version whose tarball it no longer has: newest first.
	while read -r package version; do
		say "trying $package $version"
		(cd "$dir" && apt-get "${opts[@]}" -qq --only-source --tar-only --download-only \
			source "$package=$version" >"$dir/apt.log" 2>&1) &&
			tarball=$(find_tarball) && [ -n "$tarball" ] && break
	done < <(for p in "linux-$LINE" linux; do
			apt-cache "${opts[@]}" showsrc --only-source "$p" 2>/dev/null |
				awk -v p="$p" -v line="$LINE." '/^Version: / && index($2, line) == 1 { print p, $2 }'
		done | sort -u -k2,2Vr)
	rm -rf "$apt"
	[ -n "$tarball" ] || cannot "no tarball of linux $LINE: $(grep -m 1 '^E:' "$dir/apt.log" | sed 's,//[^/]*/,//.../,')"
fi
echo "$tarball"
