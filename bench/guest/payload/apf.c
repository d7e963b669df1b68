// SPDX-License-Identifier: GPL-2.0
/*
 * apf.c: useful work while pages are missing.
 *
 * A round: every task, a program at privilege level 3, touches one fresh page;
 * a task whose page is missing waits, if KVM says so, and another one runs.
 * When no task can run, a counting loop does, until the round's period is over.
 * Rounds begin with equal work and have equal length: what the pages cost is
 * missing from the count.
 *
 * Arguments: mode=sync|halt|v1|v2; period_ns=N pages=N share=N (tasks per page)
 * samples=N warmup=N (rounds); count=1: emulator window; acks=2: acknowledge
 * twice and say once, a control of the checks.
 *
 *   sync  interrupts off: KVM handles the fault in the vCPU's thread, as ever
 *   halt  no PV: KVM halts the vCPU until the page is there or an interrupt
 *   v1    "page not present" by #PF, "page ready" one by one
 *   v2    "page ready" in batches
 */
#include "count.h"
#include "user.h"

#define MAX_TASKS		128
#define MAX_ROUNDS		1000
#define PAGE_BYTES		4096
#define WINDOW_LABEL		1
#define VECTOR_PF		14
#define VECTOR_READY		0x70
#define VECTOR_CALL		0x80

/* Names and numbers as in the kernel's uapi asm/kvm_para.h. */
#define MSR_KVM_ASYNC_PF_EN	0x4b564d02
#define MSR_KVM_PV_EOI_EN	0x4b564d04
#define MSR_KVM_ASYNC_PF_INT	0x4b564d06
#define MSR_KVM_ASYNC_PF_ACK	0x4b564d07
#define KVM_FEATURE_PV_EOI	6
#define KVM_FEATURE_ASYNC_PF_INT 14
#define KVM_FEATURE_ASYNC_PF_V2	18
#define APF_ENABLED		(1u << 0)
#define APF_DELIVERY_AS_INT	(1u << 3)
#define APF_DELIVERY_V2		(1u << 4)
#define APF_NOT_PRESENT		1
#define APF_READY_MAX		12
#define APF_READY_MORE		1
#define APF_TOKEN_ALL		0xffffffff
#define TOKEN_SHIFT		12

/**
 * struct apf_area - What KVM and the guest share, 64 bytes
 * @flags: APF_NOT_PRESENT: the #PF is KVM's, CR2 is a token
 * @token: Version 1: the page that is ready
 * @nr_ready: Version 2: elements of @ready, KVM writes only if it is 0
 * @ready_flags: APF_READY_MORE: acknowledge; only KVM writes it
 * @ready: Version 2: the pages that are ready
 */
struct apf_area {
	u32 flags;
	u32 token;
	u32 nr_ready;
	u32 ready_flags;
	u32 ready[APF_READY_MAX];
};

/**
 * struct task - A program that touches one page per round
 * @frame: Its state while it does not run
 * @next: Next one with the same hash of its token
 * @token: What it waits for
 * @begin_tsc: When it ran first in this round
 * @begun: It has
 */
struct task {
	struct irq_frame frame;
	struct task *next;
	u32 token;
	u64 begin_tsc;
	bool begun;
};

/* Figures of one round; a record of samples each. */
enum figure {
	ITERATIONS, PERIOD, IRQS, ACKS, NOT_PRESENT, LATENCY_SUM, LATENCY_MAX,
	NR_FIGURES,
};

static const char *const figure_names[NR_FIGURES] = {
	"iterations", "period_tsc", "irqs", "acks", "not_present",
	"latency_sum", "latency_max",
};

extern const char apf_touch[], apf_count[];
void apf_on_ready(struct irq_frame *frame);
void apf_on_fault(struct irq_frame *frame);

static volatile struct apf_area area __attribute__((aligned(64)));
static volatile u32 eoi_word __attribute__((aligned(4)));
static struct task tasks[MAX_TASKS];
static struct task counter;
static struct task *current;
static struct task *ready_queue[MAX_TASKS];
static u32 ready_head, ready_tail;
static struct task *waiting[64];
static u32 nr_tasks, left;
static u32 acks_per_event;
static bool v2;
static u64 figures[NR_FIGURES];

/* The two programs; no stack, only registers that are in a frame. */
asm(".globl apf_touch, apf_count\n"
    "apf_touch:\n\t"
    "movl $1, (%rdi)\n\t"
    "int $0x80\n"
    "apf_count:\n\t"
    "inc %r8\n\t"
    "rdtsc\n\t"
    "shl $32, %rdx\n\t"
    "or %rdx, %rax\n\t"
    "cmp %r9, %rax\n\t"
    "jb apf_count\n\t"
    "int $0x80\n\t"
    "jmp apf_count\n");

static void make_runnable(struct task *task)
{
	ready_queue[ready_tail++ % MAX_TASKS] = task;
}

/* Continue with the next program that can run: the handler returns to it. */
static void switch_to_next(struct irq_frame *frame)
{
	struct task *next = &counter;

	if (ready_head != ready_tail)
		next = ready_queue[ready_head++ % MAX_TASKS];
	current = next;
	*frame = next->frame;
	if (next != &counter && !next->begun) {
		next->begun = true;
		next->begin_tsc = rdtsc();
	}
}

static struct task **waiting_for(u32 token)
{
	return &waiting[(token >> TOKEN_SHIFT) % ARRAY_SIZE(waiting)];
}

/* All that wait for the token; nobody does after a wake-up for all. */
static void wake(u32 token)
{
	struct task **link = waiting_for(token);
	struct task *task;

	while ((task = *link)) {
		if (task->token != token) {
			link = &task->next;
			continue;
		}
		*link = task->next;
		make_runnable(task);
	}
}

/**
 * apf_on_fault - #PF: another program runs while the page is missing
 * @frame: Interrupted program
 *
 * The symbol is where an emulator counts these events.
 */
noinline void apf_on_fault(struct irq_frame *frame)
{
	struct task **head;
	u64 cr2;

	asm volatile("mov %%cr2, %0" : "=r" (cr2));
	if (area.flags != APF_NOT_PRESENT)
		panic("page fault at %llx, address %llx", frame->rip, cr2);
	area.flags = 0;
	figures[NOT_PRESENT]++;
	head = waiting_for(cr2);
	current->frame = *frame;
	current->token = cr2;
	current->next = *head;
	*head = current;
	switch_to_next(frame);
}

/* One exit; the symbol is where an emulator counts them. */
static noinline void write_ack(void)
{
	asm volatile(".globl apf_ack_insn\n"
		     "apf_ack_insn:\n\t"
		     "wrmsr"
		     :: "c" (MSR_KVM_ASYNC_PF_ACK), "a" (1), "d" (0)
		     : "memory");
}

static void acknowledge(void)
{
	u32 i;

	figures[ACKS]++;
	for (i = 0; i < acks_per_event; i++)
		write_ack();
}

/* As Linux does: no exit if KVM has said that none is needed. */
static void end_of_interrupt(void)
{
	u8 was_set;

	asm volatile("btrl $0, %0; setc %1"
		     : "+m" (eoi_word), "=r" (was_set) :: "memory");
	if (!was_set)
		apic_eoi();
}

static void take_one(void)
{
	wake(area.token);
	area.token = 0;
	acknowledge();
}

/* The order matters: KVM sets the flag when it finds nr_ready not cleared. */
static void take_batch(void)
{
	u32 n = area.nr_ready;
	u32 i;

	if (n > APF_READY_MAX)
		panic("batch of %u pages", n);
	for (i = 0; i < n; i++)
		wake(area.ready[i]);
	area.nr_ready = 0;
	if (area.ready_flags & APF_READY_MORE)
		acknowledge();
}

/**
 * apf_on_ready - Pages are ready: their tasks can run, before the counting loop
 * @frame: Interrupted program
 *
 * The symbol is where an emulator counts these events.
 */
noinline void apf_on_ready(struct irq_frame *frame)
{
	figures[IRQS]++;
	end_of_interrupt();
	if (v2)
		take_batch();
	else
		take_one();
	if (current != &counter || ready_head == ready_tail)
		return;
	counter.frame = *frame;
	switch_to_next(frame);
}

/* A program is done: a task with its page, or the period is over. */
static void on_call(struct irq_frame *frame)
{
	u64 latency;

	if (current == &counter) {
		figures[ITERATIONS] = frame->regs[3];
		if (left)
			panic("period too short: %u tasks still wait", left);
		user_leave();
	}
	latency = rdtsc() - current->begin_tsc;
	figures[LATENCY_SUM] += latency;
	if (latency > figures[LATENCY_MAX])
		figures[LATENCY_MAX] = latency;
	left--;
	switch_to_next(frame);
}

static void prepare_tasks(u64 gpa, u32 share, bool interrupts)
{
	u32 i;

	ready_head = ready_tail = 0;
	for (i = 0; i < nr_tasks; i++) {
		user_frame(&tasks[i].frame, apf_touch, interrupts);
		/* RDI */
		tasks[i].frame.regs[4] = gpa + i / share * PAGE_BYTES;
		tasks[i].begun = false;
		make_runnable(&tasks[i]);
	}
	left = nr_tasks;
	user_frame(&counter.frame, apf_count, interrupts);
}

static void run_round(u64 gpa, u32 share, bool interrupts, u64 period)
{
	struct irq_frame first;
	u64 start;
	u32 i;

	for (i = 0; i < NR_FIGURES; i++)
		figures[i] = 0;
	prepare_tasks(gpa, share, interrupts);
	start = rdtsc();
	/* R9 */
	counter.frame.regs[2] = start + period;
	switch_to_next(&first);
	user_enter(&first);
	figures[PERIOD] = rdtsc() - start;
}

/* KVM begins by waking everybody who may wait: nobody does. */
static void enable(void)
{
	u32 features = pv_features();
	u64 value = (u64)&area | APF_ENABLED | APF_DELIVERY_AS_INT;

	if (!(features & (1u << KVM_FEATURE_ASYNC_PF_INT)))
		panic("no async page faults by interrupt in this KVM");
	if (v2 && !(features & (1u << KVM_FEATURE_ASYNC_PF_V2)))
		panic("no version 2 of async page faults in this KVM");
	irq_handle(VECTOR_PF, apf_on_fault);
	irq_handle(VECTOR_READY, apf_on_ready);
	wrmsr(MSR_KVM_ASYNC_PF_INT, VECTOR_READY);
	wrmsr(MSR_KVM_ASYNC_PF_EN, v2 ? value | APF_DELIVERY_V2 : value);
	current = &tasks[0];
	while (!figures[IRQS]) {
		sti_hlt();
		cli();
	}
}

static void setup(void)
{
	v2 = arg_has("mode", "v2");
	apic_enable(APIC_X2APIC);
	user_setup();
	irq_handle(VECTOR_CALL, on_call);
	irq_allow_user(VECTOR_CALL);
	if (pv_features() & (1u << KVM_FEATURE_PV_EOI))
		wrmsr(MSR_KVM_PV_EOI_EN, (u64)&eoi_word | 1);
	if (v2 || arg_has("mode", "v1"))
		enable();
	else if (!arg_has("mode", "sync") && !arg_has("mode", "halt"))
		panic("argument 'mode' is not sync, halt, v1 or v2");
}

/* Snapshot, round, snapshot, round, ... snapshot: one more than rounds. */
static void run_rounds(u32 warmup, u32 rounds, u32 pages, u64 *out[NR_FIGURES])
{
	bool interrupts = !arg_has("mode", "sync");
	u64 period = arg_u64("period_ns", 4000000) * info->tsc_khz / 1000000;
	u32 share = arg_u64("share", 1);
	bool count = arg_u64("count", 0);
	u64 gpa = info->fault_gpa;
	u32 i, f;

	nr_tasks = pages * share;
	if (!nr_tasks || nr_tasks > MAX_TASKS)
		panic("%u pages for %u tasks each", pages, share);
	for (i = 0; i < warmup + rounds; i++, gpa += (u64)pages * PAGE_BYTES) {
		if (i >= warmup)
			outl(WIRE_PORT_STATS, i - warmup);
		if (i == warmup && count)
			count_start(WINDOW_LABEL);
		run_round(gpa, share, interrupts, period);
		for (f = 0; i >= warmup && f < NR_FIGURES; f++)
			out[f][i - warmup] = figures[f];
	}
	if (count)
		count_stop(WINDOW_LABEL);
	outl(WIRE_PORT_STATS, rounds);
}

/**
 * main - Run the rounds
 *
 * Return: Exit status of the run.
 */
int main(void)
{
	u32 warmup = arg_u64("warmup", 2);
	u32 rounds = arg_u64("samples", 16);
	u32 pages = arg_u64("pages", 64);
	u64 *out[NR_FIGURES];
	u32 f;

	if (!rounds || rounds > MAX_ROUNDS || warmup > MAX_ROUNDS)
		panic("%u rounds after %u", rounds, warmup);
	if (info->fault_bytes < (u64)(warmup + rounds) * pages * PAGE_BYTES)
		panic("fault memory too small for %u rounds", warmup + rounds);
	acks_per_event = arg_u64("acks", 1);
	setup();
	for (f = 0; f < NR_FIGURES; f++)
		out[f] = record_open(figure_names[f], WIRE_IDLE, warmup, rounds);
	run_rounds(warmup, rounds, pages, out);
	record_publish();
	return 0;
}
