/* SPDX-License-Identifier: GPL-2.0 */
/*
 * init.h - what the parts of the guest's init use of each other
 */
#ifndef BOOT_INIT_H
#define BOOT_INIT_H

#include <stdbool.h>
#include <sys/types.h>

/* Status of a job that could not be started. */
#define STATUS_NO_EXEC	127

void report(const char *format, ...) __attribute__((format(printf, 1, 2)));
void put(const char *path, const char *text);
ssize_t get(const char *path, char *text, size_t size);
void exec_job(char **argv, int tty, int err, bool interactive);
int wait_for(pid_t pid, long limit_s);

void save_out(int output);
void hold_kvm_keys(void);

#endif /* BOOT_INIT_H */
