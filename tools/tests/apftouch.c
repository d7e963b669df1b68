// SPDX-License-Identifier: GPL-2.0
/*
 * apftouch.c - in a Linux guest of bench/vmm, make asynchronous page faults
 *
 * Usage: apftouch PAGES THREADS [FIRST]
 * PAGES pages of the VMM's second memory slot, from number FIRST on, are touched,
 * THREADS at a time, each by its own thread. That slot is behind a userfaultfd;
 * every page is touched once, so that there is one fault for each.
 *
 *        apftouch exit STATUS
 * Ends the virtual machine.
 *
 * What it is not: no check; apf_l1.sh and apf_l1_init.sh run it.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/io.h>
#include <sys/mman.h>
#include <unistd.h>

/* Source: WIRE_FAULT_GPA and WIRE_PORT_EXIT of bench/guest/lib/wire.h. */
#define SLOT_GPA	0x100000000LL
#define PORT_EXIT	0xf4
#define PAGE_BYTES	4096L
#define MAX_THREADS	64

static char *slot;
static long pages, threads;
/* A round begins when all threads have done the last one. */
static pthread_barrier_t start;

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

static void *touch(void *arg)
{
	long i;

	for (i = (long)arg; i < pages; i += threads) {
		pthread_barrier_wait(&start);
		*(volatile char *)(slot + i * PAGE_BYTES) = 1;
	}
	return NULL;
}

static void map_slot(long first)
{
	int fd = open("/dev/mem", O_RDWR);

	if (fd < 0)
		fail("apftouch: /dev/mem");
	slot = mmap(NULL, pages * PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED,
		    fd, SLOT_GPA + first * PAGE_BYTES);
	if (slot == MAP_FAILED)
		fail("apftouch: mmap");
}

int main(int argc, char **argv)
{
	pthread_t ids[MAX_THREADS];
	long i;

	if (argc == 3 && !strcmp(argv[1], "exit")) {
		if (ioperm(PORT_EXIT, 1, 1))
			fail("apftouch: ioperm");
		outb(atoi(argv[2]), PORT_EXIT);
		return 1;
	}
	pages = argc > 2 ? atol(argv[1]) : 0;
	threads = argc > 2 ? atol(argv[2]) : 0;
	if (pages < 1 || threads < 1 || threads > MAX_THREADS ||
	    pages % threads) {
		fprintf(stderr, "usage: apftouch PAGES THREADS [FIRST] | exit STATUS\n");
		return 2;
	}
	map_slot(argc > 3 ? atol(argv[3]) : 0);
	pthread_barrier_init(&start, NULL, threads);
	for (i = 0; i < threads; i++)
		if (pthread_create(&ids[i], NULL, touch, (void *)i))
			fail("apftouch: no thread");
	for (i = 0; i < threads; i++)
		pthread_join(ids[i], NULL);
	return 0;
}
