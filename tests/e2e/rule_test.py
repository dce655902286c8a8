"""The rule: only what the CRM itself said may be undone by the CRM."""
import unittest

from harness import World, wait_for

# reason -> the events that make it
MADE_BY = {
    "contact": [("unsubscribe", "2026-11-01T10:00:00Z")],
    "spam_complaint": [("spam_complaint", "2026-11-01T10:00:00Z")],
    "hard_bounce": [("hard_bounce", "2026-11-01T10:00:00Z")],
    "failed_validation": [("failed_validation", "2026-11-01T10:00:00Z")],
    "soft_bounce": [("soft_bounce", f"2026-11-0{day}T10:00:00Z") for day in (1, 2, 3)],
    "blocked": [("blocked", f"2026-11-0{day}T10:00:00Z") for day in (1, 2, 3)],
    "deferral": [("deferral", f"2026-11-2{day}T10:00:00Z") for day in (0, 1, 2)],
}
PUSHED = {"contact", "spam_complaint", "manual"}


class Rule(unittest.TestCase):
    def test_what_the_crm_says_the_crm_may_undo(self):
        with World() as world:
            for record in range(5):
                world.crm(record, f"p{record}@example.com", opted_out=record == 0)
            world.write()
            world.start()
            world.sync()
            self.assertEqual(world.contact("p0@example.com")["reason"], "integration")
            world.crm(1, opted_out=True)
            self.assertEqual(world.sync()["counts"]["unsubscribed"], 1)
            self.assertEqual(world.reasons("p1@example.com"), ["integration"])
            world.crm(1, opted_out=False)
            world.crm(0, opted_out=False)
            self.assertEqual(world.sync()["counts"]["resubscribed"], 2)
            self.assertTrue(world.contact("p1@example.com")["mailable"])
            self.assertTrue(world.get("/api/v1/audit/verify")[1]["ok"])

    def test_every_other_reason_survives_a_re_activation_in_the_crm(self):
        reasons = sorted(MADE_BY) + ["manual"]
        with World() as world:
            for n, reason in enumerate(reasons):
                world.crm(n, f"{reason}@example.com", opted_out=True)
            world.write()
            world.start()
            world.sync()
            for reason, events in MADE_BY.items():
                for kind, at in events:
                    world.event(kind, f"{reason}@example.com", at)
            status, _ = world.post("contacts/unsubscribe", {"account": "harbour", "email": "manual@example.com"})
            self.assertEqual(status, 200)
            for n in range(len(reasons)):
                world.crm(n, opted_out=False)
            counts = world.sync()["counts"]
            self.assertEqual(counts["kept_unsubscribed"], len(reasons))
            self.assertEqual(counts["resubscribed"], 0)
            for reason in reasons:
                with self.subTest(reason=reason):
                    self.assertEqual(world.reasons(f"{reason}@example.com"), [reason])
                    self.assertFalse(world.contact(f"{reason}@example.com")["mailable"])
                    explained = world.explain(f"{reason}@example.com")
                    self.assertTrue(explained["summary"] and explained["next"])

    def test_an_opt_out_is_pushed_once_and_what_concerns_delivery_never(self):
        reasons = sorted(MADE_BY)
        with World() as world:
            for n, reason in enumerate(reasons):
                world.crm(n, f"{reason}@example.com", opted_out=False)
            world.crm("m", "manual@example.com", opted_out=False)
            world.write()
            world.start()
            world.sync()
            for reason, events in MADE_BY.items():
                for kind, at in events:
                    for _ in range(2):  # a replayed event changes nothing
                        world.event(kind, f"{reason}@example.com", at)
            world.post("contacts/unsubscribe", {"account": "harbour", "email": "manual@example.com"})
            expected = sorted((str(n), "true") for n, reason in enumerate(reasons) if reason in PUSHED) + [("m", "true")]
            wait_for(lambda: len(world.pushed()) >= len(expected), "the opt-outs are pushed")
            world.sync()
            self.assertEqual(world.pushed(), sorted(expected))

    def test_the_echo_of_a_push_is_no_opt_out_of_the_crm(self):
        with World() as world:
            world.crm(1, "ann@example.com", opted_out=False)
            world.write()
            world.start()
            world.sync()
            world.event("unsubscribe", "ann@example.com", "2026-11-01T10:00:00Z")
            wait_for(world.pushed, "the opt-out is pushed")
            world.crm(1, opted_out=True)
            world.sync()
            self.assertEqual(world.reasons("ann@example.com"), ["contact"])
            pushes = world.explain("ann@example.com")["pushes"]
            self.assertEqual([push["state"] for push in pushes], ["acknowledged"])

    def test_two_records_of_one_address_are_one_contact(self):
        with World() as world:
            world.crm(1, "Ann@Example.com", opted_out=True)
            world.crm(2, "ann@example.com", opted_out=True)
            world.write()
            world.start()
            world.sync()
            world.crm(1, opted_out=False)
            world.sync()
            self.assertFalse(world.contact("ann@example.com")["mailable"])
            world.crm(2, opted_out=False)
            world.sync()
            self.assertTrue(world.contact("ann@example.com")["mailable"])

    def test_changing_the_address_does_not_launder_an_opt_out(self):
        with World() as world:
            world.crm(1, "old@example.com", opted_out=False)
            world.write()
            world.start()
            world.sync()
            world.event("unsubscribe", "old@example.com", "2026-11-01T10:00:00Z")
            world.crm(1, email="new@example.com")
            world.sync()
            self.assertEqual(world.reasons("new@example.com"), ["contact"])
            self.assertEqual(world.reasons("old@example.com"), ["contact"])

    def test_explain_names_an_operator_only_where_the_account_lets_operators_resubscribe(self):
        with World() as world:
            world.crm(1, "ann@example.com", opted_out=False)
            world.write()
            world.start()
            world.sync()
            world.post("contacts/unsubscribe", {"account": "harbour", "email": "ann@example.com"})
            explained = world.explain("ann@example.com")
            self.assertIn("this account forbids", explained["next"])
            self.assertFalse(explained["suppressions"][0]["operator_may_lift"])
            world.change_config("- id: harbour", "- id: harbour\n    resubscribe: allowed")
            world.reload()
            explained = world.explain("ann@example.com")
            self.assertIn("An operator may lift it", explained["next"])
            self.assertTrue(explained["suppressions"][0]["operator_may_lift"])

    def test_an_unsubscribe_for_an_unknown_address_is_kept(self):
        with World() as world:
            world.crm(1, "ann@example.com", opted_out=False)
            world.write()
            world.start()
            world.sync()
            world.event("unsubscribe", "later@example.com", "2026-11-01T10:00:00Z")
            world.crm(2, "later@example.com", opted_out=False)
            world.sync()
            self.assertEqual(world.reasons("later@example.com"), ["contact"])
            wait_for(lambda: ("2", "true") in world.pushed(), "the CRM is told")


if __name__ == "__main__":
    unittest.main()
