"""ejabberd with its archive in PostgreSQL, as a reference: both on loopback, with data that goes away afterwards.

Debian's packages, in the foreground and without their services. What helps ejabberd is set: no TLS, no modules but the
archive, no limits, passwords in plain text, no busy waiting (it would take the core from PostgreSQL). What makes a
message durable stays as PostgreSQL has it: fsync and synchronous_commit are on; ejabberd stores a message once for each
side before it delivers it.
"""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys

from net import free_port, wait_until_listening
from report import REFERENCES

USERS = 100
USER = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}
SCHEMA = "/usr/share/ejabberd/sql/pg.sql"
CONFIGURATION = """\
hosts: [localhost]
loglevel: error
auth_method: sql
auth_password_format: plain
default_db: sql
sql_type: pgsql
sql_server: 127.0.0.1
sql_port: {database_port}
sql_database: postgres
sql_username: bench
sql_pool_size: 10
listen:
  - {{port: {port}, ip: 127.0.0.1, module: ejabberd_c2s, starttls: false}}
modules:
  mod_mam: {{default: always, db_type: sql}}
"""


class Ejabberd:
    """Both servers on core 0 from `with` to its end."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.port, self.database_port = free_port(), free_port()
        self.stored = 0  # rows of the archive
        self.processes = []

    def __enter__(self):
        self.folder.mkdir()
        if USER:  # PostgreSQL refuses to run as root
            self.folder.parent.chmod(0o711)
            shutil.chown(self.folder, "postgres", "postgres")
        try:
            self.start_database()
            self.start_ejabberd()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for process, ends in reversed(self.processes):
            process.send_signal(ends)
            process.wait()

    def start(self, command, log, ends, **more):
        """Runs a server on core 0 until the signal `ends`; root becomes the user that Debian's PostgreSQL has."""
        with open(self.folder / log, "w", encoding="utf-8") as output:
            process = subprocess.Popen(["taskset", "-c", "0", *map(str, command)], stdin=subprocess.DEVNULL,
                                       stdout=output, stderr=output, cwd=self.folder, **USER, **more)
        self.processes.append((process, ends))
        return process

    def start_database(self):
        programs = next(iter(sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"))))
        data = self.folder / "database"
        subprocess.run([programs / "initdb", "--pgdata", data, "--username", "bench", "--auth", "trust", "--encoding",
                        "UTF8", "--locale", "C"], check=True, capture_output=True, cwd=self.folder, **USER)
        process = self.start(
            [programs / "postgres", "-D", data, "-p", self.database_port, "-k", self.folder, "-h", "127.0.0.1",
             "-c", "shared_buffers=256MB"], "postgres.log", signal.SIGINT)
        wait_until_listening(process, self.database_port)
        self.sql(pathlib.Path(SCHEMA).read_text(encoding="utf-8"))
        self.sql("INSERT INTO users (username, password) "
                 f"SELECT 'u' || n, 'u' || n FROM generate_series(0, {USERS - 1}) n")

    def sql(self, statements):
        command = ["psql", "-h", "127.0.0.1", "-p", str(self.database_port), "-U", "bench", "-d", "postgres", "-qAt",
                   "-v", "ON_ERROR_STOP=1"]
        return subprocess.run(command, input=statements, check=True, capture_output=True, text=True).stdout.strip()

    def start_ejabberd(self):
        configuration = self.folder / "ejabberd.yml"
        configuration.write_text(CONFIGURATION.format(port=self.port, database_port=self.database_port),
                                 encoding="utf-8")
        libraries = next(iter(pathlib.Path("/usr/lib").glob("*/ejabberd-*/ebin"))).parents[1]
        environment = {**os.environ, "HOME": str(self.folder), "ERL_LIBS": str(libraries),
                       "EJABBERD_CONFIG_PATH": str(configuration),
                       "EJABBERD_LOG_PATH": str(self.folder / "ejabberd.log")}
        process = self.start(
            ["erl", "-noinput", "+K", "true", "+sbwt", "none", "+sbwtdcpu", "none", "+sbwtdio", "none", "-mnesia",
             "dir", f'"{self.folder}/mnesia"', "-s", "ejabberd"], "erlang.log", signal.SIGTERM, env=environment)
        wait_until_listening(process, self.port)

    def measure(self, seconds, window):
        """Figures of people writing to each other two by two; what was delivered must also be in the archive."""
        roots = [str(process.pid) for process, _ in self.processes]
        load = ["taskset", "-c", "1", REFERENCES / "xmpp_load", self.port, USERS, seconds, window, *roots]
        done = subprocess.run(list(map(str, load)), capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"xmpp_load: {done.stderr}")
        figures = json.loads(done.stdout)
        self.stored += 2 * figures["delivered_in_all"]
        rows = int(self.sql("SELECT count(*) FROM archive"))
        if rows != self.stored:
            sys.exit(f"ejabberd stored {rows} messages, not {self.stored}: this is no comparison")
        return figures
