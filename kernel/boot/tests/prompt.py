#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""prompt.py COMMAND...: use `run --shell` like a person at a terminal.

Runs COMMAND on a pseudo terminal, waits for a prompt, asks the guest for a
product, waits for the answer, presses Ctrl-D, and expects the end. Exit status:
that of COMMAND, or 1 with the transcript when something did not come in time.
"""
import os
import pty
import re
import select
import signal
import sys
import time

LIMIT_S = 200
# Ctrl-D only at a prompt: before, the terminal is in canonical mode, and the shell,
# which switches it to raw mode, would never see it.
STEPS = [(rb"~ # ", b"echo answer $((6*7))\r"), (rb"answer 42\r+\n~ # ", b"\x04")]


def end_all(pid, late):
    """Wait for COMMAND, end it and all it started if need be; its wait status."""
    signals = (0, signal.SIGTERM, signal.SIGKILL)
    for sig in signals[1:] if late else signals:
        try:
            # It leads a session, and with it the process group of its terminal.
            os.killpg(pid, sig)
        except ProcessLookupError:
            pass
        end = time.time() + 20
        while time.time() < end:
            done, status = os.waitpid(pid, os.WNOHANG)
            if done:
                return status
            time.sleep(0.1)
    return 1


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
        if step < len(STEPS) and re.search(STEPS[step][0], seen):
            os.write(terminal, STEPS[step][1])
            step += 1
    status = end_all(pid, time.time() >= end)
    if step < len(STEPS) or status:
        print(seen.decode(errors="replace"))
        print(f"step {step} of {len(STEPS)}, status {status}")
        return 1
    return 0


sys.exit(main())
