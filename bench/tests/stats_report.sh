#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# stats_report.sh DIR [REPORT]: tests of bench/report, with mkreport and
# benchstat of DIR; of another driver, for a negative control.
#
# Everything happens in a repository and a build folder of its own, with made-up
# samples (stats_synthetic.py) and made-up kernels.

# shellcheck disable=SC2317 # functions are called through ok()

set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=bench/tests/stats_tap.sh
. "$here/stats_tap.sh"
[ $# -eq 1 ] || [ $# -eq 2 ] || { echo "usage: stats_report.sh DIR [REPORT]" >&2; exit 2; }
driver=${2:-$here/../report}
tools=$(cd "$1" && pwd) || exit 2
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
command -v gnuplot >/dev/null || {
	skip "reports" "gnuplot is not installed"
	finish
}

export GIT_AUTHOR_NAME=t GIT_AUTHOR_EMAIL=t@localhost GIT_COMMITTER_NAME=t \
	GIT_COMMITTER_EMAIL=t@localhost GIT_CONFIG_GLOBAL=/dev/null
repo=$scratch/repo
O=$scratch/out
g() { git -C "$repo" "$@" >/dev/null 2>&1; }

# A repository with what report reads, and nothing else.
make_repo() {
	local top=$here/../..
	mkdir -p "$repo/bench/notes" "$repo/kernel/lib" "$repo/patches/00-base"
	cp "$driver" "$repo/bench/report"
	cp "$top"/bench/plot_*.gp "$repo/bench/"
	cp "$top/kernel/lib/say.sh" "$repo/kernel/lib/"
	cp "$top/kernel/BASE" "$repo/kernel/"
	# shellcheck disable=SC2016 # the backticks are Markdown's
	echo 'Notes with `code` & <i>no markup</i>.' >"$repo/bench/notes/vmexit.md"
	echo 'not a real patch' >"$repo/patches/00-base/0001-x.patch"
	g init -q && g add -A && g commit -q -m one
}

make_output() {
	local k
	for k in base patched; do
		mkdir -p "$O/kernel/$k/obj/arch/x86/boot" "$O/kernel/$k/obj/include/config"
		echo "kernel $k" >"$O/kernel/$k/obj/arch/x86/boot/bzImage"
		echo 6.12.0-test >"$O/kernel/$k/obj/include/config/kernel.release"
		echo 'CONFIG_CC_VERSION_TEXT="gcc"' >"$O/kernel/$k/obj/.config"
	done
	touch -d '2026-01-01 UTC' "$O"/kernel/*/obj/arch/x86/boot/bzImage
	git init -q -b base "$O/kernel/linux.git" &&
		git -C "$O/kernel/linux.git" commit -q --allow-empty -m base
	mkdir -p "$O/bench"
	cp "$tools/mkreport" "$O/bench/"
	"$here/stats_synthetic.py" "$O/bench" qemu-svm bochs-vmx
	for k in qemu-svm bochs-vmx; do
		"$tools/benchstat" --summary "$O/bench/vmexit.$k.json" \
			"$O/bench/raw/vmexit.$k.jsonl" >/dev/null
	done
	touch -d '2026-01-02 03:04:05 UTC' "$O"/bench/raw/*.jsonl
}

make_repo || exit 1
make_output || exit 1
report=$repo/bench/report

# Apart from progress, one line on standard error.
refuses() {
	local status=$1 text=$2 got
	shift 2
	"$report" "$@" >"$scratch/stdout" 2>"$scratch/stderr"
	got=$?
	[ "$got" -eq "$status" ] || { echo "status $got"; cat "$scratch/stderr"; return 1; }
	[ ! -s "$scratch/stdout" ] || { cat "$scratch/stdout"; return 1; }
	[ "$(grep -v '^\[' "$scratch/stderr")" = "$text" ] ||
		{ cat "$scratch/stderr"; return 1; }
	[ -z "$(find "$repo/results" "$O/bench" -name '*.part' -o -name 'report.??????' 2>/dev/null)" ]
}

ok "no OUT" refuses 2 "report: OUT is missing (see report --help)"
ok "OUT that is not there" refuses 2 "report: OUT: no such folder: $scratch/none" "$scratch/none"
ok "an unknown option" refuses 2 "report: unknown option: --what (see report --help)" --what
ok "a day that is none" refuses 2 "report: --date: not a day as YYYY-MM-DD: 2026-02-30" \
	"$O" --date 2026-02-30
ok "an unknown engine" refuses 2 "report: --engine: unknown: z80" "$O" --engine z80
ok "an engine without output" refuses 1 \
	"report: no benchmark output of host in $O/bench: run make bench ENGINE=host" \
	"$O" --engine host
mkdir -p "$scratch/empty/bench" && cp "$tools/mkreport" "$scratch/empty/bench"
ok "no benchmark output" refuses 1 \
	"report: no benchmark output in $scratch/empty/bench: run make bench" "$scratch/empty"

echo '# change' >>"$repo/kernel/BASE"
ok "a dirty tree" refuses 1 \
	"report: the work tree has uncommitted changes: kernel/BASE" "$O"
g checkout kernel/BASE
touch "$repo/bench/new.c"
ok "an untracked source" refuses 1 \
	"report: the work tree has uncommitted changes: bench/new.c" "$O"
rm "$repo/bench/new.c"

cp "$O/bench/vmexit.qemu-svm.json" "$scratch/keep.json"
sed -i 's/"off": 1474/"off": 1400/' "$O/bench/vmexit.qemu-svm.json"
ok "a summary that does not fit its samples" refuses 1 \
	"mkreport: summary of vmexit on qemu-svm does not fit its samples: cpuid_insn" \
	"$O" --engine qemu-svm
cp "$scratch/keep.json" "$O/bench/vmexit.qemu-svm.json"
mv "$O/bench/raw" "$scratch/raw"
ok "no raw samples" refuses 1 \
	"report: no raw samples in $O/bench/raw: run make bench" "$O"
mv "$scratch/raw" "$O/bench/raw"
touch "$O/kernel/patched/obj/arch/x86/boot/bzImage"
ok "a kernel newer than the samples" refuses 1 \
	"report: the patched kernel is newer than $O/bench/raw/vmexit.qemu-svm.jsonl: run make bench again" \
	"$O" --engine qemu-svm
touch -d '2026-01-01 UTC' "$O/kernel/patched/obj/arch/x86/boot/bzImage"

made() { "$report" "$O" --date 2026-01-03; }
ok "a report per engine" made
q=$repo/results/2026-01-03-qemu-svm-6.12.0-test
b=$repo/results/2026-01-03-bochs-vmx-6.12.0-test
for f in report.md report.html samples.jsonl.gz env.json config.gz; do
	ok "$f" test -s "$q/$f" -a -s "$b/$f"
done
ok "and nothing else" test "$(find "$repo/results" -type f | wc -l)" -eq 10
ok "samples are the raw lines" sh -c \
	"gzip -dc '$q/samples.jsonl.gz' | cmp - '$O/bench/raw/vmexit.qemu-svm.jsonl'"
if /usr/bin/python3 -c 'import jsonschema' 2>/dev/null; then
	ok "env.json fits its schema" "$here/stats_schema.py" env "$q/env.json"
	sed '/tool_commit/d' "$q/env.json" >"$scratch/env.json"
	ok "the schema wants the tool's commit" sh -c \
		"'$here/stats_schema.py' env '$scratch/env.json' 2>&1 | grep -q \"'tool_commit' is a required\""
else
	skip "schema of env.json" "python3-jsonschema is not installed"
fi

says() { grep -qF -- "$2" "$1" || { echo "not there: $2"; return 1; }; }
ok "a row with engine, clock, unit and a loss" says "$q/report.md" \
	"| cpuid | qemu-svm | tsc-guest | insn | 1462 | 1474 | 1474 | +12 insn (+0.82%) in every sample | the same in every sample |"
ok "the caution" says "$q/report.md" "They are not time."
ok "losses are named" says "$q/report.md" "- Largest increases, off − base: vmcall +12 insn (+0.86%); cpuid +12 insn (+0.82%)"
ok "what this engine lacks" says "$b/report.md" \
	"- Bench vmexit, measured on qemu-svm but not on bochs-vmx: ipi_other_insn."
ok "engines without figures" says "$q/report.md" \
	"- Engine host: no figures were there to report."
ok "too few samples for p99.9" says "$q/report.md" "9 of 24 rows have too few samples for p99.9"
ok "notes, escaped" says "$q/report.html" \
	"<code>code</code> &amp; &lt;i&gt;no markup&lt;/i&gt;."
ok "plots are inline" test "$(grep -c '<svg' "$q/report.html")" -eq 7
ok "nothing is fetched, nothing runs" sh -c \
	"! grep -Eq '<script|<link|<img|src=|@import|xlink:href=.http|url\(http' '$q/report.html'"

well_formed() {
	/usr/bin/python3 - "$1" <<-'END'
	import collections, html.parser, sys
	void = {"meta", "th", "td", "tr", "li", "p", "br", "path", "use"}
	class Check(html.parser.HTMLParser):
	    def __init__(self):
	        super().__init__()
	        self.open, self.ids = [], collections.Counter()
	    def handle_starttag(self, tag, attrs):
	        self.ids.update(v for k, v in attrs if k == "id")
	        if tag not in void:
	            self.open.append(tag)
	    def handle_startendtag(self, tag, attrs):
	        self.ids.update(v for k, v in attrs if k == "id")
	    def handle_endtag(self, tag):
	        if tag not in void and self.open.pop() != tag:
	            sys.exit(f"{self.getpos()}: </{tag}> does not close what is open")
	check = Check()
	check.feed(open(sys.argv[1], encoding="utf-8").read())
	twice = [i for i, n in check.ids.items() if n > 1]
	if check.open or twice:
	    sys.exit(f"left open: {check.open}; ids used twice: {twice}")
	END
}
ok "every element is closed, no id stands twice" well_formed "$q/report.html"

same_again() {
	cp -r "$repo/results" "$scratch/first" && made >/dev/null &&
		diff -r "$scratch/first" "$repo/results"
}
ok "the same input gives the same bytes, and results/ is not dirt" same_again
g add -A && g commit -q -m results
ok "a committed folder is not replaced" refuses 1 \
	"report: already committed: $q (--date or --force)" "$O" --engine qemu-svm --date 2026-01-03
ok "but for --force" "$report" "$O" --engine qemu-svm --date 2026-01-03 --force
g checkout results

sed -i 's/\b1474\b/1480/g' "$O/bench/raw/vmexit.qemu-svm.jsonl"
"$tools/benchstat" --summary "$O/bench/vmexit.qemu-svm.json" \
	"$O/bench/raw/vmexit.qemu-svm.jsonl" >/dev/null
"$report" "$O" --date 2026-01-04 --engine qemu-svm >/dev/null 2>&1
n=$repo/results/2026-01-04-qemu-svm-6.12.0-test/report.md
ok "what moved since the report before" says "$n" \
	"- vmexit cpuid, off: +6 insn (+0.41%) in every sample."
ok "and from when that is" says "$n" \
	"- Compared with 2026-01-03-qemu-svm-6.12.0-test: 8 cases in both, 0 new; 2 rows moved."

sed 's/"vmexit"/"switch"/' "$O/bench/raw/vmexit.qemu-svm.jsonl" \
	>"$O/bench/raw/switch.qemu-svm.jsonl"
ok "raw samples without a summary stay out" sh -c \
	"'$report' '$O' --date 2026-01-05 --engine qemu-svm && ! grep -q switch \
	'$repo/results/2026-01-05-qemu-svm-6.12.0-test/report.md'"
"$tools/benchstat" --summary "$scratch/s.json" "$O/bench/raw/switch.qemu-svm.jsonl" >/dev/null
sed 's/"metrics": \[/&{"name":"text_bytes","unit":"bytes","base":null,"off":96,"on":null},/' \
	"$scratch/s.json" >"$O/bench/switch.qemu-svm.json"
"$report" "$O" --date 2026-01-06 --engine qemu-svm >/dev/null 2>&1
n=$repo/results/2026-01-06-qemu-svm-6.12.0-test/report.md
ok "a second bench appears by itself" says "$n" "## Bench switch"
ok "with a figure that has no samples" says "$n" "| text_bytes | bytes | - | 96 | - |"
finish
