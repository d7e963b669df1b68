# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# guest.sh: builds the initrd of a boot. Sourced by run and the Makefile.
#
# An initrd is a row of uncompressed newc archives: the base part (init,
# busybox), then what --add names, then the job. Owner, order, inode numbers
# and dates are fixed, so equal content gives equal bytes: exact runs of one
# image depend on it.
#
# Not here: anything that starts an emulator.

# guest_pack FOLDER: write FOLDER as a newc archive to stdout.
guest_pack() {
	find "$1" -exec touch -h -d @1700000000 {} + &&
	(cd "$1" && find . -mindepth 1 -print0 | LC_ALL=C sort -z |
		cpio --null -o -H newc --reproducible -R 0:0 --quiet)
}

# guest_libraries FOLDER: give every dynamic ELF file in FOLDER its libraries,
# at the path where the loader looks for them on this machine.
guest_libraries() {
	local file magic lib

	while IFS= read -r -d '' file; do
		magic=
		LC_ALL=C IFS= read -rN4 magic 2>/dev/null <"$file"
		[ "$magic" = $'\x7fELF' ] || continue
		while read -r lib; do
			[ -e "$1$lib" ] && continue
			mkdir -p "$1${lib%/*}" && cp -L "$lib" "$1$lib" || return
		done < <(ldd "$file" 2>/dev/null | grep -o '/[^ ]*')
	done < <(find "$1" -type f -perm /111 -print0)
}

# guest_base INIT ARCHIVE: write the part that every guest has.
guest_base() {
	local stage status

	stage=$(mktemp -d "$2.XXXXXX") || return
	guest_base_stage "$1" "$stage" && guest_pack "$stage" >"$stage.cpio" && mv "$stage.cpio" "$2"
	status=$?
	rm -rf "$stage" "$stage.cpio"
	return "$status"
}

# guest_base_stage INIT STAGE: fill STAGE.
guest_base_stage() {
	local box applet

	box=$(command -v busybox) || return
	mkdir -p "$2"/{bin,dev,etc,job,out,proc,root,run,sys,tmp,tools,usr/bin,var} &&
	cp "$1" "$2/init" &&
	cp -L "$box" "$2/bin/busybox" &&
	guest_libraries "$2" || return
	for applet in $(busybox --list); do
		[ "$applet" = busybox ] || ln -s busybox "$2/bin/$applet" || return
	done
	ln -s ../../bin/env "$2/usr/bin/env" &&
	ln -s ../proc/mounts "$2/etc/mtab" &&
	echo 'root:x:0:0:root:/:/bin/sh' >"$2/etc/passwd" &&
	echo 'root:x:0:' >"$2/etc/group"
}

# guest_add STAGE PATH[:DEST]: copy a file or a folder into STAGE.
guest_add() {
	local from=$2 to=

	if [ ! -e "$from" ] && [[ $from == *:* ]]; then
		to=${from##*:}
		from=${from%:*}
	fi
	[ -e "$from" ] || usage_error "--add: no such file or folder: $from"
	from=$(realpath "$from")
	[ -n "$to" ] || to=/${from##*/}
	[[ $to == */ ]] && to+=${from##*/}
	[[ $to == /* ]] || usage_error "--add: DEST must begin with a slash: $to"
	mkdir -p "$1${to%/*}" || return
	if [ -d "$from" ]; then
		mkdir -p "$1$to" && cp -R --preserve=mode "$from/." "$1$to"
	else
		cp --preserve=mode "$from" "$1$to"
	fi
}

# guest_job NUMBER LIMIT ARG...: print one record of /job/list.
guest_job() {
	printf '%s\0' "$1" "$2" "$(($# - 2))" "${@:3}"
}
