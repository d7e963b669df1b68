# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Reading cases.cfg. Sourced by the driver, never run.

# Keys and what they are where neither a case nor [default] says.
declare -gA case_defaults=(
	[bench]='' [payload]='' [args]='' [vmm]='' [cpus]=1 [warmup]=200
	[samples]=1000 [groups]='' [engines]='' [exits]=0
	[probe]='' [configs]='off on' [driver]=''
)
declare -gA case_values=()
case_names=()

# cases_read FILE: fill case_names and case_values[NAME.KEY]. What [default] says
# is every later case's, until the case or another [default] says otherwise.
cases_read() {
	local line name='' key value n=0

	while IFS= read -r line || [ -n "$line" ]; do
		n=$((n + 1))
		line=${line%%#*}
		line=${line%"${line##*[![:space:]]}"}
		[ -n "$line" ] || continue
		if [[ $line =~ ^\[([a-z][a-z0-9_]*)\]$ ]]; then
			name=${BASH_REMATCH[1]}
			[ "$name" != default ] || continue
			[ -z "${case_values[$name.cpus]:-}" ] || die "$1:$n: case '$name' again"
			case_names+=("$name")
			for key in "${!case_defaults[@]}"; do
				case_values[$name.$key]=${case_defaults[$key]}
			done
			continue
		fi
		[[ $line =~ ^([a-z]+)\ =\ (.*)$ ]] || die "$1:$n: neither [name] nor key = value: $line"
		key=${BASH_REMATCH[1]} value=${BASH_REMATCH[2]}
		[ -n "$name" ] || die "$1:$n: key before the first [name]"
		[ -n "${case_defaults[$key]+set}" ] || die "$1:$n: unknown key '$key'"
		if [ "$name" = default ]; then
			case_defaults[$key]=$value
		else
			case_values[$name.$key]=$value
		fi
	done <"$1"
}

# case_of NAME KEY: print a value.
case_of() { printf '%s' "${case_values[$1.$2]}"; }

# case_runs NAME ENGINE: does the case make sense there.
case_runs() {
	local engines=${case_values[$1.engines]}

	[ -z "$engines" ] || [[ " $engines " == *" $2 "* ]]
}

# case_has_config NAME CONFIG: base always, off and on as the case says.
case_has_config() {
	[ "$2" = base ] || [[ " ${case_values[$1.configs]} " == *" $2 "* ]]
}

# case_sample LIST ENGINE WITHOUT FILE: say which part of vmexit a test with LIST
# (names with commas, empty: all) runs there; WITHOUT "crossed": of those that the
# cross-check can take.
case_sample() {
	local name all=0 part=0

	[ -n "$1" ] || return 0
	[ ${#case_names[@]} -gt 0 ] || cases_read "$4"
	for name in "${case_names[@]}"; do
		[ "$(case_of "$name" bench)" = vmexit ] || continue
		case_runs "$name" "$2" || continue
		[ "$3" != crossed ] || case_crossed "$name" || continue
		all=$((all + 1))
		[[ ,$1, != *,$name,* ]] || part=$((part + 1))
	done
	echo "# sample: $part of $all cases: ${1//,/ }"
}

# case_crossed NAME: one CPU, and no time that passes without instructions.
case_crossed() { [ "$(case_of "$1" cpus)" -eq 1 ] && ! case_in "$1" idle; }

# case_in NAME GROUP: does the case carry this group.
case_in() { [[ " ${case_values[$1.groups]} " == *" $2 "* ]]; }
