#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# apf-in-guest.sh run|no_memory TEST [ARG...]: what apf.sh runs in the guest.
#
# run: the selftest must pass and leave no memory behind, where kmemleak looks; what
# KCSAN finds is on the console, here it must have looked.
# no_memory: half of the allocations of a fault fail, so that it waits for its
# page in the vCPU's thread; the selftest must pass, and some must have failed.
# Exit status 4: this kernel cannot tell.

leaks=/sys/kernel/debug/kmemleak
kcsan=/sys/kernel/debug/kcsan
slab=/sys/kernel/slab/kvm_async_pf/failslab
fail=/sys/kernel/debug/failslab
times=1000000

# check_leaks: an object counts as lost once two scans have not found it.
check_leaks() {
	[ -e "$leaks" ] || return 0
	sleep 6
	echo scan >"$leaks" && echo scan >"$leaks" || return 1
	[ -s "$leaks" ] || return 0
	head -n 40 "$leaks"
	return 1
}

# check_kcsan: what it does not watch has no races.
check_kcsan() {
	[ -e "$kcsan" ] || return 0
	grep -E '^(setup_watchpoints|data_races|races_unknown_origin):' "$kcsan"
	grep -q '^setup_watchpoints: [1-9]' "$kcsan"
}

how=$1
test=$2
shift 2
cd /selftests || exit 1
case $how in
run)
	[ ! -e "$leaks" ] || echo clear >"$leaks"
	[ ! -e "$kcsan" ] || echo on >"$kcsan"
	"./$test" "$@" && check_leaks && check_kcsan ;;
no_memory)
	if [ ! -e "$slab" ] || [ ! -e "$fail" ]; then
		echo "this kernel has no fault injection, or the cache is merged with others"
		exit 4
	fi
	echo 1 >"$slab" && echo Y >"$fail/cache-filter" && echo 50 >"$fail/probability" &&
		echo 0 >"$fail/verbose" && echo "$times" >"$fail/times" || exit 1
	"./$test" "$@"
	status=$?
	echo 0 >"$fail/probability"
	failed=$((times - $(cat "$fail/times")))
	echo "allocations that failed: $failed"
	[ "$status" = 0 ] && [ "$failed" -gt 100 ] && check_leaks ;;
esac
