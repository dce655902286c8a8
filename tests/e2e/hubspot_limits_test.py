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
        runs = {}

        def sync(name):
            runs[name] = self.post(f"connections/{name}/sync", {"mode": mode, "wait": True})[1]

        threads = [threading.Thread(target=sync, args=(name,)) for name in ("crm", "second")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return runs


class OneAccount(unittest.TestCase):
    def test_two_connections_with_one_token_keep_its_limits_together(self):
        with TwoConnections("--seed", "2000", "--enforce-limits") as world:
            world.crm.settings(ten_secondly=60)
            world.start()
            for mode in ("full", "incremental"):  # a list of 21 pages, then 10 searches, for each
                for run in world.sync_both(mode).values():
                    self.assertEqual(run["state"], "applied", run)
                    self.assertEqual(run["counts"]["fetched"], 2000)
            self.assertEqual(world.crm.traffic()["refused"], 0)

    def test_a_reload_forgets_nothing_of_what_was_sent(self):
        with HubSpotWorld("--seed", "500", "--enforce-limits") as world:
            world.crm.settings(ten_secondly=8)
            world.start()
            wait_for(lambda: world.runs() and world.runs()[0]["state"] == "applied", "the first run", 60)
            world.reload()
            self.assertEqual(world.sync()["state"], "applied")
            self.assertEqual(world.crm.traffic()["refused"], 0)


if __name__ == "__main__":
    unittest.main()
