// SPDX-License-Identifier: GPL-2.0
/*
 * strict.cc - a private copy per CPU of every active VMCS
 *
 * Bochs reads and writes a VMCS in memory. A processor may keep one that is
 * active in itself: then memory is stale, another CPU that loads it reads the
 * wrong contents, and what VMCLEAR would have written back is lost. Software
 * that depends on a forgotten VMCLEAR works in Bochs and corrupts guests on
 * hardware.
 *
 * With LAB_VMCS_STRICT=1 a VMCS lives in a copy from the moment it becomes
 * active (VMPTRLD, or VM entry with a VMCS link pointer and VMCS shadowing)
 * until VMCLEAR on the same CPU. Meanwhile its memory is full of POISON, but for
 * the revision and the VMX-abort indicator. The machine ends, with one line
 * that says why, when a VMCS
 *
 *  - becomes active on a second CPU, or without a VMCLEAR before it,
 *  - is cleared on another CPU than the one on which it is active,
 *  - was written in memory while it was active,
 *  - is still active when its CPU leaves VMX operation.
 *
 * SDM volume 3, "Software use of virtual-machine control structures", asks for
 * all of these or leaves the outcome undefined. The hooks are called by patch
 * 0006. Software that breaks no rule runs as without the mode, instruction by
 * instruction.
 */

#include "bochs.h"
#include "cpu/cpu.h"

#include <map>
#include <set>
#include <stdlib.h>
#include <string.h>

#define REGION_BYTES	4096
/* Revision identifier and VMX-abort indicator: not part of what may be cached. */
#define HEAD_BYTES	8
/* A natural-width field of this is a non-canonical address. */
#define POISON		0xa5

bool lab_vmcs_strict;

typedef std::map<bx_phy_address, Bit8u *> copies_t;

static copies_t copies[BX_MAX_SMP_THREADS_SUPPORTED];
static std::set<bx_phy_address> cleared;
static Bit64u activations;

static void broken(unsigned cpu, bx_phy_address addr, const char *what)
{
	BX_CPU(cpu)->panic("lab: strict: CPU %u, VMCS " FMT_ADDRX64 ": %s", cpu,
			   (Bit64u)addr, what);
}

/* Bochs's name for "where this page lies in the emulator". */
static Bit8u *memory_of(unsigned cpu, bx_phy_address addr)
{
	return (Bit8u *)BX_CPU(cpu)->getHostMemAddr(addr, BX_WRITE);
}

static bool active_elsewhere(unsigned cpu, bx_phy_address addr)
{
	for (unsigned other = 0; other < BX_SMP_PROCESSORS; other++)
		if (other != cpu && copies[other].count(addr))
			return true;
	return false;
}

/**
 * lab_strict_init - Turn the mode on if LAB_VMCS_STRICT is 1
 *
 * Context: Once, before the machine runs.
 */
void lab_strict_init(void)
{
	const char *wish = getenv("LAB_VMCS_STRICT");

	lab_vmcs_strict = wish && !strcmp(wish, "1");
}

/**
 * lab_strict_exit - Tell how many VMCSs became active
 *
 * A run in which none did has not tested anything.
 */
void lab_strict_exit(void)
{
	if (lab_vmcs_strict)
		fprintf(stderr, "lab: strict: " FMT_LL "u activations\n", activations);
}

/**
 * lab_vmcs_find - Where an active VMCS lives
 * @cpu: Bochs's number of the CPU.
 * @addr: Guest-physical address of the VMCS region.
 *
 * Return: The copy, or NULL when the VMCS is not active on @cpu.
 */
Bit8u *lab_vmcs_find(unsigned cpu, bx_phy_address addr)
{
	copies_t::iterator it = copies[cpu].find(addr);

	return it == copies[cpu].end() ? NULL : it->second;
}

/**
 * lab_vmcs_activate - Make a VMCS active on a CPU
 * @cpu: Bochs's number of the CPU.
 * @addr: Guest-physical address of the VMCS region.
 *
 * Return: The copy; NULL when the region is not in RAM, which is accessed as
 * without this mode.
 */
Bit8u *lab_vmcs_activate(unsigned cpu, bx_phy_address addr)
{
	Bit8u *copy = lab_vmcs_find(cpu, addr), *memory;

	if (copy)
		return copy;
	memory = memory_of(cpu, addr);
	if (!memory)
		return NULL;
	if (active_elsewhere(cpu, addr))
		broken(cpu, addr, "becomes active, but is active on another CPU");
	if (!cleared.erase(addr))
		broken(cpu, addr, "becomes active without a VMCLEAR before");
	copy = (Bit8u *)aligned_alloc(REGION_BYTES, REGION_BYTES);
	if (!copy)
		broken(cpu, addr, "no memory for its copy");
	memcpy(copy, memory, REGION_BYTES);
	memset(memory + HEAD_BYTES, POISON, REGION_BYTES - HEAD_BYTES);
	copies[cpu][addr] = copy;
	activations++;
	return copy;
}

/**
 * lab_vmcs_clear - Write a VMCS back to memory, as VMCLEAR does
 * @cpu: Bochs's number of the CPU.
 * @addr: Guest-physical address of the VMCS region.
 *
 * What memory has in its first bytes stays: they are not cached.
 */
void lab_vmcs_clear(unsigned cpu, bx_phy_address addr)
{
	Bit8u *copy = lab_vmcs_find(cpu, addr), *memory;

	if (active_elsewhere(cpu, addr))
		broken(cpu, addr, "VMCLEAR on another CPU than the one on which it is active");
	cleared.insert(addr);
	if (!copy)
		return;
	memory = memory_of(cpu, addr);
	for (unsigned i = HEAD_BYTES; i < REGION_BYTES; i++)
		if (memory[i] != POISON) {
			broken(cpu, addr, "its memory was written while it was active");
			break;
		}
	memcpy(memory + HEAD_BYTES, copy + HEAD_BYTES, REGION_BYTES - HEAD_BYTES);
	copies[cpu].erase(addr);
	free(copy);
}

/**
 * lab_vmcs_vmxoff - A CPU leaves VMX operation
 * @cpu: Bochs's number of the CPU.
 */
void lab_vmcs_vmxoff(unsigned cpu)
{
	if (!copies[cpu].empty())
		broken(cpu, copies[cpu].begin()->first, "still active at VMXOFF");
}
