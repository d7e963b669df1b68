# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Which hunk of a patch git stumbled over. Sourced, never run.

# hunk_of PATCH LINE: file and number of the hunk that holds a patch's line.
hunk_of() {
	awk -v line="$2" '
	NR > line { exit }
	/^diff --git / { file = substr($4, 3); hunk = 0 }
	/^@@ / { hunk++ }
	END { printf "%s, hunk %d", file, hunk }' "$1"
}

# hunk_at PATCH FILE START: the number of FILE's hunk that begins at line START
# of the unpatched file.
hunk_at() {
	awk -v want="$2" -v start="$3" '
	/^diff --git / { file = substr($4, 3); hunk = 0 }
	/^@@ / { hunk++; split(substr($2, 2), at, ","); if (file == want && at[1] == start) { print hunk; exit } }' "$1"
}

# hunk_failed PATCH ERRORS: file and hunk, from what git apply --check has said.
hunk_failed() {
	if [[ $2 =~ corrupt\ patch\ at\ ([^ ]*:)?(line\ )?([0-9]+) ]]; then
		hunk_of "$1" $((BASH_REMATCH[3] - 1))
	elif [[ $2 =~ patch\ failed:\ ([^$'\n']+):([0-9]+) ]]; then
		printf '%s, hunk %s' "${BASH_REMATCH[1]}" "$(hunk_at "$1" "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}")"
	else
		sed -n 's/^error: //p; q' <<<"$2"
	fi
}
