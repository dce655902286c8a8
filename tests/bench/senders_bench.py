#!/usr/bin/env python3
"""What senders do all day, against a million contacts: who may be mailed (POST mailable, 10,000 addresses a request) and
delivery events (POST events, 1,000 a request), from two clients at once over the control socket.

    tests/bench/senders_bench.py build/release/bin/crmsyncd [--contacts 1000000] [--seconds 10] [--folder DIR]

Prints addresses and events a second, and the median and worst answer.
"""
import argparse
import json
import os
import random
import shutil
import signal
import statistics
import subprocess
import tempfile
import threading
import time

from bulk_job_bench import Socket, peak_mb, wait_ready
from csv_sync_bench import ALL, write_export


def addresses(contacts):
    """Those of write_export, in the order of the file."""
    plain, all_of_them = random.Random(1), []
    for i in range(1, contacts + 1):
        all_of_them.append(f"u{plain.getrandbits(30)}.{i}@example{i % 997}.com")
        plain.random()
    return all_of_them


def clients(path, target, bodies, seconds):
    """(answers, milliseconds of each) of two clients that send one body after the other."""
    took, lock = [], threading.Lock()
    ends = time.monotonic() + seconds

    def one(mine):
        connection = Socket(path)
        for body in mine:
            if time.monotonic() > ends:
                break
            begun = time.perf_counter()
            connection.request("POST", "/api/v1/" + target, body)
            response = connection.getresponse()
            response.read()
            if response.status != 200:
                raise SystemExit(f"{target}: {response.status}")
            with lock:
                took.append((time.perf_counter() - begun) * 1000)

    threads = [threading.Thread(target=one, args=(bodies[n::2],)) for n in range(2)]
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return took, time.perf_counter() - begun


def wait_idle(pid):
    """The index behind a first load is filled first."""
    def busy():
        with open(f"/proc/{pid}/stat") as file:
            return sum(int(field) for field in file.read().rsplit(") ", 1)[1].split()[11:13])
    before, now = -10, busy()
    while now - before > 5:
        time.sleep(2)
        before, now = now, busy()


def report(name, size, took, seconds):
    print(f"  {name}: {len(took) * size / seconds:,.0f}/s; an answer to {size:,}: median "
          f"{statistics.median(took):.1f} ms, worst {max(took):.1f} ms ({len(took)} answers)")


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("daemon")
    arguments.add_argument("--contacts", type=int, default=1000000)
    arguments.add_argument("--seconds", type=int, default=10)
    arguments.add_argument("--folder")
    options = arguments.parse_args()
    folder = tempfile.mkdtemp(prefix="senders-bench-", dir=options.folder)
    path, config = os.path.join(folder, "control.sock"), os.path.join(folder, "config.yaml")
    try:
        write_export(os.path.join(folder, "export.csv"), options.contacts, 0)
        with open(config, "w") as file:
            file.write(f"store: {{ path: {folder}/store.db }}\napi: {{ socket: {path} }}\naccounts:\n  - id: harbour\n"
                       f"    connections:\n      - {{ id: crm, connector: csv, path: {folder}/export.csv, schedule: "
                       f"{{ every: 7d, full_every: 30d }}, limits: {{ max_unsubscribe: {ALL} }} }}\n")
        daemon = os.path.abspath(options.daemon)
        subprocess.run([daemon, "--config", config, "--once"], check=True, stderr=subprocess.DEVNULL)
        people = addresses(options.contacts)
        dice = random.Random(3)
        asked = [json.dumps({"account": "harbour", "emails": [dice.choice(people) for _ in range(10000)]})
                 for _ in range(60)] * 20
        events = [json.dumps([{"id": f"{n}-{i}", "account": "harbour", "type": "delivered", "email": dice.choice(people),
                               "at": "2026-11-24T10:00:00Z"} for i in range(1000)]) for n in range(1500)]
        child = subprocess.Popen([daemon, "--config", config], stderr=subprocess.DEVNULL)
        try:
            wait_ready(path)
            wait_idle(child.pid)
            clients(path, "mailable", asked[:4], 5)
            report("mailable", 10000, *clients(path, "mailable", asked, options.seconds))
            report("events", 1000, *clients(path, "events", events, options.seconds))
            print(f"  peak memory {peak_mb(child.pid):.1f} MB")
        finally:
            child.send_signal(signal.SIGTERM)
            child.wait()
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
