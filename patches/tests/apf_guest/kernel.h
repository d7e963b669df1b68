/* SPDX-License-Identifier: GPL-2.0 */
/*
 * kernel.h: what virt/lib/kvm_apf_guest.c and its KUnit suite need of a kernel,
 * on top of threads.
 *
 * A task is a thread. There are two CPUs; a CPU with IRQs disabled is a mutex that
 * is held, so that an interrupt of that CPU (smp_call_function_single()) has to wait,
 * while tasks of one CPU run side by side as if preempted at every instruction.
 *
 * Not here: lockdep, RCU, the scheduler, tracing. This finds mistakes of the table and
 * of the suite in seconds; only the suite in a kernel tells that it works there.
 */
#ifndef APF_GUEST_KERNEL_H
#define APF_GUEST_KERNEL_H

#include <pthread.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define CONFIG_KVM_APF_GUEST		1
#define CONFIG_KVM_APF_GUEST_KUNIT_TEST	1

typedef uint32_t u32;
typedef uint64_t u64;

#undef __always_inline
#define __always_inline			inline __attribute__((always_inline))
#define READ_ONCE(x)			__atomic_load_n(&(x), __ATOMIC_RELAXED)
#define WRITE_ONCE(x, v)		__atomic_store_n(&(x), v, __ATOMIC_RELAXED)
#define smp_load_acquire(p)		__atomic_load_n(p, __ATOMIC_ACQUIRE)
#define smp_store_release(p, v)		__atomic_store_n(p, v, __ATOMIC_RELEASE)
#define ARRAY_SIZE(a)			(sizeof(a) / sizeof((a)[0]))
#define EXPORT_SYMBOL_GPL(symbol)
#define module_param_named(name, variable, type, mode)
#define IS_ERR(p)			(!(p))
#define GFP_KERNEL			0

/* Lists, hash, random numbers. */
struct hlist_node { struct hlist_node *next, **pprev; };
struct hlist_head { struct hlist_node *first; };

#define hlist_entry(p, type, member)	((type *)((char *)(p) - offsetof(type, member)))
#define hlist_entry_or_null(p, type, member) \
	({ void *__p = (p); __p ? hlist_entry(__p, type, member) : NULL; })
#define hlist_for_each_entry(p, head, member) \
	for (p = hlist_entry_or_null((head)->first, typeof(*p), member); p; \
	     p = hlist_entry_or_null(p->member.next, typeof(*p), member))
#define hlist_for_each_entry_safe(p, n, head, member) \
	for (p = hlist_entry_or_null((head)->first, typeof(*p), member); \
	     p && ({ n = p->member.next; true; }); \
	     p = hlist_entry_or_null(n, typeof(*p), member))
#define hlist_empty(head)		(!(head)->first)
#define hlist_unhashed(n)		(!(n)->pprev)
#define hlist_unhashed_lockless(n)	(!READ_ONCE((n)->pprev))

static inline void hlist_add_head(struct hlist_node *n, struct hlist_head *head)
{
	n->next = head->first;
	if (n->next)
		n->next->pprev = &n->next;
	head->first = n;
	n->pprev = &head->first;
}

static inline void hlist_del_init(struct hlist_node *n)
{
	*n->pprev = n->next;
	if (n->next)
		n->next->pprev = n->pprev;
	n->next = NULL;
	WRITE_ONCE(n->pprev, NULL);
}

#define hash_32(value, bits)		((u32)(value) * 0x61C88647u >> (32 - (bits)))
#define ilog2(x)			(31 - __builtin_clz(x))

struct rnd_state { u64 state; };

static inline void prandom_seed_state(struct rnd_state *r, u64 seed)
{
	r->state = seed;
}

static inline u32 prandom_u32_state(struct rnd_state *r)
{
	r->state = r->state * 6364136223846793005ULL + 1442695040888963407ULL;
	return r->state >> 33;
}

/* Tasks. */
#define TASK_RUNNING		0
#define TASK_UNINTERRUPTIBLE	2

struct task_struct {
	int __state;
	int cpu;
	bool started;
	int (*fn)(void *arg);
	void *arg;
	pthread_mutex_t lock;
	pthread_cond_t woken;
};

extern __thread struct task_struct *current;
struct task_struct *kthread_create(int (*fn)(void *arg), void *arg, const char *name, ...);
void wake_up_process(struct task_struct *task);
void schedule(void);

/* Tasks are few and stay until the program ends. */
#define get_task_struct(task)		do { } while (0)
#define put_task_struct(task)		do { } while (0)
#define set_current_state(s)		__atomic_store_n(&current->__state, s, __ATOMIC_SEQ_CST)
#define kthread_bind(task, nr)		((task)->cpu = (nr))
#define set_cpus_allowed_ptr(task, nr)	((task)->cpu = (nr), 0)
#define cond_resched()			do { } while (0)

/* CPUs and locks. */
#define NR_CPUS				2
#define nr_cpu_ids			NR_CPUS
#define cpumask_of(nr)			(nr)
#define cpumask_first(mask)		0
#define cpumask_last(mask)		(NR_CPUS - 1)
#define cpumask_any_but(mask, nr)	(!(nr))
#define for_each_possible_cpu(nr)	for ((nr) = 0; (nr) < NR_CPUS; (nr)++)

#define DECLARE_PER_CPU(type, name)	extern type name[NR_CPUS]
#define DEFINE_PER_CPU(type, name)	type name[NR_CPUS]
#define per_cpu(name, nr)		((name)[nr])
#define per_cpu_ptr(name, nr)		(&(*(name))[nr])
#define raw_cpu_read(name)		((name)[raw_smp_processor_id()])

extern pthread_mutex_t cpus[NR_CPUS];
/* -1, or the CPU whose interrupt this thread handles at the moment. */
extern __thread int interrupted_cpu;
extern __thread bool irqs_off;

static inline int raw_smp_processor_id(void)
{
	return interrupted_cpu >= 0 ? interrupted_cpu : current->cpu;
}

#define smp_processor_id()		raw_smp_processor_id()
#define irqs_disabled()			irqs_off

static inline void local_irq_disable(void)
{
	if (irqs_off)
		return;
	pthread_mutex_lock(&cpus[raw_smp_processor_id()]);
	irqs_off = true;
}

static inline void local_irq_enable(void)
{
	if (!irqs_off)
		return;
	irqs_off = false;
	pthread_mutex_unlock(&cpus[raw_smp_processor_id()]);
}

static inline void smp_call_function_single(int cpu, void (*fn)(void *arg), void *arg, int wait)
{
	int before = interrupted_cpu;

	(void)wait;
	interrupted_cpu = cpu;
	local_irq_disable();
	fn(arg);
	local_irq_enable();
	interrupted_cpu = before;
}

typedef pthread_mutex_t raw_spinlock_t;

#define __RAW_SPIN_LOCK_UNLOCKED(name)	PTHREAD_MUTEX_INITIALIZER
#define raw_spin_lock(l)		pthread_mutex_lock(l)
#define raw_spin_unlock(l)		pthread_mutex_unlock(l)
#define raw_spin_lock_irq(l)		do { local_irq_disable(); raw_spin_lock(l); } while (0)
#define raw_spin_unlock_irq(l)		do { raw_spin_unlock(l); local_irq_enable(); } while (0)
#define raw_spin_lock_irqsave(l, flags)	do { (flags) = irqs_off; raw_spin_lock_irq(l); } while (0)
#define raw_spin_unlock_irqrestore(l, flags) \
	do { raw_spin_unlock(l); if (!(flags)) local_irq_enable(); } while (0)
#define lockdep_assert_held(l)		do { } while (0)
#define lockdep_assert_irqs_disabled()	do { if (!irqs_off) abort(); } while (0)

/* Time. */
#define HZ				250
#define jiffies				read_jiffies()
#define time_before(a, b)		((long)((a) - (b)) < 0)
#define time_after(a, b)		time_before(b, a)
#define msleep(ms)			usleep((ms) * 1000)
#define mdelay(ms)			usleep((ms) * 1000)
#define usleep_range(min, max)		usleep(min)
#define schedule_timeout_uninterruptible(jiffies_) usleep(1000)
#define ktime_get_mono_fast_ns()	1

static inline unsigned long read_jiffies(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * HZ + now.tv_nsec / (1000000000 / HZ);
}

struct completion { bool done; };

#define init_completion(c)		((c)->done = false)
#define complete(c)			smp_store_release(&(c)->done, true)
#define completion_done(c)		smp_load_acquire(&(c)->done)

static inline bool wait_for_completion_timeout(struct completion *c, unsigned long timeout)
{
	unsigned long end = jiffies + timeout;

	while (!completion_done(c) && time_before(jiffies, end))
		usleep(200);
	return completion_done(c);
}

/* KUnit. */
struct kunit {
	int failures;
	jmp_buf skip;
};

struct kunit_case {
	void (*run)(struct kunit *test);
	const char *name;
};

struct kunit_suite {
	const char *name;
	int (*init)(struct kunit *test);
	void (*exit)(struct kunit *test);
	struct kunit_case *test_cases;
};

#define KUNIT_CASE(fn)			{ fn, #fn }
#define KUNIT_CASE_SLOW(fn)		{ fn, #fn }
#define kunit_test_suite(s)		struct kunit_suite *suite = &(s)
#define kunit_kzalloc(test, size, gfp)	calloc(1, size)
#define kunit_kcalloc(test, n, size, gfp) calloc(n, size)
#define kunit_skip(test, why)		longjmp((test)->skip, 1)
#define kunit_say(...)			do { printf("# " __VA_ARGS__); printf("\n"); } while (0)
#define kunit_info(test, ...)		kunit_say(__VA_ARGS__)
#define KUNIT_FAIL(test, ...)		do { (test)->failures++; kunit_say(__VA_ARGS__); } while (0)
#define KUNIT_EXPECT_TRUE_MSG(test, x, ...) \
	do { if (!(x)) KUNIT_FAIL(test, __VA_ARGS__); } while (0)
#define KUNIT_EXPECT_FALSE_MSG(test, x, ...) KUNIT_EXPECT_TRUE_MSG(test, !(x), __VA_ARGS__)
#define KUNIT_EXPECT_TRUE(test, x)	KUNIT_EXPECT_TRUE_MSG(test, x, "line %d: not " #x, __LINE__)
#define KUNIT_EXPECT_FALSE(test, x)	KUNIT_EXPECT_TRUE(test, !(x))
#define KUNIT_EXPECT_EQ(test, a, b)	KUNIT_EXPECT_TRUE(test, (a) == (b))
#define KUNIT_EXPECT_GT(test, a, b)	KUNIT_EXPECT_TRUE(test, (a) > (b))
#define KUNIT_ASSERT_NOT_NULL(test, p)	do { if (!(p)) abort(); } while (0)
#define KUNIT_ASSERT_NOT_ERR_OR_NULL	KUNIT_ASSERT_NOT_NULL

/* Tracepoints. */
#define trace_kvm_apf_guest_wait(...)		do { } while (0)
#define trace_kvm_apf_guest_spurious(...)	do { } while (0)
#define trace_kvm_apf_guest_resume(...)		do { } while (0)
#define trace_kvm_apf_guest_resume_enabled()	false
#define trace_kvm_apf_guest_wake(...)		do { } while (0)
#define trace_kvm_apf_guest_early(token, dropped) ((void)(dropped))
#define trace_kvm_apf_guest_wake_all(cpu, nr)	((void)(nr))

#endif /* APF_GUEST_KERNEL_H */
