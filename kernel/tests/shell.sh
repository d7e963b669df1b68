#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shell.sh: shellcheck over every shell script of the project, and the rules
# that no tool knows: no path of one machine, no mirror's host name.
# Prints TAP.

set -u
cd "$(dirname "$0")/../.." || exit 1
command -v shellcheck >/dev/null || { echo "shell.sh: no shellcheck: make deps" >&2; exit 4; }

n=0
# verdict OK TEXT: one TAP line.
verdict() {
	n=$((n + 1))
	if [ "$1" = 0 ]; then echo "ok $n - $2"; else echo "not ok $n - $2"; fi
}

mapfile -t scripts < <(git grep -lIE '^#!/bin/(ba)?sh|shellcheck shell=' -- . ':!patches/*.patch')
for f in "${scripts[@]}"; do
	# SC2015: "a && b || die" is meant; SC2016: so are dollars in apt formats; SC1091: sourced files are checked
	# themselves.
	shellcheck -x -e SC2015,SC2016,SC1091 "$f" | sed 's/^/# /'
	verdict "${PIPESTATUS[0]}" "shellcheck $f"
done

found=$(git grep -nIE '(^|[^A-Za-z0-9_.$}"])/(work|farm|root)/' -- . ':!patches/*/*.patch')
[ -z "$found" ]
verdict $? "no absolute path of one machine ${found%%$'\n'*}"

mapfile -t hosts < <(apt-get indextargets --format '$(SITE)' 2>/dev/null |
	sed -n 's#^[a-z]*://\([^/]*\).*#\1#p' | sort -u)
found=""
for h in "${hosts[@]}"; do
	found+=$(git grep -nIF -e "$h" -- . | head -n 1)
done
[ -z "$found" ]
verdict $? "no mirror's host name $found"
echo "1..$n"
