// SPDX-License-Identifier: GPL-2.0
/*
 * collect: turn sample files of the VMM into JSON lines (schema/raw.json).
 *
 * Runs on the host, once per sample file; the driver says what the VMM cannot
 * know. The unit and the clock follow from the engine and the record's flags:
 *
 *   emulator, 1 CPU          insn         instructions, told by the TSC
 *   emulator, several CPUs   insn_allcpu  the TSC counts all CPUs' work
 *   hardware                 cycles       TSC cycles
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "guest/lib/wire.h"

/**
 * struct place - Where the samples come from, as the driver says
 * @bench: Benchmark
 * @engine: Engine of kernel/boot/run
 * @kernel: base or patched
 * @config: base, off or on
 * @round: Number of the round
 * @file: Sample file
 */
struct place {
	const char *bench;
	const char *engine;
	const char *kernel;
	const char *config;
	int round;
	const char *file;
};

/**
 * struct head - First line of a record
 * @name: Case
 * @flags: WIRE_* flags
 * @warmup: Iterations dropped
 * @label: Label of the emulator's window, 0: none
 * @window_tsc: TSC over that window
 * @n: Number of samples
 */
struct head {
	char name[WIRE_NAME_BYTES];
	unsigned int flags;
	unsigned int warmup;
	unsigned int label;
	unsigned long long window_tsc;
	unsigned int n;
};

static int read_head(FILE *f, struct head *head)
{
	int fields;

	fields = fscanf(f, " case %39s flags %u warmup %u label %u window_tsc %llu n %u",
			head->name, &head->flags, &head->warmup, &head->label,
			&head->window_tsc, &head->n);
	if (fields == EOF)
		return -ENODATA;
	return fields == 6 && head->n ? 0 : -EPROTO;
}

static int read_samples(FILE *f, unsigned int n, struct json_object *array)
{
	unsigned long long value;
	unsigned int i;

	for (i = 0; i < n; i++) {
		if (fscanf(f, "%llu", &value) != 1)
			return -EPROTO;
		json_object_array_add(array, json_object_new_int64(value));
	}
	return 0;
}

static const char *unit_of(const struct place *place, const struct head *head)
{
	if (!strcmp(place->engine, "host") ||
	    !strcmp(place->engine, "qemu-kvm"))
		return "cycles";
	return head->flags & WIRE_ALL_CPUS ? "insn_allcpu" : "insn";
}

static void add_string(struct json_object *line, const char *key,
		       const char *value)
{
	json_object_object_add(line, key, json_object_new_string(value));
}

static void print_line(const struct place *place, const struct head *head,
		       struct json_object *samples)
{
	struct json_object *line = json_object_new_object();

	add_string(line, "bench", place->bench);
	add_string(line, "case", head->name);
	add_string(line, "kernel", place->kernel);
	add_string(line, "config", place->config);
	add_string(line, "engine", place->engine);
	add_string(line, "unit", unit_of(place, head));
	add_string(line, "clock", "tsc-guest");
	json_object_object_add(line, "round",
			       json_object_new_int(place->round));
	json_object_object_add(line, "warmup",
			       json_object_new_int(head->warmup));
	json_object_object_add(line, "samples", json_object_get(samples));
	puts(json_object_to_json_string_ext(line, JSON_C_TO_STRING_PLAIN));
	json_object_put(line);
}

static int convert(const struct place *place, FILE *f)
{
	struct json_object *samples;
	int err, records = 0;
	struct head head;

	while (!(err = read_head(f, &head))) {
		samples = json_object_new_array();
		err = read_samples(f, head.n, samples);
		if (!err)
			print_line(place, &head, samples);
		json_object_put(samples);
		if (err)
			return err;
		records++;
	}
	return err == -ENODATA && records ? 0 : err;
}

static bool parse(struct place *place, int argc, char **argv)
{
	char *end;

	if (argc != 7)
		return false;
	place->bench = argv[1];
	place->engine = argv[2];
	place->kernel = argv[3];
	place->config = argv[4];
	place->round = strtol(argv[5], &end, 10);
	place->file = argv[6];
	return *argv[5] && !*end && place->round >= 0;
}

int main(int argc, char **argv)
{
	struct place place;
	FILE *f;
	int err;

	if (!parse(&place, argc, argv)) {
		fprintf(stderr, "collect: usage: collect BENCH ENGINE KERNEL CONFIG ROUND FILE\n");
		return 2;
	}
	f = fopen(place.file, "r");
	if (!f) {
		fprintf(stderr, "collect: opening '%s': %s\n", place.file,
			strerror(errno));
		return 1;
	}
	err = convert(&place, f);
	fclose(f);
	if (err || fflush(stdout) || ferror(stdout)) {
		fprintf(stderr, "collect: '%s': %s\n", place.file,
			err ? "no complete sample records" : "writing failed");
		return 1;
	}
	return 0;
}
