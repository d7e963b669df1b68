// SPDX-License-Identifier: GPL-2.0
/*
 * nestcheck.c - compare what kvmnestlat counted with what is known
 *
 * Usage: nestcheck [-b] FILE CHECK...
 * FILE holds the JSON lines of kvmnestlat or, with -b, bpftool's dump of the map
 * hists, which is turned into the same rows. CHECK is one of
 *   ROLE.EXIT.DIST.FIELD=N  such as reflected.call.total.count=100, of all such
 *                  rows in all lines. ROLE is handled, reflected or l1_exit; EXIT
 *                  one of the names below, on VMX and SVM, or any; DIST a name of
 *                  a distribution; FIELD count, sum, min, max or mean
 *   ROLE.EXIT.COUNT=N  such as reflected.any.switches=3
 *   lines=N vcpus=N lost=N has_pool=N
 *                  reports, different vCPUs, lost samples, 1 or 0
 *   NAME.lost=N    one kind of lost samples
 *   split          in every row the parts add up to the whole
 *   buckets        see part_buckets_hold()
 *   print:NAME     prints a value; always holds
 * Instead of = also >= and <=. Every CHECK that does not hold is printed; the exit
 * status is then 1.
 *
 * What it is not: no test runs here; nest_guest.sh runs them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "part.h"

#define PARTS		10
#define COUNTS		11
#define MAX_ROWS	4096
#define ANY		(~0ULL)

static const char *const role_names[] = { "handled", "reflected", "l1_exit" };

enum { TOTAL, L0, L1, L2, USER, OFF, REFLECT, SERVE, ENTER, L1_EXITS };

static const char *const part_names[PARTS] = {
	"total", "l0", "l1", "l2", "user", "off", "reflect", "serve", "enter",
	"l1_exits",
};

static const char *const count_names[COUNTS] = {
	"begun", "switches", "changed", "failed", "undone",
	"vmptrld", "hit", "recycle", "flush", "rare", "vpid_flush",
};

/* Two numbers each: VMLAUNCH and VMRESUME are both VM-Enter. */
static const struct {
	const char *name;
	uint64_t vmx[2], svm;
} exits[] = {
	{ "call", { 18, 18 }, 0x81 }, { "port", { 30, 30 }, 0x7b },
	{ "cpuid", { 10, 10 }, 0x72 }, { "enter", { 20, 24 }, 0x80 },
	{ "vmlaunch", { 20, 20 }, 0x80 }, { "load", { 21, 21 }, ANY },
	{ "write", { 25, 25 }, ANY },
};

struct row {
	uint64_t pid, vcpu, role, svm, reason, counts[COUNTS];
	struct part parts[PARTS];
};

struct found {
	struct row *rows;
	int count, lines;
	uint64_t lost, has_pool;
	/* Sums of all lines' drops by name. */
	struct json_object *drops;
};

static int find_name(const char *const *names, int count, const char *name)
{
	int i;

	for (i = 0; i < count; i++)
		if (!strcmp(names[i], name))
			return i;
	give_up("unknown name", name);
	return -1;
}

static struct row *new_row(struct found *found)
{
	if (found->count == MAX_ROWS)
		give_up("too many rows in", "FILE");
	return &found->rows[found->count++];
}

static void read_row(struct row *row, struct json_object *json,
		     const char *unit)
{
	int i;

	row->pid = number(json, "pid");
	row->vcpu = number(json, "vcpu");
	row->role = find_name(role_names, 3, json_object_get_string(
						member(json, "role")));
	row->svm = !strcmp(json_object_get_string(member(json, "isa")), "svm");
	row->reason = number(json, "exit_reason");
	for (i = 0; i < PARTS; i++)
		read_part(&row->parts[i], member(json, part_names[i]),
			  i == L1_EXITS ? "exits" : unit);
	for (i = 0; i < COUNTS; i++)
		row->counts[i] = number(json, count_names[i]);
}

static void read_report(struct found *found, struct json_object *report)
{
	struct json_object *rows = member(report, "rows");
	char unit[32];
	size_t i;

	read_unit(report, unit, sizeof(unit));
	found->lines++;
	found->lost += number(report, "lost");
	found->has_pool = json_object_get_boolean(member(report, "has_pool"));
	json_object_object_foreach(member(report, "drops"), name, value) {
		uint64_t sum = json_object_get_uint64(value) +
			       number(found->drops, name);

		json_object_object_add(found->drops, name,
				       json_object_new_uint64(sum));
	}
	for (i = 0; i < json_object_array_length(rows); i++)
		read_row(new_row(found), json_object_array_get_idx(rows, i),
			 unit);
}

static void read_lines(struct found *found, FILE *file, const char *path)
{
	struct json_object *report;
	char *line = NULL;
	size_t room = 0;

	while (getline(&line, &room, file) > 0) {
		report = json_tokener_parse(line);
		if (!report || !member(report, "rows"))
			give_up("not a report in", path);
		read_report(found, report);
		json_object_put(report);
	}
	free(line);
}

/* One CPU's value. */
static void add_value(struct row *row, struct json_object *value)
{
	int i;

	for (i = 0; i < PARTS; i++)
		add_dist(&row->parts[i], member(value, part_names[i]));
	for (i = 0; i < COUNTS; i++)
		row->counts[i] += number(i < 5 ? value : member(value, "pool"),
					 count_names[i]);
}

static void read_dump(struct found *found, FILE *file, const char *path)
{
	struct json_object *dump, *entry, *key, *values;
	static char text[8 << 20];
	struct row *row;
	size_t i, cpu;

	text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
	dump = json_tokener_parse(text);
	if (!dump || !json_object_is_type(dump, json_type_array))
		give_up("not a map dump:", path);
	for (i = 0; i < json_object_array_length(dump); i++) {
		entry = member(json_object_array_get_idx(dump, i), "formatted");
		key = member(entry, "key");
		values = member(entry, "values");
		row = new_row(found);
		row->pid = number(key, "tgid");
		row->vcpu = number(key, "vcpu_id");
		row->role = number(key, "role");
		row->svm = number(key, "isa") == 2;
		row->reason = number(key, "exit_reason");
		for (cpu = 0; cpu < json_object_array_length(values); cpu++)
			add_value(row, member(json_object_array_get_idx(
						values, cpu), "value"));
	}
	json_object_put(dump);
}

static bool is_exit(const struct row *row, const char *name)
{
	size_t i;

	if (!strcmp(name, "any"))
		return true;
	for (i = 0; i < sizeof(exits) / sizeof(exits[0]); i++) {
		if (strcmp(name, exits[i].name))
			continue;
		if (row->svm)
			return row->reason == exits[i].svm;
		return row->reason == exits[i].vmx[0] ||
		       row->reason == exits[i].vmx[1];
	}
	give_up("unknown exit", name);
	return false;
}

static void add_part(struct part *sum, const struct part *part)
{
	if (!part->count)
		return;
	if (!sum->count || part->min < sum->min)
		sum->min = part->min;
	if (part->max > sum->max)
		sum->max = part->max;
	sum->count += part->count;
	sum->sum += part->sum;
}

static uint64_t part_field(const struct part *part, const char *field)
{
	if (!strcmp(field, "count"))
		return part->count;
	if (!strcmp(field, "sum"))
		return part->sum;
	if (!strcmp(field, "min"))
		return part->min;
	if (!strcmp(field, "max"))
		return part->max;
	if (!strcmp(field, "mean"))
		return part->count ? part->sum / part->count : 0;
	give_up("unknown field", field);
	return 0;
}

/* ROLE.EXIT.DIST.FIELD or, without @field, ROLE.EXIT.COUNT. */
static uint64_t row_value(const struct found *found, const char *role,
			  const char *name, const char *what,
			  const char *field)
{
	int i, index, wanted = find_name(role_names, 3, role);
	struct part sum = {};
	uint64_t count = 0;

	index = field ? find_name(part_names, PARTS, what) :
			find_name(count_names, COUNTS, what);
	for (i = 0; i < found->count; i++) {
		const struct row *row = &found->rows[i];

		if (row->role != (uint64_t)wanted || !is_exit(row, name))
			continue;
		if (field)
			add_part(&sum, &row->parts[index]);
		else
			count += row->counts[index];
	}
	return field ? part_field(&sum, field) : count;
}

static uint64_t count_vcpus(const struct found *found)
{
	uint64_t count = 0;
	int i, j;

	for (i = 0; i < found->count; i++) {
		for (j = 0; j < i; j++)
			if (found->rows[j].pid == found->rows[i].pid &&
			    found->rows[j].vcpu == found->rows[i].vcpu)
				break;
		count += j == i;
	}
	return count;
}

static uint64_t value_of(const struct found *found, const char *name)
{
	char copy[64], *words[4] = {};
	int i = 0;

	if (!strcmp(name, "lines"))
		return found->lines;
	if (!strcmp(name, "vcpus"))
		return count_vcpus(found);
	if (!strcmp(name, "lost"))
		return found->lost;
	if (!strcmp(name, "has_pool"))
		return found->has_pool;
	snprintf(copy, sizeof(copy), "%s", name);
	for (words[0] = strtok(copy, "."); words[i] && i < 3; i++)
		words[i + 1] = strtok(NULL, ".");
	if (words[1] && !words[2] && !strcmp(words[1], "lost"))
		return number(found->drops, words[0]);
	if (!words[2])
		give_up("bad check", name);
	return row_value(found, words[0], words[1], words[2], words[3]);
}

static bool row_splits(const struct row *row)
{
	const struct part *parts = row->parts;
	uint64_t out = parts[USER].sum + parts[OFF].sum;

	if (parts[TOTAL].count != parts[L0].count ||
	    parts[TOTAL].sum != parts[L0].sum + parts[L1].sum + out)
		return false;
	if (row->role != 1)
		return !parts[L1].count && !parts[REFLECT].count;
	return parts[L1].count == parts[TOTAL].count &&
	       parts[REFLECT].count == parts[TOTAL].count &&
	       parts[L1_EXITS].count == parts[TOTAL].count &&
	       parts[L0].sum == parts[REFLECT].sum + parts[SERVE].sum +
				parts[ENTER].sum;
}

static bool all_split(const struct found *found)
{
	bool holds = true;
	int i;

	for (i = 0; i < found->count; i++) {
		if (row_splits(&found->rows[i]))
			continue;
		printf("FALSE: %s, reason %llu: the parts are not the whole\n",
		       role_names[found->rows[i].role],
		       (unsigned long long)found->rows[i].reason);
		holds = false;
	}
	return holds;
}

static bool buckets_hold(const struct found *found)
{
	bool holds = true;
	int i, j;

	for (i = 0; i < found->count; i++) {
		for (j = 0; j < PARTS; j++) {
			if (part_buckets_hold(&found->rows[i].parts[j]))
				continue;
			printf("FALSE: %s is not in its buckets\n",
			       part_names[j]);
			holds = false;
		}
	}
	return holds;
}

static const struct checker checker = {
	.split = all_split,
	.buckets = buckets_hold,
	.value = value_of,
};

int main(int argc, char **argv)
{
	bool dump = argc > 1 && !strcmp(argv[1], "-b"), holds;
	struct found found = {};
	FILE *file;

	argv += dump;
	argc -= dump;
	if (argc < 3)
		give_up("usage:", "nestcheck [-b] FILE CHECK...");
	file = fopen(argv[1], "r");
	if (!file)
		give_up("cannot open", argv[1]);
	found.rows = calloc(MAX_ROWS, sizeof(*found.rows));
	found.drops = json_object_new_object();
	if (!found.rows || !found.drops)
		give_up("no memory for", argv[1]);
	if (dump)
		read_dump(&found, file, argv[1]);
	else
		read_lines(&found, file, argv[1]);
	fclose(file);
	holds = checks_hold(&checker, &found, argv + 2);
	json_object_put(found.drops);
	free(found.rows);
	return holds ? 0 : 1;
}
