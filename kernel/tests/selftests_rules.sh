#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# selftests_rules.sh: what selftests.sh makes of two kernels' results, without an
# emulator. TAP. A runner of the test's own says what a file tells it, per kernel and
# per call: lines "TEST pass|skip|late|fail", late being over a limit of wall time.

set -u
top=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/selftests-rules.XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT
n=0
failed=0

mkdir -p "$work/kernel/boot" "$work/kernel/lib" "$work/kernel/tests"
cp "$top/kernel/tests/selftests.sh" "$work/kernel/tests/"
cp "$top/kernel/lib/say.sh" "$work/kernel/lib/"
printf 'qemu-svm\tknown_bad\tfail\tas it is\nqemu-svm\tno_vmx\tskip\tno VMX\nqemu-svm\tlong\tslow\tlong\n' \
	>"$work/kernel/tests/selftests.known"
cat >"$work/kernel/boot/run" <<'END'
#!/bin/bash
# ENGINE FLAVOUR --quiet --tests LIST
here=$(cd "$(dirname "$0")/../.." && pwd)
call=$(($(cat "$here/calls.$2" 2>/dev/null || echo 0) + 1))
echo "$call" >"$here/calls.$2"
echo "KTAP version 1"
grep -o '^\[[^]]*' "$5" | tr -d '[' | while read -r t; do
	i=$((i + 1))
	case $(awk -v t="$t" '$1 == t { print $2 }' "$here/$2.$call") in
	pass) echo "ok $i $t" ;;
	skip) echo "ok $i $t # SKIP because" ;;
	late) echo "not ok $i $t # hang: no verdict after 600 wall seconds (console: x)" ;;
	*) echo "# said"; echo "not ok $i $t # exit status 254" ;;
	esac
done
exit 1
END
chmod +x "$work/kernel/boot/run"

# rule NAME WANTED BASE PATCHED [BASE-AGAIN] [PATCHED-AGAIN]: one test named like the
# first word of BASE (or of PATCHED); WANTED: ok, or part of the line that is not ok.
rule() {
	local name=$1 wanted=$2 f rc

	rm -rf "$work"/calls.* "$work"/{base,patched}.[12] "$work/O"
	for f in base patched; do
		mkdir -p "$work/O/kernel/$f/selftests"
	done
	echo "$3" >"$work/base.1"
	echo "$4" >"$work/patched.1"
	echo "${5:-}" >"$work/base.2"
	echo "${6:-}" >"$work/patched.2"
	for f in base patched; do
		awk 'NF { print $1 } END { print "other" }' "$work/$f.1" >"$work/O/kernel/$f/selftests/list"
		echo "other pass" >>"$work/$f.1"
	done
	"$work/kernel/tests/selftests.sh" "$work/O" qemu-svm normal >"$work/out" 2>"$work/err"
	rc=$?
	n=$((n + 1))
	if { [ "$wanted" = ok ] && [ "$rc" -eq 0 ] && ! grep -q '^not ok' "$work/out"; } ||
	   { [ "$wanted" != ok ] && [ "$rc" -eq 1 ] && grep '^not ok' "$work/out" | grep -qF -- "$wanted"; }; then
		echo "ok $n - $name"
	else
		echo "not ok $n - $name"
		sed 's/^/# /' "$work/out" "$work/err"
		failed=1
	fi
}

rule "equal" ok "a pass" "a pass"
rule "known to fail" ok "known_bad fail" "known_bad fail"
rule "known to fail, and passes" "listed as failing, but passes" "known_bad pass" "known_bad pass"
rule "fails on both" "fails on both, not listed" "a fail" "a fail"
rule "fails on the patched kernel: what was said" "patched: exit status 254 (said)" "a pass" "a fail"
rule "skipped on both, listed" ok "no_vmx skip" "no_vmx skip"
rule "skipped on both" "skipped on both, not listed" "a skip" "a skip"
rule "skipped on one" "not equal" "a pass" "a skip"
rule "only the patched tree has it" ok "" "a pass"
rule "only the patched tree has it, and it is skipped, listed" ok "" "no_vmx skip"
rule "only the patched tree has it, and it fails" "does not pass" "" "a fail"
rule "fails on base alone, then passes" ok "a fail" "a pass" "a pass"
rule "fails on base alone, again" "not equal; base: exit status 254" "a fail" "a pass" "a fail"
rule "fails on the patched kernel and has no second try" "not equal" "a pass" "a fail" "" "a pass"
rule "late on the patched kernel, then passes" ok "a pass" "a late" "" "a pass"
rule "late on the patched kernel, again" "not equal; patched: hang" "a pass" "a late" "" "a late"
rule "late on both, then passes on both" ok "a late" "a late" "a pass" "a pass"
rule "slow is left out" ok "long fail" "long fail"
echo "1..$n"
exit $failed
