# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154,SC2054
# qemu-svm: Debian's QEMU as a CPU with AMD SVM, by binary translation (TCG).
# Functions are described in ../README.md.
#
# mode exact: one thread, the TSC counts instructions, idle time is skipped;
# two runs of one image are byte-identical. mode race: a thread per CPU, real
# races, nothing repeatable.

engine_check() {
	command -v qemu-system-x86_64 >/dev/null ||
		cannot "qemu-svm: no qemu-system-x86_64 in PATH: install qemu-system-x86"
	[ "$mode" = exact ] || [ "$(nproc)" -gt 1 ] ||
		cannot "qemu-svm: mode race needs two CPUs of this machine"
}

engine_cmdline() { :; }

# The part of the command line that the shell shares; $1 is COM1's chardev.
qemu_svm() {
	local args=(-nodefaults -no-user-config -display none -no-reboot
		-cpu "EPYC,+svm,+npt" -smp "$smp" -m "$mem"
		-kernel "$work/bzImage" -initrd "$work/initrd.cpio"
		-append "$(<"$work/cmdline")"
		-rtc "base=2024-01-01T00:00:00,clock=vm" -seed 1
		-chardev "$1" -serial chardev:console
		-chardev "file,id=output,path=$work/output" -serial chardev:output
		-chardev "file,id=control,path=$work/control"
		-device isa-debugcon,iobase=0xe9,chardev=control
		-drive "if=none,id=scratch,format=raw,cache=unsafe,file=$work/disk.img"
		-device virtio-blk-pci,drive=scratch
		-d cpu_reset -D "$work/resets.log")

	if [ "$mode" = exact ]; then
		args+=(-accel tcg,thread=single -icount shift=0,sleep=off)
	else
		args+=(-accel tcg,thread=multi)
	fi
	exec qemu-system-x86_64 "${args[@]}" "${@:2}"
}

engine_start() {
	rm -f "$work"/monitor.in "$work"/monitor.out
	mkfifo "$work/monitor.in" "$work/monitor.out" &&
	qemu_svm "file,id=console,path=$work/console" \
		-chardev "pipe,id=monitor,path=$work/monitor" \
		-mon chardev=monitor,mode=readline \
		</dev/null >"$work/engine.log" 2>&1
}

# An NMI reaches a CPU that has its interrupts off; unknown_nmi_panic and
# panic_print on the kernel's command line make it show every CPU.
engine_backtrace() {
	[ -p "$work/monitor.in" ] && printf 'nmi\n' 1<>"$work/monitor.in"
}

engine_death() {
	if grep -qs 'Triple fault' "$work/resets.log"; then
		echo "triple fault"
	else
		grep -v '^qemu-system-x86_64: warning:' "$work/engine.log" | head -1
	fi
}

engine_shell() {
	qemu_svm "stdio,id=console,signal=off" -monitor none
}
