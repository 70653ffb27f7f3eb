"""What the benchmarks that print a table of docs/benchmarks.md share: interleaved runs, medians, rows with goals."""
import argparse
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
BINARY = os.environ.get("KITH_BINARY", str(ROOT / "build/release/kith"))
REFERENCES = pathlib.Path(os.environ.get("KITH_REFERENCES", ROOT / "build/bench")) / "server/bench"
APART = ["--server-cores", "0", "--client-cores", "1"]


class Row:
    """One line of the table: what, the figure, its reference, the goal and whether it is met."""

    def __init__(self, what, figure, goal, is_met):
        self.what, self.figure, self.goal, self.is_met = what, figure, goal, is_met

    def text(self):
        return f"| {self.what} | {self.figure} | {self.goal} | {'yes' if self.is_met else '**no**'} |"


class Report:
    """A table in the making; subclasses have a method run_PART for each of their parts."""

    def __init__(self, arguments):
        self.repeat, self.seconds = arguments.repeat, arguments.seconds
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="kith-bench-"))
        self.rows = []

    def kith(self, *words):
        """The figures of one `kith bench` run."""
        command = [BINARY, "bench", *map(str, words), "--json"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=3600)
        if done.returncode != 0:
            sys.exit(f"{' '.join(command)}: {done.stderr}")
        return json.loads(done.stdout)

    def medians(self, cells):
        """Runs the cells one after another, again and again: {name: {figure: median}}."""
        runs = {name: [] for name, _ in cells}
        for number in range(self.repeat):
            for name, run in cells:
                runs[name].append(run())
                print(f"  {number + 1}/{self.repeat} {name}", file=sys.stderr, flush=True)
        return {
            name: {key: statistics.median(run[key] for run in results) for key in results[0]}
            for name, results in runs.items()
        }

    def put(self, what, figure, goal, is_met):
        self.rows.append(Row(what, figure, goal, is_met))
        print(self.rows[-1].text(), flush=True)

    def ratio(self, what, ours, reference, unit, at_most):
        value = ours / reference
        self.put(what, f"{value:.3f} ({ours:,.0f} : {reference:,.0f} {unit})", f"≤ {at_most}", value <= at_most)

    def run(self, part):
        return getattr(self, f"run_{part}")()


def machine():
    with open("/proc/cpuinfo", encoding="utf-8") as info:
        model = next((line.split(":", 1)[1].strip() for line in info if line.startswith("model name")), "unknown")
    return f"{os.cpu_count()} cores {model}, Linux {os.uname().release}, {time.strftime('%Y-%m-%d')}, load average " \
           f"{os.getloadavg()[0]:.1f} at the start"


def main(kind, parts, description):
    """Runs the parts that the command line asks for and prints their table. `kind`: a subclass of Report."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2.0, help="of each run")
    parser.add_argument("--only", default=",".join(parts))
    parser.add_argument("--out", help="also write the table to this file")
    arguments = parser.parse_args()
    name = pathlib.Path(sys.argv[0]).stem
    head = [f"{machine()}; `script/bench {' '.join([name, *sys.argv[1:]])}`", "",
            "| what | measured | goal | met |", "|---|---|---|---|"]
    print("\n".join(head), flush=True)
    report = kind(arguments)
    try:
        for part in arguments.only.split(","):
            report.run(part)
    finally:
        shutil.rmtree(report.folder, ignore_errors=True)
    if arguments.out:
        pathlib.Path(arguments.out).write_text("\n".join(head + [row.text() for row in report.rows]) + "\n",
                                               encoding="utf-8")
