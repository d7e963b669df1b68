// SPDX-License-Identifier: GPL-2.0
/*
 * measure.c: warm-up, then N samples, each the TSC delta around one call of the
 * case's operation. Nothing is subtracted: the case "empty" of each benchmark
 * shows what the call and the two TSC reads cost.
 *
 * Every case runs through the same loop, so the instructions between two
 * samples are the same number for all cases without a prep function.
 */
#include "count.h"
#include "measure.h"

static void nothing(void)
{
}

static noinline void take_deltas(void (*prep)(void), void (*op)(void),
				 u64 *dst, u32 n)
{
	u64 start;
	u32 i;

	for (i = 0; i < n; i++) {
		prep();
		start = rdtsc_fenced();
		op();
		dst[i] = rdtsc_fenced() - start;
	}
}

static noinline void take_samples(u64 (*sample)(void), u64 *dst, u32 n)
{
	u32 i;

	for (i = 0; i < n; i++)
		dst[i] = sample();
}

static void take(const struct measure_case *c, u64 *dst, u32 n)
{
	if (c->sample)
		take_samples(c->sample, dst, n);
	else
		take_deltas(c->prep ? c->prep : nothing, c->op, dst, n);
}

static void take_counted(const struct measure_case *c, u64 *dst, u32 n)
{
	u64 start;

	start = rdtsc_fenced();
	count_start(MEASURE_LABEL);
	take(c, dst, n);
	count_stop(MEASURE_LABEL);
	record_window(MEASURE_LABEL, rdtsc_fenced() - start);
}

/* The record's name: the case's, or the argument name=. */
static const char *record_name(const struct measure_case *c)
{
	static char name[WIRE_NAME_BYTES];
	const char *value;
	u32 length, i;

	if (!arg_word("name", &value, &length))
		return c->name;
	if (length >= sizeof(name))
		panic("argument 'name' is too long");
	for (i = 0; i < length; i++)
		name[i] = value[i];
	name[length] = 0;
	return name;
}

static void measure_one(const struct measure_case *c)
{
	u32 warmup = arg_u64("warmup", 100);
	u32 n = arg_u64("samples", 1000);
	u32 left, now;
	u32 flags = c->flags;
	u64 *dst;

	if (c->prep || c->sample)
		flags |= WIRE_PREPARED;
	if (!n)
		panic("argument 'samples' is 0");
	if (c->setup)
		c->setup();
	dst = record_open(record_name(c), flags, warmup, n);
	for (left = warmup; left; left -= now) {
		now = left < n ? left : n;
		take(c, dst, now);
	}
	if (arg_u64("count", 0))
		take_counted(c, dst, n);
	else
		take(c, dst, n);
}

/**
 * measure_main - Run the cases that the argument case= names
 * @cases: All cases of this payload
 * @nr: Their number
 *
 * Return: Exit status: 0; a case that does not exist ends the run with 1.
 */
int measure_main(const struct measure_case *cases, u32 nr)
{
	u32 done = 0;
	u32 i;

	for (i = 0; i < nr; i++) {
		if (!arg_has("case", cases[i].name))
			continue;
		measure_one(&cases[i]);
		done++;
	}
	if (!done)
		panic("argument 'case' names no case of this payload");
	record_publish();
	return 0;
}
