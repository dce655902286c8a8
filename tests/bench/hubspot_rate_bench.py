#!/usr/bin/env python3
"""A full sync against a simulated HubSpot that enforces the documented limits of a Professional account (190 calls in
any ten seconds): how much of the allowed rate is used, and how often the server had to refuse.

    tests/bench/hubspot_rate_bench.py build/release/bin/crmsyncd build/release/bin/crm_server [--contacts 100000]

The rate is the server's own count of calls over its own time from the first to the last.
"""
import argparse
import sys

import crm_world

ALLOWED_A_SECOND = 190 / 10


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("daemon")
    options.add_argument("server")
    options.add_argument("--contacts", type=int, default=100_000)
    given = options.parse_args()
    module = crm_world.hubspot_world(given.daemon, given.server)
    with module.HubSpotWorld("--enforce-limits", options=crm_world.WIDE_OPEN) as world:
        crm_world.seed(world.crm, given.contacts)
        crm_world.count_from_here(world.crm)
        run = world.once()
        if run.returncode != 0:
            sys.exit(run.stderr)
        traffic = world.crm.traffic()
        seconds = (traffic["last_ns"] - traffic["first_ns"]) / 1e9
        used = (traffic["requests"] - 1) / seconds / ALLOWED_A_SECOND
        print(f"{given.contacts} contacts: {traffic['requests']} calls in {seconds:.2f} s, {used:.1%} of the allowed rate, "
              f"{traffic['refused']} refused")


if __name__ == "__main__":
    main()
