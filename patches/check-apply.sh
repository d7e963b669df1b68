# SPDX-License-Identifier: GPL-2.0
# check-apply.sh: checks of check.sh that need no compiler. Sourced by it.
# Uses its variables: dir (patches), work, tmp, base (base's work tree), out.
# shellcheck shell=bash disable=SC2154

# patches_of TOPIC...: their files, in order.
patches_of() {
	local t

	for t; do
		find "$dir/$t" -maxdepth 1 -name '*.patch' | LC_ALL=C sort
	done
}

repo_git() { git -C "$work/repo" -c advice.detachedHead=false -c gc.auto=0 "$@"; }

# A clone that borrows linux.git's objects and checks out only the folders that
# the patches (and the markers) touch: git am in seconds. Without the attributes of
# the tree, git would name other functions at hunks than it does there.
prepare_repo() {
	local want folders

	folders=$(echo /.gitattributes
		  find "$dir" -mindepth 2 -maxdepth 2 -name '*.patch' -exec \
			sed -n 's,^diff --git a/\(.*\)/[^/]* b/.*,/\1/,p' {} + |
		  LC_ALL=C sort -u)
	want="$(git -C "$base" rev-parse base) $out $folders"
	[ "$(cat "$work/repo.id" 2>/dev/null)" = "$want" ] && [ -f "$work/repo.folders" ] && return
	say "checking out what the patches touch"
	rm -rf "$work/repo" "$work/repo.id"
	git clone -q --shared --no-checkout --branch base "$out/kernel/linux.git" "$work/repo" &&
	printf '%s\n' "$folders" >"$work/repo.folders" &&
	repo_git sparse-checkout set --no-cone --stdin <"$work/repo.folders" &&
	repo_git checkout -q --detach base || die "cannot check out base in $work/repo (disk full?)"
	printf '%s\n' "$want" >"$work/repo.id"
}

# explain_failure REPO PATCH...: name the patch, file and hunk git am stopped at.
explain_failure() {
	local repo=$1 n patch log

	shift
	n=$(cat "$(git -C "$repo" rev-parse --absolute-git-dir)/rebase-apply/next" 2>/dev/null)
	patch=${!n:-$1}
	# Stay at the patch before it, then go hunk by hunk.
	git -C "$repo" am --quit >/dev/null 2>&1
	git -C "$repo" reset -q --hard
	log=$(git -C "$repo" apply --reject --verbose "$patch" 2>&1)
	git -C "$repo" reset -q --hard
	git -C "$repo" clean -q -d -f -x
	n=$(sed -n 's/.*\(corrupt patch\|patch fragment without header\) at .*line \([0-9]*\).*/\2/p;
		   s/.*\(corrupt patch\) at line \([0-9]*\).*/\2/p' <<<"$log" | head -n 1)
	if [ -n "$n" ]; then
		printf '%s is corrupt: %s' "${patch#"$dir"/}" "$(hunk_of "$patch" $((n - 1)))"
		return
	fi
	printf '%s does not apply: %s' "${patch#"$dir"/}" "$(awk '
		/^Applying patch .* with .* reject/ { file = $3 }
		/^Rejected hunk #/ { h = $3; gsub(/[#.]/, "", h); print file ", hunk " h; exit }
		/^error: / && !first { first = substr($0, 8) }
		END { if (!h) print first }' <<<"$log" | head -n 1)"
}

# am REPO plain|3way PATCH...: git am, or one line why not.
am() {
	local repo=$1 mode=$2 args=(-q)

	shift 2
	[ "$mode" = plain ] || args+=(-3)
	[ $# -gt 0 ] || return 0
	git -C "$repo" -c gc.auto=0 am "${args[@]}" --committer-date-is-author-date "$@" \
		>"$tmp/am.log" 2>&1 && return
	explain_failure "$repo" "$@"
	return 1
}

# apply_on_base plain|3way TOPIC...: from the base up, all of these topics.
apply_on_base() {
	local mode=$1 files

	shift
	mapfile -t files < <(patches_of "$@")
	[ ${#files[@]} -gt 0 ] || { printf 'no patches in %s' "$*"; return 1; }
	repo_git am --quit >/dev/null 2>&1
	repo_git reset -q --hard base && repo_git clean -q -d -f -x || {
		printf 'cannot reset %s' "$work/repo"
		return 1
	}
	am "$work/repo" "$mode" "${files[@]}"
}

# What maintainer-kvm-x86.rst and house rules ask of a patch's text.
check_form() {
	local file name subject from n=0 other='sched|x86/[a-z]+|x86|virt/lib|mm|rcu|tracing|Documentation: KVM'

	while read -r file; do
		name=$1/${file##*/}
		n=$((n + 1))
		[[ ${file##*/} =~ ^$(printf %04d $n)-.+\.patch$ ]] ||
			{ printf '%s: not numbered %04d' "$name" $n; return 1; }
		[ "$(head -n 1 "$file")" = "From $(printf '0%.0s' {1..40}) Mon Sep 17 00:00:00 2001" ] ||
			{ printf '%s: not exported by refresh.sh (no zero commit)' "$name"; return 1; }
		subject=$(awk '/^Subject: / { s = 1; print substr($0, 10); next }
			       s && /^ / { print; next } s { exit }' "$file" | tr -d '\n')
		from=$(awk '/^From: / { s = 1; print substr($0, 7); next }
			    s && /^ / { print; next } s { exit }' "$file" | tr -d '\n')
		[[ $subject == '[PATCH] '* ]] || { printf '%s: subject is not [PATCH]' "$name"; return 1; }
		subject=${subject#\[PATCH\] }
		[[ $subject =~ ^KVM:\ ((x86|x86/mmu|x86/pmu|x86/xen|selftests|SVM|nSVM|VMX|nVMX):\ )?[A-Z] ||
		   $subject =~ ^($other)(, KVM)?:\ [A-Z] ]] ||
			{ printf '%s: shortlog is not "KVM: <topic>: Do the thing"' "$name"; return 1; }
		[ ${#subject} -le 80 ] && [ "${subject%.}" = "$subject" ] ||
			{ printf '%s: shortlog has over 80 columns or a full stop' "$name"; return 1; }
		sed '/^---$/q' "$file" | grep -qxF "Signed-off-by: $from" ||
			{ printf '%s: no Signed-off-by of its author' "$name"; return 1; }
		[ "$(sed '1,/^$/d;/^---$/q' "$file" | grep -cvE '^(---|[A-Z][a-z-]+-by: .*|)$')" -gt 0 ] ||
			{ printf '%s: no changelog' "$name"; return 1; }
	done < <(patches_of "$1")
	[ $n -gt 0 ] || { printf '%s: no patches' "$1"; return 1; }
}

# export_range REPO FOLDER START: as refresh.sh does.
export_range() {
	git -C "$1" -c core.abbrev=12 format-patch -q --zero-commit --no-signature --base="$(git -C "$base" rev-parse base)" \
		-N -o "$2" "$3..HEAD"
}

# check_round_trip TOPIC BELOW...: the tree is at this topic's end.
check_round_trip() {
	local topic=$1 n f

	n=$(patches_of "$1" | wc -l)
	rm -rf "$tmp/again" && mkdir "$tmp/again"
	export_range "$work/repo" "$tmp/again" "HEAD~$n" || { echo "git format-patch failed"; return 1; }
	for f in $(patches_of "$topic"); do
		cmp -s "$f" "$tmp/again/${f##*/}" || {
			printf '%s: the round trip changes it, line %s' "$topic/${f##*/}" \
			       "$(cmp "$f" "$tmp/again/${f##*/}" 2>&1 | sed -n 's/.* line //p')"
			return 1
		}
	done
	[ "$(find "$tmp/again" -type f | wc -l)" -eq "$n" ] || { echo "$topic: the round trip changes the number of patches"; return 1; }
}

# A TRACE_EVENT() is no function call: what checkpatch says of its shape is
# accepted in trace headers. MAINTAINERS covers the folders of KVM's tests. What a
# Fixes: tag names is not in this tree, which has no history.
check_style() {
	local n i bad log=$tmp/style

	n=$(patches_of "$1" | wc -l)
	for ((i = n - 1; i >= 0; i--)); do
		(cd "$work/repo" && perl "$base/scripts/checkpatch.pl" --root="$base" --strict --terse \
			--showfile --show-types --no-summary --color=never -g "HEAD~$i") >"$log" 2>&1
		bad=$(grep -E ': (ERROR|WARNING|CHECK):' "$log" | grep -vE \
'^(include/trace/events/[a-z_]+|arch/x86/kvm/trace)\.h:[0-9]+: (ERROR:COMPLEX_MACRO|CHECK:PARENTHESIS_ALIGNMENT|CHECK:OPEN_ENDED_LINE):|WARNING:(FILE_PATH_CHANGES|UNKNOWN_COMMIT_ID):' |
			head -n 1)
		[ -z "$bad" ] || {
			printf '%s: %s' "$(repo_git log -1 --format=%s "HEAD~$i")" "$bad"
			return 1
		}
		grep -qE 'Died|^Usage|Can.t open' "$log" && { printf 'checkpatch.pl failed: %s' "$(head -n 1 "$log")"; return 1; }
	done
	return 0
}

# Damage the last line of context of the topic's last patch but one, so that other
# patches lie below it: it must be refused by its name, file and hunk.
check_corrupt() {
	local topic=$1 bad why keep=$dir line

	shift
	bad=$(patches_of "$topic" | tail -n 2 | head -n 1)
	rm -rf "$tmp/bad" && mkdir "$tmp/bad" && cp -r "$dir"/[0-9]* "$tmp/bad" || return 1
	line=$(awk '/^@@ /{ h = NR } h && NR > h && /^ ./ { l = NR } END { print l }' "$bad")
	sed -i "${line}s/\$/ damaged/" "$tmp/bad/$topic/${bad##*/}"
	dir=$tmp/bad
	why=$(apply_on_base plain "$@" "$topic") && { echo "a corrupt patch was accepted"; return 1; }
	dir=$keep
	[[ $why == "$topic/${bad##*/}"*"$(hunk_of "$bad" "$line")" ]] ||
		{ printf 'a corrupt %s was reported as: %s' "$topic/${bad##*/}" "$why"; return 1; }
	apply_on_base plain "$@" "$topic"
}

# mock_patches TOPIC: two patches that add a line below each of its markers.
mock_patches() {
	local i f files

	apply_on_base plain 00-base || return 1
	mapfile -t files < <(repo_git grep -l "Topic $1\$\|Topic $1 \*/" || true)
	for i in 1 2; do
		for f in "${files[@]}"; do
			sed -i "/Topic $1\( \*\/\)\?\$/ { p; s,Topic,Mock $i of, }" "$work/repo/$f"
		done
		repo_git commit -q -a -m "Mock $i of $1" || return 1
	done
	export_range "$work/repo" "$tmp/mock/$1" HEAD~2
}

# Two patches each, because only the first one could be saved by git am -3.
check_markers() {
	local t all=()

	rm -rf "$tmp/mock"
	# shellcheck disable=SC2013 # names of topics are single words
	for t in $(grep -rhoE '^\+.*Topic [1-9]0-[a-z]+' "$dir/00-base" | sed 's/.*Topic //' | sort -u); do
		mock_patches "$t" >"$tmp/mock.log" 2>&1 ||
			{ printf 'no mock patches for %s: %s' "$t" "$(tail -n 1 "$tmp/mock.log")"; return 1; }
		all+=("$tmp/mock/$t"/*.patch)
	done
	[ ${#all[@]} -gt 2 ] || { echo "no markers found in 00-base"; return 1; }
	for t in "$tmp/mock"/*; do
		apply_on_base plain 00-base && am "$work/repo" plain "$t"/*.patch || return 1
	done
	apply_on_base plain 00-base && am "$work/repo" plain "${all[@]}"
}

# vanilla_is_older TARBALL: than the base, by the number in its name?
vanilla_is_older() {
	local theirs=${1##*/} ours

	theirs=${theirs#linux_6.12.}
	theirs=${theirs%%[!0-9]*}
	ours=$(sed -n 's/^SUBLEVEL = //p' "$base/Makefile")
	[ -n "$theirs" ] && [ -n "$ours" ] && [ "$theirs" -lt "$ours" ]
}

# check_vanilla TARBALL TOPIC...: unpack the folders that the patches touch, and
# apply the topics there.
check_vanilla() {
	local repo=$tmp/vanilla root files

	say "unpacking ${1##*/}"
	root=$(tar -tf "$1" 2>/dev/null | head -n 1 | cut -d/ -f1)
	# tar wants each pattern to match something that no earlier one did.
	mkdir "$repo" && awk -v root="$root" '!last || index($0, last) != 1 { last = $0; print root $0 "*" }' \
		"$work/repo.folders" >"$tmp/wanted" || return 1
	tar -C "$repo" -xf "$1" --strip-components=1 --wildcards -T "$tmp/wanted" 2>"$tmp/tar.log" &&
	git -C "$repo" init -q -b base && git -C "$repo" add -A -f &&
	git -C "$repo" commit -q -m vanilla || {
		printf 'cannot import %s: %s' "${1##*/}" "$(head -n 1 "$tmp/tar.log")"
		return 1
	}
	mapfile -t files < <(patches_of "${@:2}")
	am "$repo" 3way "${files[@]}"
}
