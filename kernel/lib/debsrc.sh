# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034
# debsrc.sh: Debian source packages through an apt with a configuration of its own.
# To be sourced. Site and key are those of this machine's own sources; nothing of
# the machine's configuration is changed.

# debsrc_sites: the sites of this machine's archive, security's left out.
debsrc_sites() {
	# shellcheck disable=SC2016
	apt-get indextargets --format '$(SITE)' 'Created-By: Packages' | grep -v security | sort -u
}

# debsrc_update DIR SITE SUITE: read the site's lists into DIR; sets debsrc_apt, the
# options for apt-get and apt-helper.
debsrc_update() {
	local key=/usr/share/keyrings/debian-archive-keyring.gpg

	mkdir -p "$1/lists/partial" "$1/cache/archives/partial" || return
	[ -f "$key" ] && key="[signed-by=$key] " || key=
	echo "deb-src $key$2 $3 main" >"$1/sources.list" || return
	debsrc_apt=(-o "Dir::Etc::SourceList=$1/sources.list" -o Dir::Etc::SourceParts=/dev/null
		-o "Dir::State::Lists=$1/lists" -o "Dir::Cache=$1/cache"
		-o APT::Sandbox::User=root -o Acquire::Retries=2 -o Acquire::http::Timeout=60)
	apt-get "${debsrc_apt[@]}" -qq update >&2
}
