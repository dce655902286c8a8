#!/usr/bin/env python3
"""A million contacts in one account: the first load, the index of names and searches that is filled behind it, and how
long pages of contacts take to answer over the control socket, one request after the other.

    tests/bench/contacts_bench.py build/release/bin/crmsyncd [--contacts 1000000] [--requests 500] [--folder DIR]
"""
import argparse
import http.client
import json
import os
import random
import select
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.parse

HEADER = "Record ID,First Name,Last Name,Email,Unsubscribed from all email,Last Modified Date\n"
FIRST = ("Anna Ben Carla Dora Emil Franz Gina Hans Ida Jan Karl Lena Max Nina Otto Paul Rita Sven Tina Udo Vera Willi "
         "Xenia Yann Zoe Jürgen Renée Søren Łukasz Noël").split()
LAST = ("Smith Miller Jones Brown Taylor Wilson Moore Clark Hall Allen Young King Wright Hill Green Baker Adams Nelson "
        "Carter Mitchell Roberts Turner Müller Østergaard García").split()
SYLLABLES = "ba ke li mo nu pa re si to vu wa xe yi zo du fe gi ho ja".split()


def write_export(path, contacts):
    chance = random.Random(1)
    with open(path, "w") as out:
        out.write(HEADER)
        for i in range(1, contacts + 1):
            first = chance.choice(FIRST)
            last = chance.choice(LAST) + "".join(chance.choice(SYLLABLES) for _ in range(3))
            address = f"{first[0].lower()}.{last.encode('ascii', 'ignore').decode().lower()}{chance.getrandbits(16)}.{i}@example{i % 997}.com"
            out.write(f"{i},{first},{last},{address},{'Yes' if chance.random() < 0.1 else 'No'},2026-01-01 10:00\n")
    old = time.time() - 60  # settled: the connector does not read a file that may still be written
    os.utime(path, (old, old))


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=60)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(self.path)


class Bench:
    def __init__(self, daemon, folder, contacts):
        self.daemon, self.folder, self.contacts = os.path.abspath(daemon), folder, contacts
        with open(self.path("config.yaml"), "w") as config:
            config.write(f"""store: {{ path: store.db }}
api: {{ socket: {self.path("control.sock")} }}
accounts:
  - id: bench
    connections: [ {{ id: file, connector: csv, path: {self.path("export.csv")}, schedule: {{ every: 7d, full_every: 30d }} }} ]
""")
        self.child = None
        self.connection = UnixConnection(self.path("control.sock"))

    def path(self, name):
        return os.path.join(self.folder, name)

    def first_load(self):
        start = time.perf_counter()
        subprocess.run([self.daemon, "--config", "config.yaml", "--once"], cwd=self.folder, check=True,
                       stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return time.perf_counter() - start

    def store(self, sql):
        store = sqlite3.connect(f"file:{self.path('store.db')}?mode=ro", uri=True)
        try:
            return store.execute(sql).fetchone()[0]
        finally:
            store.close()

    def start(self):
        self.child = subprocess.Popen([self.daemon, "--config", "config.yaml"], cwd=self.folder,
                                      stdin=subprocess.DEVNULL, stderr=open(self.path("log"), "wb"))
        while not os.path.exists(self.path("control.sock")):
            select.select([], [], [], 0.01)

    def stop(self):
        if self.child:
            self.child.send_signal(signal.SIGTERM)
            self.child.wait(60)

    def cpu(self):
        fields = open(f"/proc/{self.child.pid}/stat").read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory(self, what="VmRSS"):
        return next(int(line.split()[1]) / 1024 for line in open(f"/proc/{self.child.pid}/status") if line.startswith(what))

    def index(self):
        start = time.perf_counter()
        while self.store("SELECT indexed_to FROM search_state") < self.contacts:
            select.select([], [], [], 0.1)
        return time.perf_counter() - start

    def ask(self, path):
        start = time.perf_counter()
        self.connection.request("GET", path)
        response = self.connection.getresponse()
        body = response.read()
        took = (time.perf_counter() - start) * 1000
        if response.status != 200:
            sys.exit(f"{path}: {response.status} {body[:300]}")
        return took, json.loads(body)

    def page(self, **parameters):
        return self.ask("/api/v1/contacts?" + urllib.parse.urlencode({"account": "bench", "limit": 50, **parameters}))

    def measure(self, what, questions):
        times, hits, short = [], 0, 0
        for question in questions:
            took, answer = question()
            times.append(took)
            if "items" in answer:
                hits += len(answer["items"])
                short += bool(answer["next"]) and len(answer["items"]) < 50
        times.sort()
        p50, p99 = times[len(times) // 2], times[len(times) * 99 // 100]
        print(f"{what:44} {p50:8.2f} {p99:8.2f} {times[-1]:8.2f} ms  {hits / len(times):6.1f} rows"
              + (f", {short / len(times):.0%} short" if short else ""))


def questions(bench, requests):
    chance = random.Random(2)
    sample = []
    while len(sample) < requests:
        place = f"{chance.choice('abcdefghijklmnopqrsuvwxyz')}.{chance.choice(LAST).lower()[:3]}"
        _, page = bench.page(q=place)
        sample += chance.sample(page["items"], min(25, len(page["items"])))
    sample = sample[:requests]

    def part(text, length):
        at = chance.randrange(max(1, len(text) - length))
        return text[at:at + length]

    local = [row["email"].split("@")[0] for row in sample]
    days = {"since": "2020-01-01", "until": "2030-01-01"}
    yield "profile", [lambda r=r: bench.ask(f"/api/v1/contacts/{r['id']}") for r in sample]
    for sort in ("email", "name", "changed", "status"):
        yield f"list by {sort}", [lambda: bench.page(sort=sort)] * 50
    yield "list by name, from anywhere on", [walk(bench, "name") for _ in range(1)] * 100
    yield "unsubscribed by email", [lambda: bench.page(status="unsubscribed")] * 50
    yield "unsubscribed by name", [lambda: bench.page(status="unsubscribed", sort="name")] * 50
    yield "integration by changed, within days", [lambda: bench.page(reason="integration", sort="changed", **days)] * 50
    yield "of a connection by email", [lambda: bench.page(connection="file")] * 50
    yield "nobody changed since, by name", [lambda: bench.page(since="2029-01-01", sort="name")] * 50
    yield "search: a whole address", [lambda r=r: bench.page(q=r["email"]) for r in sample]
    yield "search: 8 letters of an address", [lambda t=t: bench.page(q=part(t, 8)) for t in local]
    yield "search: 5 letters of an address", [lambda t=t: bench.page(q=part(t, 5)) for t in local]
    yield "search: 3 letters of an address", [lambda t=t: bench.page(q=part(t, 3)) for t in local]
    yield "search: 4 letters of a name, by name", [lambda r=r: bench.page(q=part(r["name"], 4), sort="name") for r in sample]
    yield "search: a whole name", [lambda r=r: bench.page(q=r["name"]) for r in sample]
    yield "search: a family name of many", [lambda: bench.page(q=chance.choice(LAST)) for _ in range(100)]
    yield "search: two letters", [lambda t=t: bench.page(q=t[2:4]) for t in local]
    yield "search: one letter", [lambda: bench.page(q=chance.choice("abcdefghijklmnopqrstuvwxyz")) for _ in range(100)]
    yield "search: a family name, by email", [lambda: bench.page(q=chance.choice(LAST), sort="email") for _ in range(100)]
    yield "search: 3 letters of an address, by email", [lambda t=t: bench.page(q=part(t, 3), sort="email") for t in local]
    yield "search: one letter, by email", [lambda: bench.page(q=chance.choice("abcdefghijklmnopqrstuvwxyz"), sort="email") for _ in range(100)]
    yield "search: 4 letters, unsubscribed", [lambda r=r: bench.page(q=part(r["name"], 4), status="unsubscribed") for r in sample]
    yield "search: nobody", [lambda: bench.page(q="".join(chance.choice(SYLLABLES) for _ in range(5)) + "qq") for _ in range(200)]
    yield "search: nobody, of parts that all have", [lambda: bench.page(q=f"e{chance.randrange(10)}.com@example")] * 100
    yield "search: everybody", [lambda: bench.page(q="@example")] * 100


def walk(bench, sort):
    state = {"after": ""}

    def ask():
        took, page = bench.page(sort=sort, after=state["after"])
        state["after"] = page["next"] or ""
        return took, page
    return ask


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("daemon")
    options.add_argument("--contacts", type=int, default=1_000_000)
    options.add_argument("--requests", type=int, default=500)
    options.add_argument("--folder", help="where to work (default: a temporary folder)")
    given = options.parse_args()
    folder = tempfile.mkdtemp(prefix="crmsyncd-bench-", dir=given.folder)
    bench = Bench(given.daemon, folder, given.contacts)
    try:
        write_export(bench.path("export.csv"), given.contacts)
        print(f"{given.contacts} contacts; first load {bench.first_load():.2f} s")
        before = os.path.getsize(bench.path("store.db"))
        bench.start()
        took = bench.index()
        print(f"index: {took:.1f} s, {bench.cpu():.1f} s CPU, peak {bench.memory('VmHWM'):.1f} MB; store {before / 1e6:.0f} MB before, "
              f"{os.path.getsize(bench.path('store.db')) / 1e6:.0f} MB with it")
        print(f"{'':44} {'p50':>8} {'p99':>8} {'worst':>8}")
        for what, asked in questions(bench, given.requests):
            bench.measure(what, asked)
        print(f"resident {bench.memory():.1f} MB, peak {bench.memory('VmHWM'):.1f} MB")
    finally:
        bench.stop()
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
