#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# cross.sh ENGINE KERNEL [CASE,...]: the guest's TSC and the emulator's counter
# agree on the path lengths of vmexit, and a wrong window is noticed. TAP.

set -u
room=$(cd "$(dirname "$0")/.." && pwd)
# shellcheck source=kernel/lib/say.sh
. "$room/../kernel/lib/say.sh"
# shellcheck source=bench/cases.sh
. "$room/cases.sh"

[ $# -eq 2 ] || [ $# -eq 3 ] || usage_error "usage: cross.sh ENGINE KERNEL [CASE,...]"
IFS=, read -ra cases <<<"${3:-}"
"$room/cross" "$1" "$2" "${cases[@]}" | sed 's/^/# /'
rc=${PIPESTATUS[0]}
case $rc in
0) echo "ok 1 - $1, $2: the guest's TSC and the emulator count the same" ;;
4) exit 4 ;;
*) echo "not ok 1 - $1, $2: the guest's TSC and the emulator count the same" ;;
esac
echo "1..1"
case_sample "${3:-}" "$1" crossed "$room/cases.cfg"
exit "$rc"
