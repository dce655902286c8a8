#!/usr/bin/env python3
"""How fast the simulated HubSpot serves contacts, 100 a page, so that it is not what a benchmark measures.

    tests/bench/crm_server_bench.py build/release/bin/crm_server [--contacts 1000000] [--rounds 5]

Pages are fetched on one connection, one after the other, and thrown away unread. Contacts a second are told by the
server's own CPU time (it has one thread: that is one core) and by the wall clock, the client's share included.
"""
import argparse
import http.client
import statistics
import time

import crm_world

PROPERTIES = "email,firstname,lastname,lastmodifieddate,hs_merged_object_ids,hs_email_optout"
PAGE = 100


def cpu_seconds(pid):
    with open(f"/proc/{pid}/schedstat") as file:
        return int(file.read().split()[0]) / 1e9


def fetch_all(connection, contacts, token):
    """The list's cursor is the next id here, and ids have no gaps: no page has to be understood to ask for the next."""
    fetched = 0
    for start in range(crm_world.FIRST_ID, crm_world.FIRST_ID + contacts, PAGE):
        connection.request("GET", f"/crm/objects/2026-09/contacts?limit={PAGE}&properties={PROPERTIES}&after={start}",
                           headers={"Authorization": "Bearer " + token})
        fetched += connection.getresponse().read().count(b'"archived":false')
    assert fetched == contacts, fetched


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("server")
    options.add_argument("--contacts", type=int, default=1_000_000)
    options.add_argument("--rounds", type=int, default=5)
    given = options.parse_args()
    module = crm_world.hubspot_world("unused", given.server)
    crm = module.HubSpot()
    try:
        crm_world.seed(crm, given.contacts)
        connection = http.client.HTTPConnection(*crm.address.rsplit(":", 1))
        by_cpu, by_wall = [], []
        for _ in range(given.rounds):
            start, used = time.perf_counter(), cpu_seconds(crm.process.pid)
            fetch_all(connection, given.contacts, module.TOKEN)
            by_cpu.append(given.contacts / (cpu_seconds(crm.process.pid) - used))
            by_wall.append(given.contacts / (time.perf_counter() - start))
        print(f"{given.contacts} contacts, 100 a page, medians of {given.rounds}: {statistics.median(by_cpu):,.0f} "
              f"contacts a second of CPU, {statistics.median(by_wall):,.0f} by the wall clock")
    finally:
        crm.stop()


if __name__ == "__main__":
    main()
