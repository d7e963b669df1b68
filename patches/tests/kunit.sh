#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# kunit.sh SUITE: run a KUnit suite in the guest and print its KTAP.
#
# The kernel's command line must say kunit.enable=1. Exit status: 0 passed, 4 this
# kernel has no such suite, else failed.

suites=/sys/kernel/debug/kunit
suite=$suites/$1
skip() { echo "$1"; exit 4; }

[ -d "$suites" ] || skip "KUnit is not enabled in this kernel"
[ -d "$suite" ] || skip "this kernel has no KUnit suite $1"
echo 1 >"$suite/run" || exit 1
cat "$suite/results"
grep -q "^ok 1 $1$" "$suite/results"
