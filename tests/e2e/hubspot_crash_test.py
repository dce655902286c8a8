"""kill -9 at 200 random moments of syncs with pushes in flight, against a simulated HubSpot: the same end state as
without, no push lost, none turned round."""
import random
import select
import unittest

from crash_test import opt_out_address, state_of
from harness import wait_for
from hubspot_world import HubSpotWorld

CONTACTS = 3000
KILLS = 200


def first_changes(crm, emails):
    """Before the first half: some are opted out in the CRM (the seed has others)."""
    for email in emails[::150]:
        crm.opt_out(email)


def second_changes(crm, emails):
    for email in emails[::150]:
        crm.opt_out(email, False)
    for email in emails[1::150]:
        crm.opt_out(email)


def settle(world):
    if world.process is None or world.process.poll() is not None:
        world.start()
    run = world.sync()
    assert run["state"] == "applied", run
    waiting = lambda: [p for p in world.get("/api/v1/outbox?limit=1000")[1]["items"]
                       if p["state"] in ("pending", "sent", "dead")]
    for push in waiting():
        world.post(f"outbox/{push['id']}/retry")  # now instead of after its pause
    wait_for(lambda: not waiting(), "every push is settled", 60)
    world.sync()


class Crash(unittest.TestCase):
    def test_kill_at_any_moment_ends_in_the_same_state(self):
        seed = random.randrange(1 << 30)
        dice = random.Random(seed)
        acknowledged = []
        arguments = ("--seed", str(CONTACTS))
        limits = "limits: { max_unsubscribe: { percent: 50, at_least: 1000, at_most: 5000 }, " \
                 "max_resubscribe: { percent: 50, at_least: 1000, at_most: 5000 } }"
        with HubSpotWorld(*arguments, options=limits) as world, HubSpotWorld(*arguments, options=limits) as calm:
            emails = [c["email"] for c in world.crm.ask("GET", f"/_control/contacts?limit={CONTACTS}")["contacts"]]
            first_changes(world.crm, emails)
            for kill in range(KILLS):
                if kill == KILLS // 2:
                    settle(world)
                    world.kill()
                    second_changes(world.crm, emails)
                world.start()
                if kill >= KILLS // 2:
                    email = emails[3 + 20 * (kill - KILLS // 2)]
                    world.post("connections/crm/sync", {"mode": "full", "wait": False})
                    if opt_out_address(world, email):
                        acknowledged.append(email)
                select.select([], [], [], dice.random() * 0.15)
                world.kill()
            settle(world)
            self.assertTrue(world.get("/api/v1/audit/verify")[1]["ok"])
            self.assertEqual([e for e in acknowledged if not world.crm.opted_out(e)], [], "a push was lost")
            world.stop()

            first_changes(calm.crm, emails)
            calm.start()
            calm.sync()
            second_changes(calm.crm, emails)
            calm.sync()
            for email in acknowledged:
                self.assertTrue(opt_out_address(calm, email))
            settle(calm)
            calm.stop()
            self.assertEqual(state_of(world), state_of(calm), f"seed {seed}")
            for email in emails:
                self.assertEqual(world.crm.opted_out(email), calm.crm.opted_out(email), f"{email}, seed {seed}")


if __name__ == "__main__":
    unittest.main()
