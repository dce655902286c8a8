#!/usr/bin/env python3
"""A million contacts from a simulated HubSpot, 100 a page: crmsyncd beside a straightforward Node script
(hubspot_baseline) against the same server. One run measures both, turn by turn, and prints medians.

    (cd tests/bench/hubspot_baseline && npm ci)
    tests/bench/hubspot_sync_bench.py build/release/bin/crmsyncd build/release/bin/crm_server [--rounds 5]

Wall time and the peak of resident memory are of whole processes, the server's not counted. The incremental figures and
the way from SIGUSR1 to the first request are those of one running daemon; the server tells by the machine's monotonic
clock when a request came.
"""
import argparse
import os
import random
import select
import signal
import sqlite3
import statistics
import sys
import time

import crm_world
from csv_sync_bench import measure

BASELINE = os.path.join(crm_world.HERE, "hubspot_baseline", "sync.js")
CHANGED_SHARE = 0.01
INCREMENTAL_CHANGES = 1000
SIGNALS = 20


class Bench:
    def __init__(self, world, daemon, contacts):
        self.world, self.daemon, self.contacts = world, os.path.abspath(daemon), contacts
        self.choices = random.Random(1)
        self.ids = range(crm_world.FIRST_ID, crm_world.FIRST_ID + contacts)
        self.opted_out = set(self.ids[19::20])  # as the server seeds them
        self.results = {}
        self.polls, self.changes, self.changes_again, self.signals = [], [], [], []
        crm_world.seed(world.crm, contacts)

    def path(self, name):
        return os.path.join(self.world.folder, name)

    def remove(self, *names):
        for name in names:
            for end in ("", "-wal", "-shm", ".lock"):
                if os.path.exists(self.path(name) + end):
                    os.remove(self.path(name) + end)

    def crmsyncd(self):
        return measure([self.daemon, "--config", self.world.config, "--once"], self.world.folder)

    def node(self):
        return measure(["node", BASELINE, self.world.crm.url, "node.db", self.world.token], self.world.folder)

    def turn(self, what, order):
        for side in order:
            self.results.setdefault(what, {}).setdefault(side.__name__, []).append(side())

    def flip(self):
        """Some opt-outs come, some go."""
        chosen = set(self.choices.sample(self.ids, int(self.contacts * CHANGED_SHARE)))
        out, back = sorted(chosen - self.opted_out), sorted(chosen & self.opted_out)
        self.opted_out ^= chosen

        def change():
            self.world.crm.do("opt_out", ids=out, opted_out=True)
            self.world.crm.do("opt_out", ids=back, opted_out=False)
        crm_world.in_the_past(self.world.crm, change)
        return len(out), len(back)

    def round(self, number):
        self.remove("store.db", "node.db")
        order = [self.crmsyncd, self.node] if number % 2 == 0 else [self.node, self.crmsyncd]
        self.turn("first load", order)
        self.turn("nothing changed", order)
        flipped = self.flip()
        self.turn("1% changed", order)
        self.check(flipped)

    def check(self, flipped):
        """A side that does not do its work is not fast."""
        with sqlite3.connect(self.path("node.db")) as database:
            out, = database.execute("SELECT count(*) FROM contact WHERE opted_out = 1").fetchone()
        assert out == len(self.opted_out), f"node: {out} opted out, not {len(self.opted_out)}"
        self.world.start()
        counts = self.world.runs()[0]["counts"]
        done = counts["fetched"], counts["unsubscribed"], counts["resubscribed"]
        assert done == (self.contacts, *flipped), f"crmsyncd: {counts}"
        self.incremental()
        self.world.stop()

    def incremental(self):
        crm = self.world.crm
        self.calls_of_a_run()  # connects
        self.polls.append(self.calls_of_a_run())
        for _ in range(SIGNALS):
            self.signals.append(self.signal())
        crm.do("touch", id=crm_world.FIRST_ID, count=INCREMENTAL_CHANGES, step=7, first=f"New{len(self.changes)}")
        self.changes.append(self.calls_of_a_run())
        self.changes_again.append(self.calls_of_a_run())
        # No news for the next round.
        crm_world.in_the_past(crm, lambda: crm.do("touch", id=crm_world.FIRST_ID, count=INCREMENTAL_CHANGES, step=7))

    def rest(self):
        """Searches have a lane of five a second: what is measured begins with the lane free."""
        select.select([], [], [], 0.3)

    def calls_of_a_run(self):
        self.rest()
        crm_world.count_from_here(self.world.crm)
        start = time.perf_counter()
        run = self.world.sync("incremental")
        took = time.perf_counter() - start
        assert run["state"] == "applied", run
        return took * 1000, self.world.crm.traffic()["requests"]

    def signal(self):
        """Milliseconds until the server has the first request."""
        self.rest()
        crm_world.count_from_here(self.world.crm)
        finished = self.world.log_text().count("run finished")
        start = time.monotonic_ns()
        self.world.process.send_signal(signal.SIGUSR1)
        while self.world.log_text().count("run finished") == finished:
            select.select([], [], [], 0.01)
        return (self.world.crm.traffic()["first_ns"] - start) / 1e6

    @staticmethod
    def cell(seconds, memory, cpu):
        return f"{seconds:7.2f} s {memory:5.1f} MB {cpu:5.2f} s CPU"

    def show(self, rounds):
        print(f"{self.contacts} contacts, medians of {rounds}")
        print(f"{'':16} {'crmsyncd':>30} {'node':>30}   ratio")
        for what, figures in self.results.items():
            ours, theirs = ([statistics.median(values) for values in zip(*figures[who])] for who in ("crmsyncd", "node"))
            print(f"{what:16} {self.cell(*ours)} {self.cell(*theirs)} {ours[0] / theirs[0]:7.2f}")
        for what, figures in (("poll, nothing changed", self.polls), ("1,000 changed", self.changes),
                              ("the same, read again", self.changes_again)):
            took, calls = (statistics.median(values) for values in zip(*figures))
            print(f"{what:22} {took:7.1f} ms {calls:4.0f} calls")
        print(f"SIGUSR1 to the first request: median {statistics.median(self.signals):.2f} ms,"
              f" at most {max(self.signals):.2f} ms of {len(self.signals)}")


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("daemon")
    options.add_argument("server")
    options.add_argument("--contacts", type=int, default=1_000_000)
    options.add_argument("--rounds", type=int, default=5)
    given = options.parse_args()
    if not os.path.isdir(os.path.join(os.path.dirname(BASELINE), "node_modules")):
        sys.exit("first: (cd tests/bench/hubspot_baseline && npm ci)")
    module = crm_world.hubspot_world(given.daemon, given.server)
    settings = f"{crm_world.WIDE_OPEN}\n        {crm_world.AS_FAST_AS_IT_GOES}"
    with module.HubSpotWorld(options=settings) as world:
        bench = Bench(world, given.daemon, given.contacts)
        for number in range(given.rounds):
            bench.round(number)
            print(f"round {number + 1} of {given.rounds} done", file=sys.stderr)
        bench.show(given.rounds)


if __name__ == "__main__":
    main()
