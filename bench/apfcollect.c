// SPDX-License-Identifier: GPL-2.0
/*
 * apfcollect: check the counters of the benchmark apf against each other and
 * turn them into JSON lines (schema/raw.json).
 *
 * Usage: apfcollect ENGINE KERNEL ROUND COUNTS|- FILE...
 *
 * FILE is a sample file of the payload, named MODE.CELL, with KVM's statistics
 * in FILE.stats (both written by the VMM). COUNTS is what the emulator counted,
 * a window per file in their order; - if it did not. Whatever two of these three
 * parties count must be the same number, or this fails:
 *
 *                            payload       KVM                   emulator
 *   interrupts               irqs          irq_injections,       apf_on_ready
 *                                          apf_ready_irq
 *   acknowledge exits        acks          apf_ack               apf_ack_insn
 *   "page not present"       not_present   apf_pv +              apf_on_fault
 *                                          apf_repeat_told
 *   VM-exits                               exits                 entry...
 *
 * KVM's per round, the emulator's over all rounds. Statistics named apf_* exist
 * in kernels of this project only. irq_injections may
 * be more: an entry that KVM gives up makes it inject, and count, once again.
 * Besides, the VMM must have replied in time.
 *
 * A Linux guest (CELL has "linux" in it) has interrupts of its own and counts
 * nothing: its files come last, and only the replies are checked.
 *
 * Which column of a summary a mode belongs to: see columns below.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "guest/lib/wire.h"

#define MAX_ROUNDS	1000
#define MAX_PAIRS	64
/*
 * The cells of this delay have no delay in their names. They are the benchmark
 * apf, with a summary; all others are apf_cells, for the matrix alone.
 */
#define HEAD_DELAY	"d10ms_"
/* Replies may be that late, in instructions of an emulator or ns. */
#define LATE_MAX	200000
#define BOCHS_NS_PER_INSN 10

/* Records of the payload's sample file, in its order. */
enum figure {
	ITERATIONS, PERIOD, IRQS, ACKS, NOT_PRESENT, LATENCY_SUM, LATENCY_MAX,
	NR_FIGURES,
};

static const char *const figure_names[NR_FIGURES] = {
	"iterations", "period_tsc", "irqs", "acks", "not_present",
	"latency_sum", "latency_max",
};

/**
 * struct column - Where a mode of the payload goes
 * @kernel: Kernel
 * @mode: Mode
 * @suffix: Added to the case's name
 * @config: Column
 */
static const struct column {
	const char *kernel;
	const char *mode;
	const char *suffix;
	const char *config;
} columns[] = {
	{ "base", "v1", "", "base" },
	{ "patched", "v1", "", "off" },
	{ "patched", "v2", "", "on" },
	{ "base", "halt", "_halt", "base" },
	{ "patched", "halt", "_halt", "off" },
	{ "base", "sync", "_sync", "base" },
};

/* A line of the statistics file: names and values. */
struct snap {
	int nr;
	char names[MAX_PAIRS][40];
	long long values[MAX_PAIRS];
};

/**
 * struct run - One VM's figures
 * @file: Sample file
 * @column: What its mode stands for
 * @cell: Behind the mode, e.g. d1ms_n16
 * @pages: Pages per reply and round
 * @is_linux: The guest is Linux: it and the emulator do not count
 * @warmup: Rounds before the first
 * @rounds: Rounds
 * @figures: The payload's
 * @snaps: The VMM's, one more than rounds
 */
struct run {
	const char *file;
	const struct column *column;
	const char *cell;
	unsigned int pages;
	bool is_linux;
	unsigned int warmup;
	unsigned int rounds;
	long long figures[NR_FIGURES][MAX_ROUNDS];
	struct snap snaps[MAX_ROUNDS + 1];
};

static const char *engine, *kernel;
static int round_nr;

__attribute__((format(printf, 2, 3)))
static int fail(const struct run *run, const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "apfcollect: '%s': ", run->file);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	return -EPROTO;
}

static int parse_name(struct run *run)
{
	const char *slash = strrchr(run->file, '/');
	const char *name = slash ? slash + 1 : run->file;
	const char *dot = strchr(name, '.'), *n;
	size_t i;

	run->column = NULL;
	for (i = 0; dot && i < sizeof(columns) / sizeof(columns[0]); i++) {
		if (!strcmp(columns[i].kernel, kernel) &&
		    strlen(columns[i].mode) == (size_t)(dot - name) &&
		    !strncmp(columns[i].mode, name, dot - name))
			run->column = &columns[i];
	}
	if (!run->column)
		return fail(run, "no such mode on the kernel %s", kernel);
	run->cell = dot + 1;
	run->is_linux = strstr(run->cell, "linux");
	n = strrchr(name, 'n');
	if (!n || sscanf(n, "n%u", &run->pages) != 1 || !run->pages)
		return fail(run, "the name does not end in n and pages");
	return 0;
}

static int read_figure(struct run *run, FILE *f, int figure)
{
	char name[WIRE_NAME_BYTES];
	unsigned int n, i;

	if (fscanf(f, " case %39s flags %*u warmup %u label %*u window_tsc %*u n %u",
		   name, &run->warmup, &n) != 3 ||
	    strcmp(name, figure_names[figure]) || !n || n > MAX_ROUNDS ||
	    (figure && n != run->rounds))
		return fail(run, "no complete record '%s'", figure_names[figure]);
	run->rounds = n;
	for (i = 0; i < n; i++) {
		if (fscanf(f, "%lld", &run->figures[figure][i]) != 1)
			return fail(run, "no complete record '%s'",
				    figure_names[figure]);
	}
	return 0;
}

static int read_payload(struct run *run)
{
	FILE *f = fopen(run->file, "r");
	int figure, err = 0;

	if (!f)
		return fail(run, "%s", strerror(errno));
	for (figure = 0; !err && figure < NR_FIGURES; figure++)
		err = read_figure(run, f, figure);
	fclose(f);
	return err;
}

static int read_snap(struct snap *snap, char *line)
{
	char *word;

	snap->nr = 0;
	for (word = strtok(line, " \n"); word; word = strtok(NULL, " \n")) {
		if (snap->nr == MAX_PAIRS ||
		    strlen(word) >= sizeof(snap->names[0]))
			return -EPROTO;
		strcpy(snap->names[snap->nr], word);
		word = strtok(NULL, " \n");
		if (!word)
			return -EPROTO;
		snap->values[snap->nr++] = strtoll(word, NULL, 10);
	}
	return 0;
}

static int read_snaps(struct run *run)
{
	char path[4096], line[4096];
	unsigned int n = 0;
	int err = 0;
	FILE *f;

	snprintf(path, sizeof(path), "%s.stats", run->file);
	f = fopen(path, "r");
	if (!f)
		return fail(run, "'%s': %s", path, strerror(errno));
	while (!err && n <= run->rounds && fgets(line, sizeof(line), f))
		err = read_snap(&run->snaps[n++], line);
	if (fgetc(f) != EOF || n != run->rounds + 1)
		err = -EPROTO;
	fclose(f);
	return err ? fail(run, "statistics are not of %u rounds", run->rounds) : 0;
}

/* -1: this kernel does not count it. */
static long long snap_value(const struct snap *snap, const char *name)
{
	int i;

	for (i = 0; i < snap->nr; i++) {
		if (!strcmp(snap->names[i], name))
			return snap->values[i];
	}
	return -1;
}

static long long snap_delta(const struct run *run, unsigned int i,
			    const char *name)
{
	return snap_value(&run->snaps[i + 1], name) -
	       snap_value(&run->snaps[i], name);
}

/* The VMM's question for statistics is an exit, but not of the round. */
static long long exits_of(const struct run *run, unsigned int i)
{
	return snap_delta(run, i, "exits") - 1;
}

static int check_kvm(const struct run *run)
{
	static const struct {
		const char *stat;
		/* Counts the rest, where a kernel has it. */
		const char *rest;
		enum figure figure;
		bool at_least;
	} pairs[] = {
		{ "irq_injections", NULL, IRQS, true },
		{ "apf_ready_irq", NULL, IRQS, false },
		{ "apf_ack", NULL, ACKS, false },
		{ "apf_pv", "apf_repeat_told", NOT_PRESENT, false },
	};
	long long theirs, ours;
	unsigned int i;
	size_t k;

	for (k = 0; k < sizeof(pairs) / sizeof(pairs[0]); k++) {
		if (snap_value(&run->snaps[0], pairs[k].stat) < 0) {
			if (!pairs[k].at_least)
				continue;
			return fail(run, "KVM has no statistic '%s'", pairs[k].stat);
		}
		for (i = 0; i < run->rounds; i++) {
			theirs = snap_delta(run, i, pairs[k].stat);
			if (pairs[k].rest)
				theirs += snap_delta(run, i, pairs[k].rest);
			ours = run->figures[pairs[k].figure][i];
			if (pairs[k].at_least ? theirs < ours : theirs != ours)
				return fail(run, "round %u: %s %lld, KVM's %s %lld",
					    i, figure_names[pairs[k].figure],
					    ours, pairs[k].stat, theirs);
		}
	}
	return 0;
}

static int check_replies(const struct run *run)
{
	const struct snap *last = &run->snaps[run->rounds];
	long long late, most = LATE_MAX;
	unsigned int i;

	if (!strcmp(engine, "bochs-vmx"))
		most *= BOCHS_NS_PER_INSN;
	for (i = 1; i <= run->rounds; i++) {
		late = snap_value(&run->snaps[i], "late_ns");
		if (late < 0 || late > most)
			return fail(run, "round %u: a reply was %lld ns late, more than %lld",
				    i - 1, late, most);
	}
	if (snap_value(last, "replies") - snap_value(&run->snaps[0], "replies") !=
	    run->rounds)
		return fail(run, "not one reply per round");
	return 0;
}

static long long counter(struct json_object *cpu, const char *name)
{
	struct json_object *value;

	return json_object_object_get_ex(cpu, name, &value) ?
		json_object_get_int64(value) : 0;
}

static int check_one(const struct run *run, const char *what, long long ours,
		     long long theirs)
{
	return ours == theirs ? 0 :
		fail(run, "%s %lld, the emulator's count %lld", what, ours, theirs);
}

static int check_window(const struct run *run, struct json_object *counts,
			int index)
{
	struct json_object *windows, *window, *cpus, *cpu;
	long long sums[NR_FIGURES] = { 0 }, exits;
	unsigned int i;
	int f, err;

	if (!json_object_object_get_ex(counts, "windows", &windows) ||
	    !(window = json_object_array_get_idx(windows, index)) ||
	    !json_object_object_get_ex(window, "cpu", &cpus) ||
	    json_object_array_length(cpus) != 1)
		return fail(run, "no window of the emulator");
	cpu = json_object_array_get_idx(cpus, 0);
	for (f = 0; f < NR_FIGURES; f++) {
		for (i = 0; i < run->rounds; i++)
			sums[f] += run->figures[f][i];
	}
	exits = snap_value(&run->snaps[run->rounds], "exits") -
		snap_value(&run->snaps[0], "exits") - 1;
	err = check_one(run, "interrupts", sums[IRQS], counter(cpu, "apf_on_ready"));
	if (!err)
		err = check_one(run, "acknowledge exits", sums[ACKS],
				counter(cpu, "apf_ack_insn"));
	if (!err)
		err = check_one(run, "'page not present'", sums[NOT_PRESENT],
				counter(cpu, "apf_on_fault"));
	if (!err)
		err = check_one(run, "VM-exits", exits,
				counter(cpu, "vmrun") + counter(cpu, "vmlaunch") +
				counter(cpu, "vmresume"));
	return err;
}

static double irq_ack(const struct run *run, unsigned int i)
{
	long long missing = run->figures[NOT_PRESENT][i];

	return missing ? (double)(run->figures[IRQS][i] + run->figures[ACKS][i]) /
		missing : 0;
}

static double exits_per_page(const struct run *run, unsigned int i)
{
	return (double)exits_of(run, i) / run->pages;
}

static double useful_work(const struct run *run, unsigned int i)
{
	return run->figures[ITERATIONS][i] * 1e6 / run->figures[PERIOD][i];
}

/* The thread neither ran nor was kept from it by others. */
static double halted_share(const struct run *run, unsigned int i)
{
	double wall = snap_delta(run, i, "wall_ns");
	double busy = snap_delta(run, i, "cpu_ns") + snap_delta(run, i, "wait_ns");

	return busy < wall ? 1 - busy / wall : 0;
}

static double latency(const struct run *run, unsigned int i)
{
	int tasks_per_page = strstr(run->cell, "shared") ? 2 : 1;

	return (double)run->figures[LATENCY_SUM][i] / run->pages / tasks_per_page;
}

static void print_line(const struct run *run, const char *name,
		       const char *unit, const char *clock,
		       double (*value)(const struct run *, unsigned int))
{
	struct json_object *line = json_object_new_object();
	struct json_object *samples = json_object_new_array();
	const char *cell = run->cell, *bench = "apf_cells";
	char full[128];
	unsigned int i;

	if (!strncmp(cell, HEAD_DELAY, strlen(HEAD_DELAY))) {
		cell += strlen(HEAD_DELAY);
		bench = "apf";
	}
	snprintf(full, sizeof(full), "%s%s_%s", name, run->column->suffix, cell);
	for (i = 0; i < run->rounds; i++)
		json_object_array_add(samples, json_object_new_double(value(run, i)));
	json_object_object_add(line, "bench", json_object_new_string(bench));
	json_object_object_add(line, "case", json_object_new_string(full));
	json_object_object_add(line, "kernel", json_object_new_string(kernel));
	json_object_object_add(line, "config",
			       json_object_new_string(run->column->config));
	json_object_object_add(line, "engine", json_object_new_string(engine));
	json_object_object_add(line, "unit", json_object_new_string(unit));
	json_object_object_add(line, "clock", json_object_new_string(clock));
	json_object_object_add(line, "round", json_object_new_int(round_nr));
	json_object_object_add(line, "warmup", json_object_new_int(run->warmup));
	json_object_object_add(line, "samples", samples);
	puts(json_object_to_json_string_ext(line, JSON_C_TO_STRING_PLAIN));
	json_object_put(line);
}

static void print_run(const struct run *run)
{
	bool native = !strcmp(engine, "host") || !strcmp(engine, "qemu-kvm");

	if (!run->column->suffix[0] && !run->is_linux)
		print_line(run, "irq_ack_per_page", "per_page", "payload", irq_ack);
	print_line(run, "exits_per_page", "per_page", "kvm-stats", exits_per_page);
	print_line(run, "useful_work", native ? "per_1e6_cycles" : "per_1e6_insn",
		   "tsc-guest", useful_work);
	print_line(run, "halted_share", "share", "host-monotonic", halted_share);
	print_line(run, "latency", native ? "cycles" : "insn", "tsc-guest", latency);
}

static int collect(struct run *run, struct json_object *counts, int index)
{
	int err;

	err = parse_name(run);
	if (!err)
		err = read_payload(run);
	if (!err)
		err = read_snaps(run);
	if (!err && !run->is_linux)
		err = check_kvm(run);
	if (!err)
		err = check_replies(run);
	if (!err && counts && !run->is_linux)
		err = check_window(run, counts, index);
	if (!err)
		print_run(run);
	return err;
}

int main(int argc, char **argv)
{
	struct json_object *counts = NULL;
	static struct run run;
	int i, err = 0;

	if (argc < 6) {
		fputs("apfcollect: usage: apfcollect ENGINE KERNEL ROUND COUNTS|- FILE...\n",
		      stderr);
		return 2;
	}
	engine = argv[1];
	kernel = argv[2];
	round_nr = atoi(argv[3]);
	if (strcmp(argv[4], "-")) {
		counts = json_object_from_file(argv[4]);
		if (!counts) {
			fprintf(stderr, "apfcollect: '%s': no JSON\n", argv[4]);
			return 1;
		}
	}
	for (i = 5; !err && i < argc; i++) {
		run.file = argv[i];
		err = collect(&run, counts, i - 5);
	}
	json_object_put(counts);
	return err || fflush(stdout) || ferror(stdout) ? 1 : 0;
}
