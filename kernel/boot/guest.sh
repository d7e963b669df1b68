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
	local stage box applet

	box=$(command -v busybox) || return
	stage=$(mktemp -d "$2.XXXXXX") || return
	mkdir -p "$stage"/{bin,dev,etc,job,out,proc,root,run,sys,tmp,tools,usr/bin,var}
	cp "$1" "$stage/init" &&
	cp -L "$box" "$stage/bin/busybox" &&
	guest_libraries "$stage" || return
	for applet in $(busybox --list); do
		[ "$applet" = busybox ] || ln -s busybox "$stage/bin/$applet"
	done
	ln -s ../../bin/env "$stage/usr/bin/env"
	ln -s ../proc/mounts "$stage/etc/mtab"
	echo 'root:x:0:0:root:/:/bin/sh' >"$stage/etc/passwd"
	echo 'root:x:0:' >"$stage/etc/group"
	guest_pack "$stage" >"$stage.cpio" && mv "$stage.cpio" "$2"
	set -- $? "$stage"
	rm -rf "$2"
	return "$1"
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
