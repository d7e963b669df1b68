# SPDX-License-Identifier: GPL-2.0
# check-build.sh: the builds of check.sh. Sourced by it.
# Uses its variables: dir (patches), work, tmp, base, out, top.
# shellcheck shell=bash disable=SC2154
#
# One full work tree, six configurations of it. A build is named by a hash of
# the base, the configuration and the patches below it, and done once.

# Per commit: KVM built in and as modules. At the end of a topic also what is
# cheap and different: one CPU, no tracing at all, no enlightened VMCSes, and
# no KVM.
commit_variants='builtin modules'
tip_variants='up notrace nohyperv nokvm'
# What uses KVM's headers and the scheduler's hooks although there is no KVM.
nokvm_objects='arch/x86/events/intel/core.o arch/x86/kernel/process_64.o kernel/exit.o kernel/sched/core.o'

src_git() { git -C "$work/src" -c advice.detachedHead=false -c gc.auto=0 "$@"; }

prepare_src() {
	local want

	want="$(git -C "$base" rev-parse base) $out"
	[ "$(cat "$work/src.id" 2>/dev/null)" = "$want" ] && return
	say "checking out a tree for builds (about a minute)"
	rm -rf "$work/src" "$work/src.id" "$work"/obj-*
	git clone -q --shared --no-checkout --branch base "$out/kernel/linux.git" "$work/src" &&
	src_git checkout -q --detach base || die "cannot check out base in $work/src (disk full?)"
	printf '%s\n' "$want" >"$work/src.id"
}

build_make() {
	local cc=gcc

	command -v ccache >/dev/null && cc="ccache gcc"
	CCACHE_NOHASHDIR=1 CCACHE_BASEDIR=$work make -C "$work/src" O="$work/obj-$1" CC="$cc" HOSTCC="$cc" \
		LOCALVERSION= -j"${JOBS:-$(nproc)}" "${@:2}"
}

# The measuring configuration, and what a variant changes in it.
fragment_of() {
	cat "$top"/kernel/config/[0-9]*.config
	# Only KVM is built, and without what would only take time.
	printf '%s\n' CONFIG_KVM_WERROR=y CONFIG_DEBUG_INFO_NONE=y CONFIG_DEBUG_INFO_BTF=n
	case $1 in
	modules) printf '%s\n' CONFIG_KVM=m CONFIG_KVM_INTEL=m CONFIG_KVM_AMD=m ;;
	up)	 printf '%s\n' CONFIG_SMP=n ;;
	notrace) printf '%s\n' CONFIG_FTRACE=n ;;
	nohyperv) printf '%s\n' CONFIG_KVM_HYPERV=n ;;
	nokvm)	 printf '%s\n' CONFIG_VIRTUALIZATION=n ;;
	esac
}

# What a variant is for must be in its .config.
variant_holds() {
	local config=$work/obj-$1/.config

	case $1 in
	builtin) grep -qx CONFIG_KVM_INTEL=y "$config" && grep -qx CONFIG_KVM_AMD=y "$config" ;;
	modules) grep -qx CONFIG_KVM_INTEL=m "$config" && grep -qx CONFIG_KVM_AMD=m "$config" ;;
	up)	 ! grep -qx CONFIG_SMP=y "$config" ;;
	notrace) ! grep -qx CONFIG_TRACING=y "$config" ;;
	nohyperv) ! grep -qx CONFIG_KVM_HYPERV=y "$config" ;;
	nokvm)	 ! grep -q '^CONFIG_KVM=' "$config" && grep -qx CONFIG_CPU_SUP_INTEL=y "$config" && return ;;
	esac && grep -qx CONFIG_KVM_WERROR=y "$config"
}

# prepare_variant VARIANT: configuration and generated headers, once.
prepare_variant() {
	local id obj=$work/obj-$1 log=$work/obj-$1.log

	id="$(cat "$work/src.id") $(fragment_of "$1" | sha256sum)"
	[ "$(cat "$obj.id" 2>/dev/null)" = "$id" ] && return
	say "preparing build $1 (minutes without ccache)"
	rm -rf "$obj" && mkdir -p "$obj" || return 1
	fragment_of "$1" | awk -F= '/^CONFIG_/ { v[$1] = $0; if (!($1 in n)) { n[$1] = ++k; o[k] = $1 } }
		END { for (i = 1; i <= k; i++) print v[o[i]] }' >"$obj/fragment"
	build_make "$1" -s KCONFIG_ALLCONFIG="$obj/fragment" allnoconfig >"$log" 2>&1 &&
	variant_holds "$1" && build_make "$1" prepare >>"$log" 2>&1 || {
		printf 'cannot prepare build %s, see %s' "$1" "$log"
		return 1
	}
	printf '%s\n' "$id" >"$obj.id"
}

# folders_of COMMIT [COMMIT]: what to compile for it, or for all that is between the
# two, besides KVM.
folders_of() {
	src_git diff-tree --no-commit-id -r --name-only "$@" | sed -n 's,/[^/]*\.[cS]$,/,p' |
		grep -vE '^(tools|virt/kvm|arch/x86/kvm|samples|Documentation)/' | sort -u
}

# why_of LOG: the first thing that went wrong in it.
why_of() { grep -m 1 -E 'error:|warning:|Error ' "$1" || echo "see $1"; }

# build_commit VARIANT COMMIT: W=1, any warning of KVM is an error; without KVM, of
# what is compiled in its stead.
build_commit() {
	local log=$work/obj-$1.log targets

	prepare_variant "$1" || return 1
	if [ "$1" = nokvm ]; then
		read -ra targets <<<"KCFLAGS=-Werror $nokvm_objects"
	else
		mapfile -t targets < <(folders_of "$2")
		targets+=(W=1 arch/x86/kvm/)
	fi
	src_git checkout -q "$2" || { echo "cannot check out $2"; return 1; }
	build_make "$1" "${targets[@]}" >"$log" 2>&1 && return
	printf '%s: %s' "$(src_git log -1 --format=%s "$2")" "$(why_of "$log")"
	return 1
}

# outermost FOLDER...: without those that lie in another one.
outermost() { printf '%s\n' "$@" | LC_ALL=C sort | awk 'NF && (!last || index($0, last) != 1) { print last = $0 }'; }

# modpost_modules FOLDER/...: in the folder of the objects: link.symvers, what KVM's
# modules and the folders export; link.missing, what the modules need, the folders
# have, but do not export.
modpost_modules() {
	local modules=(arch/x86/kvm/{kvm,kvm-intel,kvm-amd}.o) vmlinux=()

	: >link.defined
	if [ $# -gt 0 ]; then
		vmlinux=(vmlinux.o)
		ld -r -o vmlinux.o --whole-archive "${@/%/built-in.a}" || return 1
		nm --defined-only vmlinux.o | sed -n 's/^[0-9a-f]* [A-Z] //p' | sort -u >link.defined
	fi
	printf '%s\n' "${modules[@]}" >link.modules
	scripts/mod/modpost -w -M -T link.modules -o link.symvers "${vmlinux[@]}" || return 1
	cut -f 2 link.symvers | sort -u >link.exported
	nm --undefined-only "${modules[@]}" | sed -n 's/^ *U //p' | sort -u |
		comm -12 - link.defined | comm -23 - link.exported >link.missing
}

# link_modules COMMIT: whether modpost accepts KVM's modules, as far as their symbols
# come from KVM or from folders that the patches change. Those stand in for vmlinux,
# which would take minutes.
link_modules() {
	local obj=$work/obj-modules log=$work/obj-modules.link.log folders

	prepare_variant modules || return 1
	mapfile -t folders < <(folders_of base "$1" | grep -E '^(arch/x86|block|fs|init|kernel|lib|mm|virt)/')
	mapfile -t folders < <(outermost "${folders[@]}")
	src_git checkout -q "$1" || { echo "cannot check out $1"; return 1; }
	build_make modules W=1 arch/x86/kvm/ "${folders[@]}" >"$log" 2>&1 || { why_of "$log"; return 1; }
	if ! (cd "$obj" && modpost_modules "${folders[@]}") >>"$log" 2>&1; then
		grep -m 1 'ERROR: modpost' "$log" || why_of "$log"
		return 1
	fi
	rm -f "$obj/vmlinux.o"
	[ ! -s "$obj/link.missing" ] || { echo "not exported: $(paste -sd ' ' "$obj/link.missing")"; return 1; }
}

# The selftests that a topic touches, statically linked as the lab runs them.
build_selftests() {
	local tests kvm=$work/src/tools/testing/selftests/kvm log=$work/selftests.log

	mapfile -t tests < <(src_git diff --name-only --diff-filter=AM base HEAD -- tools/testing/selftests/kvm |
		sed -n 's,^tools/testing/selftests/kvm/\(.*_test\)\.c$,\1,p')
	[ ${#tests[@]} -gt 0 ] || return 0
	build_make builtin -s headers_install INSTALL_HDR_PATH="$work/headers" >"$log" 2>&1 &&
	make -s -C "$kvm" ARCH=x86_64 LDFLAGS='-static -no-pie -pthread' EXTRA_CFLAGS=-Werror \
		KHDR_INCLUDES="-isystem $work/headers/include" OUTPUT="$work/selftests" \
		-j"${JOBS:-$(nproc)}" TEST_GEN_PROGS_x86_64="${tests[*]}" TEST_PROGS_x86_64= \
		TEST_GEN_PROGS_EXTENDED_x86_64= >>"$log" 2>&1 && return
	printf 'selftests: %s' "$(why_of "$log")"
	return 1
}

# build_key WORD...: the name of a build's result.
build_key() { printf '%s\n' "$(cat "$work/src.id")" "$@" "$(gcc --version)" | sha256sum | cut -c1-32; }

# once TEXT KEY COMMAND...: a TAP line; COMMAND only if KEY is not in the cache.
once() {
	local text=$1 key=$work/built/$2

	shift 2
	mkdir -p "$work/built"
	if [ -e "$key" ]; then
		ok "$text (built before)"
		return
	fi
	say "$text"
	check "$text" "$@" && touch "$key"
}

# load_src TOPIC...: bring them into the build tree as commits. git am runs in
# the small clone, so that here only files that really change are touched.
load_src() {
	apply_on_base 3way "$@" || return 1
	src_git fetch -q "$work/repo" HEAD || { echo "cannot fetch into $work/src"; return 1; }
	src_git rev-parse FETCH_HEAD >"$tmp/tip"
}

# pick N: which of N patches to build, by number: all, or a fixed sample.
pick() {
	if [ -z "$sample" ] || [ "$sample" -ge "$1" ]; then
		seq 1 "$1"
		return
	fi
	{
		seq 1 $(($1 - 1)) | shuf -n $((sample - 1)) --random-source=<(yes kvmlat)
		echo "$1"
	} | sort -n
}

# build_topic TOPIC BELOW...: its commits, then the end of it.
build_topic() {
	local topic=$1 n i v c files below text why picked

	shift
	prepare_src
	why=$(load_src "$@" "$topic") || { not_ok "$topic: builds" "$why"; return; }
	tip=$(cat "$tmp/tip")
	mapfile -t files < <(patches_of "$topic")
	mapfile -t below < <(patches_of "$@")
	n=${#files[@]}
	mapfile -t picked < <(pick "$n")
	[ ${#picked[@]} -eq "$n" ] ||
		echo "# sample: $topic: ${#picked[@]} of $n patches are built, in ${commit_variants// / and } only; make patches-check builds all"
	for v in $commit_variants; do
		for i in "${picked[@]}"; do
			c=$(src_git rev-parse "$tip~$((n - i))")
			text="$topic: builds $v, patch $i of $n"
			once "$text" "$(build_key "$v" "$(fragment_of "$v")" \
				"$(cat /dev/null "${below[@]}" "${files[@]:0:i}" | sha256sum)")" \
				build_commit "$v" "$c"
		done
	done
	build_tip "$topic" "${below[@]}" "${files[@]}"
}

# build_tip TEXT PATCH...: the variants that are built only there; of a sample, only
# where all topics are together, and nothing is linked.
build_tip() {
	local text=$1 v sum variants=$tip_variants

	shift
	sum=$(cat "$@" | sha256sum)
	[ -z "$sample" ] || [ "$text" = "all topics" ] || variants=
	for v in $variants; do
		once "$text: builds $v" "$(build_key "$v" "$(fragment_of "$v")" "$sum")" build_commit "$v" "$tip"
	done
	[ -n "$sample" ] ||
		once "$text: modules link" "$(build_key link "$(fragment_of modules)" "$sum")" link_modules "$tip"
	once "$text: selftests build" "$(build_key selftests "$sum")" build_selftests_at "$tip"
}

build_selftests_at() {
	prepare_variant builtin && src_git checkout -q "$1" && build_selftests
}

# build_all TOPIC...: all together, in every variant.
build_all() {
	local files v sum why

	prepare_src
	why=$(load_src "$@") || { not_ok "all topics: build" "$why"; return; }
	tip=$(cat "$tmp/tip")
	mapfile -t files < <(patches_of "$@")
	sum=$(cat "${files[@]}" | sha256sum)
	for v in $commit_variants; do
		once "all topics: builds $v" "$(build_key "$v" "$(fragment_of "$v")" "$sum")" build_commit "$v" "$tip"
	done
	build_tip "all topics" "${files[@]}"
}
