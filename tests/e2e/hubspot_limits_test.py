"""Limits belong to the CRM account, whatever connections lead to it and however often they are made anew."""
import threading
import unittest

from harness import wait_for
from hubspot_world import HubSpotWorld


class TwoConnections(HubSpotWorld):
    """Two connections with one token, both reading at once."""

    def __init__(self, *server_arguments):
        super().__init__(*server_arguments)
        with open(self.config) as file:
            text = file.read()
        connection = text[text.index("      - id: crm"):].rstrip()
        with open(self.config, "w") as file:
            file.write(text.rstrip() + "\n" + connection.replace("id: crm", "id: second") + "\n")

    def sync_both(self, mode):
        threads = [threading.Thread(target=self.post, args=(f"connections/{name}/sync", {"mode": mode, "wait": True}))
                   for name in ("crm", "second")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


class OneAccount(unittest.TestCase):
    def test_two_connections_with_one_token_keep_its_limits_together(self):
        with TwoConnections("--seed", "900", "--enforce-limits") as world:
            world.crm.settings(ten_secondly=16)  # one of them alone would stay below
            world.start()  # which makes both list 10 pages
            wait_for(lambda: [run["state"] for run in world.runs()] == ["applied"] * 2, "the first runs", seconds=120)
            world.sync_both("incremental")  # 5 searches each
            for run in world.runs():
                self.assertEqual((run["state"], run["counts"]["fetched"]), ("applied", 900), run)
            self.assertEqual(world.crm.traffic()["refused"], 0)

    def test_a_wait_that_hubspot_told_is_kept_over_a_reload(self):
        with HubSpotWorld() as world:
            world.crm.create("ann@example.com")
            world.start()
            self.assertEqual(world.sync()["state"], "applied")
            world.crm.fault("rate_limited", text="3600", count=1)
            self.assertEqual(world.sync()["state"], "failed")
            world.reload()
            before = world.crm.traffic()["requests"]
            _, answer = world.post("connections/crm/test")
            self.assertIn("the CRM's rate limit is used up", str(answer))
            self.assertEqual(world.crm.traffic()["requests"], before)


if __name__ == "__main__":
    unittest.main()
