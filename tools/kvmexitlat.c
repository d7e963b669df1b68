// SPDX-License-Identifier: GPL-2.0
/*
 * kvmexitlat.c - show exit latency per exit reason and vCPU
 *
 * What is measured and how is said in bpf/kvmexitlat.bpf.c, when it is reported
 * in lib/session.c, what a report looks like in kvmexitlat_table.c and
 * kvmexitlat_json.c, all of it in man/kvmexitlat.8.
 *
 * What it is not: a benchmark. It needs no guest of its own and no patched
 * kernel.
 */
#include <errno.h>
#include <stdio.h>

#include "kvmexitlat_report.h"
#include "session.h"
#include "kvmexitlat.skel.h"

static const char help[] =
"Usage: kvmexitlat [-hjTvV] [-p PID] [--vcpu N] [INTERVAL [COUNT]]\n"
"       kvmexitlat [OPTION...] [INTERVAL [COUNT]] -- COMMAND [ARG...]\n"
"Show exit latency, the time from VM-exit to the next VM-entry, per vCPU and\n"
"exit reason: in KVM, in user space and scheduled out.\n"
"\n"
ENV_HELP_OPTIONS
"      --max-keys N   make room for N combinations of vCPU and exit reason\n"
"\n"
ENV_HELP_COMMAND
"Columns: MEAN exit latency, its parts KVM, USER and OFF (means as well), and\n"
"P50, P99 and MAX of exit latency. The first line names the unit.\n"
"\n"
"Examples:\n"
"  kvmexitlat                    everything until Ctrl-C\n"
"  kvmexitlat -p 1234 5          the VMM 1234, every 5 seconds\n"
"  kvmexitlat --vcpu 0 -j 1 10   vCPU 0, ten seconds, as JSON\n"
"  kvmexitlat --merge -- ./vmm   a VMM's whole life\n"
"\n"
ENV_HELP_STATUS;

static int open_object(struct session *session)
{
	struct kvmexitlat_bpf *skel = kvmexitlat_bpf__open();

	if (!skel)
		return -errno;
	session->context = skel;
	session->skeleton = skel->skeleton;
	session->hists = skel->maps.hists;
	session->drops = skel->maps.drops;

	skel->rodata->targ_tgid = session->tgid;
	skel->rodata->targ_vcpu = session->env.vcpu;
	skel->rodata->ns_per_step = session->engine.ns_per_unit;
	skel->rodata->vendor_builtin =
		session->kernel.vmx != LOADER_MODULE &&
		session->kernel.svm != LOADER_MODULE;
	return 0;
}

static int print_report(struct session *session, const struct report *report)
{
	if (session->env.json)
		return print_exit_json(stdout, report);
	print_exit_table(stdout, report, session->env.hist);
	return 0;
}

static void close_object(struct session *session)
{
	kvmexitlat_bpf__destroy(session->context);
}

static const struct tool tool = {
	.kind = &kvmexitlat_kind,
	.help = help,
	.check = session_check_host,
	.banner = "Tracing exit latency. Ctrl-C ends it.",
	.open = open_object,
	.print = print_report,
	.close = close_object,
};

int main(int argc, char **argv)
{
	struct session session = { .tool = &tool };

	return session_main(&session, argc, argv);
}
