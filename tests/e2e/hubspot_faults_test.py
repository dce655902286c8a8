"""Every way in which a server can misbehave: afterwards the state is right, nothing is lost or doubled, the log says what
it was, the API answers meanwhile, and the connection recovers by itself."""
import unittest

from harness import wait_for
from hubspot_world import HubSpotWorld

CONTACTS = 230  # three pages of the list


class Faults(unittest.TestCase):
    def setUp(self):
        self.world = HubSpotWorld()
        self.addCleanup(self.world.__exit__)
        for n in range(CONTACTS):
            self.world.crm.create(f"p{n}@example.com")
        self.world.crm.opt_out("p7@example.com")
        self.world.start()

    def assert_right(self):
        """Both sides agree, and each contact is there once."""
        status = self.world.get("/api/v1/status")[1]
        contacts = next(a for a in status["accounts"] if a["id"] == "harbour")["contacts"]
        self.assertEqual(contacts, {"subscribed": CONTACTS - 1, "unsubscribed": 1, "on_hold": 0})
        self.assertEqual(self.world.reasons("p7@example.com"), ["integration"])
        self.assertTrue(self.world.get("/api/v1/audit/verify")[1]["ok"])

    def assert_survived(self, kind, log=None, while_broken="applied", **fault):
        """The first sync meets the fault; the next one, without it, ends right."""
        self.world.crm.fault(kind, path="/contacts", **fault)
        run = self.world.sync()
        self.assertEqual(run["state"], while_broken, run)
        self.assertEqual(self.world.get("/readyz")[0], 200)
        if log:
            self.assertRegex(self.world.log_text(), log)
        self.world.crm.heal()
        self.assertEqual(self.world.sync()["state"], "applied")
        self.assert_right()

    # --- reading ---
    def test_latency(self):
        self.assert_survived("latency", number=150, count=2)

    def test_rate_limit_with_seconds(self):
        self.assert_survived("rate_limited", number=1, text="1", count=1, after=1)

    def test_rate_limit_with_a_date(self):
        self.assert_survived("rate_limited", number=1, text="date", count=1, after=1)

    def test_rate_limit_with_garbage(self):
        self.assert_survived("rate_limited", text="soon", count=1, after=1)

    def test_server_error_that_passes(self):
        self.assert_survived("status", number=503, count=2, after=1)

    def test_server_error_that_stays(self):
        self.assert_survived("status", number=502, while_broken="failed", log="502")

    def test_reset_before_the_answer(self):
        self.assert_survived("reset_before", count=1, after=1)

    def test_reset_inside_the_body(self):
        self.assert_survived("reset_inside", count=1, after=1)

    def test_reset_after_the_body(self):
        self.assert_survived("reset_after", count=2)

    def test_truncated_json_with_a_right_length(self):
        self.assert_survived("truncated_json", after=1, while_broken="failed", log="cut off")

    def test_html_with_200(self):
        self.assert_survived("html", after=1, while_broken="failed", log="no JSON")

    def test_a_body_of_100_megabytes(self):
        self.assert_survived("huge_body", after=1, while_broken="failed", log="more than [0-9]+ bytes")

    def test_a_body_without_end(self):
        self.assert_survived("endless_body", after=1, while_broken="failed", log="more than [0-9]+ bytes")

    def test_repeated_cursor(self):
        self.world.crm.fault("repeated_cursor", path="/contacts")
        run = self.world.sync()
        self.assertIn(run["state"], ("held", "failed"), run)
        self.world.crm.heal()
        self.world.sync()
        self.assert_right()

    def test_missing_cursor_deletes_nobody(self):
        self.world.sync()
        self.world.crm.fault("missing_cursor", path="/contacts")
        self.world.sync()
        self.world.sync()
        self.world.crm.heal()
        self.world.sync()
        self.assert_right()

    def test_rows_that_shift_between_pages(self):
        self.assert_survived("shifting_rows")

    def test_duplicate_ids_with_different_values(self):
        self.assert_survived("duplicate_ids")

    def test_a_missing_field_is_unknown_and_resubscribes_nobody(self):
        self.world.sync()
        self.world.crm.fault("missing_field", path="/contacts")
        self.world.sync()
        self.assert_right()

    def test_a_null_address_changes_nobody(self):
        self.world.sync()
        self.world.crm.fault("null_field", path="/contacts")
        self.world.sync()
        self.assert_right()

    def test_a_changed_type_is_unknown_and_resubscribes_nobody(self):
        self.world.sync()
        self.world.crm.fault("changed_type", path="/contacts")
        self.world.sync()
        self.assert_right()

    # --- writing ---
    def push(self, kind, **fault):
        self.world.sync()
        self.world.crm.fault(kind, path="/communication-preferences", **fault)
        self.world.event("unsubscribe", "p9@example.com", "2026-11-01T10:00:00Z")

    def assert_pushed_once(self):
        wait_for(lambda: self.world.crm.opted_out("p9@example.com"), "the opt-out arrives", 60)
        open_pushes = lambda: [p for p in self.world.get("/api/v1/outbox")[1]["items"]
                               if p["state"] in ("pending", "sent", "dead")]
        wait_for(lambda: not open_pushes(), "the push is settled", 60)
        self.world.sync()
        self.assertEqual(self.world.reasons("p9@example.com"), ["contact"])

    def retry(self):
        """Another chance now instead of after the pause."""
        for push in self.world.get("/api/v1/outbox")[1]["items"]:
            if push["state"] in ("pending", "sent", "dead"):
                self.world.post(f"outbox/{push['id']}/retry")

    def test_write_accepted_but_not_stored(self):
        self.push("write_not_stored", method="POST")
        wait_for(lambda: self.world.get("/api/v1/outbox")[1]["items"][0]["attempts"] > 0, "it was tried")
        self.assertFalse(self.world.crm.opted_out("p9@example.com"))
        self.world.crm.heal()
        self.retry()
        self.assert_pushed_once()

    def test_reply_lost_after_the_write(self):
        self.push("reply_lost", method="POST", count=1)
        wait_for(lambda: self.world.crm.opted_out("p9@example.com"), "the write was done")
        self.retry()
        self.assert_pushed_once()

    def test_stale_read_after_the_write(self):
        self.push("stale_read")
        wait_for(lambda: self.world.crm.opted_out("p9@example.com"), "the write was done")
        self.world.crm.heal()
        self.retry()
        self.assert_pushed_once()

    def test_write_refused_by_a_rate_limit(self):
        self.push("rate_limited", text="1", count=1)
        self.assert_pushed_once()


if __name__ == "__main__":
    unittest.main()
