"""/metrics: what an alert can rely on, and that the README's table names it all."""
import os
import pathlib
import re
import shutil
import unittest

from authority import Authority
from harness import World, wait_for
from tls_world import TlsWorld

README = pathlib.Path(__file__).resolve().parents[2] / "README.md"


def loaded(world, n=100):
    for record in range(n):
        world.crm(record, f"p{record}@example.com", opted_out=record == 0)
    world.write()
    world.start()
    world.sync()


class Metrics(unittest.TestCase):
    def test_a_sync_an_unsubscribe_and_a_re_activation(self):
        with World() as world:
            loaded(world)
            seen = world.metrics()
            self.assertEqual(seen['crmsyncd_contacts{account="harbour",status="subscribed"}'], 99)
            self.assertEqual(seen['crmsyncd_contacts{account="harbour",status="unsubscribed"}'], 1)
            self.assertEqual(seen['crmsyncd_suppressed_contacts{account="harbour",reason="integration"}'], 1)
            self.assertEqual(seen['crmsyncd_records{connection="crm"}'], 100)
            self.assertEqual(seen['crmsyncd_changes_total{change="new",connection="crm"}'], 100)
            self.assertEqual(seen['crmsyncd_connection_up{connection="crm"}'], 1)
            self.assertGreater(seen['crmsyncd_last_success_timestamp_seconds{connection="crm"}'], 1.7e9)
            runs = sum(seen[f'crmsyncd_runs_total{{connection="crm",state="{s}"}}'] for s in ("applied", "held", "failed"))
            self.assertEqual(seen['crmsyncd_run_duration_seconds_count{connection="crm"}'], runs)
            self.assertGreater(seen["crmsyncd_store_write_seconds_count"], 0)

            world.crm(1, opted_out=True)
            world.sync()
            world.event("unsubscribe", "p1@example.com", "2026-11-01T10:00:00Z")
            world.event("unsubscribe", "p2@example.com", "2026-11-01T10:00:00Z")
            wait_for(lambda: ("2", "true") in world.pushed(), "the CRM is told")
            wait_for(lambda: world.metrics()['crmsyncd_outbox_pushes{connection="crm",state="sent"}'] == 1, "it is sent")
            world.crm(1, opted_out=False)
            world.sync()
            seen = world.metrics()
            self.assertEqual(seen['crmsyncd_kept_unsubscribed_total{connection="crm"}'], 1)
            self.assertEqual(seen["crmsyncd_conflicts"], 1)
            self.assertEqual(seen['crmsyncd_changes_total{change="unsubscribed",connection="crm"}'], 2)
            self.assertEqual(seen['crmsyncd_suppressed_contacts{account="harbour",reason="contact"}'], 2)
            self.assertGreaterEqual(seen['crmsyncd_pushes_total{connection="crm",result="accepted"}'], 1)
            self.assertGreater(seen['crmsyncd_outbox_oldest_age_seconds{connection="crm"}'], 0)
            self.assertEqual(seen['crmsyncd_outbox_overdue_pushes{connection="crm"}'], 0)

    def test_a_held_run_shows_until_somebody_has_looked(self):
        with World() as world:
            loaded(world)
            for record in range(1, 61):
                world.crm(record, opted_out=True)
            held = world.sync()
            seen = world.metrics()
            self.assertEqual(seen['crmsyncd_held_runs{connection="crm"}'], 1)
            self.assertGreater(seen['crmsyncd_held_run_oldest_age_seconds{connection="crm"}'], 0)
            self.assertEqual(seen['crmsyncd_runs_total{connection="crm",state="held"}'], 1)
            self.assertEqual(seen['crmsyncd_contacts{account="harbour",status="on_hold"}'], 60)
            before = seen['crmsyncd_changes_total{change="unsubscribed",connection="crm"}']
            self.assertEqual(world.post(f"runs/{held['id']}/approve")[0], 200)
            seen = world.metrics()
            self.assertEqual(seen['crmsyncd_held_runs{connection="crm"}'], 0)
            self.assertEqual(seen['crmsyncd_held_run_oldest_age_seconds{connection="crm"}'], 0)
            self.assertEqual(seen['crmsyncd_changes_total{change="unsubscribed",connection="crm"}'], before + 60)

    def test_a_failing_connection_is_down_until_a_run_goes_well(self):
        with World() as world:
            loaded(world)
            os.remove(world.export)
            world.post("connections/crm/sync", {"mode": "full", "wait": True})
            seen = world.metrics()
            self.assertEqual(seen['crmsyncd_connection_up{connection="crm"}'], 0)
            self.assertEqual(seen['crmsyncd_connection_failures{connection="crm"}'], 1)
            self.assertEqual(seen['crmsyncd_runs_total{connection="crm",state="failed"}'], 1)
            world.sync()
            seen = world.metrics()
            self.assertEqual(seen['crmsyncd_connection_up{connection="crm"}'], 1)
            self.assertEqual(seen['crmsyncd_connection_failures{connection="crm"}'], 0)

    def test_pushes_that_do_not_arrive_age(self):
        with World() as world:
            loaded(world)
            shutil.rmtree(world.out)
            world.event("unsubscribe", "p2@example.com", "2026-11-01T10:00:00Z")
            failed = 'crmsyncd_pushes_total{connection="crm",result="failed"}'
            wait_for(lambda: world.metrics()[failed] >= 1, "an attempt fails")
            seen = world.metrics()
            self.assertEqual(seen['crmsyncd_outbox_pushes{connection="crm",state="pending"}'], 1)
            self.assertGreater(seen['crmsyncd_outbox_oldest_age_seconds{connection="crm"}'], 0)

    def test_requests_by_route_and_no_address_anywhere(self):
        with World() as world:
            loaded(world, 3)
            world.contact("p1@example.com")
            self.assertEqual(world.get("/api/v1/contacts/nobody@example.com?account=harbour")[0], 404)
            route = 'route="/api/v1/contacts/{id}"'
            seen = world.metrics()
            self.assertEqual(seen[f'crmsyncd_api_requests_total{{{route},status="200"}}'], 1)
            self.assertEqual(seen[f'crmsyncd_api_requests_total{{{route},status="404"}}'], 1)
            self.assertEqual(seen[f"crmsyncd_api_request_duration_seconds_count{{{route}}}"], 2)
            self.assertNotIn("@", "".join(seen))

    def test_a_new_scrape_has_what_the_process_needs(self):
        with World() as world:
            loaded(world, 3)
            seen = world.metrics()
            self.assertEqual([value for name, value in seen.items() if name.startswith("crmsyncd_build_info")], [1])
            self.assertGreater(seen["process_resident_memory_bytes"], 1e6)
            self.assertLess(seen["process_open_fds"], seen["process_max_fds"])
            self.assertGreater(seen["process_start_time_seconds"], 1.7e9)
            self.assertGreater(seen["crmsyncd_store_bytes"], 4096)
            self.assertLess(seen["process_cpu_seconds_total"], 60)

    def test_the_table_of_the_readme_is_complete_and_names_nothing_else(self):
        authority = Authority()
        self.addCleanup(authority.folder.cleanup)
        with TlsWorld(authority, authority.issue("server", "DNS:localhost")) as world:  # or there is no certificate
            loaded(world, 3)
            text = world.get("/metrics")[1]
            exported = set(re.findall(r"^# TYPE (\w+) ", text, re.M))
            described = set(re.findall(r"^\| `(\w+)`", README.read_text(), re.M))
            documented = {name for name in described if name.startswith(("crmsyncd_", "process_"))}
            self.assertEqual(documented, exported)
            self.assertEqual(set(re.findall(r"^# HELP (\w+) \S", text, re.M)), exported)


if __name__ == "__main__":
    unittest.main()
