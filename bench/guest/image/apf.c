// SPDX-License-Identifier: GPL-2.0
/*
 * apf.c: the only program of a Linux guest: useful work while pages are missing,
 * as the payload of the same name, but with threads and the kernel's scheduler.
 *
 * A round: n threads touch one fresh page each; the main thread, idle to the
 * scheduler, counts until the round's period is over. The pages are those of the
 * VMM's second memory slot, behind the kernel's memory, mapped through /dev/mem.
 *
 * Environment, from the kernel's command line: apf_cells=DELAY_US:N,... (cells,
 * in their order), apf_scale=N (of the time that pages cost), apf_rounds=N,
 * apf_tsc_khz=N (measured if it is missing).
 *
 * Standard output: for each cell "cell DELAY_US N", then the records that the
 * payload has, except that interrupts, acknowledge exits and announced pages are
 * 0: nobody here sees them. Status 42: all done.
 */
#include <fcntl.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/io.h>
#include <sys/mman.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>
#include <x86intrin.h>

#include "../lib/wire.h"

#define STATUS		42
#define MAX_THREADS	64
#define MAX_ROUNDS	100
#define WARMUP		2
#define PAGE_BYTES	4096
#define SLOT_BYTES	(32ULL << 20)
#define TSC_PER_US	(tsc_khz / 1000)

/* Records of the payload, in its order. */
enum figure {
	ITERATIONS, PERIOD, IRQS, ACKS, NOT_PRESENT, LATENCY_SUM, LATENCY_MAX,
	NR_FIGURES,
};

static const char *const figure_names[NR_FIGURES] = {
	"iterations", "period_tsc", "irqs", "acks", "not_present",
	"latency_sum", "latency_max",
};

static char *slot;
static unsigned long next_page, tsc_khz;
static atomic_int turn, left;
static char *round_base;
static int round_threads;
static unsigned long begin_tsc;
static unsigned long latencies[MAX_THREADS];
static unsigned long figures[NR_FIGURES][MAX_ROUNDS];

/* The exit port does not wait for what the UART still has to send. */
static void leave(int status)
{
	fflush(stdout);
	tcdrain(STDOUT_FILENO);
	outb(status, WIRE_PORT_EXIT);
}

static void fail(const char *what)
{
	printf("apf: %s\n", what);
	leave(1);
	exit(1);
}

/* A thread sleeps until the round's number changes. */
static void *touch(void *arg)
{
	long id = (long)arg;
	int seen = 0;

	for (;; seen++) {
		while (atomic_load(&turn) == seen)
			syscall(SYS_futex, &turn, FUTEX_WAIT_PRIVATE, seen, NULL,
				NULL, 0);
		if (id >= round_threads)
			continue;
		*(volatile char *)(round_base + id * PAGE_BYTES) = 1;
		latencies[id] = __rdtsc() - begin_tsc;
		atomic_fetch_sub(&left, 1);
	}
	return NULL;
}

static void run_round(int n, unsigned long period, int index)
{
	unsigned long now, count = 0;
	int i;

	round_base = slot + next_page * PAGE_BYTES;
	next_page += n;
	round_threads = n;
	atomic_store(&left, n);
	begin_tsc = __rdtsc();
	atomic_fetch_add(&turn, 1);
	syscall(SYS_futex, &turn, FUTEX_WAKE_PRIVATE, MAX_THREADS, NULL, NULL, 0);
	do {
		count++;
		now = __rdtsc();
	} while (now - begin_tsc < period);
	if (atomic_load(&left))
		fail("period too short");
	if (index < 0)
		return;
	figures[ITERATIONS][index] = count;
	figures[PERIOD][index] = now - begin_tsc;
	figures[LATENCY_SUM][index] = 0;
	figures[LATENCY_MAX][index] = 0;
	for (i = 0; i < n; i++) {
		figures[LATENCY_SUM][index] += latencies[i];
		if (latencies[i] > figures[LATENCY_MAX][index])
			figures[LATENCY_MAX][index] = latencies[i];
	}
}

static void print_cell(unsigned int delay_us, int n, int rounds)
{
	int f, i;

	printf("cell %u %d\n", delay_us, n);
	for (f = 0; f < NR_FIGURES; f++) {
		printf("case %s flags 2 warmup %d label 0 window_tsc 0 n %d\n",
		       figure_names[f], WARMUP, rounds);
		for (i = 0; i < rounds; i++)
			printf("%lu\n", figures[f][i]);
	}
}

static void run_cell(unsigned int delay_us, int n, int rounds, int scale)
{
	unsigned long period = (delay_us + (1200 + 150 * n) * scale) * TSC_PER_US;
	int i;

	outl((unsigned int)n << WIRE_POOL_PAGES_SHIFT | delay_us, WIRE_PORT_POOL);
	next_page = (next_page + n - 1) / n * n;
	if ((next_page + (unsigned long)n * (WARMUP + rounds)) * PAGE_BYTES > SLOT_BYTES)
		fail("second slot too small");
	for (i = -WARMUP; i < rounds; i++) {
		if (i >= 0)
			outl(i, WIRE_PORT_STATS);
		run_round(n, period, i);
	}
	outl(rounds, WIRE_PORT_STATS);
	print_cell(delay_us, n, rounds);
}

static int number(const char *name, int missing)
{
	const char *value = getenv(name);

	return value ? atoi(value) : missing;
}

/* Against the kernel's clock, where nobody says it. */
static unsigned long measure_tsc_khz(void)
{
	struct timespec from, to;
	unsigned long start;
	long ns;

	clock_gettime(CLOCK_MONOTONIC, &from);
	start = __rdtsc();
	do {
		clock_gettime(CLOCK_MONOTONIC, &to);
		ns = (to.tv_sec - from.tv_sec) * 1000000000L + to.tv_nsec -
		     from.tv_nsec;
	} while (ns < 20000000);
	return (__rdtsc() - start) * 1000000 / ns;
}

/* Threads are there, and their stacks touched, before the first round. */
static void start_threads(void)
{
	struct sched_param param = { };
	pthread_attr_t attr;
	pthread_t thread;
	long i;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 65536);
	for (i = 0; i < MAX_THREADS; i++) {
		if (pthread_create(&thread, &attr, touch, (void *)i))
			fail("no thread");
	}
	if (sched_setscheduler(0, SCHED_IDLE, &param))
		fail("no idle policy");
}

static void setup(void)
{
	int fd;

	if (iopl(3))
		fail("no ports");
	mknod("/mem", S_IFCHR | 0600, makedev(1, 1));
	fd = open("/mem", O_RDWR);
	slot = mmap(NULL, SLOT_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
		    WIRE_FAULT_GPA);
	if (fd < 0 || slot == MAP_FAILED)
		fail("no /dev/mem");
	tsc_khz = number("apf_tsc_khz", 0);
	if (!tsc_khz)
		tsc_khz = measure_tsc_khz();
	mlockall(MCL_CURRENT);
	start_threads();
}

int main(void)
{
	const char *cell = getenv("apf_cells");
	int rounds = number("apf_rounds", 8);
	unsigned int delay_us;
	int n, skip;

	setup();
	while (cell && sscanf(cell, "%u:%d%n", &delay_us, &n, &skip) == 2) {
		if (n < 1 || n > MAX_THREADS || rounds > MAX_ROUNDS)
			fail("bad cell");
		run_cell(delay_us, n, rounds, number("apf_scale", 1));
		cell += skip + (cell[skip] == ',');
	}
	leave(STATUS);
	reboot(RB_AUTOBOOT);
	return 1;
}
