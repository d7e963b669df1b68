# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154,SC2054,SC2034
# qemu-svm: Debian's QEMU as a CPU with AMD SVM, by binary translation (TCG).
# Functions are described in ../README.md. The binary is build.sh's, with the
# fixes of patches/; without it, or with QEMU=stock, the installed one.
# QEMU_BINARY=FILE takes another, WITHOUT=NUMBER that of a negative control.
#
# mode exact: one thread, the TSC counts instructions, idle time is skipped;
# two runs of one image are byte-identical. mode race: a thread per CPU, real
# races, nothing repeatable.
#
# --count: a TCG plugin, count.c; it cannot tell one MSR from another, such
# counters are null.

# shellcheck source=kernel/boot/qemu.sh
. "$boot/qemu.sh"

engine_check() {
	qemu=${QEMU_BINARY:-$out/qemu${WITHOUT:+-without-$WITHOUT}/bin/qemu-system-x86_64}
	if [ -z "${QEMU_BINARY:-}${WITHOUT:-}" ] && { [ "${QEMU:-}" = stock ] || [ ! -x "$qemu" ]; }; then
		qemu=$(command -v qemu-system-x86_64) ||
			cannot "qemu-svm: no qemu-system-x86_64 in PATH: install qemu-system-x86"
	fi
	[ -x "$qemu" ] || cannot "qemu-svm: no such QEMU: $qemu"
	[ "$mode" = exact ] || [ "$(nproc)" -gt 1 ] ||
		cannot "qemu-svm: mode race needs two CPUs of this machine"
}

# With icount shift=0 the TSC has exactly 1 GHz. The check whether the timer
# interrupt arrives in time fails on a loaded machine.
engine_cmdline() {
	echo "no_timer_check"
	[ "$mode" != exact ] || echo "tsc_early_khz=1000000 tsc=reliable"
}

qemu_accel() {
	accel=(-cpu "EPYC,+svm,+npt" -seed 1 -rtc "base=2024-01-01T00:00:00,clock=vm")
	if [ "$mode" = exact ]; then
		accel+=(-accel tcg,thread=single -icount shift=0,sleep=off)
	else
		accel+=(-accel tcg,thread=multi)
	fi
	if [ -n "$count" ]; then
		export KVMLAT_COUNT_SPEC=$count KVMLAT_COUNT_FILE=$work/counts.json
		ln -sf "$out/boot/count.so" "$work/count.so"
		accel+=(-plugin ./count.so)
	fi
}

# engine_flaw: did the guest die of QEMU itself? QEMU 7.2 with a thread per CPU
# loses a change of code which another CPU makes between reading and filing it,
# and then runs what was there before for ever. If that was a breakpoint with
# which the kernel changes its code, the oops is an int3 although the memory, as
# "Code:" shows it, has none (cc) before RIP.
engine_flaw() {
	[ "$mode" = race ] || return
	awk '/Oops: int3/ { on = 1 }
	     on && /Code:.*</ { stale = !/ cc </; exit }
	     END { exit !stale }' "$work/console" || return
	echo "QEMU ran code that the kernel had replaced"
}
