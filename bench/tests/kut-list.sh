#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kut-list.sh O: how a kvm-unit-tests build is read and two tables are compared,
# without an emulator. TAP. The build is made up; what must skip has its reason.

set -u
room=$(cd "$(dirname "$0")/.." && pwd)
out=${1:?usage: kut-list.sh O}
# shellcheck source=bench/tests/kut_list.sh
. "$room/tests/kut_list.sh"
work=$(mktemp -d "${TMPDIR:-/tmp}/kut-list.XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT
n=0
failed=0

result() {
	n=$((n + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $n - kut: $2"
	else
		echo "not ok $n - kut: $2"
		failed=1
	fi
}

# section TEXT: what the list says of a section with these lines, without the name.
section() {
	printf '[t]\n%b\n' "$1" >"$build/x86/unittests.cfg"
	kut_list "$build" /stage /guest.sh /vmm | sed '1,/^\[t\]/d; /^\[/,$d'
}

# runs TEXT COMMAND-PART NAME, skips TEXT REASON-PATTERN.
runs() {
	local said

	said=$(section "$1")
	[[ $said == *"command = sh /kut-guest.sh $2"* && $said != *"exit 4"* ]]
	result $? "$3"
}
skips() {
	local said pattern="*command = echo '$2'; exit 4*"

	said=$(section "$1")
	# shellcheck disable=SC2053 # a pattern
	[[ $said == $pattern ]]
	result $? "skips: $2"
}

build=$work/build
mkdir -p "$build/x86"
: >"$build/x86/a.flat"
: >"$build/x86/b.flat"
a='file = a.flat'
runs "$a" "90 1 128 '' /kut/a.flat ''" "the defaults"
runs "$a\nsmp = 3\ntimeout = 7\nextra_params = -m 1g -append 'x y*'" \
	"7 3 1024 '' /kut/a.flat 'x y*'" "smp, timeout, -m, -append"
runs "$a\nextra_params = -cpu qemu64,+x2apic --append \"x  y\"" "90 1 128 '' /kut/a.flat 'x  y'" \
	"-cpu with added features"
runs "$a\nsmp = \$MAX_SMP" "90 2 " "\$MAX_SMP"
runs "$a\nsmp = \$((\$MAX_SMP < 4 ? \$MAX_SMP + 1 : 4))" "90 3 " "arithmetic in smp"
runs "$a\narch = x86_64\ngroups = vmexit\naccel = kvm" "90 1 " "arch, groups, accel"
runs "$a\ncheck = /p=1\ncheck = /q=N" "90 1 128 '/p=1 /q=N' " "two checks"
runs "$a\nqemu_params = -cpu max\ntest_args = \"x y\"" "90 1 128 '' /kut/a.flat 'x y'" \
	"the newer names of keys"
runs "$a\nextra_params = \"\"\"-cpu max\n-append 'x'\"\"\"" "90 1 128 '' /kut/a.flat 'x'" \
	"parameters on several lines"
section "$a\nsmp = 2" | grep -qx 'smp = 2'
result $? "two vCPUs get two CPUs"
section "$a\nextra_params = -m 2048" | grep -qx 'mem = 2048'
result $? "a large guest gets a larger machine"
skips "$a\ngroups = pmu nodefault" "group nodefault"
skips "$a\narch = i386" "for i386, the build is for x86_64"
skips "$a\naccel = tcg" "for tcg, not for KVM"
skips "$a\nextra_params = -cpu IvyBridge" "no -cpu IvyBridge: images see what KVM supports"
skips "$a\nextra_params = -cpu max,-pcid" "no -cpu feature -pcid"
skips "$a\nextra_params = -cpu kvm64,hv_time" "no -cpu feature hv_time"
skips "$a\nextra_params = -machine kernel_irqchip=split" "no -machine kernel_irqchip=split"
skips "$a\nextra_params = -device edu" "no -device edu"
skips "$a\nextra_params = -m 4g" "no -m 4g: guest memory ends at 3072 MiB"
skips "$a\nextra_params = -m lots" "no -m lots"
skips "$a\nsmp = many" "no smp many"
skips "$a\nsmp = 0" "no smp 0"
skips "$a\nsmp = \$((x[\$(touch $work/run)]))" "no smp *x*touch*"
skips "$a\nextra_params = -append \`touch $work/run\`" "parameters made by a shell: -append *"
skips "$a\nextra_params = -append 'x" "unreadable parameters: -append ?x*"
skips "$a\nextra_params = -append \"it's\"" "a quote in the arguments"
skips "$a\ntimeout = soon" "no timeout soon"
skips "file = c.flat" "not built: c.flat"
skips "file = a.efi" "no multiboot image: a.efi"
skips "smp = 1" "no multiboot image: no file"
[ ! -e "$work/run" ]
result $? "control: nothing of the list was run"
section "$a\n[t]\n$a" >/dev/null
[ "$(kut_list "$build" /s /g /v | grep -c '^\[t')" -eq 2 ]
result $? "a name twice becomes two tests"
kut_list "$build" /s /g /v | grep -A1 '^\[b\]' | grep -q 'no section'
result $? "an image without a section skips"
rm "$build/x86/unittests.cfg"
[ "$(kut_list "$build" /s /g /v | grep -c '^command = sh /kut-guest.sh')" -eq 2 ]
result $? "without unittests.cfg every image runs"
echo ARCH=i386 >"$build/config.mak"
runs "$a\narch = i386" "90 1 " "a build for i386"

table() { printf 'e\t%s\ta\t%s\t\ne\t%s\tb\t%s\twhy\n' "$1" "$2" "$1" "$3"; }
table base ok fail >"$work/base"
table patched ok fail >"$work/patched"
"$room/tests/kut-compare.sh" "$work/base" "$work/patched" >"$work/said"
result $? "equal tables"
grep -qx '# note: fails on both kernels: b' "$work/said"
result $? "what fails on both is named"
table patched ok skip >"$work/patched"
! "$room/tests/kut-compare.sh" "$work/base" "$work/patched" >"$work/said" &&
	grep -qx 'not ok 2 - image b: base fail, patched skip # not equal' "$work/said"
result $? "control: a new skip is a difference"
head -n 1 "$work/base" >"$work/patched"
! "$room/tests/kut-compare.sh" "$work/base" "$work/patched" >"$work/said" &&
	grep -qx 'not ok 2 - .* nothing # not equal' "$work/said"
result $? "control: a missing result is a difference"
! "$room/tests/kut-compare.sh" "$work/base" "$work/none" 2>/dev/null
result $? "control: no results at all"

# refused STATUS TEXT ARG...: kut.sh ends with STATUS and one line that has TEXT.
refused() {
	local status=$1 text=$2 said

	shift 2
	said=$("$@" 2>&1)
	[ $? -eq "$status" ] && [ "$(wc -l <<<"$said")" -eq 1 ] && [[ $said == *"$text"* ]]
}
refused 4 "KUT is not set" env KUT= "O=$out" "$room/tests/kut.sh" qemu-svm base
result $? "control: no KUT is a skip with its reason"
refused 2 "no such folder" env "KUT=$work/none" "O=$out" "$room/tests/kut.sh" qemu-svm base
result $? "control: KUT names nothing"
mkdir "$work/empty"
refused 2 "no x86/*.flat" env "KUT=$work/empty" "O=$out" "$room/tests/kut.sh" qemu-svm base
result $? "control: KUT was not built"
echo "1..$n"
exit "$failed"
