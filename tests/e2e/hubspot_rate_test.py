"""A full sync against a server that refuses what is beyond its limit: none is refused, and little is left unused."""
import unittest

from hubspot_world import HubSpotWorld

ALLOWED = 40  # in any ten seconds
CONTACTS = 4150
CALLS = 42 + 1  # pages, and the archived ones: more than one window takes


class Rate(unittest.TestCase):
    def test_a_full_sync_uses_the_limit_that_the_server_tells_and_is_never_refused(self):
        with HubSpotWorld("--seed", str(CONTACTS), "--enforce-limits") as world:
            world.crm.settings(ten_secondly=ALLOWED)
            run = world.once()
            self.assertEqual(run.returncode, 0, run.stderr)
            traffic = world.crm.traffic()
            self.assertEqual(traffic["refused"], 0)
            self.assertEqual(traffic["requests"], CALLS)
            seconds = (traffic["last_ns"] - traffic["first_ns"]) / 1e9
            self.assertGreater((traffic["requests"] - 1) / seconds, 0.9 * ALLOWED / 10)


if __name__ == "__main__":
    unittest.main()
