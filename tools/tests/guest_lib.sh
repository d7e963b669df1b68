# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# guest_lib.sh: what the in-guest tests of all tools have in common. To be sourced
# by busybox sh; name is the tool.
# shellcheck disable=SC2154 # name is set by who sources this
#
# Attaching and detaching patch the kernel's code. QEMU with a thread per CPU
# (mode race) can go on running what was there before when another CPU is just
# at the patched place: the guest dies of an int3. So in a guest with a second
# CPU that one is offline whenever probes come or go (trace, start_tool,
# stop_tool), and online while vCPUs run.

work=/tmp/$name.$$
report=$work/report
mkdir -p "$work"
# bpffs allows no dots in names.
# shellcheck disable=SC2034 # used by who sources this
pins=/sys/fs/bpf/${name}_$$

fail() { echo "$*"; exit 1; }

# expect STATUS COMMAND...: run it; its exit status must be STATUS.
expect() {
	wanted=$1
	shift
	"$@" >"$work/stdout" 2>"$work/stderr"
	status=$?
	[ "$status" = "$wanted" ] && return
	cat "$work/stdout" "$work/stderr"
	fail "'$*' ended with $status, not $wanted"
}

cpu1=/sys/devices/system/cpu/cpu1/online

# second_cpu 0|1: take it offline or online; nothing where there is none.
second_cpu() {
	[ ! -e "$cpu1" ] || [ "$(cat "$cpu1")" = "$1" ] || echo "$1" >"$cpu1" ||
		fail "the second CPU does not change to $1"
}

# Wait until $tool has attached its probes, which takes long on a slow CPU.
await_tool() {
	until grep -q Tracing "$work/stderr"; do
		# One that has ended is a zombie, for which kill -0 has a good word, too.
		grep -q '^State:.[^Z]' "/proc/$tool/status" 2>/dev/null ||
			fail "$name ended: $(cat "$work/stderr")"
		usleep 10000
	done
}

# start_tool OPTIONS...: JSON reports of everything, until stop_tool.
start_tool() {
	second_cpu 0
	# What the last one wrote must not be taken for this one's.
	: >"$work/stderr"
	"$name" -j "$@" >"$report" 2>"$work/stderr" &
	tool=$!
	await_tool
	second_cpu 1
}

stop_tool() {
	second_cpu 0
	kill -INT "$tool"
	wait "$tool" || fail "$name ended with $?"
}

# trace OPTIONS... -- COMMAND...: a JSON report of a command's life. The second
# CPU can come and go only where the tool does not run the command itself.
trace() {
	if [ ! -e "$cpu1" ]; then
		"$name" -j "$@" >"$report" || fail "$name $*: status $?"
		return
	fi
	options=
	while [ "$1" != -- ]; do
		options="$options $1"
		shift
	done
	shift
	# Several options in one word.
	# shellcheck disable=SC2086
	start_tool $options
	"$@" || fail "$1 ended with $?"
	stop_tool
}

