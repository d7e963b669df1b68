# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154,SC2034,SC2016
# tests.sh: run --tests: a list of tests in as few boots as possible, as KTAP.
# Sourced by run. The format of the list is explained in ../tests.cfg.
#
# A test that hangs or kills the guest fails alone: the tests behind it run in
# a new boot, and in one more when that one does not even start. A test whose guest
# died of a known flaw of the emulator (README.md) runs again, three times at most. A
# splat fails the test during which the console showed it.
#
# Not here: the guest, the emulators.

declare -A t_value
t_names=()
t_keys=' command engine flavour smp mem mode append add timeout_emulated timeout_wall groups '

# read_tests FILE: fill t_names and t_value[NAME.KEY]. What [default] says is every
# later test's, until the test says otherwise; its `add` lines come first.
read_tests() {
	local line key name='' n=0

	while IFS= read -r line || [ -n "$line" ]; do
		n=$((n + 1))
		line=${line#"${line%%[![:space:]]*}"}
		case $line in
		''|'#'*) continue ;;
		'['*']')
			name=${line#[}
			name=${name%]}
			[[ $name =~ ^[A-Za-z0-9._-]+$ ]] || usage_error "$1:$n: bad name: $name"
			[ -z "${t_value[$name.name]:-}" ] || usage_error "$1:$n: second test $name"
			t_value[$name.name]=$name
			[ "$name" != default ] || continue
			t_names+=("$name")
			for key in $t_keys; do
				t_value[$name.$key]=${t_value[default.$key]:-}
			done
			continue ;;
		esac
		key=${line%%=*}
		key=${key//[[:space:]]/}
		[ -n "$name" ] || usage_error "$1:$n: no [name] before: $line"
		[[ $line == *=* && $t_keys == *" $key "* ]] || usage_error "$1:$n: unknown key: $key"
		line=${line#*=}
		line=${line#"${line%%[![:space:]]*}"}
		if [ "$key" = add ]; then
			t_value[$name.add]+=${t_value[$name.add]:+$'\n'}$line
		else
			t_value[$name.$key]=$line
		fi
	done <"$1"
	for name in "${t_names[@]}"; do
		[ -n "${t_value[$name.command]:-}" ] || usage_error "$1: $name: no command"
		for key in smp mem timeout_emulated timeout_wall; do
			[ -z "${t_value[$name.$key]:-}" ] || number "$1: $name: $key" "${t_value[$name.$key]}"
		done
		case ${t_value[$name.mode]:-exact} in
		exact|race) ;;
		*) usage_error "$1: $name: mode: ${t_value[$name.mode]}" ;;
		esac
	done
}

# wanted NAME: is this test for this engine, kernel, group and filter?
wanted() {
	local engines=${t_value[$1.engine]:-all} flavours=${t_value[$1.flavour]:-all}
	local in_groups=" ${t_value[$1.groups]:-} "

	[[ $engines == all || " $engines " == *" $engine "* ]] || return
	[[ $flavours == all || " $flavours " == *" ${image_name%%:*} "* ]] || return
	[[ $1 =~ ${filter:-.} ]] || return
	if [ -n "$groups" ]; then
		[[ $in_groups == *" $groups "* ]]
	else
		[[ $in_groups != *" nodefault "* ]]
	fi
}

# machine NAME: one line that says which machine and guest a test needs.
machine() {
	local m=exact

	[ "$engine" != qemu-svm ] || m=${t_value[$1.mode]:-$mode}
	printf '%s|%s|%s|%s|%s\n' "${t_value[$1.smp]:-$smp}" "${t_value[$1.mem]:-$mem}" "$m" \
		"${t_value[$1.append]:-}" "${t_value[$1.add]:-}" | tr '\n' ' '
}

# use_machine NAME: set the variables of a boot for this test.
use_machine() {
	local add

	smp=${t_value[$1.smp]:-$smp_default}
	mem=${t_value[$1.mem]:-$mem_default}
	mode=$mode_default
	[ "$engine" != qemu-svm ] || mode=${t_value[$1.mode]:-$mode_default}
	append="$append_default ${t_value[$1.append]:-}"
	adds=("${adds_default[@]}")
	while IFS= read -r add; do
		add=${add//'$O'/$out}
		add=${add//'$TOP'/$top}
		add=${add//'$FLAVOUR'/${image_name%%:*}}
		[ -z "$add" ] || adds+=("$add")
	done <<<"${t_value[$1.add]:-}"
}

# result NAME ok|fail|skip TEXT OUTPUT: one KTAP result and its row of the file.
result() {
	local first

	tests_done=$((tests_done + 1))
	first=$(head -n 1 "$4" | tr -d '\r')
	if [[ $first == KTAP\ version* || $first == TAP\ version* ]]; then
		tr -d '\r' <"$4" | sed 's/^/  /'
	elif [ "$2" = fail ] || [ "${V:-0}" = 1 ]; then
		tr -d '\r' <"$4" | tail -n 60 | sed 's/^/# /'
	fi
	case $2 in
	ok)   echo "ok $tests_done $1"; passed=$((passed + 1)) ;;
	skip) echo "ok $tests_done $1 # SKIP $3"; skipped=$((skipped + 1)) ;;
	fail) echo "not ok $tests_done $1 # $3"; failed=$((failed + 1)) ;;
	esac
	[ -z "$results" ] || printf '%s\t%s\t%s\t%s\t%s\n' "$engine" "$image_name" "$1" "$2" "$3" >>"$results" ||
		die "--results: cannot write to $results"
}

# Called by watch.sh for every report: where each job's output lies, and limits.
on_report() {
	local word number a b c

	read -r word number a b c <<<"$1"
	case $word in
	@start) j_start[number]=$a
		job_limit_wall=${t_value[${boot_tests[number - 1]}.timeout_wall]:-$limit_wall} ;;
	@end)   j_status[number]=$a j_end[number]=$b ;;
	@over)  j_over[number]=1 j_end[number]=$a ;;
	esac
}

# job_splat NUMBER: the first splat between this job's mark and the next one;
# what came before the first mark is the first job's.
job_splat() {
	awk -v n="$1" 'BEGIN { on = n == 1 } /init: job [0-9]+ starts/ { sub(/.*init: job /, ""); on = ($1 == n); next } on' \
		"$work/console" >"$work/console.job"
	splat_of "$work/console.job"
}

# report_job NUMBER: print the result of a job that ended or was killed.
report_job() {
	local n=$1 name=${boot_tests[$1 - 1]} file=$work/output.job text splat

	tail -c "+$((j_start[n] + 1))" "$work/output" |
		head -c "$((${j_end[n]:-999999999} - j_start[n]))" >"$file"
	splat=$(job_splat "$n")
	if [ -n "${j_over[n]:-}" ]; then
		console_tail
		result "$name" fail "hang: over ${t_value[$name.timeout_emulated]:-$limit_emulated} emulated seconds" "$file"
	elif [ -z "${j_status[n]:-}" ]; then
		console_tail
		result "$name" fail "$verdict: $reason (console: $log)" "$file"
	elif [ -n "$splat" ]; then
		result "$name" fail "console splat: $splat" "$file"
	elif [ "${j_status[n]}" = 4 ]; then
		text=$(tr -d '\r' <"$file" | grep . | tail -n 1)
		result "$name" skip "${text:-no reason given}" "$file"
	elif [ "${j_status[n]}" = 0 ]; then
		result "$name" ok "" "$file"
	else
		result "$name" fail "exit status ${j_status[n]}" "$file"
	fi
}

console_tail() { tail -n 60 "$work/console.job" | tr -d '\r' | sed 's/^/# console: /'; }

# again NAME: is the emulator to blame, and not for the fourth time?
declare -A t_flaws
again() {
	[ -n "$flaw" ] || return
	t_flaws[$1]=$((${t_flaws[$1]:-0} + 1))
	echo "# $1: $flaw (${t_flaws[$1]} of 3)"
	[ "${t_flaws[$1]}" -le 3 ]
}

# boot_some NAME...: one boot for these tests; leaves in `left` those that are
# still to be run.
boot_some() {
	local n=0 name

	boot_tests=("$@") j_start=() j_end=() j_status=() j_over=() left=()
	for name; do
		n=$((n + 1))
		guest_job "$n" "${t_value[$name.timeout_emulated]:-$limit_emulated}" \
			sh -c "${t_value[$name.command]}"
	done >"$work/list" || die "cannot write to $work"
	prepare_job "$work/list"
	run_guest "${quiet:-console}"
	keep_log
	boots=$((boots + 1))
	echo "# boot $boots: $engine $image_name smp $smp mem $mem mode $mode: $n tests, ${wall_ms} ms, console $log"
	collect "${out_dir:+$out_dir/boot-$boots}"
	if [ ${#j_start[@]} -gt 0 ]; then
		started=1
	elif [ "$started" = 1 ]; then
		echo "# note: the guest of boot $boots did not start, where one of the same kernel has: $verdict: $reason"
		started=0 left=("$@")
		return
	fi
	for ((n = 1; n <= $#; n++)); do
		if [ -n "${j_start[n]:-}" ] && [ -z "${j_status[n]:-}" ] && again "${!n}"; then
			left+=("${!n}")
		elif [ -n "${j_start[n]:-}" ]; then
			report_job "$n"
		elif [ ${#j_start[@]} -gt 0 ]; then
			left+=("${!n}")
		else
			: >"$work/output.job"
			cp "$work/console" "$work/console.job"
			[ "$n" -gt 1 ] || console_tail
			result "${!n}" fail "the guest did not start: $verdict: $reason" "$work/output.job"
		fi
	done
}

# run_tests FILE: all of it. Returns 0, or 1 when a test failed.
run_tests() {
	local name first key rest chosen=() group=()

	passed=0 failed=0 skipped=0 tests_done=0 boots=0
	read_tests "$1"
	for name in "${t_names[@]}"; do
		! wanted "$name" || chosen+=("$name")
	done
	if [ ${#chosen[@]} -eq 0 ]; then
		echo "KTAP version 1"
		echo "1..0 # SKIP"
		cannot "--tests: none is for $engine, $image_name, this group and filter"
	fi
	smp_default=$smp mem_default=$mem mode_default=$mode append_default=$append
	adds_default=("${adds[@]}")
	echo "KTAP version 1"
	echo "1..${#chosen[@]}"
	while [ ${#chosen[@]} -gt 0 ]; do
		first=${chosen[0]}
		smp=$smp_default mem=$mem_default mode=$mode_default
		key=$(machine "$first")
		group=() rest=()
		for name in "${chosen[@]}"; do
			if [ "$(machine "$name")" = "$key" ]; then
				group+=("$name")
			else
				rest+=("$name")
			fi
		done
		chosen=("${rest[@]}")
		use_machine "$first"
		prepare
		left=("${group[@]}") started=0
		while [ ${#left[@]} -gt 0 ]; do
			boot_some "${left[@]}"
		done
	done
	echo "# totals: pass:$passed fail:$failed skip:$skipped"
	[ "$failed" -eq 0 ]
}
