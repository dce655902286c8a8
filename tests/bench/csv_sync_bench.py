#!/usr/bin/env python3
"""A million contacts by CSV: crmsyncd beside the sqlite3 shell doing the least that a script would do with the same file
(.import, then a join with what was imported before). One run measures both, turn by turn, and prints medians.

    tests/bench/csv_sync_bench.py build/release/bin/crmsyncd [--contacts 1000000] [--rounds 5] [--folder DIR]

Needs the sqlite3 shell. Every figure is a whole process: wall time, and the peak of its resident memory. Files are
written to a folder that is removed afterwards; what is read was written just before, so it comes from the page cache.
"""
import argparse
import os
import random
import select
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time

HEADER = "Record ID,First Name,Last Name,Email,Unsubscribed from all email,Last Modified Date\n"
ALL = "{ percent: 100, at_least: 1, at_most: 100000000 }"


def write_export(path, contacts, changed_share):
    """Addresses in random order; a tenth is opted out. Some rows differ from the plain export of the same size."""
    plain, changes = random.Random(1), random.Random(2)
    with open(path + ".new", "w") as out:
        out.write(HEADER)
        for i in range(1, contacts + 1):
            address = f"u{plain.getrandbits(30)}.{i}@example{i % 997}.com"
            out_now = plain.random() < 0.1
            stamp = "2026-01-01 10:00"
            if changed_share and changes.random() < changed_share:
                out_now, stamp = not out_now, "2026-02-01 10:00"
            out.write(f"{i},First{i},Last{i},{address},{'Yes' if out_now else 'No'},{stamp}\n")
    old = time.time() - 60  # settled: the connector does not read a file that may still be written
    os.utime(path + ".new", (old, old))
    os.rename(path + ".new", path)


def measure(command, cwd):
    """(seconds, peak MB, CPU seconds) of a process that has to succeed."""
    start = time.perf_counter()
    child = subprocess.Popen(command, cwd=cwd, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                             stderr=subprocess.PIPE)
    errors = child.stderr.read()
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        sys.exit(f"{command[0]} ended with {child.returncode}: {errors.decode()[-2000:]}")
    return time.perf_counter() - start, usage.ru_maxrss / 1024, usage.ru_utime + usage.ru_stime


COLUMNS = "id text primary key, first text, last text, email text, out text, modified text"
IMPORT_FIRST = ["create table known(id text, first text, last text, email text, out text, modified text)",
                ".import --csv --skip 1 export.csv known"]
DIFF = [f"create temp table now({COLUMNS.replace(' primary key', '')})", ".import --csv --skip 1 export.csv temp.now",
        "create unique index if not exists known_id on known(id)",
        "create temp table changed as select now.* from now join known using(id) "
        "where (now.first, now.last, now.email, now.out, now.modified) is not "
        "(known.first, known.last, known.email, known.out, known.modified)",
        "update known set out = c.out, modified = c.modified from changed c where c.id = known.id"]


class Bench:
    def __init__(self, daemon, folder, contacts):
        self.daemon, self.folder, self.contacts = os.path.abspath(daemon), folder, contacts
        self.results = {}
        with open(self.path("config.yaml"), "w") as config:
            config.write(f"""store: {{ path: store.db }}
api: {{ socket: {self.path("control.sock")} }}
accounts:
  - id: bench
    connections:
      - {{ id: file, connector: csv, path: {self.path("export.csv")},
          limits: {{ max_unsubscribe: {ALL}, max_resubscribe: {ALL}, max_delete: {ALL} }} }}
""")

    def path(self, name):
        return os.path.join(self.folder, name)

    def note(self, what, who, figure):
        self.results.setdefault(what, {}).setdefault(who, []).append(figure)

    def remove(self, *names):
        for name in names:
            for end in ("", "-wal", "-shm", ".lock"):
                if os.path.exists(self.path(name) + end):
                    os.remove(self.path(name) + end)

    def crmsyncd(self, what):
        self.note(what, "crmsyncd", measure([self.daemon, "--config", "config.yaml", "--once"], self.folder))

    def sqlite(self, what, commands):
        self.note(what, "sqlite3", measure(["sqlite3", "-bail", "import.db", *commands], self.folder))

    def round(self):
        self.remove("store.db", "import.db")
        write_export(self.path("export.csv"), self.contacts, 0)
        self.crmsyncd("first load")
        self.sqlite("first load", IMPORT_FIRST)
        measure(["sqlite3", "-bail", "import.db", *DIFF], self.folder)  # makes its index, which is not the diff's work
        self.crmsyncd("nothing changed")
        self.sqlite("nothing changed", DIFF)
        write_export(self.path("export.csv"), self.contacts, 0.01)
        self.crmsyncd("1% changed")
        self.sqlite("1% changed", DIFF)

    def idle(self):
        """Start to ready with a full store, then memory and CPU once the first sync is over."""
        ready = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        ready.bind(self.path("notify.sock"))
        ready.settimeout(60)
        log = open(self.path("log"), "wb")
        start = time.perf_counter()
        child = subprocess.Popen([self.daemon, "--config", "config.yaml"], cwd=self.folder, stdin=subprocess.DEVNULL,
                                 stdout=log, stderr=log, env={**os.environ, "NOTIFY_SOCKET": self.path("notify.sock")})
        while b"READY=1" not in ready.recv(4096):
            pass
        to_ready = time.perf_counter() - start
        child.send_signal(signal.SIGUSR1)
        while b"run finished" not in open(self.path("log"), "rb").read():
            select.select([], [], [], 0.05)
        select.select([], [], [], 2)
        before = self.cpu_ticks(child.pid)
        select.select([], [], [], 10)
        ticks = self.cpu_ticks(child.pid) - before
        resident = next(int(line.split()[1]) / 1024 for line in open(f"/proc/{child.pid}/status")
                        if line.startswith("VmRSS"))
        child.send_signal(signal.SIGTERM)
        child.wait(60)
        ready.close()
        os.remove(self.path("notify.sock"))
        return to_ready * 1000, resident, ticks * 1000 / os.sysconf("SC_CLK_TCK") / 10

    @staticmethod
    def cpu_ticks(pid):
        fields = open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()
        return int(fields[11]) + int(fields[12])


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("daemon")
    options.add_argument("--contacts", type=int, default=1_000_000)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--folder", help="where to work (default: a temporary folder)")
    given = options.parse_args()
    folder = tempfile.mkdtemp(prefix="crmsyncd-bench-", dir=given.folder)
    try:
        bench = Bench(given.daemon, folder, given.contacts)
        idle = []
        for number in range(given.rounds):
            bench.round()
            idle.append(bench.idle())
            print(f"round {number + 1} of {given.rounds} done", file=sys.stderr)
        size = os.path.getsize(bench.path("export.csv")) / 1e6
        print(f"{given.contacts} contacts, {size:.0f} MB, medians of {given.rounds}")
        print(f"{'':16} {'crmsyncd':>18} {'sqlite3':>18}   ratio")
        for what, figures in bench.results.items():
            cells = {who: [statistics.median(f[i] for f in values) for i in (0, 1)] for who, values in figures.items()}
            ours, theirs = cells["crmsyncd"], cells["sqlite3"]
            print(f"{what:16} {ours[0]:7.2f} s {ours[1]:5.1f} MB {theirs[0]:7.2f} s {theirs[1]:5.1f} MB"
                  f" {ours[0] / theirs[0]:7.2f}")
        ready, resident, cpu = (statistics.median(values) for values in zip(*idle))
        print(f"start to ready {ready:.0f} ms; idle {resident:.1f} MB, {cpu:.2f} ms CPU a second")
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
