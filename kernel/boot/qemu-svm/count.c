// SPDX-License-Identifier: GPL-2.0
/*
 * count.c - QEMU TCG plugin: counts instructions by address and opcode, per CPU
 *
 * The guest opens and closes windows with two instructions that do nothing
 * otherwise (any mode, any privilege, no register needed):
 *
 *     4d 87 ff  0f 1f 80 LABEL    xchg %r15,%r15; nopl LABEL(%rax)   start
 *     4d 87 f6  0f 1f 80 LABEL    xchg %r14,%r14; nopl LABEL(%rax)   stop
 *
 * Windows with different labels may overlap and may be stopped on another CPU
 * than started; a second start of a label begins it anew. The markers are not
 * counted. "insn" counts instructions begun: one that faults or is intercepted
 * counts, and counts again when it is repeated. QEMU begins a REP instruction
 * anew for each iteration, and its icount clock agrees.
 *
 * It never changes what the guest does: no instruction is added, delayed or
 * left out. On one CPU the counters are incremented in the generated code,
 * otherwise by a call per instruction, which is slower.
 *
 * Environment: KVMLAT_COUNT_SPEC (see spec.c), KVMLAT_COUNT_FILE (result).
 * The result is a complete JSON document after every window.
 *
 * Limits: the plugin interface cannot read registers, so counters of one MSR
 * are null; with thread=multi another CPU's counts are read while it runs.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugin.h"
#include "spec.h"

#define MARKER_BYTES	3
#define LABEL_BYTES	7

/* Running counts of one CPU, and the first half of a marker it has seen. */
struct cpu {
	uint64_t insn;
	uint64_t counts[SPEC_MAX];
	uint64_t label_vaddr;
	int stop;
	/* Counts when the first half was seen. */
	struct cpu *at_marker;
} __attribute__((aligned(64)));

struct window {
	struct window *next;
	uint32_t label;
	struct cpu start[];
};

/* A long no-op, perhaps the second half of a marker. */
struct label {
	uint64_t vaddr;
	uint64_t mask;
	uint32_t label;
};

int qemu_plugin_version = PLUGIN_INTERFACE_VERSION;

static struct {
	struct spec spec;
	struct cpu *cpus;
	unsigned int n_cpus;
	pthread_mutex_t lock;
	struct window *windows;
	FILE *file;
	unsigned int seq;
} state = { .lock = PTHREAD_MUTEX_INITIALIZER };

/* End the document; the next window overwrites the end. */
static void write_tail(void)
{
	long end = ftell(state.file);

	fputs("]}\n", state.file);
	fflush(state.file);
	fseek(state.file, end, SEEK_SET);
}

static void write_window(const struct window *w, const struct cpu *now)
{
	const struct spec_counter *c;
	unsigned int cpu, i;

	fprintf(state.file, "%s\n{\"label\":%u,\"seq\":%u,\"cpu\":[",
		state.seq ? "," : "", w->label, state.seq);
	for (cpu = 0; cpu < state.n_cpus; cpu++) {
		fprintf(state.file, "%s{\"insn\":%llu", cpu ? "," : "",
			(unsigned long long)(now[cpu].insn - w->start[cpu].insn));
		for (i = 0; i < state.spec.n; i++) {
			c = &state.spec.counters[i];
			fprintf(state.file, ",\"%s\":", c->name);
			if (c->unsupported)
				fputs("null", state.file);
			else
				fprintf(state.file, "%llu",
					(unsigned long long)(now[cpu].counts[i] -
							     w->start[cpu].counts[i]));
		}
		fputc('}', state.file);
	}
	fputs("]}", state.file);
	state.seq++;
	write_tail();
}

static void start_window(uint32_t label)
{
	size_t size = state.n_cpus * sizeof(struct cpu);
	struct window *w;

	for (w = state.windows; w && w->label != label; w = w->next)
		;
	if (!w) {
		w = aligned_alloc(64, (sizeof(*w) + size + 63) & ~63UL);
		if (!w)
			abort();
		w->label = label;
		w->next = state.windows;
		state.windows = w;
	}
	memcpy(w->start, state.cpus, size);
}

static void stop_window(uint32_t label, const struct cpu *now)
{
	struct window **at, *w;

	for (at = &state.windows; (w = *at); at = &w->next) {
		if (w->label != label)
			continue;
		write_window(w, now);
		*at = w->next;
		free(w);
		return;
	}
	fprintf(stderr, "count: window %u stopped but not started\n", label);
}

/* First half of a marker; @data: address of the expected label, bit 0: stop. */
static void on_marker(unsigned int cpu, void *data)
{
	struct cpu *c = &state.cpus[cpu];

	c->label_vaddr = (uint64_t)data >> 1;
	c->stop = (uint64_t)data & 1;
	if (c->stop)
		memcpy(c->at_marker, state.cpus, state.n_cpus * sizeof(*c));
}

static void add(struct cpu *c, uint64_t mask)
{
	c->insn++;
	for (; mask; mask &= mask - 1)
		c->counts[__builtin_ctzll(mask)]++;
}

/* Second half, also when the guest moved to another CPU in between. */
static void on_label(unsigned int cpu, void *data)
{
	const struct label *l = data;
	unsigned int i;

	pthread_mutex_lock(&state.lock);
	for (i = 0; i < state.n_cpus; i++) {
		struct cpu *c = &state.cpus[i];

		if (c->label_vaddr != (l->vaddr & ~(1ULL << 63)))
			continue;
		c->label_vaddr = 0;
		if (c->stop)
			stop_window(l->label, c->at_marker);
		else
			start_window(l->label);
		pthread_mutex_unlock(&state.lock);
		return;
	}
	pthread_mutex_unlock(&state.lock);
	add(&state.cpus[cpu], l->mask);
}

static void on_insn(unsigned int cpu, void *data)
{
	add(&state.cpus[cpu], (uint64_t)data);
}

static void count_insn(struct qemu_plugin_insn *insn, uint64_t mask)
{
	if (state.n_cpus > 1) {
		qemu_plugin_register_vcpu_insn_exec_cb(insn, on_insn,
				QEMU_PLUGIN_CB_NO_REGS, (void *)mask);
		return;
	}
	qemu_plugin_register_vcpu_insn_exec_inline(insn,
			QEMU_PLUGIN_INLINE_ADD_U64, &state.cpus[0].insn, 1);
	for (; mask; mask &= mask - 1)
		qemu_plugin_register_vcpu_insn_exec_inline(insn,
			QEMU_PLUGIN_INLINE_ADD_U64,
			&state.cpus[0].counts[__builtin_ctzll(mask)], 1);
}

/* A label belongs to a marker only if that was executed just before. */
static void watch_label(struct qemu_plugin_insn *insn, uint64_t vaddr,
			uint64_t mask, const uint8_t *bytes)
{
	struct label *l = malloc(sizeof(*l));

	if (!l)
		abort();
	l->vaddr = vaddr;
	l->mask = mask;
	memcpy(&l->label, bytes + MARKER_BYTES, sizeof(l->label));
	qemu_plugin_register_vcpu_insn_exec_cb(insn, on_label,
			QEMU_PLUGIN_CB_NO_REGS, l);
}

static bool is_marker(const uint8_t *bytes, size_t size)
{
	return size == MARKER_BYTES && bytes[0] == 0x4d && bytes[1] == 0x87 &&
	       (bytes[2] == 0xff || bytes[2] == 0xf6);
}

static void on_translation(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	size_t n = qemu_plugin_tb_n_insns(tb), i, size;
	bool after_marker = true;
	struct qemu_plugin_insn *insn;
	const uint8_t *bytes;
	uint64_t vaddr, mask;

	(void)id;
	for (i = 0; i < n; i++) {
		insn = qemu_plugin_tb_get_insn(tb, i);
		bytes = qemu_plugin_insn_data(insn);
		size = qemu_plugin_insn_size(insn);
		vaddr = qemu_plugin_insn_vaddr(insn);
		if (is_marker(bytes, size)) {
			qemu_plugin_register_vcpu_insn_exec_cb(insn, on_marker,
				QEMU_PLUGIN_CB_NO_REGS,
				(void *)((vaddr + MARKER_BYTES) << 1 |
					 (bytes[2] == 0xf6)));
			after_marker = true;
			continue;
		}
		mask = spec_match(&state.spec, vaddr, bytes, size);
		/* A block may begin between the two halves. */
		if (after_marker && size == LABEL_BYTES && bytes[0] == 0x0f &&
		    bytes[1] == 0x1f && bytes[2] == 0x80)
			watch_label(insn, vaddr, mask, bytes);
		else
			count_insn(insn, mask);
		after_marker = false;
	}
}

/**
 * qemu_plugin_install - Entry point that QEMU calls after loading
 * @id: QEMU's name for this plugin.
 * @info: The emulated machine.
 * @argc: Unused.
 * @argv: Unused.
 *
 * Return: 0, or -1 after a line on stderr: then QEMU does not start.
 */
int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_info *info,
			int argc, char **argv)
{
	const char *spec = getenv("KVMLAT_COUNT_SPEC");
	const char *path = getenv("KVMLAT_COUNT_FILE");
	size_t size = info->system.smp_vcpus * sizeof(struct cpu);
	char error[300];
	unsigned int i;

	(void)argc;
	(void)argv;
	if (!spec || !path) {
		fputs("count: KVMLAT_COUNT_SPEC, KVMLAT_COUNT_FILE: not set\n", stderr);
		return -1;
	}
	if (spec_read(&state.spec, spec, error, sizeof(error))) {
		fprintf(stderr, "count: %s\n", error);
		return -1;
	}
	state.n_cpus = info->system.smp_vcpus;
	state.cpus = aligned_alloc(64, size);
	state.file = fopen(path, "w");
	if (!state.cpus || !state.file) {
		fprintf(stderr, "count: %s: cannot be written\n", path);
		return -1;
	}
	memset(state.cpus, 0, size);
	for (i = 0; i < state.n_cpus; i++) {
		state.cpus[i].at_marker = aligned_alloc(64, size);
		if (!state.cpus[i].at_marker)
			return -1;
	}
	fputs("{\"engine\":\"qemu-svm\",\"windows\":[", state.file);
	write_tail();
	qemu_plugin_register_vcpu_tb_trans_cb(id, on_translation);
	return 0;
}
