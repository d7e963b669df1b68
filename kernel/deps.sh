#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# deps.sh: install the Debian packages of kernel/packages that are missing.
#
# As root, or through sudo without a password prompt lost in a log; otherwise
# prints the command to run and ends with 4. Does nothing, quickly, when
# nothing is missing. DRY_RUN=1 only reports.

set -u -o pipefail
top=$(cd "$(dirname "$0")/.." && pwd)
# shellcheck source=kernel/lib/say.sh
. "$top/kernel/lib/say.sh"

command -v dpkg-query >/dev/null || cannot "this is not a Debian system: install by hand what kernel/packages lists"

# What QEMU is built from only where it is built.
mapfile -t wanted < <(awk -F '\t' -v qemu="${QEMU:-lab}" '!/^#/ && ($2 != "build of QEMU" || qemu != "stock") { print $1 }' \
	"$top/kernel/packages")
missing=()
for p in "${wanted[@]}"; do
	status=$(dpkg-query -W -f='${db:Status-Abbrev}' "$p" 2>/dev/null)
	[ "${status:0:2}" = ii ] || missing+=("$p")
done
[ ${#missing[@]} -gt 0 ] || exit 0

if [ "${DRY_RUN:-0}" = 1 ]; then
	cannot "missing packages: ${missing[*]}"
fi
as_root=()
if [ "$(id -u)" -ne 0 ]; then
	command -v sudo >/dev/null && { [ -t 0 ] || sudo -n true 2>/dev/null; } ||
		cannot "missing packages, and neither root nor sudo: apt-get install ${missing[*]}"
	as_root=(sudo)
fi
# sudo drops the environment; another apt may hold the lock on a fresh machine.
apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300
	-o Acquire::Retries=2 -o Acquire::http::Timeout=60)
say "installing ${#missing[@]} packages (about a minute): ${missing[*]}"
log=$(mktemp) || die "cannot create a temporary file (disk full?)"
trap 'rm -f "$log"' EXIT
# One failing third-party list must not stop the rest: the install decides.
"${apt[@]}" update >"$log" 2>&1 </dev/null || say "apt-get update: $(grep '^[EW]:' "$log" | head -n 1)"
if ! "${apt[@]}" install -y --no-install-recommends "${missing[@]}" >"$log" 2>&1 </dev/null; then
	cannot "apt-get install failed: $(grep '^E:' "$log" | head -n 1)"
fi
say "installed"
