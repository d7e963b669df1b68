// SPDX-License-Identifier: GPL-2.0
/*
 * loader.c - load BPF objects and read their maps
 *
 * Its main work is to say in one line why a machine cannot run a tool: libbpf
 * reports a missing privilege, a missing BTF and a missing tracepoint as many
 * lines of something else.
 *
 * What it is not: no skeleton, no knowledge of any tool's maps.
 *
 * Limit: libbpf's print function is one per process.
 */
#include "loader.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <cpuid.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int print_nothing(enum libbpf_print_level level, const char *format,
			 va_list args)
{
	(void)level;
	(void)format;
	(void)args;
	return 0;
}

static int print_all(enum libbpf_print_level level, const char *format,
		     va_list args)
{
	(void)level;
	return vfprintf(stderr, format, args);
}

/**
 * loader_set_verbose - Show or hide libbpf's own messages
 * @verbose: true: all of them go to stderr; false: none.
 */
void loader_set_verbose(bool verbose)
{
	libbpf_set_print(verbose ? print_all : print_nothing);
}

static int give_reason(struct loader_error *error, int err, bool cannot,
		       const char *format, ...)
	__attribute__((format(printf, 4, 5)));

static int give_reason(struct loader_error *error, int err, bool cannot,
		       const char *format, ...)
{
	va_list args;

	error->cannot = cannot;
	va_start(args, format);
	vsnprintf(error->reason, sizeof(error->reason), format, args);
	va_end(args);
	return err;
}

/* The type is in the kernel's own BTF or in that of a loaded module. */
static enum loader_place find_type(struct btf *vmlinux, const char *name,
				   uint32_t kind, const char *module)
{
	enum loader_place place = LOADER_NOWHERE;
	struct btf *other;

	if (btf__find_by_name_kind(vmlinux, name, kind) > 0)
		return LOADER_KERNEL;
	other = btf__load_module_btf(module, vmlinux);
	if (other && btf__find_by_name_kind(other, name, kind) > 0)
		place = LOADER_MODULE;
	btf__free(other);
	return place;
}

static bool has_member(const struct btf *btf, const char *type, const char *name)
{
	int id = btf__find_by_name_kind(btf, type, BTF_KIND_STRUCT), i;
	const struct btf_type *found;
	const struct btf_member *member;

	if (id <= 0)
		return false;
	found = btf__type_by_id(btf, id);
	member = btf_members(found);
	for (i = 0; i < btf_vlen(found); i++)
		if (!strcmp(btf__name_by_offset(btf, member[i].name_off), name))
			return true;
	return false;
}

/* A member of a struct of KVM, "TYPE.MEMBER", or a tracepoint. */
static bool has_extra(struct btf *vmlinux, const char *extra)
{
	const char *dot = strchr(extra, '.');
	struct btf *module;
	char name[64];
	bool found;

	if (!dot) {
		snprintf(name, sizeof(name), "btf_trace_%s", extra);
		return find_type(vmlinux, name, BTF_KIND_TYPEDEF, "kvm") !=
		       LOADER_NOWHERE;
	}
	snprintf(name, sizeof(name), "%.*s", (int)(dot - extra), extra);
	if (has_member(vmlinux, name, dot + 1))
		return true;
	module = btf__load_module_btf("kvm", vmlinux);
	found = module && has_member(module, name, dot + 1);
	btf__free(module);
	return found;
}

static uint32_t find_extras(struct btf *vmlinux, const char *const *extras)
{
	uint32_t found = 0;
	int i;

	for (i = 0; extras && extras[i]; i++)
		if (has_extra(vmlinux, extras[i]))
			found |= 1u << i;
	return found;
}

/**
 * loader_check_kernel - Find out whether this machine can trace KVM at all
 * @kernel: Where KVM's vendor halves are and which of the extras there are; only
 *          when this succeeds. The caller says what the extras are.
 * @error: Where the reason goes.
 *
 * Reading a kernel's BTF takes longer than all the rest of a tool's start.
 *
 * Return: 0; -EPERM: not enough privilege; -ENOENT: the kernel has no BTF;
 * -ENODEV: KVM's tracepoints or both of its vendor halves are missing.
 */
int loader_check_kernel(struct loader_kernel *kernel,
			struct loader_error *error)
{
	enum loader_place tracepoint;
	struct btf *vmlinux;

	error->reason[0] = '\0';
	if (geteuid())
		return give_reason(error, -EPERM, true,
				   "tracing needs root (CAP_BPF and CAP_PERFMON)");
	vmlinux = btf__load_vmlinux_btf();
	if (!vmlinux)
		return give_reason(error, -ENOENT, true,
				   "the kernel has no BTF (CONFIG_DEBUG_INFO_BTF)");
	tracepoint = find_type(vmlinux, "btf_trace_kvm_exit", BTF_KIND_TYPEDEF,
			       "kvm");
	kernel->vmx = find_type(vmlinux, "vcpu_vmx", BTF_KIND_STRUCT,
				"kvm_intel");
	kernel->svm = find_type(vmlinux, "vcpu_svm", BTF_KIND_STRUCT,
				"kvm_amd");
	kernel->found = find_extras(vmlinux, kernel->extras);
	btf__free(vmlinux);
	if (tracepoint == LOADER_NOWHERE)
		return give_reason(error, -ENODEV, true,
				   "no tracepoint kvm_exit: is the module kvm loaded?");
	if (kernel->vmx == LOADER_NOWHERE && kernel->svm == LOADER_NOWHERE)
		return give_reason(error, -ENODEV, true,
				   "neither kvm_intel nor kvm_amd is loaded");
	return 0;
}

/* Source: Documentation/virt/kvm/x86/cpuid.rst, and msr.rst for the need of both. */
#define CPUID_KVM	0x40000000u
#define KVM_FEATURES	(1u << 4 | 1u << 14)

/* KVM's signature, and that it tells of missing pages and of pages ready. */
static bool kvm_tells_of_pages(void)
{
	unsigned int eax, ebx, ecx, edx;

	if (!__get_cpuid(1, &eax, &ebx, &ecx, &edx) || !(ecx & 1u << 31))
		return false;
	__cpuid(CPUID_KVM, eax, ebx, ecx, edx);
	if (ebx != 0x4b4d564b || ecx != 0x564b4d56 || edx != 0x4d)
		return false;
	__cpuid(CPUID_KVM + 1, eax, ebx, ecx, edx);
	return (eax & KVM_FEATURES) == KVM_FEATURES;
}

/**
 * loader_check_guest - Find out whether a guest's side can be traced here
 * @error: Where the reason goes.
 *
 * Return: 0; -EPERM: not enough privilege; -ENODEV: this is no guest of KVM with
 * asynchronous page faults; -ENOENT: the kernel has no BTF, or it does not have
 * the tracepoints.
 */
int loader_check_guest(struct loader_error *error)
{
	enum loader_place place;
	struct btf *vmlinux;

	error->reason[0] = '\0';
	if (geteuid())
		return give_reason(error, -EPERM, true,
				   "tracing needs root (CAP_BPF and CAP_PERFMON)");
	if (!kvm_tells_of_pages())
		return give_reason(error, -ENODEV, true,
				   "nothing to see: this is no guest of KVM with async page faults");
	vmlinux = btf__load_vmlinux_btf();
	if (!vmlinux)
		return give_reason(error, -ENOENT, true,
				   "the kernel has no BTF (CONFIG_DEBUG_INFO_BTF)");
	place = find_type(vmlinux, "btf_trace_kvm_apf_guest_wait",
			  BTF_KIND_TYPEDEF, "kvm");
	btf__free(vmlinux);
	if (place == LOADER_NOWHERE)
		return give_reason(error, -ENOENT, true,
				   "this guest's kernel has no tracepoints kvm_apf_guest_*");
	return 0;
}

/**
 * loader_load - Load a BPF object into the kernel
 * @object: The object, opened and configured.
 * @error: Where the reason of a failure goes.
 *
 * Return: 0 or what libbpf returned; -EPERM: not enough privilege; -ESRCH: an
 * attach point is missing; -EINVAL: the verifier refused (see -v).
 */
int loader_load(struct bpf_object *object, struct loader_error *error)
{
	int err = bpf_object__load(object);

	error->reason[0] = '\0';
	switch (err) {
	case 0:
		return 0;
	case -EPERM:
	case -EACCES:
		return give_reason(error, err, err == -EPERM,
				   err == -EPERM ?
				   "no permission to load BPF programs" :
				   "the kernel's verifier refused a program (try -v)");
	case -ESRCH:
		return give_reason(error, err, true,
				   "a tracepoint or function is missing in this kernel (try -v)");
	default:
		return give_reason(error, err, false,
				   "loading the BPF programs failed: %s (try -v)",
				   strerror(-err));
	}
}

/**
 * loader_explain_attach - Describe why attaching a program failed
 * @err: What libbpf returned.
 * @error: Where the reason goes.
 */
void loader_explain_attach(int err, struct loader_error *error)
{
	bool cannot = err == -EPERM || err == -EOPNOTSUPP || err == -ENOENT;

	give_reason(error, err, cannot,
		    "attaching the BPF programs failed: %s (try -v)",
		    strerror(-err));
}

/**
 * loader_missed - Count the runs of programs that the kernel had to skip
 * @object: A loaded object.
 *
 * The kernel skips a tracing program when the same program already runs on
 * that CPU.
 *
 * Return: Skipped runs of all programs since they were loaded.
 */
uint64_t loader_missed(const struct bpf_object *object)
{
	struct bpf_program *program;
	uint64_t missed = 0;

	bpf_object__for_each_program(program, object) {
		struct bpf_prog_info info = {};
		__u32 size = sizeof(info);

		if (!bpf_prog_get_info_by_fd(bpf_program__fd(program), &info,
					     &size))
			missed += info.recursion_misses;
	}
	return missed;
}

/**
 * loader_for_each_percpu - Visit every entry of a per-CPU map
 * @map: A per-CPU hash or array whose entries are never deleted.
 * @visit: Called with the key, the values of all CPUs, their number, the bytes
 *         from one value to the next, and @context; non-zero ends the walk.
 * @context: Passed on to @visit.
 *
 * Entries that are added during the walk may be missed; the next walk has
 * them.
 *
 * Return: 0; what @visit returned; -ENOMEM: no memory; another -errno of
 * reading the map.
 */
int loader_for_each_percpu(const struct bpf_map *map,
			   int (*visit)(const void *key, const void *values,
					int cpus, size_t stride, void *context),
			   void *context)
{
	size_t stride = (bpf_map__value_size(map) + 7) & ~(size_t)7;
	size_t key_bytes = bpf_map__key_size(map);
	int cpus = libbpf_num_possible_cpus();
	int fd = bpf_map__fd(map), err = 0;
	char *keys, *values;
	void *last = NULL;

	if (cpus < 0)
		return cpus;
	keys = malloc(2 * key_bytes);
	values = malloc(stride * cpus);
	if (!keys || !values)
		err = -ENOMEM;
	while (!err) {
		err = bpf_map_get_next_key(fd, last, keys + key_bytes);
		if (err)
			break;
		memcpy(keys, keys + key_bytes, key_bytes);
		last = keys;
		err = bpf_map_lookup_elem(fd, keys, values);
		if (!err)
			err = visit(keys, values, cpus, stride, context);
	}
	free(keys);
	free(values);
	return err == -ENOENT ? 0 : err;
}

struct sums {
	uint64_t *sums;
	uint32_t count;
};

static int add_counter(const void *key, const void *values, int cpus,
		       size_t stride, void *context)
{
	struct sums *sums = context;
	uint32_t index = *(const uint32_t *)key;
	int cpu;

	for (cpu = 0; index < sums->count && cpu < cpus; cpu++)
		sums->sums[index] += *(const uint64_t *)
			((const char *)values + stride * cpu);
	return 0;
}

/**
 * loader_sum_counters - Read a per-CPU array of counters
 * @map: BPF_MAP_TYPE_PERCPU_ARRAY of __u64.
 * @sums: Where the sums over all CPUs go.
 * @count: Number of counters.
 *
 * Return: 0; -ENOMEM: no memory; another -errno of reading the map.
 */
int loader_sum_counters(const struct bpf_map *map, uint64_t *sums,
			uint32_t count)
{
	struct sums context = { .sums = sums, .count = count };

	memset(sums, 0, count * sizeof(*sums));
	return loader_for_each_percpu(map, add_counter, &context);
}
