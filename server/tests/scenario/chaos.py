#!/usr/bin/env python3
"""Kills the server under load again and again and checks the clients' logs: script/chaos [--rounds N] [--seed N]."""
import argparse
import random
import sys
import time

from crash_run import CrashRun


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="runs, each with its own data folder")
    parser.add_argument("--kills", type=int, default=20, help="kills in a run")
    parser.add_argument("--senders", type=int, default=16)
    parser.add_argument("--readers", type=int, default=8)
    parser.add_argument("--rooms", type=int, default=10)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32), help="repeats a run")
    arguments = parser.parse_args()
    print(f"seed {arguments.seed}")
    broken = 0
    for number in range(arguments.rounds):
        started = time.monotonic()
        with CrashRun.server() as server:
            run = CrashRun(server, arguments.senders, arguments.readers, arguments.rooms, arguments.seed + number)
            run.work(arguments.kills)
            findings = run.check()
        broken += bool(findings)
        for finding in findings[:20]:
            print(f"  {finding}")
        events = sum(len(reader.events) for reader in run.readers)
        print(
            f"round {number + 1}: {run.kills} kills, {run.acknowledged()} acknowledged, {events} events read, "
            f"{len(findings)} promises broken, {time.monotonic() - started:.0f} s",
            flush=True,
        )
    print(f"{arguments.rounds - broken} passed, {broken} failed")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
