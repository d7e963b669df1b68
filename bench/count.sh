# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154,SC2015,SC2034
# count.sh: what the drivers share that let the emulator count: its specification
# from a kernel's symbols, figures from its windows, a table of them. Sourced.
#
# Figures are lines "COLUMN CASE COUNTER VALUE" in $work/figures. The driver says how
# many operations a case's window has by a function of awk, per(CASE), in `per`.

# count_engine ENGINE: refuse what cannot count by address.
count_engine() {
	case $1 in
	bochs-vmx | qemu-svm) ;;
	host | qemu-kvm) cannot "$1 does not count by address" ;;
	*) usage_error "ENGINE: unknown: $1" ;;
	esac
}

# count_options OPTION...: set samples, image_base, image_patched, mask, dir, and
# `partial` where the result is not the whole benchmark.
count_options() {
	while [ $# -gt 0 ]; do
		case $1 in
		-h | --help) echo "$help_text"; exit 0 ;;
		--samples | --base | --patched | --mask | --dir)
			[ $# -ge 2 ] || usage_error "$1: value missing" ;;
		*) usage_error "unknown argument: $1" ;;
		esac
		case $1 in
		--samples)
			[[ $2 =~ ^[1-9][0-9]{0,5}$ ]] || usage_error "$1: not a number from 1 to 999999: $2"
			samples=$2 partial=1 ;;
		--base) image_base=$2 partial=1 ;;
		--patched) image_patched=$2 partial=1 ;;
		--mask)
			[[ $2 =~ ^0x[0-9a-f]{1,2}$ ]] || usage_error "$1: not like 0x3f: $2"
			mask=$2 partial=1 ;;
		--dir) dir=$2 ;;
		esac
		shift 2
	done
}

# count_folders PROGRAM...: set `out` and `dir`, and look for what a run needs.
count_folders() {
	local k

	out=${O:-$top/build}
	out=$(cd "$out" 2>/dev/null && pwd) || die "build folder: no such folder: ${O:-$top/build}"
	dir=${dir:-$out/bench}
	for k in vmm benchstat "$@"; do
		[ -e "$out/bench/$k" ] || die "not built: $out/bench/$k (run make -C bench)"
	done
	for k in "$image_base" "$image_patched"; do
		[ -f "$out/kernel/$k/obj/vmlinux" ] || die "no vmlinux of kernel $k in $out/kernel"
	done
	mkdir -p "$dir/raw" || die "cannot make $dir/raw"
}

# count_symbols VMLINUX NAMES: "NAME START SIZE" of functions, sorted. A function that is
# missing is inlined there, or is of the other vendor; a name that several have is left
# out.
count_symbols() {
	nm -S --defined-only "$1" |
		awk -v list="$2" '
			BEGIN { n = split(list, f); for (i = 1; i <= n; i++) want[f[i]] = 1 }
			$3 ~ /^[tT]$/ { name = $4; sub(/\..*/, "", name)
				if (!(name in want) || $4 ~ /\.cold/) next
				seen[name]++; start[name] = $1; size[name] = $2 }
			END { for (name in start) if (seen[name] == 1) print name, start[name], size[name] }' |
		sort
}

# count_calls NAME START: a counter. The first byte of a function is one instruction
# per call.
count_calls() { printf 'range %s %s %x\n' "$1" "$2" $((0x$2 + 1)); }

# count_spec IMAGE FUNCTIONS CALLS OPS: the emulator's counters: instructions of the
# first, calls of the second (NAME_calls), executions of the third.
count_spec() {
	local op name start size calls

	calls=" $(xargs <<<"$3") "
	for op in $4; do
		printf 'op %s %s\n' "$op" "$op"
	done
	count_symbols "$out/kernel/$1/obj/vmlinux" "$2 $3" | while read -r name start size; do
		printf 'range %s %s %x\n' "$name" "$start" $((0x$start + 0x$size))
		[[ $calls != *" $name "* ]] || count_calls "$name:calls" "$start"
	done
}

# count_figures WINDOW COLUMN CASE: a window's line, all CPUs together, as figures.
count_figures() {
	grep -oE '"[a-zA-Z_0-9:]+":[0-9]+' <<<"$1" | sed -E 's/"([^"]+)":/\1 /; s/:/_/' |
		grep -v '^\(label\|seq\) ' | awk -v at="$2 $3" '{ v[$1] += $2 }
			END { for (k in v) print at, k, v[k] }' >>"$work/figures"
}

# count_boot KERNEL IMAGE ARG...: boot with $work/KERNEL/{spec,plan}; ARGs go to
# kernel/boot/run. Leaves one line per window in $work/KERNEL/windows.
count_boot() {
	local here=$work/$1 kernel=$1 image=$2 rc

	shift 2
	say "$bench on $engine: $kernel ($image)"
	"$top/kernel/boot/run" "$engine" "$image" --quiet --out "$here/out" --count "$here/spec" \
		--add "$out/bench/vmm" --add "$here/plan" "$@" -- sh /plan >"$here/output" 2>&1
	rc=$?
	if [ "$rc" -ne 0 ]; then
		cat "$here/output" >&2
		[ "$rc" -ne 4 ] || cannot "$engine cannot run here"
		die "$bench on $engine: $kernel: exit status $rc"
	fi
	grep '"label"' "$here/out/counts.json" >"$here/windows"
}

# count_sums NAME=FUNCTIONS...: add what functions have together as a figure.
count_sums() {
	local arg

	for arg; do
		awk -v name="${arg%%=*}" -v list="${arg#*=}" '
			BEGIN { n = split(list, f); for (i = 1; i <= n; i++) of[f[i]] = 1 }
			$3 in of { sum[$1 " " $2] += $4 }
			END { for (k in sum) print k, name, sum[k] }' "$work/figures" >"$work/sums" &&
		cat "$work/sums" >>"$work/figures" || die "cannot write to $work"
	done
}

# count_table: every counter that is not zero, per operation.
count_table() {
	awk -v samples="$samples" "$per"'
		{ v[$2, $3, $1] = $4 / per($2)
		  if ($4 && !(($2, $3) in seen)) { seen[$2, $3]; order[++n] = $2 SUBSEP $3 } }
		END { printf "%-14s %-36s %10s %10s %10s\n", "CASE", "COUNTER", "BASE", "OFF", "ON"
			for (i = 1; i <= n; i++) { split(order[i], p, SUBSEP)
				printf "%-14s %-36s %10.2f %10.2f %10.2f\n", p[1], p[2],
					v[order[i], "base"], v[order[i], "off"], v[order[i], "on"] } }' "$work/figures"
}

# count_publish: statistics and the table of `lines` (the driver's: raw lines from
# $work/figures); saves them in $dir unless the run was partial.
count_publish() {
	lines | LC_ALL=C sort >"$work/lines"
	grep '"kernel":"base"' "$work/lines" >"$work/base.jsonl"
	grep '"kernel":"patched"' "$work/lines" >"$work/patched.jsonl"
	"$out/bench/benchstat" --summary "$work/summary" "$work/base.jsonl" "$work/patched.jsonl" ||
		die "statistics failed"
	count_table
	if [ -n "$partial" ] && [ "$dir" = "$out/bench" ]; then
		say "not the whole benchmark: nothing published"
		return
	fi
	count_table >"$dir/$bench.$engine.txt" &&
	cp "$work/base.jsonl" "$dir/raw/$bench.$engine.base.jsonl" &&
	cp "$work/patched.jsonl" "$dir/raw/$bench.$engine.patched.jsonl" &&
	cp "$work/summary" "$dir/$bench.$engine.json" || die "cannot write to $dir"
}

# For awk: one raw line of a ratio whose name says of what.
count_line='function put(column, name, value) {
	printf "{\"bench\":\"%s\",\"case\":\"%s\",\"kernel\":\"%s\",\"config\":\"%s\",\"engine\":\"%s\",\"unit\":\"%s\",\"clock\":\"%s\",\"round\":1,\"warmup\":%d,\"samples\":[%.4f]}\n",
		bench, name, column == "base" ? "base" : "patched", column, engine, unit,
		engine == "qemu-svm" ? "icount" : "bochs-ipc", warmup, value
}
'
