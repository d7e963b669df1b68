/* SPDX-License-Identifier: GPL-2.0 */
/*
 * session.h - the life of a tracing tool, from its command line to its end
 *
 * What it is not: no skeleton is included here and no row printed; each tool
 * has its own.
 */
#ifndef TOOLS_LIB_SESSION_H
#define TOOLS_LIB_SESSION_H

#include <stdbool.h>
#include <sys/utsname.h>

#include <bpf/libbpf.h>

#include "child.h"
#include "engine.h"
#include "env.h"
#include "loader.h"
#include "records.h"
#include "report.h"

struct session;

/* What one tool is; all of it is constant. */
struct tool {
	const struct kind *kind;
	const char *help;
	/* The guest's side, NULL: the tool has no sides. */
	const struct tool *guest;
	/* "host" or "guest"; fills in a record, 0 or -errno. NULL: no records. */
	const char *side;
	records_fill record;
	/* Which of the drops is that of records. */
	unsigned int record_drop;
	/* Finds out whether this machine can run it; 0 or -errno and a reason. */
	int (*check)(struct session *session, struct loader_error *error);
	/* Says on stderr that the probes are in place. */
	const char *banner;
	/*
	 * Opens the BPF object, sets its read-only data and the pointers below
	 * in the session. Returns 0 or -errno.
	 */
	int (*open)(struct session *session);
	/* Prints a report as env asks for; returns 0 or -errno. */
	int (*print)(struct session *session, const struct report *report);
	/* Frees what open() made; nothing if it was not called. */
	void (*close)(struct session *session);
};

/* Everything that lives from attaching to the last report. */
struct session {
	const struct tool *tool;
	/* The tool's own. */
	void *context;
	struct env env;
	struct engine engine;
	struct utsname host;
	struct loader_kernel kernel;
	/* What to trace: env's process or the command's; 0: every process. */
	pid_t tgid;

	/* Set by open(). */
	struct bpf_object_skeleton *skeleton;
	struct bpf_map *hists;
	struct bpf_map *drops;
	/* NULL: the tool has no records. */
	struct bpf_map *ring;

	struct records records;
	struct snapshot last;
	struct child child;
	/* The traced process or command has ended. */
	bool gone;
};

uint32_t session_max_keys(const struct session *session);
uint32_t session_record_bytes(const struct session *session);
int session_check_host(struct session *session, struct loader_error *error);
int session_main(struct session *session, int argc, char **argv);

#endif /* TOOLS_LIB_SESSION_H */
