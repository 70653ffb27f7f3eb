#!/usr/bin/env python3
"""Goals G8 to G10 of the store: messages per second in groups against a plain table in the same run, bytes on disk,
pages of a random room, start.

store.py [--messages N] [--group N] [--rooms N] [--rounds N] [--folder DIR]
On a machine that others use, a folder in memory (/dev/shm) takes the disk's waiting out of the comparison.
"""
import argparse
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=1_000_000)
    parser.add_argument("--group", type=int, default=100)
    parser.add_argument("--rooms", type=int, default=1_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder", default=None, help="where the databases are made; on the disk to be measured")
    options = parser.parse_args()
    build = os.environ.get("KITH_REFERENCES", os.path.join(HERE, "../../build/bench"))
    program = os.path.join(build, "server/bench/store_ingest")
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        numbers = [str(number) for number in (options.messages, options.group, options.rooms, options.rounds)]
        return subprocess.run([program, folder, *numbers], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
