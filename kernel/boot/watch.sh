# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034,SC2154
# watch.sh: starts a prepared guest, follows it to its end and judges it.
# Sourced by run. The files it follows are listed in README.md.
#
# Results are left in these variables:
#   verdict   ok | splat | hang | died
#   status    the command's (last) status when init reported one, else empty
#   reason    one line, why, when the verdict is not ok
#   flaw      one line, when the guest died of the emulator itself, else empty
#   last_job  number of the job that was running or ran last
#   tsc       guest time stamp counter at the end, or empty
#   wall_ms   milliseconds of this machine
# `on_report LINE`, when defined, is called for every line of init.
#
# Not here: preparation of the guest, KTAP.

# Wall seconds: for what happens outside of jobs (booting, packing /out), for
# powering off after the last report, for showing backtraces after a limit.
boot_limit_wall=300
power_off_s=10
backtrace_s=3

now_ms() { echo $((${EPOCHREALTIME/./} / 1000)); }

# splat_of CONSOLE: print the first console line that is a splat, if any.
splat_of() {
	grep -v '^#' "$boot/splats" >"$work/splats"
	grep -v '^#' "$boot/splats.allow" | cut -f1 | grep . >"$work/splats.allow"
	grep -aEf "$work/splats" "$1" | grep -aEv -f "$work/splats.allow" |
		head -1 | tr -d '\r'
}

# stop_guest PID: end the emulator.
stop_guest() {
	kill "$1" 2>/dev/null
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		kill -0 "$1" 2>/dev/null || return
		pause 0.1
	done
	kill -9 "$1" 2>/dev/null
}

# over_limit PID TEXT: a wall limit is over; get backtraces and end the guest.
over_limit() {
	verdict=hang
	reason="$2"
	if declare -F engine_backtrace >/dev/null; then
		engine_backtrace
		pause "$backtrace_s"
	fi
	stop_guest "$1"
}

# One line of init's reports; returns 1 for the last one.
take_report() {
	local word number rest

	read -r word number rest <<<"$1"
	case $word in
	@ready) tsc=$number ;;
	@start) last_job=$number; job_start_ms=$(now_ms); job_limit_wall=$limit_wall ;;
	@end)   tsc=${rest##* }; job_start_ms=$(now_ms); job_limit_wall=$boot_limit_wall ;;
	@over)  job_start_ms=$(now_ms); job_limit_wall=$boot_limit_wall
		over="over the limit of emulated time"; tsc=${rest##* } ;;
	@stuck) verdict=hang; reason="job $number could not be killed" ;;
	@out)   out_status=$number ;;
	@done)  status=$number; tsc=$rest ;;
	esac
	if declare -F on_report >/dev/null; then
		on_report "$1"
	fi
	[ "$word" != @done ]
}

# follow PID: read the reports until the emulator ends or a limit is over.
follow() {
	local pid=$1 line part="" ctl start end=0 now alive=1 looked=0

	start=$(now_ms)
	job_start_ms=$start
	job_limit_wall=$boot_limit_wall
	exec {ctl}<"$work/control"
	while :; do
		kill -0 "$pid" 2>/dev/null || alive=0
		# A line may come in parts, and a part may end in a space.
		while IFS= read -r line <&"$ctl" || { part+=$line; false; }; do
			line=$part$line
			part=
			[[ $line == @* ]] || continue
			take_report "$line" || end=$(now_ms)
		done
		[ "$alive" = 1 ] || break
		pause 0.05
		now=$(now_ms)
		if [ "$end" != 0 ]; then
			if ((now - end > power_off_s * 1000)); then
				stop_guest "$pid"
				break
			fi
		elif ((now - job_start_ms > job_limit_wall * 1000)); then
			over_limit "$pid" "no verdict after $job_limit_wall wall seconds"
			break
		elif ((now - looked > 1000)); then
			looked=$now
			if grep -qa 'end Kernel panic - not syncing' "$work/console"; then
				pause 0.5
				stop_guest "$pid"
			fi
		fi
	done
	exec {ctl}<&-
	wall_ms=$(($(now_ms) - start))
}

# judge: set verdict and reason after the guest has ended.
judge() {
	local splat death=""

	splat=$(splat_of "$work/console")
	if [ "$verdict" = ok ] && [ -z "$status" ]; then
		verdict=died
		reason=$(grep -ao 'Kernel panic - not syncing.*' "$work/console" | head -1 | tr -d '\r')
		if [ -z "$reason" ] && declare -F engine_death >/dev/null; then
			death=$(engine_death)
			reason=${death:-no verdict from the guest}
		fi
		if declare -F engine_flaw >/dev/null && flaw=$(engine_flaw); then
			reason=$flaw
		fi
	fi
	if [ "$verdict" = ok ] && [ -n "$over" ]; then
		verdict=hang
		reason=$over
	fi
	if [ "$verdict" = ok ] && [ -n "$splat" ]; then
		verdict=splat
		reason="console splat: $splat"
	fi
}

# run_guest SHOW: start the guest in $work; SHOW is a row of words out of
# `console` and `output`: what is streamed to stderr and stdout meanwhile.
run_guest() {
	local pid name tails=()

	verdict=ok status='' reason='' flaw='' last_job='' tsc='' over='' out_status=''
	for name in console output control engine.log; do
		: >"$work/$name"
	done
	(engine_start) &
	pid=$!
	guest_pid=$pid
	if [[ $1 == *output* ]]; then
		tail -c +1 -s 0.05 -f --pid=$pid "$work/output" 2>/dev/null &
		tails+=($!)
	fi
	if [[ $1 == *console* ]]; then
		tail -c +1 -s 0.05 -f --pid=$pid "$work/console" 2>/dev/null >&2 &
		tails+=($!)
	fi
	follow "$pid"
	wait "$pid" 2>/dev/null
	guest_pid=
	[ ${#tails[@]} = 0 ] || wait "${tails[@]}"
	judge
}
