// SPDX-License-Identifier: GPL-2.0
/*
 * kvmapflat_guest.c - kvmapflat --guest: a guest's side of async page faults
 *
 * What is measured and how is said in bpf/kvmapflat_guest.bpf.c; the options are
 * those of the host's side.
 *
 * What it is not: no main and no help text (kvmapflat.c).
 */
#include <errno.h>

#include "kvmapflat_guest_report.h"
#include "kvmapflat_tool.h"
#include "kvmapflat_guest.skel.h"

static int check_machine(struct session *session, struct loader_error *error)
{
	(void)session;
	return loader_check_guest(error);
}

static int open_object(struct session *session)
{
	struct kvmapflat_guest_bpf *skel = kvmapflat_guest_bpf__open();

	if (!skel)
		return -errno;
	session->context = skel;
	session->skeleton = skel->skeleton;
	session->hists = skel->maps.hists;
	session->drops = skel->maps.drops;
	session->ring = skel->maps.records;

	skel->rodata->targ_tgid = session->tgid;
	skel->rodata->targ_cpu = session->env.vcpu;
	skel->rodata->ns_per_step = session->engine.ns_per_unit;
	skel->rodata->record_bytes = session_record_bytes(session);
	return 0;
}

static int print_report(struct session *session, const struct report *report)
{
	if (session->env.json)
		return print_guest_json(stdout, report);
	print_guest_table(stdout, report, session->env.hist);
	return 0;
}

static void close_object(struct session *session)
{
	kvmapflat_guest_bpf__destroy(session->context);
}

const struct tool kvmapflat_guest = {
	.kind = &kvmapflat_guest_kind,
	.side = "guest",
	.record = fill_guest_record,
	.record_drop = GUEST_DROP_NO_RECORD,
	.check = check_machine,
	.banner = "Tracing this guest's async page faults. Ctrl-C ends it.",
	.open = open_object,
	.print = print_report,
	.close = close_object,
};
