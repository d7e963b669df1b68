#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# host.sh: the engine "host", which measures the very machine it runs on, tried
# inside a guest of qemu-svm. Base is measured first, then patched beside base's
# samples: units must be the hardware's, and the summary must fit its schema. TAP.

set -u -o pipefail
room=$(cd "$(dirname "$0")/.." && pwd)
top=$(cd "$room/.." && pwd)
# shellcheck source=kernel/lib/say.sh
. "$top/kernel/lib/say.sh"

[ $# -eq 0 ] || usage_error "usage: host.sh"
out=$(cd "${O:-$top/build}" 2>/dev/null && pwd) || die "no build folder: ${O:-$top/build}"
work=$(mktemp -d "${TMPDIR:-/tmp}/bench-host.XXXXXX") || die "cannot make a scratch folder"
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
n=0
failed=0

result() {
	n=$((n + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $n - host: $2"
	else
		echo "not ok $n - host: $2"
		failed=1
	fi
}

# What a user's machine has besides busybox: bash, and a tail that knows --pid.
adds=(--add "$top/kernel/boot:/p/kernel/boot" --add "$top/kernel/lib:/p/kernel/lib"
	--add "$room/run:/p/bench/run" --add "$room/cases.sh:/p/bench/cases.sh"
	--add "$room/cases.cfg:/p/bench/cases.cfg"
	--add /bin/bash:/bin/bash --add /usr/bin/tail:/bin/tail --add /bin/date:/bin/date)
for f in vmm collect benchstat guest; do
	adds+=(--add "$out/bench/$f:/b/bench/$f")
done
mkdir "$work/before"

# measure KERNEL OTHER: run.status, and the results of KERNEL in $work/KERNEL.
measure() {
	"$top/kernel/boot/run" qemu-svm "$1" --mode race --quiet --out "$work/$1" "${adds[@]}" \
		--add "$work/before:/before" --limit-wall 600 -- sh -c '
		mkdir -p /r/raw && cp /before/* /r/raw/ 2>/dev/null
		export O=/b; r="/p/bench/run vmexit host --rounds 1 --samples 20 --dir"
		$r /r --cases empty,cpuid,pio_user_out >/r/said 2>&1; rc=$?
		$r /tmp/other --kernels '"$2"' --cases empty >/tmp/other.said 2>&1; other=$?
		cp -R /r/* /tmp/other.said /out/; echo $rc $other >/out/status' >"$work/output" 2>&1
	rc=$?
	[ "$rc" -ne 4 ] || { tail -n 1 "$work/output" >&2; exit 4; }
	[ "$rc" -eq 0 ] || { cat "$work/output" >&2; die "qemu-svm, $1: exit status $rc"; }
	read -r rc other <"$work/$1/status"
	[ "$rc" -eq 0 ]
	result $? "$1 is measured"
	[ "$rc" -eq 0 ] || sed 's/^/# /' "$work/$1/said"
	[ "$other" -eq 4 ] && tail -n 2 "$work/$1/other.said" | grep -q "is .*patched kernel"
	result $? "control: $2 is refused while $1 runs"
}

# summary KERNEL BASE OFF ON: which figures are numbers (1) and which null (0).
summary() {
	local file=$work/$1/vmexit.host.json

	"$room/tests/stats_schema.py" summary "$file" &&
		"$room/tests/stats_schema.py" raw "$work/$1/raw/vmexit.host.$1.jsonl"
	result $? "summary and samples of $1 fit their schemas"
	python3 - "$file" "${@:2}" <<-'END'
	import json, sys
	top = json.load(open(sys.argv[1]))
	want = [int(word) for word in sys.argv[2:]]
	assert top["engine"] == "host" and top["unit"] in ("cycles", "ns"), top
	assert [m["name"] for m in top["metrics"]] == ["empty_cycles", "cpuid_cycles", "pio_user_out_cycles"]
	for m in top["metrics"]:
	    assert [int((m[c] or 0) > 0) for c in ("base", "off", "on")] == want, m
	END
	result $? "summary of $1: in cycles, base $2, off $3, on $4"
}

measure base patched
summary base 1 0 0
cp "$work/base/raw/vmexit.host.base.jsonl" "$work/before/" || die "no samples of base"
measure patched base
summary patched 1 1 1
grep -q 'with the samples of base from' "$work/patched/said"
result $? "base's samples are said to be of before"
sed 's/"engine":"host"/"engine":"qemu-svm"/' "$work/base/raw/vmexit.host.base.jsonl" >"$work/wrong"
! "$room/tests/stats_schema.py" raw "$work/wrong" 2>/dev/null
result $? "control: cycles of an emulator are refused by the schema"
echo "1..$n"
exit "$failed"
