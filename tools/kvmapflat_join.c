// SPDX-License-Identifier: GPL-2.0
/*
 * kvmapflat_join.c - faults as both sides saw them
 *
 * A fault of the host and a sleep of the guest belong together if they have the
 * same token and the sleep came after the fault was queued; of several such
 * faults it is the latest, since tokens are used again after a million faults.
 *
 * Clocks: both machines count the same TSC, but for an offset that KVM gave the
 * guest, and that the host's records have. Either file tells the machine's
 * monotonic clock and its TSC at the beginning and at the end; in between, both
 * are taken to be proportional, which they are as far as nothing steers the
 * monotonic clock. So the guest's times go by its TSC and the host's TSC to the
 * host's clock.
 *
 * The result is believed only if it makes sense: a task falls asleep after its
 * fault was queued and is woken after its page was published, in every fault.
 *
 * What it is not: no files (kvmapflat_trail.c), no printing
 * (kvmapflat_join_print.c).
 */
#include "kvmapflat_join.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

const char *const join_stage_names[JOIN_STAGES] = {
	[JOIN_TOTAL]	= "total",
	[JOIN_QUEUE]	= "queue",
	[JOIN_PAGE]	= "page",
	[JOIN_TAKE]	= "take",
	[JOIN_PUBLISH]	= "publish",
	[JOIN_WAKE]	= "wake",
	[JOIN_RUN]	= "run",
	[JOIN_SLEEP]	= "sleep",
	[JOIN_ACK]	= "ack",
};

static int refuse(struct join *join, int err, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static int refuse(struct join *join, int err, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(join->reason, sizeof(join->reason), format, args);
	va_end(args);
	return err;
}

/* @value from one scale to another: both have their begin and end. */
static uint64_t scale(uint64_t value, uint64_t from_begin, uint64_t from_end,
		      uint64_t to_begin, uint64_t to_end)
{
	__int128 part = (__int128)(int64_t)(value - from_begin) *
			(int64_t)(to_end - to_begin);
	int64_t whole = from_end - from_begin;

	return to_begin + (int64_t)(part / whole);
}

static uint64_t to_host(const struct join *join, uint64_t time,
			uint64_t tsc_offset)
{
	const struct trail *host = join->host, *guest = join->guest;
	uint64_t tsc = scale(time, guest->begin.now, guest->end.now,
			     guest->begin.tsc, guest->end.tsc);

	return scale(tsc - tsc_offset, host->begin.tsc, host->end.tsc,
		     host->begin.now, host->end.now);
}

/* Unscaled: 1 in the fixed point format of SVM, of VMX, of neither. */
static bool ratio_is_one(uint64_t ratio)
{
	return ratio == 1 || ratio == 1ULL << 32 || ratio == 1ULL << 48;
}

static int check_clocks(struct join *join)
{
	const struct trail *host = join->host, *guest = join->guest;
	uint64_t slack;
	size_t i;

	if (host->end.tsc <= host->begin.tsc || host->end.now <= host->begin.now)
		return refuse(join, -ERANGE, "the host's clocks do not go on");
	if (guest->end.tsc <= guest->begin.tsc ||
	    guest->end.now <= guest->begin.now)
		return refuse(join, -ERANGE, "the guest's clocks do not go on");
	for (i = 0; i < host->count; i++) {
		const struct trail_fault *fault = &host->faults[i];

		if (!fault->host.tsc_ratio)
			return refuse(join, -ERANGE,
				      "KVM did not know the guest's TSC, see LIMITS");
		if (!ratio_is_one(fault->host.tsc_ratio))
			return refuse(join, -ERANGE,
				      "the guest's TSC is scaled (ratio %#" PRIx64 ")",
				      fault->host.tsc_ratio);
		if (fault->host.tsc_offset != host->faults[0].host.tsc_offset)
			return refuse(join, -ERANGE,
				      "the guest's TSC offset changed");
	}
	/* Each of the four moments is known no better than its own slack. */
	slack = host->begin.slack_tsc + host->end.slack_tsc +
		guest->begin.slack_tsc + guest->end.slack_tsc;
	join->slack = 1 + scale(slack, 0, host->end.tsc - host->begin.tsc, 0,
				host->end.now - host->begin.now);
	return 0;
}

static const struct trail_fault *find(const struct join *join,
				      const struct trail_fault *guest)
{
	const struct trail *host = join->host;
	const struct trail_fault *found = NULL, *fault;
	size_t i;

	for (i = 0; i < host->count; i++) {
		fault = &host->faults[i];
		if (fault->token != guest->token || !fault->host.published)
			continue;
		/* The first one is taken whatever the clocks say of it. */
		if (!found || to_host(join, guest->guest.wait,
				      fault->host.tsc_offset) >=
			      fault->host.queued)
			found = fault;
	}
	return found;
}

/* Later by more than what the clocks may be apart. */
static bool after(const struct join *join, uint64_t left, uint64_t right)
{
	return left > right && left - right > join->slack;
}

static int check_order(struct join *join, const struct joined *fault)
{
	const char *what = NULL;
	uint64_t by = 0;

	if (after(join, fault->host->host.queued, fault->wait)) {
		what = "asleep before it was queued";
		by = fault->host->host.queued - fault->wait;
	} else if (after(join, fault->host->host.published, fault->wake)) {
		what = "woken before it was published";
		by = fault->host->host.published - fault->wake;
	}
	if (!what)
		return 0;
	return refuse(join, -ERANGE,
		      "token %#x is %s, by %" PRIu64 " %s: not the same machine, or clocks that were set",
		      fault->host->token, what, by, join->host->unit);
}

static size_t count_alone(const struct join *join)
{
	size_t alone = join->host->count, i, j;

	for (i = 0; i < join->host->count; i++) {
		for (j = 0; j < join->count; j++) {
			if (join->list[j].host == &join->host->faults[i]) {
				alone--;
				break;
			}
		}
	}
	return alone;
}

/**
 * join_fill - Find out which fault of the guest is which of the host
 * @join: Where they go; all zero at first. To be freed whatever is returned.
 * @host: The host's side; must last as long as @join.
 * @guest: The guest's.
 *
 * Return: 0; with a reason in @join: -ERANGE: the clocks cannot be related;
 * -ENOENT: nothing belongs together; -ENOMEM: no memory.
 */
int join_fill(struct join *join, const struct trail *host,
	      const struct trail *guest)
{
	struct joined *next;
	uint64_t offset;
	size_t i;
	int err;

	join->host = host;
	join->guest = guest;
	err = check_clocks(join);
	if (err)
		return err;
	join->list = calloc(guest->count + 1, sizeof(*join->list));
	if (!join->list)
		return refuse(join, -ENOMEM, "no memory");
	for (i = 0; i < guest->count; i++) {
		next = &join->list[join->count];
		next->guest = &guest->faults[i];
		next->host = find(join, next->guest);
		if (!next->host) {
			join->guest_only++;
			continue;
		}
		offset = next->host->host.tsc_offset;
		next->wait = to_host(join, next->guest->guest.wait, offset);
		next->wake = to_host(join, next->guest->guest.wake, offset);
		next->resume = to_host(join, next->guest->guest.resume, offset);
		err = check_order(join, next);
		if (err)
			return err;
		join->count++;
	}
	join->host_only = count_alone(join);
	if (!join->count)
		return refuse(join, -ENOENT,
			      "no token is in both: %zu faults and %zu sleeps",
			      host->count, guest->count);
	return 0;
}

/**
 * join_free - Free what a join holds
 * @join: The join; its reason stays.
 */
void join_free(struct join *join)
{
	free(join->list);
	join->list = NULL;
	join->count = 0;
}

/* What the clocks' slack makes negative is 0. */
static uint64_t span(uint64_t from, uint64_t to)
{
	return to > from ? to - from : 0;
}

/**
 * join_stage - Tell how long one stage of a fault took
 * @fault: The fault.
 * @stage: JOIN_TOTAL to JOIN_ACK.
 * @value: Where it goes, in the host's unit.
 *
 * Return: true; false: it did not come to that stage.
 */
bool join_stage(const struct joined *fault, int stage, uint64_t *value)
{
	const struct trail_fault *host = fault->host;
	const uint64_t times[] = {
		host->host.queued, host->host.started, host->host.page,
		host->host.taken, host->host.published, fault->wake,
		fault->resume,
	};

	switch (stage) {
	case JOIN_TOTAL:
		*value = span(times[0], fault->resume);
		return true;
	case JOIN_SLEEP:
		*value = span(times[0], fault->wait);
		return true;
	case JOIN_ACK:
		*value = span(host->host.published, host->host.acked);
		return host->host.acked;
	default:
		*value = span(times[stage - 1], times[stage]);
		return true;
	}
}
