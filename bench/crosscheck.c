// SPDX-License-Identifier: GPL-2.0
/*
 * crosscheck: compare the samples that the guest read from its TSC with what
 * the emulator itself counted in the same windows. One CPU only.
 *
 * Usage: crosscheck COUNTS.json EXITS=EMPTY-SAMPLES EXITS=SAMPLES...
 *
 * The windows of COUNTS.json belong to the sample files in their order. Two
 * constants are taken from the first file, the case "empty" with as many
 * samples: what lies between the two TSC reads and the two marks, and what lies
 * between one sample and the next. The third is EXITS, the instructions per
 * sample that exit or fault: QEMU's plugin counts an instruction when it begins,
 * the TSC when it is complete, so such a one is seen by the plugin alone. With
 * these constants each window must agree to the instruction; where a case does
 * something before each sample, only the window's two ends can be compared.
 *
 * Bochs counts begun instructions ("insn") and, apart from them, what its TSC
 * is made of ("ticks": REP iterations and exits, too). There "ticks" is compared,
 * without EXITS; "insn" is shown beside it. Bochs's TSC was seen to gain on its
 * own counter by some 34 per interrupt of the host's timer; the cause is not
 * known, so SLACK_TICKS are allowed per such interrupt that may have come, and
 * the agreement there is not exact: the columns show by how much it fails.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "guest/lib/wire.h"

/* At 100 million ticks and 250 interrupts a second (CONFIG_HZ). */
#define TIMER_TICKS	400000
#define SLACK_TICKS	40

/**
 * struct window - One window, as both counters saw it
 * @name: Case
 * @flags: WIRE_* flags
 * @n: Samples
 * @sum_tsc: Their sum
 * @window_tsc: Guest's TSC over the window
 * @insn: Emulator's count of begun instructions over the window
 * @ticks: Emulator's own clock over the window, -1 if it has none
 * @exits: Instructions per sample that exit or fault
 */
struct window {
	char name[WIRE_NAME_BYTES];
	unsigned int flags;
	unsigned int n;
	long long sum_tsc;
	long long window_tsc;
	long long insn;
	long long ticks;
	unsigned int exits;
};

static int read_samples(const char *arg, struct window *w)
{
	unsigned int warmup, label, i;
	int fields, skip = 0;
	long long value;
	FILE *f;

	if (sscanf(arg, "%u=%n", &w->exits, &skip) != 1 || !skip)
		return -EINVAL;
	f = fopen(arg + skip, "r");
	if (!f)
		return -errno;
	fields = fscanf(f, "case %39s flags %u warmup %u label %u window_tsc %lld n %u",
			w->name, &w->flags, &warmup, &label, &w->window_tsc,
			&w->n);
	w->sum_tsc = 0;
	for (i = 0; fields == 6 && i < w->n; i++) {
		if (fscanf(f, "%lld", &value) != 1)
			fields = 0;
		else
			w->sum_tsc += value;
	}
	fclose(f);
	return fields == 6 && label && w->n ? 0 : -EPROTO;
}

static int read_count(struct json_object *windows, int i, struct window *w)
{
	struct json_object *window, *cpus, *cpu, *insn, *ticks;

	window = json_object_array_get_idx(windows, i);
	if (!window || !json_object_object_get_ex(window, "cpu", &cpus) ||
	    json_object_array_length(cpus) != 1)
		return -EPROTO;
	cpu = json_object_array_get_idx(cpus, 0);
	if (!json_object_object_get_ex(cpu, "insn", &insn))
		return -EPROTO;
	w->insn = json_object_get_int64(insn);
	w->ticks = -1;
	if (json_object_object_get_ex(window, "ticks", &ticks) ||
	    json_object_object_get_ex(cpu, "ticks", &ticks))
		w->ticks = json_object_get_int64(ticks);
	return 0;
}

/* The emulator's side of the comparison, in units of the TSC. */
static long long emulator_tsc(const struct window *w)
{
	if (w->ticks >= 0)
		return w->ticks;
	return w->insn - (long long)w->exits * w->n;
}

/* What the two may differ by. Two more: the first window's, and a part. */
static long long slack(const struct window *w)
{
	return w->ticks < 0 ? 0 : (w->ticks / TIMER_TICKS + 2) * SLACK_TICKS;
}

/* Prints one line; 0 if the counters agree. */
static int compare(const struct window *empty, const struct window *w)
{
	long long ends = empty->window_tsc - emulator_tsc(empty);
	long long between = emulator_tsc(empty) - empty->sum_tsc;
	long long end_error, sum_error;
	bool plain;

	end_error = w->window_tsc - emulator_tsc(w) - ends;
	sum_error = emulator_tsc(w) - w->sum_tsc - between;
	plain = !(w->flags & WIRE_PREPARED) && w->n == empty->n;
	printf("%-18s %5u %11lld %11lld %11lld %7lld ", w->name, w->n,
	       w->window_tsc, w->insn, w->ticks, end_error);
	if (plain)
		printf("%7lld\n", sum_error);
	else
		printf("%7s\n", "-");
	if (llabs(end_error) > slack(w) || (plain && llabs(sum_error) > slack(w)))
		return -ERANGE;
	return 0;
}

static int check(struct json_object *windows, int argc, char **argv)
{
	struct window empty = { }, w;
	int i, err, bad = 0;

	printf("%-18s %5s %11s %11s %11s %7s %7s\n", "CASE", "N", "TSC", "BEGUN",
	       "TICKS", "ENDS", "SAMPLES");
	for (i = 0; i < argc; i++) {
		err = read_samples(argv[i], &w);
		if (!err)
			err = read_count(windows, i, &w);
		if (err) {
			fprintf(stderr, "crosscheck: '%s': no samples or no window\n",
				argv[i]);
			return err;
		}
		if (i == 0)
			empty = w;
		if (compare(&empty, &w)) {
			fprintf(stderr, "crosscheck: case %s: the counters differ\n",
				w.name);
			bad = -ERANGE;
		}
	}
	return bad;
}

int main(int argc, char **argv)
{
	struct json_object *root, *windows;
	int err;

	if (argc < 4) {
		fprintf(stderr, "crosscheck: usage: crosscheck COUNTS.json EXITS=EMPTY EXITS=SAMPLES...\n");
		return 2;
	}
	root = json_object_from_file(argv[1]);
	if (!root || !json_object_object_get_ex(root, "windows", &windows)) {
		fprintf(stderr, "crosscheck: '%s': no windows\n", argv[1]);
		return 1;
	}
	if ((int)json_object_array_length(windows) != argc - 2) {
		fprintf(stderr, "crosscheck: %d sample files but %d windows\n",
			argc - 2, (int)json_object_array_length(windows));
		return 1;
	}
	err = check(windows, argc - 2, argv + 2);
	json_object_put(root);
	return err ? 1 : 0;
}
