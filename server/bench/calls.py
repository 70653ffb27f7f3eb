#!/usr/bin/env python3
"""Calls under load beside a bare forwarding core, interleaved, medians; prints the table of docs/benchmarks.md.

script/bench calls [--repeat N] [--seconds S] [--only video,sha1,bursts,voice,everybody,pairs] [--out FILE]
The server and the bare core run on core 0, the participants on core 1. Runs in which a packet was lost do not count.
"""
import json
import subprocess
import sys

from report import APART, REFERENCES, Report, main

PARTS = ["video", "sha1", "bursts", "voice", "everybody", "pairs"]
SUBSCRIBERS = 50
ATTEMPTS = 5
VOICE = ["--audio", "--pps", 50, "--size", 120]


class Calls(Report):
    def whole(self, run):
        """A run in which (nearly) everything arrived: others make sending look cheap."""
        for _ in range(ATTEMPTS):
            figures = run()
            if figures["delivered_percent"] > 99.9:
                return figures
        return sys.exit(f"{ATTEMPTS} runs lost packets: {figures}")

    def calls(self, *words):
        return lambda: self.whole(lambda: self.kith("calls", "--seconds", self.seconds, *APART, *words))

    def bare(self, pps, size, burst, *cipher):
        seconds = max(1, round(self.seconds))
        command = [REFERENCES / "reference_forward", SUBSCRIBERS, pps, size, burst, seconds, *cipher]

        def run():
            return json.loads(subprocess.run(list(map(str, command)), check=True, capture_output=True).stdout)

        return lambda: self.whole(run)

    def compare(self, what, pps, size, burst, at_most, *words):
        """One publisher, 50 subscribers: all of the server's CPU against the bare core's, per forwarded packet."""
        ours = self.calls("--subscribers", SUBSCRIBERS, "--pps", pps, "--size", size, "--burst", burst, *words)
        cipher = ["sha1"] if "--sha1" in words else []
        runs = self.medians([("kith", ours), ("bare", self.bare(pps, size, burst, *cipher))])
        self.ratio(what, runs["kith"]["server_cpu_ns_per_packet"], runs["bare"]["cpu_ns_per_packet"],
                   "ns per packet", at_most)

    def run_video(self):
        self.compare("G12 1 → 50, 1,200 B, AES-GCM : bare core", 1000, 1200, 1, 1.3)

    def run_sha1(self):
        self.compare("1 → 50, 1,200 B, AES-CM-SHA1 : bare core", 1000, 1200, 1, 1.3, "--sha1")

    def run_bursts(self):
        self.compare("G13 the same in bursts of 10 : bare core", 1000, 1200, 10, 1.3)

    def run_voice(self):
        self.compare("G15 1 → 50, voice packets of 120 B, 1,000 a second : bare core", 1000, 120, 1, 1.5, "--audio")

    def run_everybody(self):
        cells = [("kith", self.calls("--publishers", 50, "--subscribers", 0, *VOICE))]
        self.describe("one call, 50 people, all speak", self.medians(cells)["kith"], 20)

    def run_pairs(self):
        cells = [("kith", self.calls("--calls", 500, "--publishers", 2, "--subscribers", 0, *VOICE))]
        self.describe("500 calls of two, both speak", self.medians(cells)["kith"], 20)

    def describe(self, what, figures, delay_ms):
        """No reference: what it costs, and whether the delay stays below a video frame's."""
        delay, memory = figures["delay_p99_us"] / 1000, figures["server_bytes_per_participant"] / 1024
        self.put(what, f"{figures['server_cpu_ns_per_packet']:,.0f} ns per packet, "
                 f"{figures['packets_per_second']:,.0f} packets/s, p99 {delay:.1f} ms, {memory:,.0f} kB a participant",
                 f"p99 ≤ {delay_ms} ms", delay <= delay_ms)


if __name__ == "__main__":
    main(Calls, PARTS, __doc__)
