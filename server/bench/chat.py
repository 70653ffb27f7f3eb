#!/usr/bin/env python3
"""Chat under load beside the reference programs, interleaved, medians; prints the table of docs/benchmarks.md.

script/bench chat [--repeat N] [--seconds S] [--only fanout,tls,idle,pairs,ingest,ack,million,reconnect] [--out FILE]
Where a figure is CPU time of one core, the server runs on core 0 and the load on core 1.
"""
import json
import os
import pathlib
import signal
import sqlite3
import statistics
import subprocess

from ejabberd import Ejabberd
from net import free_port, wait_until_listening
from report import APART, HERE, REFERENCES, Report, main

PARTS = ["fanout", "tls", "idle", "pairs", "ingest", "ack", "million", "reconnect"]
MILLION = 1_000_000
PAIRS_WINDOW = 8  # messages of one sender under way


class Chat(Report):
    def __init__(self, arguments):
        super().__init__(arguments)
        self.certificate = [self.folder / "certificate.pem", self.folder / "key.pem"]
        command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost"
        subprocess.run(command.split() + ["-out", self.certificate[0], "-keyout", self.certificate[1]], check=True,
                       capture_output=True)

    # Fan-out

    def fanout(self, window, *more):
        return lambda: self.kith("fanout", "--window", window, "--seconds", self.seconds, *APART, *more)

    def tls_words(self):
        return ["--tls", "--certificate", self.certificate[0], "--key", self.certificate[1]]

    def bare(self, server, window):
        def run():
            port = free_port()
            command = {
                "epoll": [REFERENCES / "reference_fanout", port, "fan"],
                "node": ["node", HERE / "reference_ws.mjs", port, "fan"],
            }[server]
            environment = {**os.environ, "NODE_PATH": os.environ.get("NODE_PATH", "/usr/share/nodejs")}
            process = subprocess.Popen(["taskset", "-c", "0", *map(str, command)], env=environment)
            try:
                wait_until_listening(process, port)
                return self.fanout(window, "--bare-port", port, "--bare-pid", process.pid)()
            finally:
                process.send_signal(signal.SIGTERM)
                process.wait()

        return run

    def run_fanout(self, with_tls=False):
        cells = [("plain", self.fanout(1)), ("plain 16", self.fanout(16))]
        if with_tls:
            cells += [("tls", self.fanout(1, *self.tls_words())), ("tls 16", self.fanout(16, *self.tls_words()))]
        else:
            cells += [("epoll", self.bare("epoll", 1)), ("node", self.bare("node", 1))]
        cost = {name: run["server_cpu_ns_per_delivery"] for name, run in self.medians(cells).items()}
        unit = "ns per delivery"
        if with_tls:
            self.ratio("G3 fan-out with TLS : plain", cost["tls"], cost["plain"], unit, 1.75)
            self.ratio("G3 16 in flight with TLS : plain", cost["tls 16"], cost["plain"], unit, 0.15)
            return
        self.ratio("G1 fan-out 1 → 1,000 : bare epoll", cost["plain"], cost["epoll"], unit, 1.15)
        self.ratio("G1 fan-out 1 → 1,000 : Node ws", cost["plain"], cost["node"], unit, 0.70)
        self.ratio("G2 16 in flight : 1 in flight", cost["plain 16"], cost["plain"], unit, 0.12)
        rate = 1e3 / cost["plain 16"]
        self.put("G2 deliveries per second on a core, 16 in flight", f"{rate:.2f} million", "≥ 4 million", rate >= 4)

    def run_tls(self):
        self.run_fanout(with_tls=True)

    # Memory, pairs, reconnecting

    def run_idle(self):
        plain = self.kith("idle")["server_bytes_per_connection"]
        tls = self.kith("idle", *self.tls_words())["server_bytes_per_connection"]
        self.put("G4 idle connection with session, 19,500", f"{plain:,.0f} B", "≤ 2 kB", plain <= 2048)
        self.put("G4 the same with TLS", f"{tls:,.0f} B", "≤ 16 kB", tls <= 16384)

    def run_pairs(self):
        with Ejabberd(self.folder / "ejabberd") as ejabberd:
            cells = [("kith", lambda: self.kith("pairs", "--seconds", self.seconds, "--window", PAIRS_WINDOW, *APART)),
                     ("ejabberd", lambda: ejabberd.measure(self.seconds, PAIRS_WINDOW))]
            runs = self.medians(cells)
        cost = {name: run["server_cpu_us_per_message"] for name, run in runs.items()}
        rate = {name: run["messages_per_second"] for name, run in runs.items()}
        self.put("G7 stored and delivered one to one", f"{cost['kith']:.1f} µs, {rate['kith']:,.0f} messages/s",
                 "≤ 30 µs", cost["kith"] <= 30)
        self.ratio("G7 the same : ejabberd with its archive in PostgreSQL", cost["kith"], cost["ejabberd"],
                   "µs CPU per message", 0.06)
        self.put("G7 messages per second on a core : ejabberd's",
                 f"{rate['kith'] / rate['ejabberd']:.1f} ({rate['kith']:,.0f} : {rate['ejabberd']:,.0f})", "≥ 20",
                 rate["kith"] >= 20 * rate["ejabberd"])

    def run_reconnect(self):
        figures = self.kith("reconnect")
        took = [figures["all_in_sync_seconds_1"], figures["all_in_sync_seconds_2"]]
        memory = [figures["resident_mb_1"], figures["resident_mb_2"]]
        self.put("10,000 clients come back after a kill", f"all in sync after {took[0]:.1f} and {took[1]:.1f} s; "
                 f"{memory[0]:.0f} and {memory[1]:.0f} MB", "nothing lost, memory flat", memory[1] <= 1.1 * memory[0])

    # Storing

    def bare_insert(self, kind, group):
        def run():
            database = self.folder / "bare.db"
            for path in self.folder.glob("bare.db*"):
                path.unlink()
            command = [REFERENCES / "reference_insert", database, kind, group, self.seconds]
            return json.loads(subprocess.run(list(map(str, command)), check=True, capture_output=True).stdout)

        return run

    def run_ingest(self):
        cells = [("kith", lambda: self.kith("ingest", "--seconds", self.seconds)),
                 ("sqlite", self.bare_insert("keyed", 100))]
        runs = self.medians(cells)
        ours, bare = runs["kith"]["messages_per_second"], runs["sqlite"]["rows_per_second"]
        self.put("durable ingest, socket to ack : bare SQLite in groups of 100",
                 f"{ours / bare:.2f} ({ours:,.0f} : {bare:,.0f} per second; "
                 f"{runs['kith']['server_cpu_us_per_message']:.1f} µs CPU)", "≥ 1.5", ours >= 1.5 * bare)

    def run_ack(self):
        cells = [("kith", lambda: self.kith("ingest", "--senders", 1, "--window", 1, "--seconds", self.seconds)),
                 ("commit", self.bare_insert("log", 1))]
        runs = self.medians(cells)
        self.ratio("single sender, ack : one bare commit (p50)", runs["kith"]["ack_p50_us"],
                   runs["commit"]["commit_p50_us"], "µs", 1.5)

    # A million messages

    def run_million(self):
        data = str(self.folder / "million")
        load = self.kith("ingest", "--messages", MILLION, "--probe-search", "--data-dir", data, "--text",
                         "/usr/share/doc", "--pack")
        early = statistics.median(load[f"rate_to_{number}k"] for number in (200, 300, 400))
        late = statistics.median(load[f"rate_to_{number}k"] for number in (800, 900, 1000))
        self.put("G8 rate at 1 million : rate from 100 to 400 thousand",
                 f"{late / early:.2f} ({late:,.0f} : {early:,.0f} per second)", "≥ 0.9", late >= 0.9 * early)
        lag = load["search_lag_max_us"] / 1e6
        self.put("found after its ack under this load, longest", f"{lag:.2f} s", "≤ 2 s", lag <= 2)
        before = load["database_bytes_added"] / MILLION
        packed = self.used_bytes(pathlib.Path(data) / "kith.db") / MILLION
        index = load["search_bytes_added"] / MILLION
        self.put("disk per message of 123 B", f"{before:.0f} B, packed {packed:.0f} B, index {index:.0f} B",
                 "≤ 120, 85, 80 B", before <= 120 and packed <= 85 and index <= 80)
        self.run_reads(data)

    @staticmethod
    def used_bytes(path):
        """Pages of a database that hold something."""
        with sqlite3.connect(path) as database:
            pages, free, size = (database.execute(f"PRAGMA {name}").fetchone()[0]
                                 for name in ("page_count", "freelist_count", "page_size"))
        return (pages - free) * size

    def run_reads(self, data):
        words = ["--data-dir", data, "--seconds", self.seconds, *APART]
        history = self.kith("history", *words)
        self.put("G10 last 50 of a random room over HTTP", f"p99 {history['newest_p99_us'] / 1000:.2f} ms, "
                 f"{history['newest_per_second_and_core']:,.0f}/s on a core", "p99 ≤ 1 ms",
                 history["newest_p99_us"] <= 1000)
        search = self.kith("search", *words)
        for name, what, most in (("one_room", "in one room", 1000), ("everywhere", "everywhere, newest 20", 500),
                                 ("common_word", "a common word, newest 20", 500)):
            self.put(f"G11 search {what}, over HTTP",
                     f"p50 {search[name + '_p50_us'] / 1000:.2f}, p99 {search[name + '_p99_us'] / 1000:.2f} ms",
                     f"p99 ≤ {most / 1000} ms", search[name + "_p99_us"] <= most)
        opened = self.kith("open", *words)
        self.put("opening the app, 200 rooms", f"p50 {opened['first_sync_p50_us'] / 1000:.2f}, "
                 f"p99 {opened['first_sync_p99_us'] / 1000:.2f} ms", "p99 ≤ 10 ms", opened["first_sync_p99_us"] <= 1e4)
        start = self.kith("start", "--data-dir", data)
        self.put("start with 1 million messages", f"{start['after_stop_p50_us'] / 1000:.0f} ms, after a kill "
                 f"{start['after_kill_p50_us'] / 1000:.0f} ms", "≤ 500 ms", start["after_kill_p50_us"] <= 5e5)


if __name__ == "__main__":
    main(Chat, PARTS, __doc__)
