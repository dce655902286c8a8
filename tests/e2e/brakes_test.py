"""Brakes: stop before the first, stay on the safe side, resume."""
import os
import unittest

from harness import World


def loaded(world, n, opted_out=False):
    for record in range(n):
        world.crm(record, f"p{record}@example.com", opted_out=opted_out)
    world.write()
    world.start()
    world.sync()


class Brakes(unittest.TestCase):
    def test_a_mass_unsubscribe_is_held_and_its_contacts_are_on_hold(self):
        with World() as world:
            loaded(world, 100)
            for record in range(60):
                world.crm(record, opted_out=True)
            run = world.sync()
            self.assertEqual((run["state"], run["counts"]["held"]), ("held", 60))
            self.assertEqual(world.contact("p0@example.com")["status"], "on_hold")
            self.assertEqual(world.contact("p99@example.com")["status"], "subscribed")
            # The CRM takes one back: it leaves the plan; the rest waits and is not proposed again.
            world.crm(0, opted_out=False)
            self.assertEqual(world.sync()["state"], "applied")
            self.assertEqual(world.contact("p0@example.com")["status"], "subscribed")
            status, approved = world.post(f"runs/{run['id']}/approve")
            self.assertEqual((status, approved["state"]), (200, "applied"))
            self.assertEqual(world.contact("p1@example.com")["reason"], "integration")
            self.assertEqual(world.contact("p0@example.com")["status"], "subscribed")

    def test_a_mass_resubscribe_that_is_rejected_is_not_proposed_again(self):
        with World() as world:
            loaded(world, 100, opted_out=True)
            for record in range(60):
                world.crm(record, opted_out=False)
            run = world.sync()
            self.assertEqual(run["state"], "held")
            self.assertEqual(world.contact("p0@example.com")["status"], "unsubscribed")
            self.assertEqual(world.post(f"runs/{run['id']}/reject")[0], 200)
            again = world.sync()
            self.assertEqual((again["state"], again["counts"]["resubscribed"]), ("applied", 0))
            self.assertEqual(world.contact("p0@example.com")["status"], "unsubscribed")

    def test_a_file_cut_short_applies_opt_outs_and_nothing_else(self):
        with World() as world:
            loaded(world, 20)
            world.crm(1, opted_out=True)
            world.crm(100, "new@example.com", opted_out=False)
            world.write()
            world.write(cut=os.path.getsize(world.export) - 20)
            status, run = world.post("connections/crm/sync", {"mode": "full", "wait": True})
            self.assertEqual((status, run["state"]), (200, "held"))
            self.assertEqual(world.contact("p1@example.com")["reason"], "integration")
            self.assertEqual(world.get("/api/v1/contacts/new@example.com?account=harbour")[0], 404)
            self.assertEqual(world.sync()["state"], "applied")
            self.assertTrue(world.contact("new@example.com")["mailable"])

    def test_a_record_is_deleted_after_two_absences_in_a_row(self):
        with World() as world:
            loaded(world, 100)
            del world.rows["7"]
            self.assertEqual(world.sync()["counts"]["deleted"], 0)
            self.assertTrue(world.contact("p7@example.com")["mailable"])
            self.assertEqual(world.sync()["counts"]["deleted"], 1)
            self.assertEqual(world.contact("p7@example.com")["reason"], "integration")
            world.crm(7, "p7@example.com", opted_out=False)
            self.assertEqual(world.sync()["counts"]["resubscribed"], 1)

    def test_a_file_that_lost_most_of_its_rows_is_not_believed_until_approved(self):
        with World() as world:
            loaded(world, 100)
            for record in range(10, 100):
                del world.rows[str(record)]
            run = world.sync()
            self.assertEqual(run["state"], "held")
            self.assertTrue(world.contact("p50@example.com")["mailable"])
            status, approved = world.post(f"runs/{run['id']}/approve")
            self.assertEqual((status, approved["state"]), (200, "applied"))
            self.assertFalse(world.contact("p50@example.com")["mailable"])

    def test_a_plan_changes_nothing(self):
        with World() as world:
            loaded(world, 100)
            world.crm(3, opted_out=True)
            world.write()
            status, plan = world.post("connections/crm/plan", {"mode": "full"})
            self.assertEqual(status, 200)
            self.assertEqual([change["external_id"] for change in plan["changes"]], ["3"])
            self.assertEqual(plan["run"]["api_calls"], 1)
            self.assertGreater(plan["run"]["started_at"], world.get("/api/v1/runs")[1]["items"][0]["started_at"])
            self.assertTrue(world.contact("p3@example.com")["mailable"])
            self.assertEqual(world.sync()["counts"]["unsubscribed"], 1)


class Plans(unittest.TestCase):
    def test_a_plan_counts_the_changes_that_it_does_not_show(self):
        with World() as world:
            loaded(world, 10_100)
            for record in range(10_050):
                world.rows[str(record)].update(out=True, at="2027-01-01 00:00")
            world.write()
            plan = world.post("connections/crm/plan", {"mode": "full"})[1]
            self.assertEqual((len(plan["changes"]), plan["total_changes"]), (10_000, 10_050))


if __name__ == "__main__":
    unittest.main()
