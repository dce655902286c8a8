"""The rule, each way, between the real daemon and a simulated HubSpot."""
import json
import sqlite3
import unittest
import urllib.parse
import urllib.request

from harness import wait_for
from hubspot_world import HubSpotWorld, TOKEN


class Rule(unittest.TestCase):
    def test_what_the_crm_says_the_crm_may_undo(self):
        with HubSpotWorld() as world:
            for n in range(5):
                world.crm.create(f"p{n}@example.com")
            world.crm.opt_out("p0@example.com")
            world.start()
            run = world.sync()
            self.assertEqual(run["state"], "applied", run)
            self.assertEqual(run["counts"]["fetched"], 5)
            self.assertEqual(world.reasons("p0@example.com"), ["integration"])
            world.crm.opt_out("p1@example.com")
            self.assertEqual(world.sync("incremental")["counts"]["unsubscribed"], 1)
            world.crm.opt_out("p0@example.com", False)
            world.crm.opt_out("p1@example.com", False)
            self.assertEqual(world.sync("incremental")["counts"]["resubscribed"], 2)
            self.assertTrue(world.contact("p0@example.com")["mailable"])

    def test_a_person_s_no_survives_a_re_activation_and_arrives_in_the_crm_once(self):
        with HubSpotWorld() as world:
            for name in ("ann", "bea"):
                world.crm.create(f"{name}@example.com")
            world.start()
            world.sync()
            world.event("unsubscribe", "ann@example.com", "2026-11-01T10:00:00Z")
            wait_for(lambda: world.crm.opted_out("ann@example.com"), "the opt-out arrives")
            self.assertFalse(world.crm.opted_out("bea@example.com"))
            world.sync()
            self.assertEqual(world.reasons("ann@example.com"), ["contact"])  # our echo is not the CRM's own no
            world.crm.opt_out("ann@example.com", False)
            run = world.sync()
            self.assertEqual(run["counts"]["kept_unsubscribed"], 1)
            self.assertEqual(world.reasons("ann@example.com"), ["contact"])

    def test_what_is_only_ours_to_know_is_never_pushed(self):
        with HubSpotWorld() as world:
            world.crm.create("ann@example.com")
            world.start()
            world.sync()
            for kind in ("hard_bounce", "failed_validation"):
                world.event(kind, "ann@example.com", "2026-11-01T10:00:00Z")
            world.sync()
            self.assertFalse(world.contact("ann@example.com")["mailable"])
            self.assertEqual(world.get("/api/v1/outbox")[1]["items"], [])
            self.assertFalse(world.crm.opted_out("ann@example.com"))

    def test_an_archived_contact_is_not_mailed(self):
        with HubSpotWorld() as world:
            ids = [world.crm.create(f"p{n}@example.com") for n in range(3)]
            world.start()
            world.sync()
            world.crm.do("archive", id=ids[1])
            world.sync()
            self.assertFalse(world.contact("p1@example.com")["mailable"])
            self.assertTrue(world.contact("p0@example.com")["mailable"])

    def test_an_opt_out_survives_a_merge(self):
        with HubSpotWorld() as world:
            kept = world.crm.create("ann@example.com")
            away = world.crm.create("anna@example.com")
            world.crm.opt_out("anna@example.com")
            world.start()
            world.sync()
            world.crm.do("merge", id=kept, other=away)
            world.sync()
            self.assertFalse(world.contact("ann@example.com")["mailable"])

    def test_an_opt_out_that_does_not_move_the_modified_date_is_found_by_the_sweep(self):
        with HubSpotWorld() as world:
            world.crm.settings(opt_out_moves_modified=False)
            world.crm.do("advance", ms=-3_600_000)  # behind the overlap of the next poll
            for n in range(3):
                world.crm.create(f"p{n}@example.com")
            world.crm.do("advance", ms=3_600_000)
            world.start()
            world.sync()
            world.crm.opt_out("p2@example.com")
            world.sync("incremental")
            self.assertTrue(world.contact("p2@example.com")["mailable"], "no sweep is due: the poll cannot see it")
            world.stop()
            store = sqlite3.connect(world.store)
            store.execute("UPDATE connection SET cursor = json_set(cursor, '$.swept', 0)")  # long ago
            store.commit()
            store.close()
            world.start()
            world.sync("incremental")
            self.assertEqual(world.reasons("p2@example.com"), ["integration"])

    def test_search_lag_loses_nothing(self):
        with HubSpotWorld("--lag", "5000") as world:
            world.crm.create("ann@example.com")
            world.start()
            world.sync()
            world.crm.opt_out("ann@example.com")
            world.sync("incremental")
            world.crm.do("advance", ms=6000)
            world.sync("incremental")
            self.assertEqual(world.reasons("ann@example.com"), ["integration"])


class OneSubscriptionType(unittest.TestCase):
    """With `subscription_id` the connection is about one type of mail, whatever a person says of the others."""
    NEWSLETTER, OFFERS = 39644612, 39644613

    def choose(self, world, email, kind, state):
        """In HubSpot."""
        request = urllib.request.Request(
            f"{world.crm.url}/communication-preferences/2026-09/statuses/{urllib.parse.quote(email)}",
            json.dumps({"statusState": state, "subscriptionId": kind, "channel": "EMAIL"}).encode(), method="POST",
            headers={"Authorization": "Bearer " + TOKEN, "Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            self.assertEqual(answer.status, 200)

    def chosen(self, world, email):
        """{type: state} in HubSpot."""
        request = urllib.request.Request(
            f"{world.crm.url}/communication-preferences/2026-09/statuses/{urllib.parse.quote(email)}?channel=EMAIL",
            headers={"Authorization": "Bearer " + TOKEN})
        with urllib.request.urlopen(request, timeout=60) as answer:
            return {one["subscriptionId"]: one["status"] for one in json.loads(answer.read())["results"]}

    def world(self):
        world = HubSpotWorld(options=f'subscription_id: "{self.NEWSLETTER}"\n        push: both')
        world.crm.create("ann@example.com")
        world.start()
        world.sync()
        return world

    def test_the_crm_may_undo_a_no_to_this_type_and_one_to_another_counts_nothing(self):
        with self.world() as world:
            self.choose(world, "ann@example.com", self.OFFERS, "UNSUBSCRIBED")
            world.sync()
            self.assertTrue(world.contact("ann@example.com")["mailable"])
            self.choose(world, "ann@example.com", self.NEWSLETTER, "UNSUBSCRIBED")
            world.sync()
            self.assertEqual(world.reasons("ann@example.com"), ["integration"])
            self.choose(world, "ann@example.com", self.NEWSLETTER, "SUBSCRIBED")
            world.sync()
            self.assertTrue(world.contact("ann@example.com")["mailable"])

    def test_a_no_said_here_arrives_there_and_so_does_its_end_where_both_are_pushed(self):
        with self.world() as world:
            world.post("contacts/unsubscribe", {"account": "harbour", "email": "ann@example.com"})
            wait_for(lambda: self.chosen(world, "ann@example.com")[self.NEWSLETTER] == "UNSUBSCRIBED", "the opt-out arrives")
            self.assertNotEqual(self.chosen(world, "ann@example.com")[self.OFFERS], "UNSUBSCRIBED")
            self.assertFalse(world.crm.opted_out("ann@example.com"), "all mail was not asked for")
            world.sync()
            _, answer = world.post("contacts/ann@example.com/resubscribe?account=harbour",
                                   {"confirmation": {"permission": True, "statement": "by phone"}})
            self.assertEqual(answer["outcome"], "resubscribed", answer)
            wait_for(lambda: self.chosen(world, "ann@example.com")[self.NEWSLETTER] == "SUBSCRIBED", "the opt-in arrives")
            world.sync()
            self.assertTrue(world.contact("ann@example.com")["mailable"])

    def test_without_a_type_an_opt_in_cannot_be_told_and_somebody_hears_of_it(self):
        with HubSpotWorld(options="push: both") as world:
            world.crm.create("ann@example.com")
            world.start()
            world.sync()
            world.post("contacts/unsubscribe", {"account": "harbour", "email": "ann@example.com"})
            wait_for(lambda: world.crm.opted_out("ann@example.com"), "the opt-out arrives")
            world.sync()
            world.post("contacts/ann@example.com/resubscribe?account=harbour",
                       {"confirmation": {"permission": True, "statement": "by phone"}})
            wait_for(lambda: "push is dead" in world.log_text(), "the alarm")
            dead = world.get("/api/v1/outbox?state=dead")[1]["items"]
            self.assertEqual([push["kind"] for push in dead], ["opt_in"])
            self.assertIn("configure subscription_id", dead[0]["error"])


class Calls(unittest.TestCase):
    """What a run costs the CRM account."""

    def calls_of(self, world, mode):
        before = world.crm.traffic()["requests"]
        run = world.sync(mode)
        self.assertEqual(run["state"], "applied", run)
        return world.crm.traffic()["requests"] - before, run

    def seeded_an_hour_ago(self, world):
        """Polls overlap by minutes; what is older than that they do not read again."""
        world.crm.do("advance", ms=-3_600_000)
        world.crm.do("seed", count=1500)
        world.crm.do("advance", ms=3_600_000)
        world.start()
        world.sync()
        world.sync("incremental")

    def test_a_poll_without_changes_costs_one_call(self):
        with HubSpotWorld() as world:
            self.seeded_an_hour_ago(world)
            self.assertEqual(self.calls_of(world, "incremental")[0], 1)

    def test_a_thousand_changes_cost_at_most_twelve_calls(self):
        with HubSpotWorld() as world:
            self.seeded_an_hour_ago(world)
            world.crm.do("touch", id=100_001, count=1000, first="Renamed")
            calls, run = self.calls_of(world, "incremental")
            self.assertGreaterEqual(run["counts"]["fetched"], 1000)
            self.assertLessEqual(calls, 12)

    def test_limits_that_are_enforced_are_kept(self):
        with HubSpotWorld("--seed", "3000", "--enforce-limits") as world:
            world.start()
            world.sync()
            for _ in range(3):
                world.sync("incremental")
            self.assertEqual(world.crm.traffic()["refused"], 0)


class ConnectionTest(unittest.TestCase):
    def test_each_thing_has_its_own_verdict(self):
        with HubSpotWorld() as world:
            for n in range(5):
                world.crm.create(f"p{n}@example.com")
            world.start()
            status, answer = world.post("connections/crm/test")
            self.assertEqual(status, 200)
            self.assertEqual(self.failed(answer), [])
            self.assertEqual({verdict["check"] for verdict in answer["verdicts"]},
                             {"reachable", "token", "account", "scopes for reading", "scopes for pushing", "opt-out property",
                              "communication preferences"})
            self.assertEqual([sample["email"] for sample in answer["samples"]], [f"p{n}@example.com" for n in range(3)])
            self.assertEqual({sample["opted_out"] for sample in answer["samples"]}, {False})
            world.crm.settings(scopes=["crm.objects.contacts.read"])
            self.assertEqual(self.failed(world.post("connections/crm/test")[1]), ["scopes for pushing"])
            world.crm.settings(scopes=["communication_preferences.read_write"])
            self.assertEqual(self.failed(world.post("connections/crm/test")[1]), ["scopes for reading"])
            with open(world.token, "w") as file:
                file.write("somebody-else-s\n")
            world.reload()
            self.assertEqual(self.failed(world.post("connections/crm/test")[1]), ["token"])
            world.crm.stop()
            self.assertEqual(self.failed(world.post("connections/crm/test")[1]), ["reachable"])

    def failed(self, answer):
        return [verdict["check"] for verdict in answer["verdicts"] if not verdict["ok"]]

    def test_a_wrong_token_stops_the_connection_until_somebody_looks(self):
        with HubSpotWorld() as world:
            world.crm.create("ann@example.com")
            world.crm.settings(token="another")
            world.start()
            run = world.sync()
            self.assertEqual(run["state"], "failed")
            self.assertNotIn("demo-token", world.log_text())
            refused = world.crm.traffic()["requests"]
            self.assertLess(refused, 10)


if __name__ == "__main__":
    unittest.main()
