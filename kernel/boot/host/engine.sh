# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154,SC2034
# host: this very machine. Nothing is booted; the jobs run here, as root, in a
# mount namespace of their own in which /out, and the top folders that --add
# names, are fresh; a folder of this machine that is not empty is never hidden.
# Functions are described in ../README.md.
#
# IMAGE says which kernel must be running: patched (its tracepoints are there)
# or base (they are not). The kernel log from the start on is the console.
#
# Limits: processes that leave the job's session stay alive; --smp, --mem,
# --append do not apply; there is no emulated time, so a job has its wall limit
# only.

# Run does not make an initrd.
engine_guest=no

# A tracepoint that every patched kernel has: the first patch of the series.
host_mark=events/kvm/kvm_sched_out

# host_refusal TRACING: print why the kernel behind this tracefs is not IMAGE.
host_refusal() {
	if [ ! -d "$1/events/kvm" ]; then
		echo "no KVM tracepoints in $1: no KVM here, or tracefs is not mounted"
	elif [ "$image_name" = patched ] && [ ! -d "$1/$host_mark" ]; then
		echo "the running kernel $(uname -r) is not the patched kernel (no ${host_mark##*/} tracepoint)"
	elif [ "$image_name" = base ] && [ -d "$1/$host_mark" ]; then
		echo "the running kernel $(uname -r) is the patched kernel, not base"
	fi
}

engine_check() {
	local why need

	case $image_name in
	patched|base) ;;
	*) usage_error "IMAGE: host runs what is booted: patched or base, not $image_name" ;;
	esac
	[ "$(id -u)" = 0 ] || cannot "host: must be root"
	for need in unshare mount tail tar setsid dmesg; do
		command -v "$need" >/dev/null || cannot "host: no $need in PATH"
	done
	why=$(host_refusal /sys/kernel/tracing)
	[ -z "$why" ] || cannot "host: $why"
	[ -z "$count" ] || cannot "--count: host has no instruction counters"
	mode=native
}

engine_cmdline() { :; }

# The functions below run in the private namespace, in a bash of their own.

# host_folder PATH: mount a fresh folder there; it is gone afterwards.
host_folder() {
	if [ -d "$1" ] && [ -z "$(ls -A "$1")" ]; then
		mount -t tmpfs tmpfs "$1" && fresh+=("$1")
	elif [ -e "$1" ]; then
		host_report why "$1 exists on this machine"
		return 1
	else
		mkdir "$1" && mount -t tmpfs tmpfs "$1" && fresh+=("$1") && made+=("$1")
	fi
}

# host_add PATH[:DEST]: like guest_add, but nothing of this machine is replaced.
host_add() {
	local from=$1 to='' first

	if [ ! -e "$from" ] && [[ $from == *:* ]]; then
		to=${from##*:}
		from=${from%:*}
	fi
	from=$(realpath "$from")
	[ -n "$to" ] || to=/${from##*/}
	[[ $to != */ ]] || to+=${from##*/}
	! { [ -f "$to" ] && cmp -s "$from" "$to"; } || return 0
	if [ -d "$from" ] && [[ ${to#/} != */* ]]; then
		host_folder "$to" && cp -R "$from/." "$to"
		return
	fi
	if [[ ${to#/} != */* ]]; then
		[ ! -e "$to" ] && cp -R "$from" "$to" && made+=("$to")
		return
	fi
	first=/$(cut -d/ -f2 <<<"$to")
	[[ " ${fresh[*]} " == *" $first "* ]] || host_folder "$first" || return
	mkdir -p "${to%/*}" && cp -R "$from" "$to"
}

# host_end: end the job, if one runs, and undo what was done to the machine.
host_end() {
	local path

	[ -z "$job" ] || kill -9 -- "-$job" 2>/dev/null
	dmesg >"$work/dmesg"
	if grep -q "$mark" "$work/dmesg"; then
		sed "1,/$mark/d" "$work/dmesg" >"$work/console"
	else
		echo "WARNING: the kernel log lost its beginning: a splat may be missing" >"$work/console"
	fi
	for path in "${fresh[@]}"; do
		umount -l "$path"
	done
	for path in "${made[@]}"; do
		if [ -d "$path" ]; then
			rmdir "$path"
		else
			rm -f "$path"
		fi
	done
}

# host_report WORDS: what init writes to port 0xe9.
host_report() { echo "@$*" >>"$work/control"; }

# host_jobs: what init does in a guest.
host_jobs() {
	local number limit argc argv word

	while IFS= read -r -d '' number; do
		IFS= read -r -d '' limit
		IFS= read -r -d '' argc
		argv=()
		while [ "$argc" -gt 0 ]; do
			IFS= read -r -d '' word
			argv+=("$word")
			argc=$((argc - 1))
		done
		[ -z "$tests" ] || echo "<4>init: job $number starts" >/dev/kmsg
		host_report start "$number" "$(stat -c %s "$work/output")" 0
		setsid "${argv[@]}" </dev/null >>"$work/output" 2>&1 &
		job=$!
		wait "$job"
		status=$?
		kill -9 -- "-$job" 2>/dev/null
		job=''
		host_report end "$number" "$status" "$(stat -c %s "$work/output")" 0
	done <"$work/job/job/list"
}

# host_main ADD...: everything that happens in the namespace.
host_main() {
	local path fresh=() made=() job='' status=127 mark="kvmlat: run $$-$RANDOM"

	export PATH=/bin:/usr/bin:/tools:/sbin:/usr/sbin ENGINE=host MODE=native
	echo "<6>$mark" >/dev/kmsg
	trap 'host_end; exit 143' TERM
	host_report ready 0
	for path in /out "$@"; do
		if [ "$path" = /out ]; then
			host_folder /out && continue
		else
			host_add "$path" && continue
		fi
		host_report cannot "$path"
		host_end
		exit 1
	done
	host_jobs
	if [ -n "$(ls -A /out)" ]; then
		tar -C /out -cf "$work/disk.img" .
		host_report out $?
	fi
	host_end
	host_report "done" "$status"
}

engine_start() {
	export work tests
	exec unshare -m bash -u -c "$(declare -f host_folder host_add host_end \
		host_report host_jobs host_main); host_main \"\$@\"" host "${adds[@]}" \
		</dev/null >"$work/engine.log" 2>&1
}

engine_death() {
	sed -n 's/^@why //p; s/^@cannot /--add: cannot place /p' "$work/control" | tr '\n' ' '
	head -1 "$work/engine.log"
}
