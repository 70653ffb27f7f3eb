#!/usr/bin/env python3
"""Goals G1 to G5 of the network layer: our reactor against a bare epoll server and Node's ws, interleaved, medians.

net.py [--build DIR] [--repeat N] [--seconds S] [--only fan,echo,tls,idle]
Servers run on core 0, the load on core 1; each figure is the server's CPU time per delivery.
"""
import argparse
import json
import os
import random
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))


def free_port():
    """Below the range from which other programs' connections get theirs."""
    while True:
        port = random.randrange(20000, 32000)
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port


def wait_until_listening(process, port):
    for _ in range(500):
        if process.poll() is not None:
            sys.exit("a server did not start")
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.02)
    sys.exit("a server does not listen")


class Bench:
    def __init__(self, build, seconds):
        self.build, self.seconds = build, seconds
        self.folder = tempfile.mkdtemp(prefix="kith-bench-")
        self.certificate = [os.path.join(self.folder, name) for name in ("certificate.pem", "key.pem")]
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                        "-days", "2", "-subj", "/CN=localhost", "-out", self.certificate[0], "-keyout",
                        self.certificate[1]], check=True, capture_output=True)

    def program(self, name):
        return os.path.join(self.build, "server", "bench", name)

    def command(self, server, port, mode, tls):
        if server == "node":
            return ["node", os.path.join(HERE, "reference_ws.mjs"), str(port), mode]
        name = {"ours": "net_fanout", "epoll": "reference_fanout"}[server]
        return [self.program(name), str(port), mode] + (self.certificate if tls else [])

    def run(self, server, mode, connections, window, tls=False):
        port = free_port()
        environment = {**os.environ, "NODE_PATH": os.environ.get("NODE_PATH", "/usr/share/nodejs")}
        process = subprocess.Popen(["taskset", "-c", "0"] +
                                   self.command(server, port, "echo" if mode == "echo" else "fan", tls),
                                   env=environment, stderr=subprocess.DEVNULL)
        try:
            wait_until_listening(process, port)
            load = ["taskset", "-c", "1", self.program("socket_load"), mode, str(port), str(connections),
                    str(self.seconds), str(window), str(process.pid)] + (["tls"] if tls else [])
            done = subprocess.run(load, capture_output=True, text=True, timeout=120)
            if done.returncode != 0:
                sys.exit(f"{server} {mode}: {done.stderr}")
            return json.loads(done.stdout)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", default=os.path.join(HERE, "..", "..", "build", "bench"))
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1.0)
    parser.add_argument("--only", default="fan,echo,tls,idle")
    arguments = parser.parse_args()
    parts = arguments.only.split(",")
    bench = Bench(arguments.build, arguments.seconds)
    cells = []  # (name, server, mode, connections, window, tls)
    if "fan" in parts:
        for server in ("epoll", "ours", "node"):
            cells.append((f"fan W=1 {server}", server, "fan", 1001, 1, False))
            cells.append((f"fan W=16 {server}", server, "fan", 1001, 16, False))
    if "echo" in parts:
        cells += [(f"echo {server}", server, "echo", 100, 1, False) for server in ("epoll", "ours", "node")]
    if "tls" in parts:
        for server in ("epoll", "ours"):
            cells.append((f"fan TLS W=1 {server}", server, "fan", 1001, 1, True))
            cells.append((f"fan TLS W=16 {server}", server, "fan", 1001, 16, True))
    figures = {cell[0]: [] for cell in cells}
    for _ in range(arguments.repeat):
        # Another order each time: other programs on the machine then favour nobody.
        for name, *rest in random.sample(cells, len(cells)):
            figures[name].append(bench.run(*rest)["ns_per_delivery"])
    median = {name: statistics.median(values) for name, values in figures.items()}
    for name, values in figures.items():
        print(f"{name:24} {median[name]:9.1f} ns   ({min(values):.0f} to {max(values):.0f})")
    if "idle" in parts:
        for tls in (False, True):
            used = bench.run("ours", "idle", 19000 if not tls else 5000, 1, tls)["bytes_per_connection"]
            print(f"idle {'TLS' if tls else 'plain'}: {used:.0f} B per connection (G4: {16384 if tls else 2048})")
    goals = [("G1 fan W=1, ours / epoll", "fan W=1 ours", "fan W=1 epoll", 1.15),
             ("G1 fan W=1, ours / node", "fan W=1 ours", "fan W=1 node", 0.70),
             ("G2 fan W=16 / W=1, ours", "fan W=16 ours", "fan W=1 ours", 0.12),
             ("G2 fan W=16 ours / W=1 node", "fan W=16 ours", "fan W=1 node", 0.08),
             ("G3 TLS W=1 / plain W=1, ours", "fan TLS W=1 ours", "fan W=1 ours", 1.75),
             ("G3 TLS W=16 / plain W=1, ours", "fan TLS W=16 ours", "fan W=1 ours", 0.15),
             ("G5 echo, ours / epoll", "echo ours", "echo epoll", 1.2),
             ("G5 echo, ours / node", "echo ours", "echo node", 0.6)]
    for name, ours, reference, limit in goals:
        if ours in median and reference in median:
            ratio = median[ours] / median[reference]
            print(f"{name:32} {ratio:6.3f}  (at most {limit})  {'ok' if ratio <= limit else 'MISSED'}")
    if "fan W=16 ours" in median:
        rate = 1e9 / median["fan W=16 ours"]
        print(f"G2 deliveries per second and core {rate / 1e6:.2f} M (at least 4)  {'ok' if rate >= 4e6 else 'MISSED'}")
    shutil.rmtree(bench.folder)


if __name__ == "__main__":
    main()
