#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# bundle.sh OUT: the thin bundle, fetched by somebody who has the base commit, gives
# the same trees as make source; a bundle of nothing is refused. TAP.

set -u -o pipefail
top=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=kernel/lib/say.sh
. "$top/kernel/lib/say.sh"

[ $# -eq 1 ] || usage_error "usage: bundle.sh OUT"
out=$(cd "$1" 2>/dev/null && pwd) || usage_error "OUT: no such folder: $1"
tmp=$(mktemp -d "$out/bundle.XXXXXX") || die "cannot create a folder in $out (disk full?)"
trap 'rm -rf "$tmp"' EXIT
n=0 status=0
verdict() {
	n=$((n + 1))
	if [ "$1" = 0 ]; then echo "ok $n - $2"; else echo "not ok $n - $2"; status=1; fi
}

"$top/patches/bundle.sh" "$out" --thin >"$tmp/log" 2>&1
verdict $? "a thin bundle is written: $(tail -n 1 "$tmp/log" | sed 's/.*: //')"
git clone -q --bare --shared "$out/kernel/linux.git" "$tmp/git" &&
	git -C "$tmp/git" fetch -q "$out/patches.bundle" 'refs/heads/*:refs/bundle/*'
verdict $? "it can be fetched where the base commit is"
[ "$(git -C "$tmp/git" rev-parse 'refs/bundle/all^{tree}')" = \
  "$(git -C "$out/kernel/patched/src" rev-parse 'HEAD^{tree}')" ]
verdict $? "its branch all is the tree of patched/src"
: >"$tmp/empty" && ! git -C "$tmp/git" bundle verify "$tmp/empty" >/dev/null 2>&1
verdict $? "control: an empty file is no bundle"
echo "1..$n"
exit $status
