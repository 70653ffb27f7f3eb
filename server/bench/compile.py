#!/usr/bin/env python3
"""What compiling costs: each translation unit of the release build alone, without cache; prints the most expensive.

script/bench compile [--match TEXT] [--most N]
Goal G16: no unit above 10 s and 600 MB, the HTTP parser's file excepted. Memory is the compiler's largest resident set.
"""
import argparse
import json
import os
import shlex
import sys
import time

from report import ROOT, machine

SECONDS, MEGABYTES = 10, 600
EXCEPTED = "http_parser.cpp"


def without_cache(command):
    """The compiler's own words, its output thrown away."""
    words = shlex.split(command)
    cache = next((place for place, word in enumerate(words) if os.path.basename(word) == "ccache"), -1)
    words = words[cache + 1 :]
    words[words.index("-o") + 1] = "/dev/null"
    return words


def cost(entry):
    """Compiles one entry of compile_commands.json: (user and system seconds, megabytes)."""
    words = without_cache(entry["command"])
    child = os.posix_spawnp(words[0], words, os.environ)
    _, status, usage = os.wait4(child, 0)
    if status != 0:
        sys.exit(f"cannot compile {entry['file']}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--match", default="", help="only files whose path holds this text")
    parser.add_argument("--most", type=int, default=10, help="so many rows")
    arguments = parser.parse_args()
    print(f"{machine()}; `script/bench {' '.join(['compile', *sys.argv[1:]])}`\n", flush=True)
    entries = json.loads((ROOT / "build/release/compile_commands.json").read_text(encoding="utf-8"))
    started, rows = time.monotonic(), []
    for entry in entries:
        path = os.path.relpath(entry["file"], ROOT)
        if arguments.match in path:
            os.chdir(entry["directory"])
            rows.append((*cost(entry), path))
    rows.sort(reverse=True)
    print("| file | CPU | memory |\n|---|---|---|")
    for seconds, megabytes, path in rows[: arguments.most]:
        print(f"| `{path}` | {seconds:.1f} s | {megabytes:.0f} MB |")
    above = sum((row[0] > SECONDS or row[1] > MEGABYTES) and not row[2].endswith(EXCEPTED) for row in rows)
    print(f"\n{len(rows)} files in {time.monotonic() - started:.0f} s, {above} above {SECONDS} s or {MEGABYTES} MB")


main()
