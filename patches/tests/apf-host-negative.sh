#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# apf-host-negative.sh OUT [IMAGE]: negative control of the selftests async_pf_*.
#
# negative/03-apf-host.diff gives the patched kernel a module parameter,
# kvm.apf_break, that breaks asynchronous page faults in one way per number; the
# comments in it say how, the list below which cases have to notice. Each such
# case must fail with the number, and pass with 0 directly after that; with 0 all
# cases must pass. Reports in KTAP: a subtest says how the case has failed.
#
#   IMAGE   a kernel with the diff that is built already; without it one is
#           built in OUT/kernel/negative-apf-host (minutes with ccache)
#
# Environment: FILTER, a regular expression: only these tests (named NN.CASE).
# Needs the selftests of the patched tree (make selftests).

set -u -o pipefail
top=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=kernel/lib/say.sh
. "$top/kernel/lib/say.sh"
# shellcheck source=patches/tests/broken.sh
. "$top/patches/tests/broken.sh"

[ $# -eq 1 ] || [ $# -eq 2 ] || usage_error "usage: apf-host-negative.sh OUT [IMAGE]"
[ -d "$1/kernel" ] || cannot "no kernel tree in $1: run make source"
out=$(cd "$1" && pwd)
diff=$top/patches/tests/negative/03-apf-host.diff
bin=${SELFTESTS:-$out/kernel/patched/selftests/bin}

# NUMBER, test, cases that notice; all: a test without cases.
list='
1	async_pf_test		handshake cpl3
2	async_pf_test		outstanding_64
3	async_pf_test		outstanding_65
4	async_pf_test		ack
5	async_pf_test		halt
6	async_pf_test		cpl0
7	async_pf_test		wakeup_all
8	async_pf_test		write_fault
9	async_pf_test		read_fault
10	async_pf_test		tokens
11	async_pf_test		tokens_of_high_vcpu_id
12	async_pf_test		exit_of_other_process
13	async_pf_config_test	reserved_by_guest reserved_by_host unaligned_by_guest
14	async_pf_config_test	bad_gpa_by_guest bad_gpa_by_host
14	async_pf_config_test	bad_gpa_by_guest_when_off bad_gpa_by_host_when_off
15	async_pf_config_test	deleted_slot
16	async_pf_config_test	flip
17	async_pf_config_test	apic_off
18	async_pf_config_test	unwritable_run
19	async_pf_config_test	unwritable_halt
20	async_pf_config_test	unwritable_worker
44	async_pf_config_test	unwritable_last unwritable_last_v2
21	async_pf_config_test	unwritable_run unwritable_halt unwritable_worker
22	async_pf_hang_test	hard_fault_halting hard_fault_pv
23	async_pf_hang_test	hard_fault_masked
24	async_pf_hang_test	disable_by_guest disable_by_host init enable_again kill_disabling
25	async_pf_hang_test	close_vm
26	async_pf_hang_test	kill_foreign_uffd kill_foreign_uffd_many
27	async_pf_limit_test	stat_refresh neighbour
28	async_pf_limit_test	flip
29	async_pf_batch_test	batch_12 batch_13 batch_64
30	async_pf_batch_test	batch_13 batch_64
31	async_pf_batch_test	busy scribble
32	async_pf_batch_test	batch_1 cleared
33	async_pf_batch_test	restore
34	async_pf_batch_test	repeated
35	async_pf_batch_test	unwritable
36	async_pf_batch_test	unwritable
37	async_pf_batch_test	bits
38	async_pf_batch_test	no_cpuid
39	async_pf_batch_test	no_cpuid_enforced
40	async_pf_test		irq_off
6	async_pf_nested_test	v1_cpl0
41	async_pf_nested_test	v2_cpl0
42	async_pf_nested_test	v1_cpl3 v2_cpl3
43	async_pf_nested_test	no_vmexit
1	async_pf_stress_test	all
'

# What runs in the guest: broken NUMBER TEST CASE, or whole TEST.
write_guest_script() {
	cat <<'END'
param=/sys/module/kvm/parameters/apf_break

# run_limited TEST CASE: its status, 137 if it takes too long. Waiting costs nothing
# here, but a guest may wait in a loop; a process that hangs needs its test to end it.
run_limited() {
	case $1 in
	*hang* | *limit*) limit=60 ;;
	*stress*) limit=5 ;;
	*) limit=1 ;;
	esac
	one="-t $2"
	[ "$2" != all ] || one=
	# Two words or none.
	# shellcheck disable=SC2086
	timeout -s KILL $limit "/selftests/$1" $one >/tmp/log 2>&1
	rc=$?
	killall -q -9 "$1"
	for _ in 1 2 3 4 5; do
		pidof "$1" >/dev/null || return $rc
		sleep 1
	done
	echo "# $1 cannot be killed"
	return $rc
}

# subtest OK NUMBER TEXT: one line of KTAP.
subtest() {
	if [ "$1" = 0 ]; then echo "ok $2 - $3"; return; fi
	sed 's/^/# /' /tmp/log | tail -n 30
	echo "not ok $2 - $3"
	failed=1
}

why() {
	[ "$1" != 137 ] || { echo "takes over $limit s"; return; }
	grep -oE '[a-z_0-9/]+\.c:[0-9]+:.*' /tmp/log | grep . || tail -n 1 /tmp/log
}

failed=0
echo "KTAP version 1"
case $1 in
broken)
	echo "1..2"
	echo "$2" >$param || exit 99
	run_limited "$3" "$4"
	rc=$?
	# One that was never started has not failed.
	{ [ "$4" = all ] || grep -q "RUN .*\.$4 " /tmp/log; } && [ $rc != 0 ] && [ $rc != 4 ]
	subtest $? 1 "$4 with $2: $(why $rc | head -n 1 | tr '#' ' ')"
	echo 0 >$param
	run_limited "$3" "$4"
	[ $? = 0 ] && grep -Eq "^ok 1 |^vCPU 0: " /tmp/log && ! grep -q SKIP /tmp/log
	subtest $? 2 "$4 with 0" ;;
whole)
	echo "1..1"
	echo 0 >$param || exit 99
	"/selftests/$2" >/tmp/log 2>&1 && ! grep -q SKIP /tmp/log
	subtest $? 1 "$2 with 0: $(tail -n 1 /tmp/log | tr '#' ' ')" ;;
esac
exit $failed
END
}

# The list for kernel/boot/run --tests.
write_tests() {
	local nr test cases c t

	printf '[default]\nmem = 2048\ntimeout_emulated = 200\ntimeout_wall = 300\nadd = %s:/broken\n' "$tmp/guest"
	for t in "${tests[@]}"; do
		printf 'add = %s:/selftests/%s\n' "$bin/$t" "$t"
	done
	for t in "${tests[@]}"; do
		printf '[00.%s]\ncommand = sh /broken whole %s\n' "$t" "$t"
	done
	while read -r nr test cases; do
		for c in $cases; do
			printf '[%02d.%s]\ncommand = sh /broken broken %d %s %s\n' "$nr" "$c" "$nr" "$test" "$c"
			# Their workers must run while the vCPU does.
			[ "$test" != async_pf_limit_test ] || echo "smp = 2"
		done
	done < <(grep . <<<"$list")
}

mapfile -t tests < <(awk 'NF { print $2 }' <<<"$list" | sort -u)
for t in "${tests[@]}"; do
	[ -x "$bin/$t" ] || die "no $bin/$t: run make selftests"
done
numbers() { sort -n | uniq | tr '\n' ' '; }
listed=$(awk 'NF { print $1 }' <<<"$list" | numbers)
[ "$listed" = "$(grep -oE 'kvm_apf_break\([0-9]+' "$diff" | grep -oE '[0-9]+' | numbers)" ] ||
	die "${diff#"$top"/} and the list here have different numbers"
image=${2:-}
[ -n "$image" ] || build_image negative-apf-host
tmp=$(mktemp -d "$out/negative.XXXXXX") || die "cannot create a folder in $out (disk full?)"
trap 'rm -rf "$tmp"' EXIT
write_guest_script >"$tmp/guest"
write_tests >"$tmp/tests.cfg"
O=$out "$top/kernel/boot/run" qemu-svm "$image" --quiet --filter "${FILTER:-.}" --tests "$tmp/tests.cfg"
