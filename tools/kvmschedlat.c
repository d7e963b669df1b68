// SPDX-License-Identifier: GPL-2.0
/*
 * kvmschedlat.c - show how vCPUs are scheduled, and what switching them takes
 *
 * What is measured and how is said in bpf/kvmschedlat.bpf.c, when it is reported
 * in lib/session.c, what a report looks like in kvmschedlat_table.c,
 * kvmschedlat_map.c and kvmschedlat_json.c, all of it in man/kvmschedlat.8.
 *
 * What it is not: a benchmark. It needs no guest of its own and no patched
 * kernel.
 */
#include <errno.h>
#include <stdio.h>

#include "kvmschedlat_report.h"
#include "session.h"
#include "kvmschedlat.skel.h"

static const char help[] =
"Usage: kvmschedlat [-hjTvV] [-p PID] [--vcpu N] [INTERVAL [COUNT]]\n"
"       kvmschedlat [OPTION...] [INTERVAL [COUNT]] -- COMMAND [ARG...]\n"
"Show how KVM's vCPUs are scheduled, per vCPU: how long they are out and why,\n"
"what runs instead, what switching them takes, and between which CPUs they move.\n"
"\n"
ENV_HELP_OPTIONS
"      --max-keys N   make room for N vCPUs\n"
"\n"
ENV_HELP_COMMAND
"Stages: off (scheduled out to scheduled in) because of a halt, a preemption,\n"
"another wait in KVM, or in user space; run delay (runnable to scheduled in);\n"
"in to VM-entry, and those of it that were handovers from another vCPU; KVM's\n"
"put and load, in ticks of the TSC, if the kernel tells. The first line names\n"
"the unit of all others. Moves are shown as a heat map.\n"
"\n"
"Examples:\n"
"  kvmschedlat                    everything until Ctrl-C\n"
"  kvmschedlat -p 1234 5          the VMM 1234, every 5 seconds\n"
"  kvmschedlat --vcpu 0 -j 1 10   vCPU 0, ten seconds, as JSON\n"
"  kvmschedlat --merge -- ./vmm   a VMM's whole life\n"
"\n"
ENV_HELP_STATUS;

struct context {
	struct kvmschedlat_bpf *skel;
	/* What the map moves held at the last report. */
	struct snapshot moves;
};

static int check_host(struct session *session, struct loader_error *error)
{
	session->kernel.extras = sched_extra_names;
	return session_check_host(session, error);
}

static void leave_out(struct bpf_program *program, const struct session *session,
		      int extra)
{
	if (!(session->kernel.found & 1u << extra))
		bpf_program__set_autoload(program, false);
}

static int open_object(struct session *session)
{
	struct context *context = session->context;
	struct kvmschedlat_bpf *skel = kvmschedlat_bpf__open();

	if (!skel)
		return -errno;
	context->skel = skel;
	session->skeleton = skel->skeleton;
	session->hists = skel->maps.hists;
	session->drops = skel->maps.drops;

	skel->rodata->targ_tgid = session->tgid;
	skel->rodata->targ_vcpu = session->env.vcpu;
	skel->rodata->ns_per_step = session->engine.ns_per_unit;
	leave_out(skel->progs.on_kvm_sched_out, session, EXTRA_SCHED_OUT);
	leave_out(skel->progs.on_kvm_sched_in, session, EXTRA_SCHED_IN);
	return 0;
}

static int add_move(const void *key, const void *values, int cpus,
		    size_t stride, void *context)
{
	return snapshot_add(context, key, values, cpus, stride);
}

/* The moves of the report's interval; it ends a little later than the report. */
static int read_moves(struct context *context, struct report *moves)
{
	struct snapshot now = { .kind = &kvmschedlat_moves };
	int err;

	err = loader_for_each_percpu(context->skel->maps.moves, add_move, &now);
	if (!err)
		err = report_fill(moves, &now, &context->moves, moves->merged);
	if (err) {
		snapshot_free(&now);
		return err;
	}
	snapshot_free(&context->moves);
	context->moves = now;
	return 0;
}

static int print_report(struct session *session, const struct report *report)
{
	struct report moves = { .merged = report->merged };
	struct sched_more more = {
		.moves = &moves, .extras = session->kernel.found,
	};
	int err;

	err = read_moves(session->context, &moves);
	if (err)
		return err;
	if (session->env.json)
		err = print_sched_json(stdout, report, &more);
	else
		print_sched_table(stdout, report, &more, session->env.hist);
	report_free(&moves);
	return err;
}

static void close_object(struct session *session)
{
	struct context *context = session->context;

	kvmschedlat_bpf__destroy(context->skel);
	snapshot_free(&context->moves);
}

static const struct tool tool = {
	.kind = &kvmschedlat_kind,
	.help = help,
	.check = check_host,
	.banner = "Tracing vCPU scheduling. Ctrl-C ends it.",
	.open = open_object,
	.print = print_report,
	.close = close_object,
};

int main(int argc, char **argv)
{
	struct context context = {};
	struct session session = { .tool = &tool, .context = &context };

	return session_main(&session, argc, argv);
}
