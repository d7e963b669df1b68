// SPDX-License-Identifier: GPL-2.0
/*
 * as_user.c - run a command as another user
 *
 * Usage: as_user UID COMMAND [ARG...]
 * The guest has neither su nor a password file.
 */
#include <err.h>
#include <grp.h>
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	uid_t uid;

	if (argc < 3)
		errx(2, "usage: as_user UID COMMAND [ARG...]");
	uid = atoi(argv[1]);
	if (setgroups(0, NULL) || setgid(uid) || setuid(uid))
		err(1, "setuid");
	execvp(argv[2], argv + 2);
	err(1, "%s", argv[2]);
}
