# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154,SC2054
# qemu.sh: what the two QEMU engines have in common. Sourced by their
# engine.sh, which defines qemu_accel: it sets the array `accel` to the arguments
# for accelerator, CPU and clock. `qemu` is the binary, if not that in PATH.

# qemu_exec CONSOLE ARG...: become QEMU; CONSOLE is the chardev behind COM1. It
# runs in the work folder: a path with a comma in it would end an option. There
# is no disk: its answers come in wall time, exact runs would differ (the kernel
# looks for partitions while it boots). /out leaves through shared memory.
qemu_exec() {
	local accel

	qemu_accel
	cd "$work" && truncate -s 256M disk.img || return
	exec "${qemu:-qemu-system-x86_64}" -nodefaults -no-user-config -display none -no-reboot \
		"${accel[@]}" -smp "$smp" -m "$mem" \
		-kernel bzImage -initrd initrd.cpio \
		-append "$(<cmdline)" \
		-chardev "$1" -serial chardev:console \
		-chardev file,id=output,path=output -serial chardev:output \
		-chardev file,id=control,path=control \
		-device isa-debugcon,iobase=0xe9,chardev=control \
		-object memory-backend-file,id=scratch,share=on,mem-path=disk.img,size=256M \
		-device ivshmem-plain,memdev=scratch \
		-d cpu_reset -D resets.log "${@:2}"
}

engine_cmdline() { :; }

engine_start() {
	rm -f "$work"/monitor.in "$work"/monitor.out
	mkfifo "$work/monitor.in" "$work/monitor.out" &&
	qemu_exec file,id=console,path=console \
		-chardev pipe,id=monitor,path=monitor \
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
	qemu_exec stdio,id=console,signal=off -monitor none 2>"$work/engine.log"
}
