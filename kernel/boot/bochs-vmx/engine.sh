# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154,SC2034
# bochs-vmx: Bochs as a CPU with Intel VMX, by interpretation.
# Functions are described in ../README.md, Bochs itself in README.md.
#
# One tick is one instruction; the clock is the ticks, the date and the random
# generator are fixed: two runs of one image are byte-identical, with any number
# of CPUs. Environment: WITHOUT=NUMBER takes the Bochs that lacks that patch,
# VMCS_STRICT=1 ends the machine at a broken rule of active VMCSs.

# Ticks per emulated second.
bochs_ips=100000000
bochs_room=$boot/bochs-vmx
bochs_isolinux=/usr/lib/ISOLINUX/isolinux.bin
bochs_ldlinux=/usr/lib/syslinux/modules/bios/ldlinux.c32
bochs_bios=/usr/share/bochs/BIOS-bochs-latest
bochs_vgabios=/usr/share/vgabios/vgabios.bin

engine_check() {
	local need

	for need in "$bochs_isolinux isolinux" "$bochs_ldlinux syslinux-common" \
			"$bochs_bios bochsbios" "$bochs_vgabios vgabios"; do
		[ -e "${need% *}" ] || cannot "bochs-vmx: no ${need% *}: install ${need#* }"
	done
	command -v xorriso >/dev/null || cannot "bochs-vmx: no xorriso in PATH: install xorriso"
	((smp <= 4)) || usage_error "--smp: bochs-vmx has 1 to 4 CPUs: $smp"
	((mem <= 2048)) || usage_error "--mem: bochs-vmx has up to 2048 MB: $mem"
	"$bochs_room/build.sh" "$out" || exit
	bochs_dir=$out/bochs${WITHOUT:+-without-$WITHOUT}
	bochs_kind=$(<"$bochs_dir/kind")
	[ -z "$count" ] || [ "$bochs_kind" = lab ] ||
		cannot "--count: stock Bochs has no counters"
	[ "${VMCS_STRICT:-0}" = 0 ] || [ "$bochs_kind" = lab ] ||
		cannot "VMCS_STRICT: stock Bochs has no strict mode"
}

# CPUID claims another frequency than the TSC has; posted interrupts are
# incomplete in Bochs.
engine_cmdline() {
	echo "tsc_early_khz=$((bochs_ips / 1000)) tsc=reliable no_timer_check" \
		"kvm_intel.enable_apicv=0"
}

# bochs_iso: the boot CD.
bochs_iso() {
	mkdir "$work/iso" || return
	cp -L "$bochs_isolinux" "$bochs_ldlinux" "$work/iso/" &&
	cp -L "$work/bzImage" "$work/iso/bzimage" &&
	cp "$work/initrd.cpio" "$work/iso/initrd" || return
	printf '%s\n' 'default lab' 'label lab' '  kernel /bzimage' '  initrd /initrd' \
		"  append $(<"$work/cmdline")" >"$work/iso/isolinux.cfg"
	xorriso -as mkisofs -quiet -o "$work/boot.iso" -b isolinux.bin -c boot.cat \
		-no-emul-boot -boot-load-size 4 -boot-info-table "$work/iso" || return
	rm -rf "$work/iso"
}

# bochs_rc COM1: print the configuration; COM1 is the part after "com1:".
# Stock Bochs' Skylake contradicts itself in CPUID about the size of the XSAVE
# area: a warning at boot.
bochs_rc() {
	local model=corei7_skylake_x

	[ "$bochs_kind" = lab ] || model=corei7_haswell_4770
	case $bochs_kind in
	lab)	echo "display_library: nogui"
		echo "plugin_ctrl: unmapped=1, biosdev=1" ;;
	stock)	echo "display_library: rfb, options=\"timeout=0\""
		echo "plugin_ctrl: unmapped=1, biosdev=1, speaker=0, e1000=0, es1370=0, sb16=0, parallel=0" ;;
	esac
	cat <<-EOF
		config_interface: textconfig
		cpu: model=$model, count=$smp, ips=$bochs_ips, reset_on_triple_fault=0, ignore_bad_msrs=1, cpuid_limit_winnt=0
		memory: guest=$mem, host=$mem
		romimage: file=$bochs_bios, options=fastboot
		vgaromimage: file=$bochs_vgabios
		mouse: enabled=0
		pci: enabled=1, chipset=i440fx
		vga: extension=vbe, update_freq=1, realtime=0
		clock: sync=none, time0=1700000000, rtc_sync=0
		ata0: enabled=1, ioaddr1=0x1f0, ioaddr2=0x3f0, irq=14
		ata0-master: type=cdrom, path=$work/boot.iso, status=inserted
		ata0-slave: type=disk, path=$work/disk.img, mode=flat, cylinders=0, heads=16, spt=63
		boot: cdrom
		log: $work/bochs.log
		panic: action=fatal
		error: action=ignore
		info: action=report
		debug: action=ignore
		com1: enabled=1, $1
		com2: enabled=1, mode=file, dev=$work/output
		port_e9_hack: enabled=1
	EOF
}

# bochs_exec: become Bochs.
bochs_exec() {
	local args=(-q -f "$work/bochsrc")

	export BOCHS_RANDOM_SEED=1 LAB_VMCS_STRICT=${VMCS_STRICT:-0}
	if [ -n "$count" ]; then
		export LAB_COUNT_SPEC=$count LAB_COUNT_FILE=$work/counts.json
	fi
	if [ "$bochs_kind" = stock ]; then
		echo c >"$work/debugger"
		args+=(-rc "$work/debugger")
	fi
	echo "$BASHPID" >"$work/bochs.pid"
	exec "$bochs_dir/bin/bochs" "${args[@]}"
}

# A Bochs that was killed has left its locks.
engine_start() {
	rm -f "$work"/*.lock
	bochs_iso >"$work/engine.log" 2>&1 || return
	bochs_rc "mode=file, dev=$work/console" >"$work/bochsrc"
	bochs_exec </dev/null >"$work/control" 2>>"$work/engine.log"
}

# An NMI reaches a CPU with its interrupts off, and one inside a guest.
engine_backtrace() {
	[ "$bochs_kind" = lab ] && [ -f "$work/bochs.pid" ] &&
		kill -USR1 "$(<"$work/bochs.pid")"
}

engine_death() {
	grep -qs 'shutdown status\|Entering shutdown\|3rd (.*) exception' "$work/bochs.log" &&
		echo "triple fault" && return
	grep -hs 'PANIC\|^lab: ' "$work/bochs.log" "$work/engine.log" |
		grep -v 'ACPI control: soft power off\|^lab: totals' | head -1
}

# Bochs does not give the terminal its settings back.
engine_shell() {
	local tty saved status

	tty=$(tty) || cannot "--shell: stdin is not a terminal"
	bochs_iso >"$work/engine.log" 2>&1 || die "cannot make the boot CD, see $work/engine.log"
	bochs_rc "mode=term, dev=$tty" >"$work/bochsrc"
	saved=$(stty -g)
	(bochs_exec >"$work/control" 2>>"$work/engine.log")
	status=$?
	stty "$saved"
	grep -qs 'ACPI control: soft power off' "$work/bochs.log" || return "$status"
}
