# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034
# Shell helpers shared by the scripts of every room: messages and exit codes.
# Sourced, never run. Exit codes: 1 failed, 2 usage, 4 cannot run here.

prog=${0##*/}

# say TEXT: one line of progress, with the time since the script started.
say() { printf '[%3ds] %s\n' "$SECONDS" "$*" >&2; }

# die TEXT: the one error line of a failed script.
die() { printf '%s: %s\n' "$prog" "$*" >&2; exit 1; }

# usage TEXT: bad arguments; names the argument.
usage_error() { printf '%s: %s\n' "$prog" "$*" >&2; exit 2; }

# cannot TEXT: this machine lacks something; says what would help.
cannot() { printf '%s: %s\n' "$prog" "$*" >&2; exit 4; }

# lock FILE: hold it, as descriptor 9, until this script ends; say when it is
# another's for now.
lock() {
	exec 9>"$1" || die "cannot write $1"
	flock -n 9 && return
	say "waiting for another build (${1##*/})"
	flock 9 || die "cannot lock $1"
}
