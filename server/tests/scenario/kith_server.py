"""Runs the real server for a test: own data folder, free loopback port, start, stop, kill, start again."""
import http.client
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[3]
BINARY = pathlib.Path(os.environ.get("KITH_BINARY", ROOT / "build/release/kith"))
START_SECONDS = 20
STOP_SECONDS = 20


def free_port():
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class KithServer:
    """One server; `with KithServer() as server:` starts it and removes its data at the end."""

    def __init__(self, *arguments, data_dir=None, environment=None, wrapper=()):
        self._own_folder = data_dir is None
        self.data_dir = pathlib.Path(data_dir or tempfile.mkdtemp(prefix="kith-scenario-"))
        self.port = free_port()
        self.arguments = arguments
        self.wrapper = list(wrapper)  # a command that ends by running the one given behind it
        self.environment = {**os.environ, **(environment or {})}
        self.process = None
        self.output = []

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.remove()

    @property
    def address(self):
        return ("127.0.0.1", self.port)

    def start(self):
        command = [str(BINARY), "serve", "--data-dir", str(self.data_dir), "--listen", f"127.0.0.1:{self.port}"]
        if "--media-port" not in self.arguments:
            # Tests run side by side: any free port for calls.
            command += ["--media-port", "0", "--media-tcp-port", "0"]
        self.output = []
        self.process = subprocess.Popen(
            self.wrapper + command + list(self.arguments),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            env=self.environment,
        )
        threading.Thread(target=self._drain, args=(self.process,), daemon=True).start()
        self._wait_until_ready()
        return self

    def _drain(self, process):
        with process.stdout:
            for line in process.stdout:
                self.output.append(line.decode(errors="replace").rstrip())

    def _wait_until_ready(self):
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise AssertionError(f"the server ended with {self.process.returncode}:\n{self.log()}")
            try:
                connection = http.client.HTTPConnection(*self.address, timeout=2)
                connection.request("GET", "/healthz")
                if connection.getresponse().status == 200:
                    return
            except OSError:
                pass
            finally:
                connection.close()
            time.sleep(0.02)
        raise AssertionError(f"not ready after {START_SECONDS} s:\n{self.log()}")

    def stop(self):
        """SIGTERM; the exit code."""
        return self._end(signal.SIGTERM)

    def kill(self):
        """SIGKILL: nothing is flushed, nothing is said."""
        return self._end(signal.SIGKILL)

    def _end(self, signal_number):
        self.process.send_signal(signal_number)
        try:
            return self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            late = f"still running {STOP_SECONDS} s after signal {signal_number}:\n{self.log()}"
            raise AssertionError(late) from None

    def restart(self):
        """After stop() or kill(): the same folder and port."""
        return self.start()

    def doctor(self):
        """What `kith doctor store` finds wrong in the folder, as lines; none if all is well."""
        command = [str(BINARY), "doctor", "store", "--data-dir", str(self.data_dir)]
        result = subprocess.run(command, capture_output=True, text=True, timeout=60)
        return [] if result.returncode == 0 else (result.stdout + result.stderr).splitlines()

    def remove(self):
        if self.process and self.process.poll() is None:
            self.kill()
        if self._own_folder:
            shutil.rmtree(self.data_dir, ignore_errors=True)

    def is_running(self):
        return self.process.poll() is None

    def log(self):
        return "\n".join(self.output[-40:])
