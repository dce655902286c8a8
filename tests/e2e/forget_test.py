"""Erasing a person: what names them is gone from the store, the no is not, and the log stays whole."""
import glob
import unittest

from harness import wait_for
from import_test import Files, listing


class Forget(unittest.TestCase):
    def forget(self, world, email, account="walkins"):
        return world.post(f"contacts/{email}/forget?account={account}", {"note": "request 17"})

    def bytes_of_the_store(self, world):
        content = b""
        for path in glob.glob(world.store + "*"):
            with open(path, "rb") as file:
                content += file.read()
        return content

    def test_nothing_that_names_the_person_is_left_and_the_log_is_whole(self):
        with Files() as world:
            world.start()
            world.imported("email,name\nann.erased@example.com,Ann Erasedname\nbo@example.com,Bo\n")
            world.post("events", {"account": "walkins", "type": "delivered", "email": "ann.erased@example.com",
                                  "evidence": {"recipient": "ann.erased@example.com"}})
            world.post("contacts/unsubscribe", {"account": "walkins", "email": "ann.erased@example.com",
                                                "note": "wrote from ann.erased@example.com"})
            wait_for(lambda: world.get("/api/v1/contacts?account=walkins&q=erasedname")[1]["items"], "it is found")
            self.assertIn(b"ann.erased", self.bytes_of_the_store(world))
            contact = world.contact("ann.erased@example.com", "walkins")["id"]
            status, answer = self.forget(world, "ann.erased@example.com")
            self.assertEqual((status, answer["erased"], answer["still_in"]), (200, True, []))
            self.assertEqual(world.get("/api/v1/contacts/ann.erased@example.com?account=walkins")[0], 404)
            self.assertEqual(world.get(f"/api/v1/contacts/{contact}")[0], 404)
            self.assertEqual(world.get("/api/v1/contacts?account=walkins&q=erased")[1]["items"], [])
            world.whole()
            entries = [entry for entry in world.get("/api/v1/audit?account=walkins")[1]["items"]
                       if entry["contact"] == contact]
            self.assertEqual([entry["action"] for entry in entries], ["add", "erase"])
            self.assertEqual((entries[0]["detail"], entries[1]["detail"]), ({"erased": True}, {"note": "request 17"}))
            world.stop()
            content = self.bytes_of_the_store(world)
            for text in (b"ann.erased", b"Ann Erasedname", b"erasedname"):
                self.assertFalse(text in content, text)
            self.assertNotIn("ann.erased", world.log_text())

    def test_the_address_is_unsubscribed_when_it_comes_back(self):
        with Files() as world:
            world.start()
            world.imported(listing(["fine@example.com", "bounced@example.com"]))
            world.events("walkins", "hard_bounce", ["bounced@example.com"])
            ids = {world.contact(one, "walkins")["id"] for one in ("fine@example.com", "bounced@example.com")}
            for email in ("fine@example.com", "bounced@example.com"):
                self.assertEqual(self.forget(world, email)[0], 200)
            world.stop()
            world.start()
            job = world.imported(listing(["Fine@Example.com", "bounced@example.com", "new@example.com"]))
            self.assertEqual(world.outcomes(job)["fine@example.com"], ("suppressed", "contact"))
            reasons = {one: sorted(s["reason"] for s in world.contact(one, "walkins")["suppressions"])
                       for one in ("fine@example.com", "bounced@example.com", "new@example.com")}
            self.assertEqual(reasons, {"fine@example.com": ["contact"], "bounced@example.com": ["contact", "hard_bounce"],
                                       "new@example.com": []})
            back = {world.contact(one, "walkins")["id"] for one in ("fine@example.com", "bounced@example.com")}
            self.assertFalse(ids & back, "an id was given again")
            world.whole()

    def test_a_complaint_stays_in_the_brand(self):
        with Files() as world:
            world.change_config("{ id: walkins,", "{ id: walkins, brand: group,")
            world.change_config("{ id: archive }", "{ id: archive, brand: group }")
            world.start()
            world.events("walkins", "spam_complaint", ["cross@example.com"])
            self.assertEqual(self.forget(world, "cross@example.com")[0], 200)
            job = world.imported(listing(["cross@example.com"]), account="archive")
            self.assertEqual(world.outcomes(job)["cross@example.com"], ("suppressed", "spam_complaint"))

    def test_the_record_in_the_crm_changes_nothing_and_a_new_one_is_told_of_the_no(self):
        with Files() as world:
            world.crm("1", "ann@example.com")
            world.crm("2", "bo@example.com")
            world.write()
            world.start()
            world.sync()
            status, answer = self.forget(world, "ann@example.com", "harbour")
            self.assertEqual([(one["connection"], one["external_id"]) for one in answer["still_in"]], [("crm", "1")])
            run = world.sync()
            self.assertEqual((run["state"], run["counts"]["unchanged"]), ("applied", 2))
            self.assertEqual(world.get("/api/v1/contacts/ann@example.com?account=harbour")[0], 404)
            world.crm("3", "ann@example.com")
            world.sync()
            self.assertEqual(world.reasons("ann@example.com"), ["contact"])
            wait_for(lambda: [one for one in world.pushed() if one[0] == "3"], "the CRM is told")
            world.whole()

    def test_not_before_the_crm_has_been_told(self):
        with Files() as world:
            world.change_config("outgoing: " + world.out, "outgoing: " + world.out + "-gone")
            world.crm("1", "ann@example.com")
            world.write()
            world.start()
            world.sync()
            world.post("contacts/unsubscribe", {"account": "harbour", "email": "ann@example.com"})
            status, problem = self.forget(world, "ann@example.com", "harbour")
            self.assertEqual((status, problem["code"]), (409, "being_pushed"))
            self.assertEqual(world.contact("ann@example.com")["reason"], "manual")

    def test_counts_and_the_command(self):
        with Files() as world:
            world.start()
            world.imported("email,opted out\nann@example.com,yes\nbo@example.com,no\n")
            before = world.metrics()['crmsyncd_contacts{account="walkins",status="unsubscribed"}']
            done = world.ctl("contacts", "forget", "ann@example.com", "--account", "walkins")
            self.assertIn("is erased", done.stdout)
            after = world.metrics()['crmsyncd_contacts{account="walkins",status="unsubscribed"}']
            self.assertEqual((before, after), (1, 0))
            self.assertEqual(world.ctl("contacts", "forget", "ann@example.com", "--account", "walkins").returncode, 1)


if __name__ == "__main__":
    unittest.main()
