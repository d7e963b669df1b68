// SPDX-License-Identifier: GPL-2.0
/*
 * kvmnestlat.c - show what becomes of the exits of nested guests
 *
 * What is measured and how is said in bpf/kvmnestlat.bpf.c, when it is reported
 * in lib/session.c, what a report looks like in kvmnestlat_table.c and
 * kvmnestlat_json.c, all of it in man/kvmnestlat.8.
 *
 * What it is not: a benchmark. It needs no guest of its own and no patched
 * kernel.
 */
#include <errno.h>
#include <stdio.h>

#include "kvmnestlat_report.h"
#include "session.h"
#include "kvmnestlat.skel.h"

static const char help[] =
"Usage: kvmnestlat [-hjTvV] [-p PID] [--vcpu N] [INTERVAL [COUNT]]\n"
"       kvmnestlat [OPTION...] [INTERVAL [COUNT]] -- COMMAND [ARG...]\n"
"Show what became of the exits of nested guests (L2), per vCPU and exit reason:\n"
"handled by this host (L0) or reflected to its guest (L1), and where the time\n"
"went until L2 ran again.\n"
"\n"
ENV_HELP_OPTIONS
"      --max-keys N   make room for N combinations of vCPU and exit reason\n"
"      --records FILE write each exit of L2 there, too, as lines of JSON\n"
"\n"
ENV_HELP_COMMAND
"Columns: TO who handled the exit, MEAN from L2's exit to its next VM-entry, of\n"
"this L0, L1 and OUT (user space, scheduled out); L2 how long it had run before;\n"
"P99< and MAX like MEAN. L1 EXIT: exits of L1 on the way back, /TRIP how many\n"
"per reflected exit. The first line names the unit.\n"
"\n"
"Examples:\n"
"  kvmnestlat                    everything until Ctrl-C\n"
"  kvmnestlat -p 1234 5          the VMM 1234, every 5 seconds\n"
"  kvmnestlat --vcpu 0 -j 1 10   vCPU 0, ten seconds, as JSON\n"
"  kvmnestlat --records f -- ./vmm\n"
"                                a VMM's whole life, and each single exit\n"
"\n"
ENV_HELP_STATUS;

static int open_object(struct session *session)
{
	struct kvmnestlat_bpf *skel = kvmnestlat_bpf__open();

	if (!skel)
		return -errno;
	session->context = skel;
	session->skeleton = skel->skeleton;
	session->hists = skel->maps.hists;
	session->drops = skel->maps.drops;
	session->ring = skel->maps.records;

	skel->rodata->targ_tgid = session->tgid;
	skel->rodata->targ_vcpu = session->env.vcpu;
	skel->rodata->ns_per_step = session->engine.ns_per_unit;
	skel->rodata->record_bytes = session_record_bytes(session);
	skel->rodata->vendor_builtin =
		session->kernel.vmx != LOADER_MODULE &&
		session->kernel.svm != LOADER_MODULE;
	return 0;
}

static int print_report(struct session *session, const struct report *report)
{
	const struct kvmnestlat_bpf *skel = session->context;
	bool has_pool = skel->bss->has_pool;

	if (session->env.json)
		return print_nest_json(stdout, report, has_pool);
	print_nest_table(stdout, report, has_pool, session->env.hist);
	return 0;
}

static void close_object(struct session *session)
{
	kvmnestlat_bpf__destroy(session->context);
}

static const struct tool tool = {
	.kind = &kvmnestlat_kind,
	.help = help,
	.side = "host",
	.record = fill_nest_record,
	.record_drop = NEST_DROP_NO_RECORD,
	.check = session_check_host,
	.banner = "Tracing exits of nested guests. Ctrl-C ends it.",
	.open = open_object,
	.print = print_report,
	.close = close_object,
};

int main(int argc, char **argv)
{
	struct session session = { .tool = &tool };

	return session_main(&session, argc, argv);
}
