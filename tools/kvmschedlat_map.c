// SPDX-License-Identifier: GPL-2.0
/*
 * kvmschedlat_map.c - the matrix of moves from CPU to CPU, as a heat map
 *
 * One character per pair of CPUs, by powers of four. Only CPUs that moves came
 * from or went to have a line and a column; where these are too many for a line
 * of text, neighbours share one. The figures are in the JSON output, those of
 * the pairs with the most moves below the map, too.
 *
 * What it is not: no vCPU is told from another here.
 */
#include "kvmschedlat_report.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define MAP_COLUMNS	64
#define MAP_BUSIEST	5

/* From 1, 4, 16, ... moves on; the last one is open. */
static const char shades[] = ".:-=+*#%@";

struct map {
	/* The CPUs that occur, in order. */
	uint32_t *cpus;
	size_t cpu_count;
	/* How many of them share a line and a column. */
	size_t step;
	uint64_t cells[MAP_COLUMNS][MAP_COLUMNS];
};

static int compare_cpus(const void *a, const void *b)
{
	uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;

	return left < right ? -1 : left > right;
}

static void find_cpus(struct map *map, const struct report *moves)
{
	size_t i, count = 0;

	for (i = 0; i < moves->count; i++) {
		map->cpus[count++] = moves->rows[i].key[KEY_FROM];
		map->cpus[count++] = moves->rows[i].key[KEY_TO];
	}
	qsort(map->cpus, count, sizeof(*map->cpus), compare_cpus);
	for (i = 0; i < count; i++)
		if (!map->cpu_count ||
		    map->cpus[i] != map->cpus[map->cpu_count - 1])
			map->cpus[map->cpu_count++] = map->cpus[i];
	map->step = (map->cpu_count + MAP_COLUMNS - 1) / MAP_COLUMNS;
}

static size_t place_of(const struct map *map, uint32_t cpu)
{
	const uint32_t *found = bsearch(&cpu, map->cpus, map->cpu_count,
					sizeof(cpu), compare_cpus);

	return (found - map->cpus) / map->step;
}

static char shade_of(uint64_t count)
{
	size_t i = 0;

	if (!count)
		return ' ';
	while (count >= 4 && i < sizeof(shades) - 2) {
		count /= 4;
		i++;
	}
	return shades[i];
}

/* The columns' first CPUs, read downwards. */
static void print_columns(FILE *out, const struct map *map)
{
	uint32_t power, most = map->cpus[map->cpu_count - 1];
	size_t i;

	for (power = 1; most / power >= 10;)
		power *= 10;
	for (; power; power /= 10) {
		fprintf(out, "%10s ", power == 1 ? "FROM\\TO" : "");
		for (i = 0; i < map->cpu_count; i += map->step)
			if (power == 1 || map->cpus[i] >= power)
				fputc('0' + map->cpus[i] / power % 10, out);
			else
				fputc(' ', out);
		fputc('\n', out);
	}
}

static void print_lines(FILE *out, const struct map *map)
{
	size_t places = (map->cpu_count + map->step - 1) / map->step, i, j;

	for (i = 0; i < places; i++) {
		fprintf(out, "%10u ", map->cpus[i * map->step]);
		for (j = 0; j < places; j++)
			fputc(shade_of(map->cells[i][j]), out);
		fputs("|\n", out);
	}
}

struct pair {
	uint32_t from, to;
	uint64_t count;
};

static int compare_pairs(const void *a, const void *b)
{
	const struct pair *left = a, *right = b;

	if (left->count != right->count)
		return left->count > right->count ? -1 : 1;
	if (left->from != right->from)
		return left->from < right->from ? -1 : 1;
	return left->to < right->to ? -1 : left->to > right->to;
}

/* Rows of several vCPUs may be of one pair of CPUs. */
static void print_busiest(FILE *out, const struct report *moves,
			  struct pair *pairs)
{
	size_t i, j, count = 0;

	for (i = 0; i < moves->count; i++) {
		const uint32_t *key = moves->rows[i].key;

		for (j = 0; j < count; j++)
			if (pairs[j].from == key[KEY_FROM] &&
			    pairs[j].to == key[KEY_TO])
				break;
		if (j == count) {
			pairs[count].from = key[KEY_FROM];
			pairs[count].to = key[KEY_TO];
			pairs[count++].count = 0;
		}
		pairs[j].count += moves->rows[i].counts[MOVE_COUNT];
	}
	qsort(pairs, count, sizeof(*pairs), compare_pairs);
	fputs("most:", out);
	for (i = 0; i < count && i < MAP_BUSIEST; i++)
		fprintf(out, "%s %u>%u %" PRIu64, i ? "," : "", pairs[i].from,
			pairs[i].to, pairs[i].count);
	fputc('\n', out);
}

static void fill_cells(struct map *map, const struct report *moves)
{
	size_t i;

	for (i = 0; i < moves->count; i++) {
		const struct report_row *row = &moves->rows[i];

		map->cells[place_of(map, row->key[KEY_FROM])]
			  [place_of(map, row->key[KEY_TO])] +=
			row->counts[MOVE_COUNT];
	}
}

/**
 * print_sched_map - Print how often vCPUs moved from which CPU to which
 * @out: Where to.
 * @moves: Moves of all vCPUs; nothing is printed when there are none.
 *
 * Errors, and that there is no memory, are left in @out.
 */
void print_sched_map(FILE *out, const struct report *moves)
{
	struct pair *pairs = calloc(moves->count + 1, sizeof(*pairs));
	struct map *map = calloc(1, sizeof(*map));

	if (!moves->count)
		goto out_free;
	if (map)
		map->cpus = calloc(2 * moves->count, sizeof(*map->cpus));
	if (!map || !map->cpus || !pairs) {
		fputs("\nno memory for the map of moves\n", out);
		goto out_free;
	}
	find_cpus(map, moves);
	fill_cells(map, moves);
	fputs("\nmoves of all vcpus, from CPU to CPU\n", out);
	print_columns(out, map);
	print_lines(out, map);
	fputs(". 1  : 4  - 16  = 64  + 256  * 1024  # 4096  % 16384  @ 65536",
	      out);
	if (map->step > 1)
		fprintf(out, "; %zu CPUs each", map->step);
	fputc('\n', out);
	print_busiest(out, moves, pairs);
out_free:
	if (map)
		free(map->cpus);
	free(map);
	free(pairs);
}
