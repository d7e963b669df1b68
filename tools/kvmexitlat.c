// SPDX-License-Identifier: GPL-2.0
/*
 * kvmexitlat.c - show exit latency per exit reason and vCPU
 *
 * The life of the BPF programs and of a traced command, and when to report.
 * What is measured and how is said in bpf/kvmexitlat.bpf.c, what a report looks
 * like in kvmexitlat_report.c, all of it in man/kvmexitlat.8.
 *
 * What it is not: a benchmark. It needs no guest of its own and no patched
 * kernel.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>

#include <bpf/libbpf.h>

#include "child.h"
#include "cli.h"
#include "interval.h"
#include "kvmexitlat_options.h"
#include "kvmexitlat_report.h"
#include "loader.h"
#include "kvmexitlat.skel.h"

#define TOOL	KVMEXITLAT

/* Memory that the histograms may take on all CPUs together by default. */
#define DEFAULT_MAP_BYTES	(64ULL << 20)
#define LEAST_KEYS		256
#define MOST_DEFAULT_KEYS	4096

/* Everything that lives from attaching to the last report. */
struct session {
	const struct env *env;
	struct kvmexitlat_bpf *skel;
	struct engine engine;
	struct utsname host;
	struct snapshot last;
	struct child child;
	/* The traced process or command has ended. */
	bool gone;
};

static void configure(const struct session *session,
		      const struct loader_kernel *kernel)
{
	struct kvmexitlat_bpf *skel = session->skel;
	const struct env *env = session->env;
	uint64_t keys = env->max_keys;
	int cpus = libbpf_num_possible_cpus();

	skel->rodata->targ_tgid = session->child.pid ?: env->pid;
	skel->rodata->targ_vcpu = env->vcpu;
	skel->rodata->ns_per_step = session->engine.ns_per_unit;
	skel->rodata->vendor_builtin =
		kernel->vmx != LOADER_MODULE && kernel->svm != LOADER_MODULE;
	if (!keys) {
		keys = DEFAULT_MAP_BYTES /
		       (sizeof(struct exit_hist) * (cpus > 0 ? cpus : 1));
		if (keys < LEAST_KEYS)
			keys = LEAST_KEYS;
		if (keys > MOST_DEFAULT_KEYS)
			keys = MOST_DEFAULT_KEYS;
	}
	bpf_map__set_max_entries(skel->maps.hists, keys);
}

static int explain(const struct loader_error *error)
{
	print_failure(TOOL, "%s", error->reason);
	return error->cannot ? CLI_CANNOT : CLI_FAILED;
}

static int attach(struct session *session)
{
	struct loader_error error = {};
	struct loader_kernel kernel;
	int err;

	if (loader_check_kernel(&kernel, &error))
		return explain(&error);
	session->skel = kvmexitlat_bpf__open();
	if (!session->skel) {
		print_failure(TOOL, "opening the BPF object failed: %s",
			    strerror(errno));
		return CLI_FAILED;
	}
	configure(session, &kernel);
	if (loader_load(session->skel->obj, &error))
		return explain(&error);
	err = kvmexitlat_bpf__attach(session->skel);
	if (err) {
		loader_explain_attach(err, &error);
		return explain(&error);
	}
	return CLI_OK;
}

static int add_entry(const void *key, const void *values, int cpus,
		     size_t stride, void *context)
{
	return snapshot_add(context, key, values, cpus, stride);
}

static int take_snapshot(const struct session *session, struct snapshot *now)
{
	struct kvmexitlat_bpf *skel = session->skel;
	int err;

	memset(now, 0, sizeof(*now));
	now->taken_ns = interval_now_ns() / session->engine.ns_per_unit;
	now->missed = loader_missed(skel->obj);
	err = loader_sum_counters(skel->maps.drops, now->drops, DROP_MAX);
	if (!err)
		err = loader_for_each_percpu(skel->maps.hists, add_entry, now);
	return err;
}

static int print_now(const struct session *session,
		     const struct report *report)
{
	const struct env *env = session->env;
	time_t now = time(NULL);
	struct tm local;

	if (env->json)
		return print_report_json(stdout, report);

	if (env->timestamp && localtime_r(&now, &local))
		printf("%02d:%02d:%02d\n", local.tm_hour, local.tm_min,
		       local.tm_sec);
	print_report(stdout, report, env->hist);
	if (env->interval_ns)
		putchar('\n');
	errno = 0;
	if (fflush(stdout) || ferror(stdout))
		return -(errno ? errno : EIO);
	return 0;
}

/* Reports what came since the last report. */
static int report_since(struct session *session)
{
	struct report report = {
		.engine = &session->engine,
		.kernel = session->host.release,
	};
	struct snapshot now;
	int err;

	err = take_snapshot(session, &now);
	if (!err)
		err = report_fill(&report, &now, &session->last,
				  session->env->merge);
	if (err) {
		snapshot_free(&now);
		return err;
	}
	err = print_now(session, &report);
	if (!err && report.lost)
		print_failure(TOOL, "%llu samples lost",
			    (unsigned long long)report.lost);
	report_free(&report);
	snapshot_free(&session->last);
	session->last = now;
	return err;
}

static int trace(struct session *session, struct interval *interval)
{
	uint64_t left = session->env->count;
	int event, err;

	for (;;) {
		event = interval_wait(interval);
		if (event < 0)
			return event;
		session->gone = event == INTERVAL_GONE;
		err = report_since(session);
		if (err || event != INTERVAL_TICK)
			return err;
		if (left && !--left)
			return 0;
	}
}

/* The command has ended, or is ended now that enough has been seen of it. */
static int end_command(struct session *session)
{
	int status;

	if (!session->gone) {
		child_abandon(&session->child);
		return CLI_OK;
	}
	if (child_reap(&session->child, &status))
		return CLI_FAILED;
	if (!status)
		return CLI_OK;
	print_failure(TOOL, "'%s' ended with status %d",
		    session->env->command[0], status);
	return CLI_FAILED;
}

static int begin(struct session *session, struct interval *interval)
{
	const struct env *env = session->env;
	pid_t watched = session->child.pid ?: env->pid;
	int err;

	err = take_snapshot(session, &session->last);
	if (!err)
		err = interval_open(interval, env->interval_ns, watched);
	if (err) {
		if (err == -ESRCH || err == -EINVAL)
			print_failure(TOOL, "no process '%d'", watched);
		else
			print_failure(TOOL, "cannot wait: %s", strerror(-err));
		return CLI_FAILED;
	}
	if (!env->command) {
		fputs("Tracing exit latency. Ctrl-C ends it.\n", stderr);
		return CLI_OK;
	}
	err = child_go(&session->child);
	if (err) {
		print_failure(TOOL, "cannot run '%s': %s", env->command[0],
			    strerror(-err));
		interval_close(interval);
		return CLI_FAILED;
	}
	return CLI_OK;
}

static int run(struct session *session)
{
	struct interval interval;
	int err, status;

	status = attach(session);
	if (status)
		return status;
	status = begin(session, &interval);
	if (status)
		return status;

	err = trace(session, &interval);
	interval_close(&interval);
	if (session->child.pid)
		status = end_command(session);
	if (!err || err == -EPIPE)
		return status;
	print_failure(TOOL, "cannot report: %s", strerror(-err));
	return CLI_FAILED;
}

static int start(const struct env *env)
{
	struct session session = { .env = env };
	int err, status;

	if (env->command) {
		err = child_fork(&session.child, env->command);
		if (err) {
			print_failure(TOOL, "cannot fork: %s", strerror(-err));
			return CLI_FAILED;
		}
	}
	engine_detect(&session.engine, getenv("ENGINE"), getenv("MODE"));
	uname(&session.host);
	loader_set_verbose(env->verbose);

	status = run(&session);
	child_abandon(&session.child);
	kvmexitlat_bpf__destroy(session.skel);
	snapshot_free(&session.last);
	return status;
}

int main(int argc, char **argv)
{
	struct env env;
	int status, err;

	/* A reader that has seen enough shows as an error of the write. */
	signal(SIGPIPE, SIG_IGN);
	status = env_parse(&env, argc, argv);
	if (status)
		return status;

	if (env.help)
		fputs(kvmexitlat_help, stdout);
	else if (env.version)
		puts(TOOL " " KVMEXITLAT_VERSION);
	else
		status = start(&env);

	err = cli_close_stdout();
	if (err && !status) {
		print_failure(TOOL, "cannot write: %s", strerror(-err));
		status = CLI_FAILED;
	}
	return status;
}
