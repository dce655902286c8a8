"""Tokens are replaced while the daemon runs: HubSpot refuses the old one, the file gets the new one, a reload is
enough."""
import os
import unittest

from harness import wait_for
from hubspot_world import TOKEN, HubSpotWorld

NEW = "rotated-token"


class Rotation(unittest.TestCase):
    def state(self, world):
        return world.get("/api/v1/connections")[1]["items"][0]["state"]

    def put_token(self, world, token):
        """As an administrator or a secret store does it: a new file in the old one's place."""
        with open(world.token + ".new", "w") as file:
            file.write(token + "\n")
        os.chmod(world.token + ".new", 0o600)
        os.rename(world.token + ".new", world.token)

    def told(self, world):
        """How often the CRM was told of opt-outs, or refused to listen."""
        routes = world.crm.traffic()["routes"]
        return sum(count for route, count in routes.items() if "unsubscribe-all" in route and route.startswith("POST"))

    def test_a_refused_token_is_not_tried_with_every_opt_out(self):
        with HubSpotWorld() as world:
            for n in range(20):
                world.crm.create(f"p{n}@example.com")
            world.start()
            self.assertEqual(world.sync()["state"], "applied")
            world.crm.settings(token=NEW)
            world.event("unsubscribe", "p0@example.com", "2026-11-01T10:00:00Z")
            wait_for(lambda: "push failed" in world.log_text(), "the token is refused")
            for n in range(1, 20):
                world.event("unsubscribe", f"p{n}@example.com", "2026-11-01T10:00:00Z")
            world.reload()
            wait_for(lambda: world.log_text().count("push failed") == 2, "somebody looked: one more try")
            self.assertEqual(self.told(world), 2)

    def test_a_new_token_in_the_file_and_a_reload_bring_the_connection_back(self):
        with HubSpotWorld() as world:
            world.crm.create("ann@example.com")
            world.crm.create("bea@example.com")
            world.start()
            self.assertEqual(world.sync()["state"], "applied")
            world.crm.settings(token=NEW)
            self.assertEqual(world.sync()["state"], "failed")
            self.assertEqual(self.state(world), "stopped")
            world.event("unsubscribe", "ann@example.com", "2026-11-01T10:00:00Z")
            world.crm.opt_out("bea@example.com")

            world.reload()  # the file has not changed yet
            wait_for(lambda: len(world.runs()) == 4 and world.runs()[0]["state"] == "failed", "it is tried once more")
            self.assertEqual(self.state(world), "stopped")
            self.assertFalse(world.crm.opted_out("ann@example.com"))

            self.put_token(world, NEW)
            world.reload()
            wait_for(lambda: world.runs()[0]["state"] == "applied", "it recovers by itself")
            self.assertEqual(self.state(world), "idle")
            wait_for(lambda: world.crm.opted_out("ann@example.com"), "the opt-out arrives")
            self.assertEqual(world.reasons("bea@example.com"), ["integration"])
            for token in (TOKEN, NEW):
                self.assertNotIn(token, world.log_text())

    def test_a_token_that_is_good_again_and_a_person_s_sync_bring_the_pushes_back(self):
        with HubSpotWorld() as world:
            world.crm.create("ann@example.com")
            world.start()
            self.assertEqual(world.sync()["state"], "applied")
            world.crm.settings(token=NEW)
            world.event("unsubscribe", "ann@example.com", "2026-11-01T10:00:00Z")
            wait_for(lambda: "push failed" in world.log_text(), "the token is refused")
            world.crm.settings(token=TOKEN)
            self.assertEqual(world.sync("incremental")["state"], "applied")
            wait_for(lambda: world.crm.opted_out("ann@example.com"), "the opt-out arrives")

    def test_a_file_that_cannot_be_read_leaves_the_old_token_in_use(self):
        with HubSpotWorld() as world:
            world.crm.create("ann@example.com")
            world.start()
            self.assertEqual(world.sync()["state"], "applied")
            os.unlink(world.token)
            world.reload()
            self.assertIn("configuration refused, the old one stays", world.log_text())
            self.assertIn(world.token, world.log_text())
            self.assertEqual(world.sync()["state"], "applied")


if __name__ == "__main__":
    unittest.main()
