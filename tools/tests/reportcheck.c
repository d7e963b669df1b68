// SPDX-License-Identifier: GPL-2.0
/*
 * reportcheck.c - compare what was counted with what is known
 *
 * Usage: reportcheck [-b] FILE CHECK...
 * FILE holds the JSON lines of kvmexitlat or, with -b, bpftool's dump of the
 * map hists, which is turned into the same rows. CHECK is one of
 *   cpuid=N io=N hlt=N   exits of a kind on all vCPUs in all lines, VMX or SVM
 *   exits=N              all exits in all lines
 *   lines=N              reports
 *   vcpus=N              different vCPUs
 *   lost=N               lost samples; with a name before the dot one kind of
 *                        them: moved.lost=N
 *   split                in every row the parts add up to the whole
 *   buckets              in every row the extremes lie in the buckets, which
 *                        are KVM's, and the buckets add up to the count
 *   complete=N           exits and lost samples together
 *   print:NAME           prints a value; always holds
 *   KIND.PART.FIELD>=N   such as hlt.off.min>=1000, in the first such row;
 *                        also <= and =
 * Every CHECK that does not hold is printed; the exit status is then 1.
 *
 * What it is not: no test runs here; guest.sh runs them.
 */
#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "exit_reason.h"
#include "part.h"

static const char *const part_names[] = { "total", "handling", "user", "off" };

#define PARTS		4
#define MAX_ROWS	4096

struct row {
	uint64_t pid, vcpu, isa, reason;
	struct part parts[PARTS];
};

struct found {
	struct row *rows;
	int count, lines;
	uint64_t lost;
	/* Sums of all lines' drops by name. */
	struct json_object *drops;
};

static void read_report(struct found *found, struct json_object *report)
{
	struct json_object *rows = member(report, "rows"), *json;
	char unit[32];
	size_t i;
	int part;

	read_unit(report, unit, sizeof(unit));
	found->lines++;
	found->lost += number(report, "lost");
	json_object_object_foreach(member(report, "drops"), name, value) {
		uint64_t sum = json_object_get_uint64(value) +
			       number(found->drops, name);

		json_object_object_add(found->drops, name,
				       json_object_new_uint64(sum));
	}
	for (i = 0; i < json_object_array_length(rows); i++) {
		struct row *row = &found->rows[found->count++];

		if (found->count == MAX_ROWS)
			give_up("too many rows in", "FILE");
		json = json_object_array_get_idx(rows, i);
		row->pid = number(json, "pid");
		row->vcpu = number(json, "vcpu");
		row->reason = number(json, "exit_reason");
		row->isa = strcmp(json_object_get_string(member(json, "isa")),
				  "vmx") ? EXIT_ISA_SVM : EXIT_ISA_VMX;
		for (part = 0; part < PARTS; part++)
			read_part(&row->parts[part],
				  member(json, part_names[part]), unit);
	}
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

static void read_dump(struct found *found, FILE *file, const char *path)
{
	struct json_object *dump, *entry, *key, *values;
	static char text[8 << 20];
	size_t i, cpu;
	int part;

	text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
	dump = json_tokener_parse(text);
	if (!dump || !json_object_is_type(dump, json_type_array))
		give_up("not a map dump:", path);
	for (i = 0; i < json_object_array_length(dump); i++) {
		struct row *row = &found->rows[found->count++];

		entry = member(json_object_array_get_idx(dump, i),
			       "formatted");
		key = member(entry, "key");
		values = member(entry, "values");
		row->pid = number(key, "tgid");
		row->vcpu = number(key, "vcpu_id");
		row->reason = number(key, "exit_reason");
		row->isa = number(key, "isa");
		for (cpu = 0; cpu < json_object_array_length(values); cpu++)
			for (part = 0; part < PARTS; part++)
				add_dist(&row->parts[part], member(member(
					json_object_array_get_idx(values, cpu),
					"value"), part_names[part]));
	}
	json_object_put(dump);
}

static bool is_kind(const struct row *row, const char *kind)
{
	static const struct {
		const char *kind;
		uint64_t vmx, svm;
	} kinds[] = {
		{ "cpuid", 10, 0x72 }, { "io", 30, 0x7b }, { "hlt", 12, 0x78 },
	};
	size_t i;

	if (!strcmp(kind, "exits"))
		return true;
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (!strcmp(kind, kinds[i].kind))
			return row->reason == (row->isa == EXIT_ISA_VMX ?
					       kinds[i].vmx : kinds[i].svm);
	give_up("unknown kind of exit", kind);
	return false;
}

static uint64_t count_kind(const struct found *found, const char *kind)
{
	uint64_t count = 0;
	int i;

	for (i = 0; i < found->count; i++)
		if (is_kind(&found->rows[i], kind))
			count += found->rows[i].parts[0].count;
	return count;
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

static uint64_t part_field(const struct found *found, const char *kind,
			   const char *name, const char *field)
{
	const struct part *part = NULL;
	int i, j;

	for (i = 0; !part && i < found->count; i++)
		for (j = 0; j < PARTS; j++)
			if (is_kind(&found->rows[i], kind) &&
			    !strcmp(name, part_names[j]))
				part = &found->rows[i].parts[j];
	if (!part)
		return 0;
	if (!strcmp(field, "min"))
		return part->min;
	if (!strcmp(field, "max"))
		return part->max;
	if (!strcmp(field, "count"))
		return part->count;
	if (!strcmp(field, "mean"))
		return part->count ? part->sum / part->count : 0;
	give_up("unknown field", field);
	return 0;
}

static bool split_holds(const struct found *found)
{
	bool holds = true;
	int i;

	for (i = 0; i < found->count; i++) {
		const struct part *parts = found->rows[i].parts;

		if (parts[0].sum == parts[1].sum + parts[2].sum +
				    parts[3].sum &&
		    parts[0].count == parts[1].count)
			continue;
		printf("FALSE: reason %llu: %llu != %llu + %llu + %llu\n",
		       (unsigned long long)found->rows[i].reason,
		       (unsigned long long)parts[0].sum,
		       (unsigned long long)parts[1].sum,
		       (unsigned long long)parts[2].sum,
		       (unsigned long long)parts[3].sum);
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
			printf("FALSE: reason %llu: %s is not in its buckets\n",
			       (unsigned long long)found->rows[i].reason,
			       part_names[j]);
			holds = false;
		}
	}
	return holds;
}

static uint64_t value_of(const struct found *found, const char *name)
{
	char copy[64], *kind, *part, *field;

	if (!strcmp(name, "lines"))
		return found->lines;
	if (!strcmp(name, "vcpus"))
		return count_vcpus(found);
	if (!strcmp(name, "lost"))
		return found->lost;
	if (!strcmp(name, "complete"))
		return count_kind(found, "exits") + found->lost;
	if (!strchr(name, '.'))
		return count_kind(found, name);

	snprintf(copy, sizeof(copy), "%s", name);
	kind = strtok(copy, ".");
	part = strtok(NULL, ".");
	field = strtok(NULL, ".");
	if (part && !strcmp(part, "lost"))
		return number(found->drops, kind);
	if (!part || !field)
		give_up("bad check", name);
	return part_field(found, kind, part, field);
}

static const struct checker checker = {
	.split = split_holds,
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
		give_up("usage:", "reportcheck [-b] FILE CHECK...");
	file = fopen(argv[1], "r");
	if (!file)
		give_up("cannot open", argv[1]);
	found.rows = calloc(MAX_ROWS, sizeof(*found.rows));
	found.drops = json_object_new_object();
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
