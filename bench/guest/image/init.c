// SPDX-License-Identifier: GPL-2.0
/*
 * init.c: the only program of the Linux image that the VMM's test boots: says
 * how many CPUs are up, then ends the run by the exit port with status 42.
 */
#include <stdio.h>
#include <sys/io.h>
#include <sys/reboot.h>
#include <termios.h>
#include <unistd.h>

#define PORT_EXIT	0xf4
#define STATUS		42

int main(void)
{
	printf("linux up cpus %ld\n", sysconf(_SC_NPROCESSORS_ONLN));
	fflush(stdout);
	tcdrain(STDOUT_FILENO);	/* the exit port does not wait for the UART */
	if (!ioperm(PORT_EXIT, 1, 1))
		outb(STATUS, PORT_EXIT);
	reboot(RB_AUTOBOOT);
	return 1;
}
