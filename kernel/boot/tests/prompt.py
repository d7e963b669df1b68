#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""prompt.py COMMAND...: use `run --shell` like a person at a terminal.

Runs COMMAND on a pseudo terminal, waits for a prompt, asks the guest for a
product, waits for the answer, presses Ctrl-D, and expects the end. Exit status:
that of COMMAND, or 1 with the transcript when something did not come in time.
"""
import os
import pty
import select
import sys
import time

LIMIT_S = 200
STEPS = [(b"# ", b"echo answer $((6*7))\r"), (b"answer 42\r", b"\x04")]


def main():
    pid, terminal = pty.fork()
    if pid == 0:
        os.execvp(sys.argv[1], sys.argv[1:])
    seen, step, end = b"", 0, time.time() + LIMIT_S
    while time.time() < end:
        if not select.select([terminal], [], [], 1)[0]:
            continue
        try:
            data = os.read(terminal, 4096)
        except OSError:
            data = b""
        if not data:
            break
        seen += data
        if step < len(STEPS) and STEPS[step][0] in seen:
            os.write(terminal, STEPS[step][1])
            step += 1
    else:
        os.kill(pid, 15)
    status = os.waitpid(pid, 0)[1]
    if step < len(STEPS) or status:
        print(seen.decode(errors="replace"))
        print(f"step {step} of {len(STEPS)}, status {status}")
        return 1
    return 0


sys.exit(main())
