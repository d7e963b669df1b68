/* SPDX-License-Identifier: GPL-2.0 */
/*
 * kvmapflat_tool.h - the parts of kvmapflat that its main() chooses from
 *
 * What it is not: no reports (kvmapflat_report.h, kvmapflat_guest_report.h).
 */
#ifndef KVMAPFLAT_TOOL_H
#define KVMAPFLAT_TOOL_H

#include "session.h"

extern const struct tool kvmapflat_guest;

int kvmapflat_join(int argc, char **argv);

#endif /* KVMAPFLAT_TOOL_H */
