// SPDX-License-Identifier: GPL-2.0
/*
 * apfcheck.c - compare what kvmapflat counted with what is known
 *
 * Usage: apfcheck [-bg] FILE CHECK...
 * FILE holds the JSON lines of kvmapflat or, with -b, bpftool's dump of the map
 * hists, which is turned into the same rows. With -g it is the guest's side.
 * CHECK is one of
 *   DIST.FIELD=N   such as pv.total.count=100; DIST is one of the names below,
 *                  FIELD count, min, max or mean; of all rows in all lines;
 *                  also >= and <=
 *   COUNT=N        such as queued_pv=100, the names below
 *   told=N         guest: tasks that slept or were told to without need
 *   lines=N vcpus=N lost=N
 *                  reports, different vCPUs, lost samples
 *   NAME.lost=N    one kind of lost samples
 *   outstanding=N outstanding_most=N blocked=N blocked_most=N
 *                  of the last line, the largest of all processes
 *   settled=N      faults taken, cancelled and lost together
 *   split          in every row the stages add up to the whole, and all of them
 *                  have the same faults
 *   buckets        see part_buckets_hold()
 *   print:NAME     prints a value; always holds
 * Every CHECK that does not hold is printed; the exit status is then 1.
 *
 * What it is not: no test runs here; apf_guest.sh runs them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "part.h"

#define PARTS		10
#define COUNTS		9
#define MAX_ROWS	4096

static const char *const part_names[PARTS] = {
	"pv.total", "pv.queue", "pv.page", "pv.take",
	"halt.total", "halt.queue", "halt.page", "halt.take",
	"publish", "ack",
};

static const char *const count_names[COUNTS] = {
	"queued_pv", "queued_halt", "repeated", "cancelled", "failed",
	"interrupts", "acks", "wake_all", "exits",
};

static const char *const guest_part_names[] = { "total", "sleep", "run" };

static const char *const guest_count_names[] = {
	"waits", "spurious", "early", "dropped", "wake_all", "woken_by_all",
};

/* What rows have; parts come as totals, each with the stages it is the sum of. */
struct side {
	const char *const *part_names;
	int parts, stages;
	const char *const *count_names;
	int counts;
};

static const struct side host_side = {
	part_names, PARTS, 4, count_names, COUNTS,
};

static const struct side guest_side = {
	guest_part_names, 3, 3, guest_count_names, 6,
};

struct row {
	uint64_t pid, vcpu, counts[COUNTS];
	struct part parts[PARTS];
};

struct found {
	const struct side *side;
	struct row *rows;
	int count, lines;
	uint64_t lost;
	/* Sums of all lines' drops by name. */
	struct json_object *drops;
	/* The last line's. */
	struct json_object *processes;
};

static struct row *new_row(struct found *found)
{
	if (found->count == MAX_ROWS)
		give_up("too many rows in", "FILE");
	return &found->rows[found->count++];
}

/* "pv.total" is the member total of the member pv. */
static struct json_object *find(struct json_object *object, const char *path)
{
	char copy[32];
	char *name;

	snprintf(copy, sizeof(copy), "%s", path);
	for (name = strtok(copy, "."); name; name = strtok(NULL, "."))
		object = member(object, name);
	return object;
}

static void read_report(struct found *found, struct json_object *report)
{
	struct json_object *rows = member(report, "rows"), *json;
	const struct side *side = found->side;
	struct row *row;
	char unit[32];
	size_t i;
	int j;

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
		json = json_object_array_get_idx(rows, i);
		row = new_row(found);
		row->pid = number(json, "pid");
		row->vcpu = number(json, "vcpu");
		for (j = 0; j < side->parts; j++)
			read_part(&row->parts[j],
				  find(json, side->part_names[j]), unit);
		for (j = 0; j < side->counts; j++)
			row->counts[j] = number(json, side->count_names[j]);
	}
	json_object_put(found->processes);
	found->processes = json_object_get(member(report, "processes"));
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

static void add_value(const struct side *side, struct row *row,
		      struct json_object *value)
{
	int i;

	for (i = 0; i < side->parts; i++)
		add_dist(&row->parts[i], find(value, side->part_names[i]));
	for (i = 0; i < side->counts; i++)
		row->counts[i] += number(value, side->count_names[i]);
}

static void read_dump(struct found *found, FILE *file, const char *path)
{
	struct json_object *dump, *entry, *values;
	static char text[8 << 20];
	struct row *row;
	size_t i, cpu;

	text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
	dump = json_tokener_parse(text);
	if (!dump || !json_object_is_type(dump, json_type_array))
		give_up("not a map dump:", path);
	for (i = 0; i < json_object_array_length(dump); i++) {
		entry = member(json_object_array_get_idx(dump, i),
			       "formatted");
		values = member(entry, "values");
		row = new_row(found);
		row->pid = number(member(entry, "key"), "tgid");
		row->vcpu = number(member(entry, "key"),
				   found->side == &host_side ? "vcpu_id" : "cpu");
		for (cpu = 0; cpu < json_object_array_length(values); cpu++)
			add_value(found->side, row,
				  member(json_object_array_get_idx(values, cpu),
					 "value"));
	}
	json_object_put(dump);
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

static struct part sum_part(const struct found *found, int index)
{
	struct part sum = {};
	int i;

	for (i = 0; i < found->count; i++) {
		const struct part *part = &found->rows[i].parts[index];

		if (!part->count)
			continue;
		if (!sum.count || part->min < sum.min)
			sum.min = part->min;
		if (part->max > sum.max)
			sum.max = part->max;
		sum.count += part->count;
		sum.sum += part->sum;
	}
	return sum;
}

static uint64_t part_field(const struct found *found, const char *name)
{
	const char *field = strrchr(name, '.') + 1;
	size_t length = field - name - 1;
	const char *const *names = found->side->part_names;
	struct part sum;
	int i;

	for (i = 0; i < found->side->parts; i++)
		if (strlen(names[i]) == length &&
		    !strncmp(names[i], name, length))
			break;
	if (i == found->side->parts)
		give_up("unknown distribution", name);
	sum = sum_part(found, i);
	if (!strcmp(field, "count"))
		return sum.count;
	if (!strcmp(field, "min"))
		return sum.min;
	if (!strcmp(field, "max"))
		return sum.max;
	if (!strcmp(field, "mean"))
		return sum.count ? sum.sum / sum.count : 0;
	give_up("unknown field", field);
	return 0;
}

static uint64_t count_field(const struct found *found, const char *name)
{
	int counts = found->side->counts, j;
	uint64_t sum = 0, most = 0, value;
	size_t i;

	for (j = 0; j < counts && strcmp(name, found->side->count_names[j]); j++)
		;
	for (i = 0; j < counts && i < (size_t)found->count; i++)
		sum += found->rows[i].counts[j];
	if (j < counts)
		return sum;
	if (strncmp(name, "outstanding", 11) && strncmp(name, "blocked", 7))
		give_up("unknown name", name);
	for (i = 0; found->processes &&
		    i < json_object_array_length(found->processes); i++) {
		value = number(json_object_array_get_idx(found->processes, i),
			       name);
		if (value > most)
			most = value;
	}
	return most;
}

static uint64_t value_of(const struct found *found, const char *name)
{
	char copy[64];
	char *dot;

	if (!strcmp(name, "lines"))
		return found->lines;
	if (!strcmp(name, "vcpus"))
		return count_vcpus(found);
	if (!strcmp(name, "lost"))
		return found->lost;
	if (!strcmp(name, "settled"))
		return part_field(found, "pv.total.count") +
		       part_field(found, "halt.total.count") +
		       count_field(found, "cancelled") + found->lost;
	if (!strcmp(name, "told"))
		return count_field(found, "waits") +
		       count_field(found, "spurious");
	snprintf(copy, sizeof(copy), "%s", name);
	dot = strchr(copy, '.');
	if (!dot)
		return count_field(found, name);
	if (strcmp(dot, ".lost"))
		return part_field(found, name);
	*dot = '\0';
	return number(found->drops, copy);
}

/* Distributions: the whole and its parts. */
static bool stages_hold(const struct side *side, const struct row *row,
			int first)
{
	const struct part *parts = &row->parts[first];
	bool same = true;
	uint64_t sum = 0;
	int i;

	for (i = 1; i < side->stages; i++) {
		sum += parts[i].sum;
		same &= parts[i].count == parts[0].count;
	}
	if (same && sum == parts[0].sum)
		return true;
	printf("FALSE: %s: %llu, its stages %llu\n", side->part_names[first],
	       (unsigned long long)parts[0].sum, (unsigned long long)sum);
	return false;
}

static bool split_holds(const struct found *found)
{
	const struct side *side = found->side;
	bool holds = true;
	int i, first;

	for (i = 0; i < found->count; i++)
		for (first = 0; first + side->stages <= side->parts;
		     first += side->stages)
			holds &= stages_hold(side, &found->rows[i], first);
	return holds;
}

static bool buckets_hold(const struct found *found)
{
	bool holds = true;
	int i, j;

	for (i = 0; i < found->count; i++) {
		for (j = 0; j < found->side->parts; j++) {
			if (part_buckets_hold(&found->rows[i].parts[j]))
				continue;
			printf("FALSE: %s is not in its buckets\n",
			       found->side->part_names[j]);
			holds = false;
		}
	}
	return holds;
}

static const struct checker checker = {
	.split = split_holds,
	.buckets = buckets_hold,
	.value = value_of,
};

int main(int argc, char **argv)
{
	struct found found = { .side = &host_side };
	bool dump = false, holds;
	FILE *file;
	int i;

	while ((i = getopt(argc, argv, "+bg")) != -1) {
		dump |= i == 'b';
		if (i == 'g')
			found.side = &guest_side;
	}
	argv += optind - 1;
	argc -= optind - 1;
	if (argc < 3)
		give_up("usage:", "apfcheck [-bg] FILE CHECK...");
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
	json_object_put(found.processes);
	free(found.rows);
	return holds ? 0 : 1;
}
