#!/usr/bin/env python3
"""A million contacts under load: wrk (Debian package `wrk`) asks for profiles, pages, searches and who may be mailed, over
TCP with a token, from 1, 4 and 16 connections at once, each asking again as soon as it is answered.

    tests/bench/wrk_bench.py build/release/bin/crmsyncd [--contacts 1000000] [--seconds 10] [--folder DIR]

Prints requests a second, the 50th and 99th percentile of their time, and the daemon's memory. wrk needs a core of its own.
"""
import argparse
import hashlib
import json
import os
import random
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import urllib.parse

from contacts_bench import LAST, Bench, write_export

SCRIPT = """
local requests, next = {}, 0
for line in io.lines("%s") do requests[#requests + 1] = line end
local body = %s
function request()
  next = next %% #requests + 1
  if body then return wrk.format("POST", "/api/v1/mailable", nil, requests[next]) end
  return wrk.format("GET", requests[next])
end
function done(summary, latency)
  io.write(string.format("RESULT %%d %%d %%.3f %%.3f %%d\\n", summary.requests, summary.duration, latency:percentile(50) / 1000,
    latency:percentile(99) / 1000, summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.timeout))
end
"""


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class LoadBench(Bench):
    def __init__(self, daemon, folder, contacts):
        super().__init__(daemon, folder, contacts)
        self.port = free_port()
        with open(self.path("config.yaml")) as file:
            text = file.read()
        token = hashlib.sha256(b"bench").hexdigest()
        with open(self.path("config.yaml"), "w") as file:
            file.write(text.replace("api: {", f"api: {{ listen: '127.0.0.1:{self.port}', tokens: [ {{ name: bench, role: "
                                    f"viewer, sha256: {token} }} ],"))

    def load(self, what, lines, post, seconds):
        with open(self.path("requests"), "w") as file:
            file.write("\n".join(lines) + "\n")
        with open(self.path("script.lua"), "w") as file:
            file.write(SCRIPT % (self.path("requests"), "true" if post else "false"))
        for connections in (1, 4, 16):
            done = subprocess.run(["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s", "-s",
                                   self.path("script.lua"), "-H", "Authorization: Bearer bench", "-H",
                                   "Content-Type: application/json", f"http://127.0.0.1:{self.port}"],
                                  capture_output=True, text=True, check=True)
            found = re.search(r"RESULT (\d+) (\d+) ([\d.]+) ([\d.]+) (\d+)", done.stdout)
            if not found or found[5] != "0":
                sys.exit(f"{what}: {done.stdout}{done.stderr}")
            rate = int(found[1]) / (int(found[2]) / 1e6)
            print(f"{what:40} {connections:5} {rate:10,.0f} {float(found[3]):8.2f} {float(found[4]):8.2f} ms   "
                  f"{self.memory():.1f} MB", flush=True)


def loads(bench):
    """(what, request lines, POST): enough different ones that no answer is the one before."""
    chance = random.Random(4)
    people = []
    while len(people) < 5000:
        place = f"{chance.choice('abcdefghijklmnopqrsuvwxyz')}.{chance.choice(LAST).lower()[:3]}"
        people += bench.page(q=place, limit=1000)[1]["items"]
    chance.shuffle(people)

    def pages(**parameters):
        return "/api/v1/contacts?" + urllib.parse.urlencode({"account": "bench", "limit": 50, **parameters})

    def from_anywhere(**parameters):
        """Pages in the middle of the list: by the cursors that a walk of some pages has got."""
        lines, after = [], ""
        for _ in range(200):
            lines.append(pages(**parameters, **({"after": after} if after else {})))
            after = bench.ask(lines[-1])[1]["next"] or ""
        return lines

    def part(text, length):
        at = chance.randrange(max(1, len(text) - length))
        return text[at:at + length]

    yield "profile", [f"/api/v1/contacts/{one['id']}" for one in people], False
    yield "profile with explanation", [f"/api/v1/contacts/{one['id']}/explain" for one in people], False
    yield "list by address", from_anywhere(), False
    yield "list by name", from_anywhere(sort="name"), False
    yield "filter: unsubscribed, last change first", from_anywhere(status="unsubscribed", sort="changed"), False
    yield "filter: integration, by name", from_anywhere(reason="integration", sort="name"), False
    yield "search: 5 letters of an address", [pages(q=part(one["email"].split("@")[0], 5)) for one in people], False
    yield "search: a whole name", [pages(q=one["name"]) for one in people], False
    yield "search: while typing, 8 hits", [pages(q=one["name"][:1 + i % 6], limit=8) for i, one in enumerate(people)], False
    for size in (100, 10_000):
        asked = [json.dumps({"account": "bench", "emails": [chance.choice(people)["email"] for _ in range(size)]})
                 for _ in range(50)]
        yield f"mailable, {size:,} addresses", asked, True


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("daemon")
    options.add_argument("--contacts", type=int, default=1_000_000)
    options.add_argument("--seconds", type=int, default=10)
    options.add_argument("--folder", help="where to work (default: a temporary folder)")
    given = options.parse_args()
    if not shutil.which("wrk"):
        sys.exit("wrk is missing: apt install wrk")
    folder = tempfile.mkdtemp(prefix="crmsyncd-bench-", dir=given.folder)
    bench = LoadBench(given.daemon, folder, given.contacts)
    try:
        write_export(bench.path("export.csv"), given.contacts)
        bench.first_load()
        bench.start()
        bench.index()
        print(f"{given.contacts:,} contacts\n{'':40} {'conns':>5} {'a second':>10} {'p50':>8} {'p99':>8}")
        for what, lines, post in loads(bench):
            bench.load(what, lines, post, given.seconds)
        print(f"peak {bench.memory('VmHWM'):.1f} MB")
    finally:
        bench.stop()
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
