// SPDX-License-Identifier: GPL-2.0
/*
 * main.c [BREAK]: run the KUnit suite kvm_apf_guest on the host. TAP.
 *
 * The kernel's file is included. With -DNEGATIVE it is the one that can be broken,
 * in the way of the number BREAK.
 */
#include "kernel.h"

pthread_mutex_t cpus[NR_CPUS] = { PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER };
__thread struct task_struct *current;
__thread int interrupted_cpu = -1;
__thread bool irqs_off;

#include "kvm_apf_guest.c"

static void *run_task(void *task)
{
	current = task;
	current->fn(current->arg);
	return NULL;
}

static struct task_struct *new_task(void)
{
	struct task_struct *task = calloc(1, sizeof(*task));

	if (!task)
		abort();
	pthread_mutex_init(&task->lock, NULL);
	pthread_cond_init(&task->woken, NULL);
	return task;
}

struct task_struct *kthread_create(int (*fn)(void *arg), void *arg, const char *name, ...)
{
	struct task_struct *task = new_task();
	static int nr;

	(void)name;
	task->fn = fn;
	task->arg = arg;
	task->cpu = nr++ % NR_CPUS;
	return task;
}

void wake_up_process(struct task_struct *task)
{
	pthread_t thread;

	pthread_mutex_lock(&task->lock);
	__atomic_store_n(&task->__state, TASK_RUNNING, __ATOMIC_SEQ_CST);
	if (!task->started) {
		task->started = true;
		if (pthread_create(&thread, NULL, run_task, task))
			abort();
		pthread_detach(thread);
	}
	pthread_cond_signal(&task->woken);
	pthread_mutex_unlock(&task->lock);
}

void schedule(void)
{
	pthread_mutex_lock(&current->lock);
	while (READ_ONCE(current->__state) != TASK_RUNNING)
		pthread_cond_wait(&current->woken, &current->lock);
	pthread_mutex_unlock(&current->lock);
}

int main(int argc, char **argv)
{
	struct kunit_case *c;
	int nr = 0, failed = 0;

#ifdef NEGATIVE
	if (argc > 1)
		kvm_apf_guest_break = strtoul(argv[1], NULL, 10);
#else
	(void)argc, (void)argv;
#endif
	current = new_task();
	current->started = true;
	for (c = suite->test_cases; c->run; c++) {
		struct kunit test = { 0 };

		suite->init(&test);
		if (setjmp(test.skip))
			printf("ok %d %s # SKIP\n", ++nr, c->name);
		else {
			c->run(&test);
			printf("%sok %d %s\n", test.failures ? "not " : "", ++nr, c->name);
		}
		suite->exit(&test);
		failed |= test.failures;
	}
	printf("1..%d\n", nr);
	return !!failed;
}
