/* SPDX-License-Identifier: GPL-2.0 */
/*
 * kvmstats.h: snapshots of what KVM counts on a vCPU, taken when its payload
 * asks for one.
 */
#ifndef VMM_KVMSTATS_H
#define VMM_KVMSTATS_H

#include "error.h"

struct vcpu;

struct kvmstats *kvmstats_open(const char *path, struct vcpu *vcpu,
			       struct vmm_error *error);
void kvmstats_take(struct kvmstats *stats, struct vcpu *vcpu);
int kvmstats_close(struct kvmstats *stats, struct vmm_error *error);

#endif /* VMM_KVMSTATS_H */
