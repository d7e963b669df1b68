// SPDX-License-Identifier: GPL-2.0
/*
 * kvmapflat.c - show the life of KVM's asynchronous page faults
 *
 * What is measured and how is said in bpf/kvmapflat.bpf.c, when it is reported
 * in lib/session.c, what a report looks like in kvmapflat_table.c and
 * kvmapflat_json.c, all of it in man/kvmapflat.8.
 *
 * What it is not: a benchmark. It needs no guest of its own and no patched
 * kernel.
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kvmapflat_report.h"
#include "kvmapflat_tool.h"
#include "kvmapflat.skel.h"

static const char help[] =
"Usage: kvmapflat [-hjTvV] [-p PID] [--vcpu N] [INTERVAL [COUNT]]\n"
"       kvmapflat [OPTION...] [INTERVAL [COUNT]] -- COMMAND [ARG...]\n"
"       kvmapflat --guest [OPTION...] [INTERVAL [COUNT]] [-- COMMAND [ARG...]]\n"
"       kvmapflat --join [-j] [-p PID] [--each] HOST GUEST\n"
"Show what became of KVM's asynchronous page faults, per vCPU: how long each\n"
"stage of their life took, and what they cost the guest.\n"
"\n"
ENV_HELP_OPTIONS
"      --max-keys N   make room for N vCPUs\n"
"      --guest        show the guest's side; to be used in the guest\n"
"      --records FILE write each fault there, too, as lines of JSON\n"
"      --join         no tracing: show faults of two such files, by token;\n"
"                     must come first\n"
"      --each         with --join: print every single fault, too\n"
"\n"
ENV_HELP_COMMAND
"Stages: queue (until a worker starts), page (until the page is there), take\n"
"(until the vCPU takes it), together total; publish (until the interrupt) and\n"
"ack (until the guest acknowledges it). The first line names the unit.\n"
"In the guest: sleep (until the task is woken), run (until it runs), per CPU,\n"
"which is what --vcpu then means.\n"
"\n"
"Examples:\n"
"  kvmapflat                    everything until Ctrl-C\n"
"  kvmapflat -p 1234 5          the VMM 1234, every 5 seconds\n"
"  kvmapflat --vcpu 0 -j 1 10   vCPU 0, ten seconds, as JSON\n"
"  kvmapflat --merge -- ./vmm   a VMM's whole life\n"
"  kvmapflat --guest 5          in a guest, every 5 seconds\n"
"  kvmapflat --records host -- ./vmm; kvmapflat --join host guest\n"
"                               a VMM's faults, and those of its guest\n"
"\n"
ENV_HELP_STATUS;

static int open_object(struct session *session)
{
	struct kvmapflat_bpf *skel = kvmapflat_bpf__open();

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
	return 0;
}

/* A process that is over is not shown for ever. */
static bool matters(const struct report *report,
		    const struct apf_process *process)
{
	size_t i;

	if (process->gauges.outstanding.now || process->gauges.blocked.now)
		return true;
	for (i = 0; i < report->count; i++)
		if (report->merged ||
		    report->rows[i].key[KEY_TGID] == process->tgid)
			return true;
	return false;
}

static int read_processes(const struct session *session,
			  const struct report *report,
			  struct apf_processes *processes)
{
	const struct kvmapflat_bpf *skel = session->context;
	uint32_t room = bpf_map__max_entries(skel->maps.gauges), key;
	struct apf_process *list = calloc(room, sizeof(*list));
	int fd = bpf_map__fd(skel->maps.gauges);
	struct apf_process *next = list;
	uint32_t *last = NULL;

	if (!list)
		return -ENOMEM;
	/* Entries are never deleted, so that the walk goes through all. */
	while (next < list + room && !bpf_map_get_next_key(fd, last, &key)) {
		last = &key;
		next->tgid = key;
		if (!bpf_map_lookup_elem(fd, &key, &next->gauges) &&
		    matters(report, next))
			next++;
	}
	processes->list = list;
	processes->count = next - list;
	return 0;
}

static int print_report(struct session *session, const struct report *report)
{
	struct apf_processes processes;
	int err;

	err = read_processes(session, report, &processes);
	if (err)
		return err;
	if (session->env.json)
		err = print_apf_json(stdout, report, &processes);
	else
		print_apf_table(stdout, report, &processes, session->env.hist);
	free((void *)processes.list);
	return err;
}

static void close_object(struct session *session)
{
	kvmapflat_bpf__destroy(session->context);
}

static const struct tool tool = {
	.kind = &kvmapflat_kind,
	.help = help,
	.guest = &kvmapflat_guest,
	.side = "host",
	.record = fill_apf_record,
	.record_drop = DROP_NO_RECORD,
	.check = session_check_host,
	.banner = "Tracing async page faults. Ctrl-C ends it.",
	.open = open_object,
	.print = print_report,
	.close = close_object,
};

int main(int argc, char **argv)
{
	struct session session = { .tool = &tool };

	if (argc > 1 && !strcmp(argv[1], "--join"))
		return kvmapflat_join(argc - 1, argv + 1);
	return session_main(&session, argc, argv);
}
