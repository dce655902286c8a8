"""A daemon and a simulated HubSpot as the benches need them: programs from the command line, contacts that are older
than any overlap, and no brake or limit in the way but the server's own."""
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
DAY = 86_400_000
FIRST_ID = 100_001
ALL = "{ percent: 100, at_least: 1, at_most: 100000000 }"
WIDE_OPEN = f"limits: {{ max_unsubscribe: {ALL}, max_resubscribe: {ALL}, max_delete: {ALL} }}"
AS_FAST_AS_IT_GOES = "rate_limit: { requests: 1000000, per: 1s }"


def hubspot_world(daemon, server):
    """The end-to-end tests' module, on these programs."""
    os.environ["CRMSYNCD"], os.environ["CRM_SERVER"] = os.path.abspath(daemon), os.path.abspath(server)
    os.environ.setdefault("CRMSYNCCTL", "")  # no bench needs it
    sys.path.insert(0, os.path.join(HERE, "..", "e2e"))
    import hubspot_world as module
    return module


def seed(crm, contacts):
    in_the_past(crm, lambda: crm.do("seed", count=contacts))


def in_the_past(crm, change):
    """What was changed a day ago is no news to the next incremental run."""
    crm.do("advance", ms=-DAY)
    change()
    crm.do("advance", ms=DAY)


def count_from_here(crm):
    crm.ask("DELETE", "/_control/traffic")
