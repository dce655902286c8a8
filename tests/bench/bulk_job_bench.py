#!/usr/bin/env python3
"""One job over a million contacts, and how the API answers others meanwhile.

    tests/bench/bulk_job_bench.py build/release/bin/crmsyncd [--contacts 1000000] [--folder DIR]

Loads that many contacts from a CSV export, takes the connection out of the configuration (their account is then one
without a CRM), makes a selection of all of them and unsubscribes, then resubscribes them, while two clients ask for
pages, profiles and changes of single contacts. Prints seconds and the medians, 99th percentiles and worst answers.
"""
import argparse
import http.client
import json
import os
import random
import shutil
import signal
import socket
import statistics
import subprocess
import tempfile
import threading
import time

from csv_sync_bench import ALL, write_export


class Socket(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=120)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(self.path)


def call(connection, method, path, body=None):
    connection.request(method, "/api/v1/" + path, None if body is None else json.dumps(body))
    response = connection.getresponse()
    text = response.read()
    if response.status >= 400:
        raise SystemExit(f"{method} {path}: {response.status} {text[:300]}")
    return json.loads(text)


class Others(threading.Thread):
    """A client that asks one thing after the other until it is told to stop."""

    def __init__(self, path, contacts, kind):
        super().__init__()
        self.path, self.contacts, self.kind = path, contacts, kind
        self.over, self.took = threading.Event(), []

    def run(self):
        connection, dice = Socket(self.path), random.Random(self.kind)
        while not self.over.wait(0.005):
            one = dice.randrange(1, self.contacts)
            begun = time.perf_counter()
            if self.kind == "page":
                call(connection, "GET", "contacts?account=harbour&limit=50&sort=email")
            elif self.kind == "profile":
                call(connection, "GET", f"contacts/{one}")
            else:
                call(connection, "POST", "events", {"account": "harbour", "type": "delivered", "email": f"{one}@x.org"})
            self.took.append((time.perf_counter() - begun) * 1000)

    def report(self):
        values = sorted(self.took)
        print(f"    {self.kind:8} {len(values):6} answers, median {statistics.median(values):.2f} ms, "
              f"p99 {values[int(len(values) * 0.99)]:.2f} ms, worst {values[-1]:.1f} ms")


def peak_mb(pid):
    with open(f"/proc/{pid}/status") as file:
        return next(int(line.split()[1]) / 1024 for line in file if line.startswith("VmHWM"))


def job(path, contacts, kind):
    connection = Socket(path)
    others = [Others(path, contacts, what) for what in ("page", "profile", "event")]
    for one in others:
        one.start()
    begun = time.perf_counter()
    selection = call(connection, "POST", "selections", {"account": "harbour", "all": True})
    selected = time.perf_counter() - begun
    confirmation = {"permission": True, "statement": "benchmark", "count": selection["count"]}
    state = call(connection, "POST", "jobs", {"kind": kind, "selection": selection["id"], "confirmation": confirmation})
    while state["state"] != "done":
        time.sleep(0.05)
        state = call(connection, "GET", "jobs/" + state["id"])
    took = time.perf_counter() - begun
    for one in others:
        one.over.set()
        one.join()
    print(f"  {kind}: {selection['count']:,} contacts in {took:.1f} s, of it the selection {selected:.2f} s; "
          f"{ {name: n for name, n in state['counts'].items() if n} }")
    for one in others:
        one.report()


def wait_ready(path):
    while True:
        try:
            connection = Socket(path)
            connection.request("GET", "/readyz")
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.01)


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("daemon")
    arguments.add_argument("--contacts", type=int, default=1000000)
    arguments.add_argument("--folder")
    options = arguments.parse_args()
    daemon = os.path.abspath(options.daemon)
    folder = tempfile.mkdtemp(prefix="bulk-bench-", dir=options.folder)
    path = os.path.join(folder, "control.sock")
    config = os.path.join(folder, "config.yaml")
    head = f"store: {{ path: {folder}/store.db }}\napi: {{ socket: {path} }}\naccounts:\n  - id: harbour\n    resubscribe: allowed\n"
    try:
        write_export(os.path.join(folder, "export.csv"), options.contacts, 0)
        with open(config, "w") as file:
            file.write(head + f"    connections:\n      - {{ id: crm, connector: csv, path: {folder}/export.csv, "
                       f"limits: {{ max_unsubscribe: {ALL} }} }}\n")
        subprocess.run([daemon, "--config", config, "--once"], check=True, stderr=subprocess.DEVNULL)
        with open(config, "w") as file:
            file.write(head)
        child = subprocess.Popen([daemon, "--config", config], stderr=subprocess.DEVNULL)
        try:
            wait_ready(path)
            for kind in ("unsubscribe", "resubscribe"):
                job(path, options.contacts, kind)
            print(f"  peak memory {peak_mb(child.pid):.1f} MB")
        finally:
            child.send_signal(signal.SIGTERM)
            child.wait()
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
