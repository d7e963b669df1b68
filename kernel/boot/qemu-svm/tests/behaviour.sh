#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# behaviour.sh: what the fixes of QEMU are there for. TAP.
# Environment: IMAGE (base), O. The same claims with a fix left out: controls.sh.

set -u
# shellcheck source=kernel/boot/qemu-svm/tests/lib.sh
. "$(dirname "$0")/lib.sh"

guest_case inject
check "injected interrupts arrive once" [ "$rc" = 0 ]
tap_end
