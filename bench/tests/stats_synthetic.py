#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""stats_synthetic.py DIR [ENGINE...]: made-up raw samples for tests of reports.

Writes DIR/raw/<bench>.<engine>.jsonl. The samples look like those of an
emulator: flat cases, cases with a timer tick now and then, noisy cases, a loss,
a gain. They are made from a fixed seed and measure nothing; no report made
from them is ever published.
"""
import json
import os
import random
import sys

# name, base path, change by the patches, change by the feature, kind of spread
CASES = (
    ("cpuid", 1462, 12, 0, "flat"),
    ("vmcall", 1391, 12, -96, "flat"),
    ("rdmsr_noexit", 6, 0, 0, "flat"),
    ("pio_user", 7210, 31, -420, "tick"),
    ("mmio_user", 9874, 31, 0, "tick"),
    ("hlt_wake", 14820, 55, -2100, "noisy"),
    ("ipi_other", 21350, -310, 140, "noisy"),
    ("page_fault", 11933, 4, 4, "noisy"),
)
ROUNDS = 5
SAMPLES = 200


def draw(rng, path, spread):
    if spread == "flat":
        return path
    if spread == "tick":
        return path + (1873 if rng.random() < 0.02 else 0)
    return int(path + rng.gauss(0, 130) + (rng.expovariate(1 / 900) if rng.random() < 0.1 else 0))


def lines(bench, engine):
    rng = random.Random(f"{bench} {engine}")
    scale = 1.31 if engine == "bochs-vmx" else 1
    for round_ in range(1, ROUNDS + 1):
        for name, base, off, on, spread in CASES:
            for config, path in (("base", base), ("off", base + off), ("on", base + off + on)):
                if engine == "bochs-vmx" and name == "ipi_other":
                    continue
                yield {
                    "bench": bench, "case": name, "kernel": "base" if config == "base" else "patched",
                    "config": config, "engine": engine, "unit": "insn", "clock": "tsc-guest",
                    "round": round_, "warmup": 32,
                    "samples": [draw(rng, int(path * scale), spread) for _ in range(SAMPLES)],
                }


def main():
    if len(sys.argv) < 2:
        sys.exit("usage: stats_synthetic.py DIR [ENGINE...]")
    out = sys.argv[1]
    os.makedirs(f"{out}/raw", exist_ok=True)
    for engine in sys.argv[2:] or ("qemu-svm",):
        with open(f"{out}/raw/vmexit.{engine}.jsonl", "w", encoding="utf-8") as file:
            for line in lines("vmexit", engine):
                file.write(json.dumps(line, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
