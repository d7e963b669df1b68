// SPDX-License-Identifier: GPL-2.0
/*
 * init - process 1 of the lab's guest
 *
 * Mounts what a kernel test expects, runs the jobs of the file /job/list one
 * after the other with their output on COM2, reports every step on I/O port
 * 0xe9, hands /out over (out.c) and powers off.
 *
 * It is not a service manager and not a test framework: it knows nothing of
 * what it runs, never judges output, and keeps quiet on the kernel console
 * unless something is wrong. The report lines are listed in README.md.
 *
 * /job/list is a row of NUL-terminated strings: for each job its number, its
 * limit in emulated seconds, its number of arguments and the arguments.
 * /job/env has NUL-terminated NAME=VALUE strings. With KVMLAT_SHELL=1 among
 * them, the one job runs on the console with job control and without limit;
 * with KVMLAT_LIST=1, the console shows where each job starts.
 *
 * Limits: a kernel without /dev/port and ioperm cannot report; a job that blocks signals
 * in the kernel for more than KILL_WAIT_S is given up together with the boot.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/io.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>
#include <x86intrin.h>
#include <linux/serial.h>

#include "init.h"

#define OUTPUT_TTY	"/dev/ttyS1"
#define CONSOLE_TTY	"/dev/ttyS0"
#define REPORT_PORT	0xe9
#define KILL_WAIT_S	10

static const struct {
	const char *source, *target, *type, *data;
} mounts[] = {
	{ "proc",	"/proc",			"proc",		"" },
	{ "sysfs",	"/sys",				"sysfs",	"" },
	{ "devtmpfs",	"/dev",				"devtmpfs",	"" },
	{ "devpts",	"/dev/pts",			"devpts",	"" },
	{ "tmpfs",	"/dev/shm",			"tmpfs",	"" },
	{ "tmpfs",	"/tmp",				"tmpfs",	"" },
	{ "debugfs",	"/sys/kernel/debug",		"debugfs",	"" },
	{ "tracefs",	"/sys/kernel/tracing",		"tracefs",	"" },
	{ "bpf",	"/sys/fs/bpf",			"bpf",		"" },
	{ "cgroup2",	"/sys/fs/cgroup",		"cgroup2",	"" },
};

/*
 * Write @text to the port that the host listens on. Where the kernel has no
 * /dev/port, permission for the port is held only meanwhile: jobs must not
 * inherit an I/O bitmap, it costs instructions at every task switch.
 */
static void write_port(const char *text, int len)
{
	int fd = open("/dev/port", O_WRONLY | O_CLOEXEC);
	int i;

	if (fd < 0 && ioperm(REPORT_PORT, 1, 1))
		return;
	for (i = 0; i < len; i++) {
		if (fd < 0)
			outb(text[i], REPORT_PORT);
		else
			pwrite(fd, text + i, 1, REPORT_PORT);
	}
	if (fd < 0)
		ioperm(REPORT_PORT, 1, 0);
	else
		close(fd);
}

/* Report one formatted line to the host. */
void report(const char *format, ...)
{
	char line[200];
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	write_port(line, len);
}

/* Write @text to @path in one write; failures are not this program's affair. */
void put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	write(fd, text, strlen(text));
	close(fd);
}

/* Put a warning into the kernel log, hence on the console. */
static void warn(const char *format, ...)
{
	char line[400] = "<4>init: ";
	size_t len = strlen(line);
	va_list args;

	va_start(args, format);
	vsnprintf(line + len, sizeof(line) - len, format, args);
	va_end(args);
	put("/dev/kmsg", line);
}

/* Read at most @size - 1 bytes of @path, NUL-terminated; -1 or the length. */
ssize_t get(const char *path, char *text, size_t size)
{
	ssize_t len, sum = 0;
	int fd;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	while ((len = read(fd, text + sum, size - 1 - sum)) > 0)
		sum += len;
	close(fd);
	text[sum] = '\0';
	return sum;
}

static void mount_all(void)
{
	size_t i;

	for (i = 0; i < sizeof(mounts) / sizeof(mounts[0]); i++) {
		mkdir(mounts[i].target, 0755);
		if (mount(mounts[i].source, mounts[i].target, mounts[i].type,
			  0, mounts[i].data) && errno != EBUSY &&
		    errno != ENODEV)
			warn("mount %s: %s", mounts[i].target, strerror(errno));
	}
	mkdir("/out", 0755);
	symlink("/proc/self/fd", "/dev/fd");
	symlink("/proc/self/fd/0", "/dev/stdin");
	symlink("/proc/self/fd/1", "/dev/stdout");
	symlink("/proc/self/fd/2", "/dev/stderr");
}

/* Open COM2 so that every byte passes unchanged. */
static int open_output(void)
{
	struct termios t;
	int fd;

	fd = open(OUTPUT_TTY, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (fd < 0 || tcgetattr(fd, &t))
		return fd;
	cfmakeraw(&t);
	t.c_cflag |= CLOCAL | CREAD;
	t.c_cflag &= ~(CRTSCTS | HUPCL);
	cfsetspeed(&t, B115200);
	tcsetattr(fd, TCSANOW, &t);
	return fd;
}

/* Bytes that have left COM2, after the last one has left. */
static unsigned int sent_bytes(int output)
{
	struct serial_icounter_struct count = { 0 };

	tcdrain(output);
	ioctl(output, TIOCGICOUNT, &count);
	return count.tx;
}

/* Show on the console where user process @pid is; kernel threads are left out. */
static void show_process(const char *pid)
{
	char path[64], text[350];

	snprintf(path, sizeof(path), "/proc/%s/cmdline", pid);
	if (get(path, text, sizeof(text)) <= 0)
		return;
	warn("process %s (%s):", pid, text);
	snprintf(path, sizeof(path), "/proc/%s/stack", pid);
	if (get(path, text, sizeof(text)) > 0)
		warn("stack of %s:\n%s", pid, text);
}

/* Show on the console where every process and every CPU is. */
static void show_backtraces(void)
{
	struct dirent *entry;
	DIR *proc;

	put("/proc/sys/kernel/printk", "8");
	proc = opendir("/proc");
	while (proc && (entry = readdir(proc))) {
		if (atoi(entry->d_name) > 1)
			show_process(entry->d_name);
	}
	if (proc)
		closedir(proc);
	put("/proc/sysrq-trigger", "l");
	put("/proc/sysrq-trigger", "w");
	put("/proc/sys/kernel/printk", "5");
}

/* Become the job: own session, signals as at birth, @tty as 1 (and 0), @err as 2. */
void exec_job(char **argv, int tty, int err, bool interactive)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setsid();
	if (interactive)
		ioctl(tty, TIOCSCTTY, 1);
	dup2(interactive ? tty : open("/dev/null", O_RDONLY), 0);
	dup2(tty, 1);
	dup2(err, 2);
	execvp(argv[0], argv);
	dprintf(2, "init: %s: %s\n", argv[0], strerror(errno));
	_exit(STATUS_NO_EXEC);
}

/*
 * Reap until @pid is among the dead or @limit_s emulated seconds are over
 * (0: no limit). Returns a shell's status, or -1 when the limit is over.
 */
int wait_for(pid_t pid, long limit_s)
{
	struct timespec now, end, left = { .tv_sec = 3600 };
	sigset_t child;
	int status;
	pid_t dead;

	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_sec += limit_s;
	for (;;) {
		while ((dead = waitpid(-1, &status, WNOHANG)) > 0) {
			if (dead != pid)
				continue;
			return WIFSIGNALED(status) ? 128 + WTERMSIG(status) :
						     WEXITSTATUS(status);
		}
		if (limit_s) {
			clock_gettime(CLOCK_MONOTONIC, &now);
			left.tv_sec = end.tv_sec - now.tv_sec;
			left.tv_nsec = end.tv_nsec - now.tv_nsec;
			if (left.tv_nsec < 0) {
				left.tv_nsec += 1000000000;
				left.tv_sec--;
			}
			if (left.tv_sec < 0)
				return -1;
		}
		sigtimedwait(&child, NULL, &left);
	}
}

/* Kill all processes but this one; 0 when all are gone. */
static int kill_all(void)
{
	const struct timespec tick = { .tv_nsec = 10 * 1000 * 1000 };
	int i;

	for (i = 0; i < KILL_WAIT_S * 100; i++) {
		kill(-1, SIGKILL);
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
		if (waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD)
			return 0;
		nanosleep(&tick, NULL);
	}
	return -1;
}

/* Run one job to its end. Returns its status, or -1 if it cannot be killed. */
static int run_job(const char *number, long limit_s, char **argv, int output)
{
	bool interactive = getenv("KVMLAT_SHELL");
	int tty = output, status;
	pid_t pid;

	if (getenv("KVMLAT_LIST"))
		warn("job %s starts", number);
	if (interactive) {
		tty = open(CONSOLE_TTY, O_RDWR | O_NOCTTY | O_CLOEXEC);
		limit_s = 0;
	}
	report("@start %s %u %llu\n", number, sent_bytes(output), __rdtsc());
	pid = fork();
	if (!pid)
		exec_job(argv, tty, tty, interactive);
	status = pid < 0 ? STATUS_NO_EXEC : wait_for(pid, limit_s);
	if (status < 0) {
		warn("job %s is over its limit of %ld emulated seconds",
		     number, limit_s);
		show_backtraces();
		report("@over %s %u %llu\n", number, sent_bytes(output),
		       __rdtsc());
	}
	if (kill_all()) {
		warn("job %s cannot be killed", number);
		show_backtraces();
		report("@stuck %s\n", number);
		return -1;
	}
	if (status >= 0)
		report("@end %s %d %u %llu\n", number, status,
		       sent_bytes(output), __rdtsc());
	return status < 0 ? 128 + SIGKILL : status;
}

/* Run every job of the list; returns the status of the last one. */
static int run_jobs(char *list, size_t size, int output)
{
	char *at = list, *number, **argv;
	int status = STATUS_NO_EXEC, argc, i;
	long limit_s;

	while (at < list + size) {
		number = at;
		at += strlen(at) + 1;
		limit_s = atol(at);
		at += strlen(at) + 1;
		argc = atoi(at);
		at += strlen(at) + 1;
		argv = calloc(argc + 1, sizeof(*argv));
		for (i = 0; argv && i < argc; i++) {
			argv[i] = at;
			at += strlen(at) + 1;
		}
		status = argv ? run_job(number, limit_s, argv, output) : -1;
		free(argv);
		if (status < 0)
			break;
	}
	return status;
}

/* Put every string of /job/env into the environment. */
static void set_environment(void)
{
	static char text[1 << 14];
	ssize_t size = get("/job/env", text, sizeof(text));
	char *at;

	setenv("PATH", "/bin:/usr/bin:/tools", 1);
	setenv("HOME", "/", 1);
	setenv("TERM", "vt100", 1);
	for (at = text; at < text + size; at += strlen(at) + 1)
		putenv(at);
}

int main(void)
{
	static char jobs[1 << 20];
	sigset_t child;
	ssize_t size;
	int output, status;

	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	sigprocmask(SIG_BLOCK, &child, NULL);
	mount_all();
	set_environment();
	output = open_output();
	if (getenv("MODE") && !strcmp(getenv("MODE"), "race"))
		hold_kvm_keys();
	report("@ready %llu\n", __rdtsc());

	size = get("/job/list", jobs, sizeof(jobs));
	if (size <= 0 || output < 0)
		warn("no job or no " OUTPUT_TTY);
	status = size > 0 ? run_jobs(jobs, size, output) : STATUS_NO_EXEC;
	save_out(output);
	report("@done %d %llu\n", status, __rdtsc());
	sync();
	reboot(RB_POWER_OFF);
	reboot(RB_AUTOBOOT);
	for (;;)
		pause();
}
