#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kut-compare.sh TABLE TABLE: two tables of kernel/boot/run --results, of the same
# list on two kernels, must hold equal results. TAP. What fails on both is equal; a
# note names it.

set -u
[ $# -eq 2 ] || { echo "kut-compare.sh: usage: kut-compare.sh TABLE TABLE" >&2; exit 2; }
for table; do
	[ -s "$table" ] || { echo "kut-compare.sh: no results: $table" >&2; exit 1; }
done
awk -F'\t' '
	FILENAME == ARGV[1] { kernel[1] = $2; first[$3] = $4; next }
	{ kernel[2] = $2; second[$3] = $4; reason[$3] = $5; order[++n] = $3 }
	END {
		for (t in first)
			if (!(t in second))
				order[++n] = t
		for (i = 1; i <= n; i++) {
			t = order[i]
			a = t in first ? first[t] : "nothing"
			b = t in second ? second[t] : "nothing"
			line = sprintf("%d - image %s: %s %s, %s %s", i, t, kernel[1], a, kernel[2], b)
			if (a != b) {
				print "not ok " line " # not equal"
				bad = 1
			} else if (a == "skip") {
				print "ok " line " # SKIP " reason[t]
			} else {
				print "ok " line
				if (a == "fail")
					both = both " " t
			}
		}
		print "1.." n
		if (both != "")
			print "# note: fails on both kernels:" both
		exit bad
	}' "$1" "$2"
