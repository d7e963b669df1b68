/* SPDX-License-Identifier: GPL-2.0 */
/*
 * loader.h - load BPF objects and read their maps
 *
 * What it is not: no skeleton is included here; each tool has its own.
 */
#ifndef TOOLS_LIB_LOADER_H
#define TOOLS_LIB_LOADER_H

#include <bpf/libbpf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What loader_load() found; reason is empty when all went well. */
struct loader_error {
	/* true: this machine cannot run the tool; false: something broke. */
	bool cannot;
	char reason[192];
};

/* Where a type is described. */
enum loader_place {
	LOADER_NOWHERE,
	LOADER_KERNEL,
	LOADER_MODULE,
};

/* Where this machine has the two halves of KVM, and what else it has. */
struct loader_kernel {
	enum loader_place vmx;
	enum loader_place svm;
	/*
	 * What not every kernel has: names of tracepoints of KVM, or TYPE.MEMBER
	 * of one of its structs; NULL after the last of 32 at most. NULL: none.
	 */
	const char *const *extras;
	/* A bit for each of them that is there. */
	uint32_t found;
};

void loader_set_verbose(bool verbose);
int loader_check_kernel(struct loader_kernel *kernel,
			struct loader_error *error);
int loader_check_guest(struct loader_error *error);
int loader_load(struct bpf_object *object, struct loader_error *error);
void loader_explain_attach(int err, struct loader_error *error);
uint64_t loader_missed(const struct bpf_object *object);
int loader_for_each_percpu(const struct bpf_map *map,
			   int (*visit)(const void *key, const void *values,
					int cpus, size_t stride, void *context),
			   void *context);
int loader_sum_counters(const struct bpf_map *map, uint64_t *sums,
			uint32_t count);

#endif /* TOOLS_LIB_LOADER_H */
