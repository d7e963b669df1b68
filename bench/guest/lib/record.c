// SPDX-License-Identifier: GPL-2.0
/*
 * record.c: sample records in memory that the VMM reads when the run is over.
 * No exit, no copy: a sample is one store.
 */
#include "guest.h"

static struct wire_record *last;

static struct wire_results *head(void)
{
	return (struct wire_results *)info->results_gpa;
}

/**
 * record_open - Begin the record of one case
 * @name: Case name, shorter than WIRE_NAME_BYTES
 * @flags: WIRE_* flags
 * @warmup: Iterations that will be dropped, told for the report
 * @n: Number of samples
 *
 * Ends the run if there is no room.
 *
 * Return: The place of the first sample.
 */
u64 *record_open(const char *name, u32 flags, u32 warmup, u32 n)
{
	u64 bytes = sizeof(struct wire_record) + (u64)n * sizeof(u64);
	struct wire_results *r = head();
	struct wire_record *rec;
	u32 i;

	if (sizeof(*r) + r->bytes + bytes > info->results_bytes)
		panic("no room for %u samples of case '%s'", n, name);
	rec = (struct wire_record *)((u8 *)(r + 1) + r->bytes);
	for (i = 0; name[i] && i < WIRE_NAME_BYTES - 1; i++)
		rec->name[i] = name[i];
	rec->name[i] = 0;
	rec->flags = flags;
	rec->warmup = warmup;
	rec->n = n;
	rec->label = 0;
	rec->window_tsc = 0;
	r->bytes += bytes;
	r->nr_records++;
	last = rec;
	return rec->samples;
}

/**
 * record_window - Say which count window the record's samples lie in
 * @label: Label of the window, not 0
 * @window_tsc: TSC between its two marks
 */
void record_window(u32 label, u64 window_tsc)
{
	last->label = label;
	last->window_tsc = window_tsc;
}

/**
 * record_publish - Tell the VMM that the records are complete
 */
void record_publish(void)
{
	head()->magic = WIRE_MAGIC;
}
