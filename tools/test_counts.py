#!/usr/bin/env python3
"""Reads a runner's log: prints tests passed, tests failed and the runner's own summary line.

test_counts.py LOG EXIT_STATUS. A runner that names no tests (a linter, a build) counts as one check; a runner that
failed without naming a failed test counts one failure, so that nothing broken adds up to zero.
"""
import re
import sys

ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


def _number(pattern, text):
    match = re.search(pattern, text)
    return int(match.group(1)) if match else 0


def ctest(text):
    lines = re.findall(r"^\d+% tests passed, \d+ tests? failed out of \d+", text, re.MULTILINE)
    if not lines:
        return None
    failed, total = map(int, re.search(r"(\d+) tests? failed out of (\d+)", lines[-1]).groups())
    return total - failed, failed, lines[-1]


def vitest(text):
    lines = re.findall(r"^\s*Tests\s+.*\(\d+\)\s*$", text, re.MULTILINE)
    if not lines:
        return None
    return _number(r"(\d+) passed", lines[-1]), _number(r"(\d+) failed", lines[-1]), " ".join(lines[-1].split())


def unittest(text):
    runs = re.findall(r"^Ran (\d+) tests? in .*$", text, re.MULTILINE)
    if not runs:
        return None
    line = re.findall(r"^(?:OK|FAILED)\b.*$", text, re.MULTILINE)[-1]
    failed = _number(r"failures=(\d+)", line) + _number(r"errors=(\d+)", line)
    return max(int(runs[-1]) - failed, 0), failed, f"Ran {runs[-1]} tests: {line}"


def node_test(text):
    passes = re.findall(r"^(?:ℹ|#) pass (\d+)$", text, re.MULTILINE)
    fails = re.findall(r"^(?:ℹ|#) fail (\d+)$", text, re.MULTILINE)
    if not passes or not fails:
        return None
    return int(passes[-1]), int(fails[-1]), f"pass {passes[-1]}, fail {fails[-1]}"


def plain(text):
    lines = re.findall(r"^\s*(\d+) passed(?:, (\d+) failed)?\b.*$", text, re.MULTILINE)
    if not lines:
        return None
    good, bad = lines[-1]
    return int(good), int(bad or 0), f"{good} passed, {bad or 0} failed"


def count(text, status):
    """(passed, failed, summary line) of a log whose runner ended with `status`."""
    text = ANSI.sub("", text)
    for reader in (ctest, vitest, unittest, node_test, plain):
        counts = reader(text)
        if counts:
            good, bad, line = counts
            return good, max(bad, 1 if status else 0), line
    last = [line.strip() for line in text.splitlines() if line.strip()][-1:] or [""]
    return (0, 1, last[0]) if status else (1, 0, last[0])


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8", errors="replace") as log:
        print(*count(log.read(), int(sys.argv[2])))
