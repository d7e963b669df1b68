/* SPDX-License-Identifier: GPL-2.0 */
/*
 * instrument.h - the lab's hooks in Bochs, by its instrumentation interface
 *
 * Included by every file of Bochs. Three of the hooks do something; all others
 * are empty, so that the emulator pays one test of a flag per instruction and
 * nothing else. Counting lives in count.cc and spec.cc, power and time in
 * watch.cc. No hook changes what the guest sees: a run with counters is the
 * same run, instruction by instruction. What Bochs has no hook for, patch 0006
 * calls: lab_vmcs_*, in strict.cc.
 */

#if BX_INSTRUMENTATION

class bxInstruction_c;

extern bool lab_counting;

void lab_count_insn(unsigned cpu, const bxInstruction_c *i);
void lab_init(void);
void lab_exit(void);
void lab_reset(unsigned cpu, unsigned type);

extern bool lab_vmcs_strict;

void lab_strict_init(void);
void lab_strict_exit(void);
Bit8u *lab_vmcs_find(unsigned cpu, bx_phy_address addr);
Bit8u *lab_vmcs_activate(unsigned cpu, bx_phy_address addr);
void lab_vmcs_clear(unsigned cpu, bx_phy_address addr);
void lab_vmcs_vmxoff(unsigned cpu);

#define BX_INSTR_INIT_ENV()			lab_init()
#define BX_INSTR_EXIT_ENV()			lab_exit()
#define BX_INSTR_RESET(cpu_id, type)		lab_reset(cpu_id, type)
#define BX_INSTR_BEFORE_EXECUTION(cpu_id, i)	\
	do { if (lab_counting) lab_count_insn(cpu_id, i); } while (0)

#else

#define BX_INSTR_INIT_ENV()
#define BX_INSTR_EXIT_ENV()
#define BX_INSTR_RESET(cpu_id, type)
#define BX_INSTR_BEFORE_EXECUTION(cpu_id, i)

#endif

#define BX_INSTR_INITIALIZE(cpu_id)
#define BX_INSTR_EXIT(cpu_id)
#define BX_INSTR_HLT(cpu_id)
#define BX_INSTR_MWAIT(cpu_id, addr, len, flags)
#define BX_INSTR_DEBUG_PROMPT()
#define BX_INSTR_DEBUG_CMD(cmd)
#define BX_INSTR_CNEAR_BRANCH_TAKEN(cpu_id, branch_eip, new_eip)
#define BX_INSTR_CNEAR_BRANCH_NOT_TAKEN(cpu_id, branch_eip)
#define BX_INSTR_UCNEAR_BRANCH(cpu_id, what, branch_eip, new_eip)
#define BX_INSTR_FAR_BRANCH(cpu_id, what, prev_cs, prev_eip, new_cs, new_eip)
#define BX_INSTR_OPCODE(cpu_id, i, opcode, len, is32, is64)
#define BX_INSTR_EXCEPTION(cpu_id, vector, error_code)
#define BX_INSTR_INTERRUPT(cpu_id, vector)
#define BX_INSTR_HWINTERRUPT(cpu_id, vector, cs, eip)
#define BX_INSTR_CLFLUSH(cpu_id, laddr, paddr)
#define BX_INSTR_CACHE_CNTRL(cpu_id, what)
#define BX_INSTR_TLB_CNTRL(cpu_id, what, new_cr3)
#define BX_INSTR_PREFETCH_HINT(cpu_id, what, seg, offset)
#define BX_INSTR_AFTER_EXECUTION(cpu_id, i)
#define BX_INSTR_REPEAT_ITERATION(cpu_id, i)
#define BX_INSTR_LIN_ACCESS(cpu_id, lin, phy, len, memtype, rw)
#define BX_INSTR_PHY_ACCESS(cpu_id, phy, len, memtype, rw)
#define BX_INSTR_INP(addr, len)
#define BX_INSTR_INP2(addr, len, val)
#define BX_INSTR_OUTP(addr, len, val)
#define BX_INSTR_WRMSR(cpu_id, addr, value)
#define BX_INSTR_VMEXIT(cpu_id, reason, qualification)
