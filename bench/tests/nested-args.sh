#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# nested-args.sh O: what the driver of the benchmark nested refuses, without an
# emulator, and what it makes of a machine's output and counts. TAP.

set -u
name=nested
# shellcheck source=bench/tests/args_lib.sh
. "$(dirname "$0")/args_lib.sh"

# A machine that answers at once: the same figures for every size, but for those
# of the environment. It replaces kernel/boot/run.
mkdir -p "$work/top/kernel/boot" "$work/top/kernel/lib" "$work/top/bench" "$work/O/bench"
cp "$room/nested" "$room/count.sh" "$work/top/bench/"
cp "$room/../kernel/lib/say.sh" "$work/top/kernel/lib/"
cp "$out/bench/benchstat" "$work/O/bench/"
for k in base patched; do
	mkdir -p "$work/O/kernel/$k/obj"
	printf 'int kvm_read_guest_cached(void) { return 0; }\nint kvm_write_guest_cached(void) { return 1; }\nint kvm_vcpu_write_guest_page(void) { return 2; }\n' |
		gcc -x c -c -o "$work/O/kernel/$k/obj/vmlinux" - || exit 1
done
printf '#!/bin/sh\n' >"$work/test"
chmod +x "$work/test"
cat >"$work/top/kernel/boot/run" <<'END'
#!/bin/bash
kernel=$2
while [ $# -gt 0 ]; do
	[ "$1" != --out ] || dir=$2
	shift
done
mkdir -p "$dir"
runs=0
[ "$kernel" = base ] || runs='0 1 2'
exec 3>"$dir/counts.json"
echo '{"engine":"bochs-vmx","windows":[' >&3
for run in $runs; do
	[ "$run" = 0 ] || echo next
	for eptps in 0 1; do
		for nr in 1 2 4 8 16 17; do
			echo "eptps $eptps nr $nr vmptrld $((100 + run)) vmresume $((1000 + nr + ${ODD:-0}))"
			w=$((40 + nr - run * 8))
			[ "$nr" != "${LOST:-}" ] || continue
			echo "{\"label\":$((65536 + nr)),\"cpu\":[{\"insn\":6400,\"vmread\":64,\"vmwrite\":$((w * 64)),\"vmptrld\":64,\"vmclear\":64,\"invept\":64,\"invvpid\":$((nr * 64)),\"kvm_read_guest_cached\":$((nr * 64)),\"kvm_write_guest_cached\":0,\"kvm_vcpu_write_guest_page\":$((nr * (2 - run) * 64))}]}," >&3
		done
	done
done
END
chmod +x "$work/top/kernel/boot/run"

try "no engine" 2 "usage" "$room/nested"
try "unknown engine" 2 "abacus" "$room/nested" abacus
try "an engine without nested VMX" 4 "qemu-svm" "$room/nested" qemu-svm
try "unknown option" 2 "--cells" "$room/nested" bochs-vmx --cells x
try "value missing" 2 "--dir" "$room/nested" bochs-vmx --dir
try "rounds not a number" 2 "two" "$room/nested" bochs-vmx --rounds two
try "no selftest" 1 "make selftests" env TEST="$work/nothing" "$room/nested" bochs-vmx
try "run passes the benchmark on" 2 "--cells" "$room/run" nested bochs-vmx --cells x

export O=$work/O TEST=$work/test
nested=("$work/top/bench/nested" bochs-vmx --rounds 1)
"${nested[@]}" >/dev/null 2>"$work/errors"
result $? "a complete run"
metric() { tr -d ' \n' <"$work/O/bench/nested.bochs-vmx.json" | grep -qF "$1"; }
metric '"name":"resume_insn_n4","unit":"insn","base":1004,"off":1004,"on":1004'
result $? "instructions"
metric '"name":"ptrld_insn_n4","unit":"insn","base":100,"off":100,"on":101'
result $? "off and on are not mixed up"
metric '"name":"vmwrite_per_round_trip_n4","unit":"per_round_trip","base":44,"off":44,"on":36'
result $? "counts per round trip"
metric '"name":"round_trip_insn_n4","unit":"insn","base":100,"off":100,"on":100'
result $? "instructions per round trip"
metric '"name":"vmwrite_per_switch_n4","unit":"per_switch","base":3,"off":3,"on":3'
result $? "counts per switch are what one VMCS does not cost"
! metric '"vmwrite_per_switch_n1"'
result $? "one VMCS is not switched"
metric '"name":"tlb_flush_per_switch_n4","unit":"per_switch","base":3,"off":3,"on":3'
result $? "flushes per switch are those of both kinds"
metric '"name":"copy_bytes_per_switch_n4","unit":"bytes_per_switch","base":36864,"off":36864,"on":24576'
result $? "bytes are copies of 4096"
metric '"name":"ptrld_insn_n17_pool16","unit":"insn","base":100,"off":100,"on":102'
result $? "pools of 4 and 16 are not mixed up"
! metric '"ptrld_insn_n17"'
result $? "17 VMCSes only with a pool of 16"

LOST=4 "${nested[@]}" >/dev/null 2>"$work/errors"
[ $? -eq 1 ] && grep -q "for 4 VMCSes" "$work/errors"
result $? "a window that is missing is noticed"

echo "1..$n"
exit $failed
