// SPDX-License-Identifier: GPL-2.0
/*
 * apfmatrix: the summary of the benchmark apf as tables of all cells, with the
 * cells named in which asynchronous page faults lose.
 *
 * Usage: apfmatrix SUMMARY.json...          Markdown
 *        apfmatrix --plot SUMMARY.json...   useful work, one block per delay,
 *                                           for plot_apf.gp
 *
 * A figure that the summary does not have is a dash, a cell no line.
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <json-c/json.h>

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
/* Below this a difference is not called a loss. */
#define LOSS_SHARE	0.01
/* The delay whose cells have none in their names, see apfcollect.c. */
#define HEAD_DELAY	"10ms"
#define LABEL_BYTES	64

static const char *const delays[] = { "0", "100us", "1ms", "10ms" };
static const int pages[] = { 1, 4, 16, 64 };

/* Columns of the tables; the first four of plots, too. */
static const struct {
	const char *title;
	const char *suffix;
	const char *config;
} columns[] = {
	{ "sync", "_sync", "base" },
	{ "halt", "_halt", "base" },
	{ "v1, base", "", "base" },
	{ "v1, series", "", "off" },
	{ "v2, series", "", "on" },
	{ "halt, series", "_halt", "off" },
};

enum { SYNC, HALT, V1_BASE, V1, V2 };

static const struct {
	const char *name;
	const char *title;
	int digits;
} figures[] = {
	{ "useful_work", "Useful work: iterations of the counting loop per 10^6 "
	  "instructions (more is better)", 0 },
	{ "irq_ack_per_page", "Interrupts and acknowledge exits per page that "
	  "KVM announced as missing", 3 },
	{ "exits_per_page", "VM-exits per page", 2 },
	{ "halted_share", "Share of the time that the vCPU's thread slept", 3 },
	{ "latency", "From a task's touch until it goes on, mean, instructions", 0 },
};

static struct json_object *metrics;

/* The metric of a name; names of ratios have no unit, others one of two. */
static struct json_object *find(const char *name)
{
	static const char *const units[] = { "", "_insn", "_cycles" };
	struct json_object *metric, *value;
	char full[128];
	size_t i, u;

	for (i = 0; i < json_object_array_length(metrics); i++) {
		metric = json_object_array_get_idx(metrics, i);
		if (!json_object_object_get_ex(metric, "name", &value))
			continue;
		for (u = 0; u < ARRAY_SIZE(units); u++) {
			snprintf(full, sizeof(full), "%s%s", name, units[u]);
			if (!strcmp(json_object_get_string(value), full))
				return metric;
		}
	}
	return NULL;
}

/* -1: not there. */
static double get(const char *figure, int column, const char *cell)
{
	struct json_object *metric, *value;
	char name[96];

	snprintf(name, sizeof(name), "%s%s_%s", figure, columns[column].suffix,
		 cell);
	metric = find(name);
	if (!metric ||
	    !json_object_object_get_ex(metric, columns[column].config, &value) ||
	    !value)
		return -1;
	return json_object_get_double(value);
}

/* The name of a cell as in the metrics. */
static void cell_name(char *buf, size_t size, const char *delay, const char *kind,
		      int n)
{
	if (!strcmp(delay, HEAD_DELAY))
		snprintf(buf, size, "%sn%d", kind, n);
	else
		snprintf(buf, size, "d%s_%sn%d", delay, kind, n);
}

/* Rows of the tables: the payload's, with two tasks per page, Linux's. */
static bool row_at(unsigned int i, char *cell, char *label, size_t size)
{
	static const char *const kinds[] = { "", "shared_", "linux_" };
	static const char *const words[] = { "", ", two tasks per page", ", Linux" };
	unsigned int nr = ARRAY_SIZE(delays) * ARRAY_SIZE(pages), kind = i / nr;
	const char *delay = delays[i % nr / ARRAY_SIZE(pages)];
	int n = pages[i % ARRAY_SIZE(pages)];

	if (kind >= ARRAY_SIZE(kinds))
		return false;
	cell_name(cell, size, delay, kinds[kind], n);
	snprintf(label, size, "%s x %d%s", delay, n, words[kind]);
	return true;
}

static void print_change(double from, double to)
{
	if (from <= 0 || to < 0) {
		printf(" - |");
		return;
	}
	printf(to < from * (1 - LOSS_SHARE) ? " **%+.1f %%** |" : " %+.1f %% |",
	       100 * (to - from) / from);
}

static bool has_any(int f, const char *cell)
{
	size_t c;

	for (c = 0; c < ARRAY_SIZE(columns); c++) {
		if (get(figures[f].name, c, cell) >= 0)
			return true;
	}
	return false;
}

static void print_row(int f, const char *label, const char *cell)
{
	double value;
	size_t c;

	if (!has_any(f, cell))
		return;
	printf("| %s |", label);
	for (c = 0; c < ARRAY_SIZE(columns); c++) {
		value = get(figures[f].name, c, cell);
		if (value < 0)
			printf(" - |");
		else
			printf(" %.*f |", figures[f].digits, value);
	}
	if (!f) {
		print_change(get("useful_work", V1_BASE, cell),
			     get("useful_work", V2, cell));
		print_change(get("useful_work", HALT, cell),
			     get("useful_work", V1_BASE, cell));
		print_change(get("useful_work", HALT, cell),
			     get("useful_work", V2, cell));
	}
	putchar('\n');
}

static void print_table(int f)
{
	char cell[LABEL_BYTES], label[LABEL_BYTES];
	unsigned int i;
	size_t c;

	printf("\n## %s\n\n| delay x pages per reply |", figures[f].title);
	for (c = 0; c < ARRAY_SIZE(columns); c++)
		printf(" %s |", columns[c].title);
	printf(f ? "\n|---|" : " v2 − v1 base | v1 base − halt | v2 − halt |\n|---|");
	for (c = 0; c < ARRAY_SIZE(columns) + (f ? 0 : 3); c++)
		printf("--:|");
	putchar('\n');
	for (i = 0; row_at(i, cell, label, LABEL_BYTES); i++)
		print_row(f, label, cell);
}

static void print_losses(const char *title, int from, int to)
{
	char cell[LABEL_BYTES], label[LABEL_BYTES];
	unsigned int i, count = 0;
	double a, b;

	printf("\n%s:", title);
	for (i = 0; row_at(i, cell, label, LABEL_BYTES); i++) {
		a = get("useful_work", from, cell);
		b = get("useful_work", to, cell);
		if (a < 0 || b < 0 || b >= a * (1 - LOSS_SHARE))
			continue;
		printf("%s %s (%+.1f %%)", count++ ? ";" : "", label,
		       100 * (b - a) / a);
	}
	printf(count ? ".\n" : " none.\n");
}

static void print_all(const char *engine)
{
	size_t f;

	printf("# Asynchronous page faults on %s: all cells\n\n"
	       "Medians. Delay of the page source in emulated time; a loss over "
	       "1 %% is bold. sync: KVM\nwaits in the vCPU's thread; halt: KVM "
	       "halts the vCPU; v1, v2: the guest runs other tasks.\n", engine);
	print_losses("Cells where version 2 does less useful work than mainline",
		     V1_BASE, V2);
	print_losses("Cells where mainline's version 1 loses against halting",
		     HALT, V1_BASE);
	print_losses("Cells where version 2 loses against halting", HALT, V2);
	for (f = 0; f < ARRAY_SIZE(figures); f++)
		print_table(f);
}

static void print_plot(void)
{
	char cell[32];
	size_t d, n;
	double value;
	int c;

	for (d = 0; d < ARRAY_SIZE(delays); d++) {
		printf("# delay %s: pages sync halt v1-base v1 v2\n", delays[d]);
		for (n = 0; n < ARRAY_SIZE(pages); n++) {
			printf("%d", pages[n]);
			cell_name(cell, sizeof(cell), delays[d], "", pages[n]);
			for (c = SYNC; c <= V2; c++) {
				value = get("useful_work", c, cell);
				if (value < 0)
					printf(" NaN");
				else
					printf(" %.10g", value);
			}
			putchar('\n');
		}
		printf("\n\n");
	}
}

/* Add the metrics of a summary; its engine's name, NULL if it is none. */
static const char *read_summary(const char *path)
{
	struct json_object *summary, *engine, *array;
	size_t i;

	summary = json_object_from_file(path);
	if (!summary || !json_object_object_get_ex(summary, "metrics", &array) ||
	    !json_object_object_get_ex(summary, "engine", &engine)) {
		fprintf(stderr, "apfmatrix: '%s': no summary\n", path);
		return NULL;
	}
	for (i = 0; i < json_object_array_length(array); i++)
		json_object_array_add(metrics, json_object_get(json_object_array_get_idx(array, i)));
	return json_object_get_string(engine);
}

int main(int argc, char **argv)
{
	bool plot = argc > 1 && !strcmp(argv[1], "--plot");
	const char *engine = NULL;
	int i;

	if (argc < 2 + plot) {
		fputs("apfmatrix: usage: apfmatrix [--plot] SUMMARY.json...\n", stderr);
		return 2;
	}
	metrics = json_object_new_array();
	for (i = 1 + plot; i < argc; i++) {
		engine = read_summary(argv[i]);
		if (!engine)
			return 1;
	}
	if (plot)
		print_plot();
	else
		print_all(engine);
	json_object_put(metrics);
	return fflush(stdout) || ferror(stdout) ? 1 : 0;
}
