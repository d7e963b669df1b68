// SPDX-License-Identifier: GPL-2.0
/*
 * session.c - the life of a tracing tool, from its command line to its end
 *
 * Attach the BPF programs, start the command if there is one, report at every
 * tick and at the end.
 *
 * What it is not: what is measured and how a report looks are the tool's
 * matter (struct tool).
 */
#include "session.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli.h"
#include "interval.h"

/* Memory that the histograms may take on all CPUs together by default. */
#define DEFAULT_MAP_BYTES	(64ULL << 20)
#define LEAST_KEYS		256
#define MOST_DEFAULT_KEYS	4096
/* A power of two and a multiple of the page size. */
#define RING_BYTES		(1u << 20)

static const char *name_of(const struct session *session)
{
	return session->tool->kind->tool;
}

/**
 * session_max_keys - Say how much room the map of results shall have
 * @session: The session; its map of results must be known.
 *
 * Return: Entries: as many as the command line wants, or as fit into the
 * default memory.
 */
uint32_t session_max_keys(const struct session *session)
{
	int cpus = libbpf_num_possible_cpus();
	uint64_t keys = session->env.max_keys;

	if (keys)
		return keys;
	keys = DEFAULT_MAP_BYTES / bpf_map__value_size(session->hists) /
	       (cpus > 0 ? cpus : 1);
	if (keys < LEAST_KEYS)
		return LEAST_KEYS;
	return keys > MOST_DEFAULT_KEYS ? MOST_DEFAULT_KEYS : keys;
}

/**
 * session_record_bytes - Say how many bytes of records may wait for the tool
 * @session: The session.
 *
 * Return: What record_bytes of the BPF program shall be; 0: no records.
 */
uint32_t session_record_bytes(const struct session *session)
{
	return session->env.records ? RING_BYTES / 2 : 0;
}

/**
 * session_check_host - Find out whether a host's side can be traced here
 * @session: The session.
 * @error: Where the reason goes.
 *
 * Return: As loader_check_kernel().
 */
int session_check_host(struct session *session, struct loader_error *error)
{
	return loader_check_kernel(&session->kernel, error);
}

static int explain(const struct session *session,
		   const struct loader_error *error)
{
	print_failure(name_of(session), "%s", error->reason);
	return error->cannot ? CLI_CANNOT : CLI_FAILED;
}

static int attach(struct session *session)
{
	struct loader_error error = {};
	int err;

	if (session->tool->check(session, &error))
		return explain(session, &error);
	session->tgid = session->child.pid ?: session->env.pid;
	err = session->tool->open(session);
	if (err) {
		print_failure(name_of(session),
			      "opening the BPF object failed: %s",
			      strerror(-err));
		return CLI_FAILED;
	}
	bpf_map__set_max_entries(session->hists, session_max_keys(session));
	if (session->env.records)
		bpf_map__set_max_entries(session->ring, RING_BYTES);
	if (loader_load(*session->skeleton->obj, &error))
		return explain(session, &error);
	err = bpf_object__attach_skeleton(session->skeleton);
	if (err) {
		loader_explain_attach(err, &error);
		return explain(session, &error);
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
	const struct kind *kind = session->tool->kind;
	int err;

	memset(now, 0, sizeof(*now));
	now->kind = kind;
	now->taken_ns = interval_now_ns() / session->engine.ns_per_unit;
	now->missed = loader_missed(*session->skeleton->obj);
	err = loader_sum_counters(session->drops, now->drops, kind->drops);
	if (!err)
		err = loader_for_each_percpu(session->hists, add_entry, now);
	return err;
}

static int print_now(struct session *session, const struct report *report)
{
	const struct env *env = &session->env;
	time_t now = time(NULL);
	struct tm local;
	int err;

	if (env->timestamp && !env->json && localtime_r(&now, &local))
		printf("%02d:%02d:%02d\n", local.tm_hour, local.tm_min,
		       local.tm_sec);
	err = session->tool->print(session, report);
	if (err)
		return err;
	if (env->interval_ns && !env->json)
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

	err = records_drain(&session->records);
	if (err)
		return err;
	err = take_snapshot(session, &now);
	if (!err)
		err = report_fill(&report, &now, &session->last,
				  session->env.merge);
	if (err) {
		snapshot_free(&now);
		return err;
	}
	err = print_now(session, &report);
	if (!err && report.lost)
		print_failure(name_of(session), "%llu samples lost",
			      (unsigned long long)report.lost);
	report_free(&report);
	snapshot_free(&session->last);
	session->last = now;
	return err;
}

static int trace(struct session *session, struct interval *interval)
{
	uint64_t left = session->env.count;
	int event, err;

	for (;;) {
		event = interval_wait(interval);
		if (event < 0)
			return event;
		if (event == INTERVAL_DATA) {
			err = records_drain(&session->records);
			if (err)
				return err;
			continue;
		}
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
	print_failure(name_of(session), "'%s' ended with status %d",
		      session->env.command[0], status);
	return CLI_FAILED;
}

static int begin_records(struct session *session)
{
	const struct tool *tool = session->tool;
	int err;

	if (!session->env.records)
		return 0;
	err = records_open(&session->records, session->env.records, tool->kind,
			   tool->side, &session->engine);
	return err ?: records_attach(&session->records,
				     bpf_map__fd(session->ring), tool->record);
}

static int begin(struct session *session, struct interval *interval)
{
	const struct env *env = &session->env;
	int err;

	err = begin_records(session);
	if (err) {
		print_failure(name_of(session), "cannot write '%s': %s",
			      env->records, strerror(-err));
		return CLI_FAILED;
	}
	err = take_snapshot(session, &session->last);
	if (!err)
		err = interval_open(interval, env->interval_ns, session->tgid);
	if (err) {
		if (err == -ESRCH || err == -EINVAL)
			print_failure(name_of(session), "no process '%d'",
				      session->tgid);
		else
			print_failure(name_of(session), "cannot wait: %s",
				      strerror(-err));
		return CLI_FAILED;
	}
	if (!env->command) {
		fprintf(stderr, "%s\n", session->tool->banner);
		return CLI_OK;
	}
	err = child_go(&session->child);
	if (err) {
		print_failure(name_of(session), "cannot run '%s': %s",
			      env->command[0], strerror(-err));
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

	interval.data_fd = records_fd(&session->records);
	err = trace(session, &interval);
	interval_close(&interval);
	if (!err)
		err = records_end(&session->records,
				  session->last.drops[session->tool->record_drop]);
	if (session->child.pid)
		status = end_command(session);
	if (!err || err == -EPIPE)
		return status;
	print_failure(name_of(session), "cannot report: %s", strerror(-err));
	return CLI_FAILED;
}

static int start(struct session *session)
{
	const struct env *env = &session->env;
	int err, status;

	if (env->command) {
		err = child_fork(&session->child, env->command);
		if (err) {
			print_failure(name_of(session), "cannot fork: %s",
				      strerror(-err));
			return CLI_FAILED;
		}
	}
	engine_detect(&session->engine, getenv("ENGINE"), getenv("MODE"));
	uname(&session->host);
	loader_set_verbose(env->verbose);

	status = run(session);
	child_abandon(&session->child);
	records_close(&session->records);
	session->tool->close(session);
	snapshot_free(&session->last);
	return status;
}

/**
 * session_main - Do what the command line asks for
 * @session: The session, empty but for its tool and context.
 * @argc: As main() has it.
 * @argv: As main() has it.
 *
 * Return: The tool's exit status.
 */
int session_main(struct session *session, int argc, char **argv)
{
	const struct tool *tool = session->tool;
	unsigned int extras = (tool->guest ? ENV_GUEST : 0) |
			      (tool->record ? ENV_RECORDS : 0);
	int status, err;

	/* A reader that has seen enough shows as an error of the write. */
	signal(SIGPIPE, SIG_IGN);
	status = env_parse(&session->env, name_of(session), extras, argc, argv);
	if (status)
		return status;
	if (session->env.guest)
		session->tool = session->tool->guest;

	if (session->env.help)
		fputs(session->tool->help, stdout);
	else if (session->env.version)
		printf("%s %s\n", name_of(session),
		       session->tool->kind->version);
	else
		status = start(session);

	err = cli_close_stdout();
	if (err && !status) {
		print_failure(name_of(session), "cannot write: %s",
			      strerror(-err));
		status = CLI_FAILED;
	}
	return status;
}
