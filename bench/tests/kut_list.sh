# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154
# kut_list.sh: turns a build of kvm-unit-tests into a list for kernel/boot/run
# --tests. Sourced by kut.sh and its tests; runs nothing.
#
# What x86/unittests.cfg says is taken as far as bench/vmm has it; a section that
# needs more becomes a test that skips with the reason. Images without a section
# are skipped, too; without any unittests.cfg each image is run once, plainly.
#
# Not here: the images themselves and what they print.

# Emulated seconds where a section names no timeout, as kvm-unit-tests has it; the
# wall seconds for any; what $MAX_SMP means; the largest guest memory in MiB.
kut_timeout_s=90
kut_wall_s=600
kut_max_smp=2
kut_max_mib=3072

declare -A kut=() kut_names=()

# kut_skip TEXT: the first reason counts.
kut_skip() { [ -n "${kut[skip]:-}" ] || kut[skip]=$1; }

# kut_cpu MODEL,FEATURE...: bench/vmm gives each image all that KVM supports, so
# plain models and added features are there; nothing can be taken away.
kut_cpu() {
	local model feature features

	IFS=, read -r model features <<<"$1"
	case $model in
	host | max | base | qemu64 | qemu32 | kvm64 | kvm32) ;;
	*) kut_skip "no -cpu $model: images see what KVM supports" ;;
	esac
	for feature in ${features//,/ }; do
		case $feature in
		hv[_-]*) kut_skip "no -cpu feature $feature" ;;
		+[a-z0-9]* | migratable=* | host-phys-bits | host-phys-bits=on) ;;
		*) kut_skip "no -cpu feature $feature" ;;
		esac
	done
}

# kut_mem SIZE: QEMU's -m, MiB unless a letter says otherwise.
kut_mem() {
	local size=${1%[mM]}

	[[ $size != *[gG] ]] || size=$((${size%[gG]} * 1024))
	if ! [[ $size =~ ^[1-9][0-9]{0,6}$ ]]; then
		kut_skip "no -m $1"
	elif ((size > kut_max_mib)); then
		kut_skip "no -m $1: guest memory ends at $kut_max_mib MiB"
	else
		kut[mem]=$size
	fi
}

# kut_smp EXPRESSION: a number, or arithmetic with $MAX_SMP.
kut_smp() {
	local text=${1//\$MAX_SMP/$kut_max_smp}

	if ! [[ $text =~ ^[0-9]+$ || $text =~ ^\$\(\([0-9\ +*/\(\)\<\>?:\&\|=-]*\)\)$ ]]; then
		kut_skip "no smp $1"
		return
	fi
	text=${text#'$(('}
	text=${text%'))'}
	kut[smp]=$((text)) || kut[smp]=0
	((kut[smp] >= 1 && kut[smp] <= 64)) || kut_skip "no smp $1"
}

# kut_params TEXT: QEMU's arguments.
kut_params() {
	local words=() i=0 word lines

	if [[ $1 == *[\`\$]* ]]; then
		kut_skip "parameters made by a shell: $1"
		return
	fi
	lines=$(xargs printf '%s\n' <<<"$1" 2>/dev/null) || kut_skip "unreadable parameters: $1"
	mapfile -t words <<<"$lines"
	while [ "$i" -lt ${#words[@]} ]; do
		word=${words[i]}
		i=$((i + 1))
		case $word in
		--?*) word=${word#-} ;;
		esac
		case $word in
		'') ;;
		-append) kut[args]=${words[i]:-}; i=$((i + 1)) ;;
		-cpu) kut_cpu "${words[i]:-}"; i=$((i + 1)) ;;
		-m) kut_mem "${words[i]:-}"; i=$((i + 1)) ;;
		-smp) kut_smp "${words[i]:-}"; i=$((i + 1)) ;;
		-enable-kvm | -no-reboot | -nographic) ;;
		*) kut_skip "no $word ${words[i]:-}"; return ;;
		esac
	done
}

# kut_arch DIR: the architecture that this build is for.
kut_arch() {
	local arch

	arch=$(sed -n 's/^ARCH=//p' "$1/config.mak" 2>/dev/null)
	echo "${arch:-x86_64}"
}

# kut_judge DIR: fill in the defaults and find reasons why this section cannot run.
kut_judge() {
	local image=$1/x86/${kut[file]:-} quote=\'

	kut_smp "${kut[smp_text]:-1}"
	kut_params "${kut[extra_params]:-} ${kut[qemu_params]:-}"
	[ -z "${kut[test_args]:-}" ] || kut[args]=$(xargs <<<"${kut[test_args]}")
	[ -z "${kut[machine]:-}" ] || kut_skip "no machine ${kut[machine]}"
	[[ " ${kut[groups]:-} " != *" nodefault "* ]] || kut_skip "group nodefault"
	[ -z "${kut[arch]:-}" ] || [ "${kut[arch]}" = "$2" ] || kut_skip "for ${kut[arch]}, the build is for $2"
	[ "${kut[accel]:-kvm}" = kvm ] || kut_skip "for ${kut[accel]}, not for KVM"
	[[ ${kut[timeout]:-$kut_timeout_s} =~ ^[1-9][0-9]{0,4}s?$ ]] || kut_skip "no timeout ${kut[timeout]}"
	[[ ${kut[file]:-} =~ ^[A-Za-z0-9._-]+\.flat$ ]] || kut_skip "no multiboot image: ${kut[file]:-no file}"
	[ -f "$image" ] || kut_skip "not built: ${kut[file]:-}"
	[[ ${kut[args]:-}${kut[check]:-} != *[$quote$'\n']* ]] || kut_skip "a quote in the arguments"
}

# kut_print STAGE: the section as a test of the list.
kut_print() {
	local name=${kut[name]//[^A-Za-z0-9._-]/_} timeout=${kut[timeout]:-$kut_timeout_s} reason host_mib=1024

	kut_names[$name]=$((${kut_names[$name]:-0} + 1))
	[ "${kut_names[$name]}" -eq 1 ] || name+=.${kut_names[$name]}
	printf '[%s]\n' "$name"
	if [ -n "${kut[skip]:-}" ]; then
		reason=${kut[skip]//[^A-Za-z0-9 _.,:=+\/-]/?}
		printf "command = echo '%s'; exit 4\n" "$reason"
	else
		timeout=${timeout%s}
		printf "command = sh /kut-guest.sh %s %s %s '%s' /kut/%s '%s'\n" "$timeout" "${kut[smp]}" \
			"${kut[mem]:-128}" "${kut[check]:-}" "${kut[file]}" "${kut[args]:-}"
		printf 'timeout_emulated = %s\n' "$((timeout + 30))"
	fi
	((${kut[mem]:-128} <= 512)) || host_mib=2048
	[ "${kut[smp]:-1}" -eq 1 ] || echo 'smp = 2'
	printf 'mem = %s\n\n' "$host_mib"
}

# kut_section DIR ARCH: the section just read, if there is one; begin the next.
kut_section() {
	if [ -n "${kut[name]:-}" ]; then
		kut_judge "$1" "$2"
		kut_print
	fi
	kut=()
}

# kut_read FILE DIR ARCH: all sections. Later keys win, checks add up.
kut_read() {
	local line key value more
	local keys='file|smp|extra_params|qemu_params|test_args|arch|groups|accel|timeout|check|machine'

	while IFS= read -r line || [ -n "$line" ]; do
		if [[ $line =~ ^\[(.*)\]$ ]]; then
			value=${BASH_REMATCH[1]}
			kut_section "$2" "$3"
			kut[name]=$value
			continue
		fi
		[[ $line =~ ^($keys)\ *=\ *(.*)$ ]] || continue
		key=${BASH_REMATCH[1]} value=${BASH_REMATCH[2]}
		if [[ $value == '"""'* ]]; then
			value=${value#'"""'}
			while [[ $value != *'"""' ]] && IFS= read -r more; do
				value+=" $more"
			done
			value=${value%'"""'}
		fi
		case $key in
		smp) kut[smp_text]=$value ;;
		check) kut[check]+="${kut[check]:+ }$value" ;;
		*) kut[$key]=$value ;;
		esac
	done <"$1"
	kut_section "$2" "$3"
}

# kut_list DIR STAGE SCRIPT VMM: print the list for the build in DIR, whose images
# have been copied to the folder STAGE; SCRIPT and VMM run them in the guest.
kut_list() {
	local arch cfg=$1/x86/unittests.cfg image

	kut=() kut_names=()
	arch=$(kut_arch "$1")
	printf '[default]\nadd = %s:/vmm\nadd = %s:/kut-guest.sh\nadd = %s:/kut\ntimeout_wall = %s\n\n' \
		"$4" "$3" "$2" "$kut_wall_s"
	[ ! -f "$cfg" ] || kut_read "$cfg" "$1" "$arch"
	for image in "$1"/x86/*.flat; do
		[ -f "$image" ] || continue
		! grep -qsE "^file *= *${image##*/} *\$" "$cfg" || continue
		kut=([name]=${image##*/} [file]=${image##*/})
		kut[name]=${kut[name]%.flat}
		[ ! -f "$cfg" ] || kut_skip "no section in unittests.cfg"
		kut_section "$1" "$arch"
	done
}
