"""What CRM exports really look like, through the real daemon: encodings, header sets, and cells that do not say clearly
what they mean. Unknown is never "subscribed"."""
import json
import os
import unittest

from harness import World

HUBSPOT = "Record ID,First Name,Last Name,Email,Unsubscribed from all email,Last Modified Date"


class Csv(unittest.TestCase):
    def synced(self, world, text, encoding="utf-8"):
        """Puts an export there as bytes of that encoding and syncs it."""
        data = text.encode(encoding)
        part = world.export + ".part"
        with open(part, "wb") as file:
            file.write(data)
        os.rename(part, world.export)
        if world.process is None:
            world.start()
        status, run = world.post("connections/crm/sync", {"mode": "full", "wait": True})
        self.assertEqual(status, 200, run)
        return run

    def counted(self, world, what):
        """Over all runs: the one that the start makes may have been first."""
        return sum(run["counts"][what] for run in world.get("/api/v1/runs?limit=100")[1]["items"])

    def reason(self, world, email):
        return world.contact(email).get("reason", "no contact")

    def test_encodings_and_delimiters(self):
        cases = {
            "UTF-8 with a mark": ("utf-8-sig", ","), "UTF-16 with a mark": ("utf-16", "\t"),
            "UTF-16 big-endian": ("utf-16-be", ","), "Windows-1252": ("cp1252", ";"),
        }
        for name, (encoding, delimiter) in cases.items():
            with self.subTest(name), World() as world:
                text = (HUBSPOT + '\r\n1,"Zoë, or\n""Zo""",Müller,zoe@example.com,No,2026-01-01 10:00\r\n'
                        "2,Bob,B,bob@example.com,Yes,2026-01-01 10:00\r\n")
                if delimiter != ",":
                    text = text.replace('"Zoë, or', '"Zoë or').replace(",", delimiter)
                self.synced(world, text, encoding)
                self.assertIn("Müller", world.contact("zoe@example.com")["name"])
                self.assertEqual(self.reason(world, "bob@example.com"), "integration")

    def test_a_utf_16_export_of_many_pages_is_read_to_its_end(self):
        with World() as world:
            rows = [f"{n},F,L,p{n}@example.com,{'Yes' if n % 10 == 0 else 'No'},2026-01-01 10:00" for n in range(25000)]
            run = self.synced(world, "\r\n".join([HUBSPOT] + rows) + "\r\n", "utf-16")
            self.assertEqual((run["state"], run["counts"]["fetched"]), ("applied", 25000))
            self.assertEqual((self.counted(world, "new"), self.counted(world, "invalid")), (25000, 0))
            self.assertEqual(self.reason(world, "p24990@example.com"), "integration")

    def test_a_text_is_found_however_many_contacts_a_list_has(self):
        with World() as world:
            rows = [f"{n},F,L,p{n + 10000}@example.com,No,2026-01-01 10:00" for n in range(12000)]
            self.synced(world, "\n".join([HUBSPOT] + rows) + "\n")
            page = world.get("/api/v1/contacts?account=harbour&q=p21999")[1]
            self.assertEqual(page["items"], [], "one request looks at so many and no more")
            self.assertTrue(page["next"])
            result = world.ctl("contacts", "list", "--account", "harbour", "--q", "p21999", "--json")
            listed = json.loads(result.stdout)
            self.assertEqual([item["email"] for item in listed["items"]], ["p21999@example.com"])
            self.assertIsNone(listed["next"])

    def test_header_sets_are_recognised_without_configuration(self):
        cases = {
            "HubSpot": (HUBSPOT, "1,A,A,ann@example.com,Yes,2026-01-01 10:00", "2,B,B,bob@example.com,No,2026-01-01 10:00"),
            "Salesforce": ("Id,FirstName,LastName,Email,HasOptedOutOfEmail,SystemModstamp",
                           "003A,A,A,ann@example.com,true,2026-01-01T10:00:00.000Z", "003B,B,B,bob@example.com,false,2026-01-01T10:00:00.000Z"),
            "Salesforce report": ("Contact ID,First Name,Last Name,Email,Email Opt Out",
                                  "003A,A,A,ann@example.com,1", "003B,B,B,bob@example.com,0"),
        }
        for name, lines in cases.items():
            with self.subTest(name), World() as world:
                self.synced(world, "\r\n".join(lines) + "\r\n")
                self.assertEqual(self.reason(world, "ann@example.com"), "integration")
                self.assertTrue(world.contact("bob@example.com")["mailable"])

    def test_mailchimps_unsubscribed_file_is_all_opt_outs(self):
        with World() as world:
            self.synced(world, "Email Address,First Name,Last Name,MEMBER_RATING,OPTIN_TIME,UNSUB_TIME,UNSUB_REASON,LEID,EUID\r\n"
                               "ann@example.com,A,A,2,2024-01-01 10:00:00,2025-01-01 10:00:00,NORMAL,11,ab\r\n")
            self.assertEqual(self.reason(world, "ann@example.com"), "integration")

    def test_what_is_not_said_is_unknown_and_makes_nobody_mailable(self):
        cases = {
            "no opt-out column": "Record ID,Email\r\n1,ann@example.com\r\n",
            "a word that means nothing": HUBSPOT + "\r\n1,A,A,ann@example.com,perhaps,2026-01-01 10:00\r\n",
        }
        for name, text in cases.items():
            with self.subTest(name), World() as world:
                self.synced(world, text)
                self.assertEqual(self.counted(world, "unknown"), 1)
                self.assertEqual(self.reason(world, "ann@example.com"), "no contact")

    def test_an_ambiguous_date_does_not_hide_an_opt_out(self):
        with World() as world:
            self.synced(world, HUBSPOT + "\r\n1,A,A,ann@example.com,No,10/12/2026\r\n")
            self.synced(world, HUBSPOT + "\r\n1,A,A,ann@example.com,Yes,05/11/2026\r\n")
            self.assertEqual(self.reason(world, "ann@example.com"), "integration")

    def test_a_row_that_cannot_be_read_does_not_stop_the_others(self):
        with World() as world:
            run = self.synced(world, HUBSPOT + "\r\n1,A,A,ann@example.com,No,2026-01-01 10:00\r\n2,too,short\r\n"
                                     "3,C,C,cy@example.com,Yes,2026-01-01 10:00\r\n")
            self.assertEqual(run["state"], "applied")
            self.assertGreaterEqual(self.counted(world, "invalid"), 1)
            self.assertEqual(self.reason(world, "cy@example.com"), "integration")
            self.assertIn("line 3", world.log_text())

    def test_a_connection_test_says_what_it_would_read(self):
        with World() as world:
            self.synced(world, HUBSPOT + "\r\n1,A,A,ann@example.com,Yes,2026-01-01 10:00\r\n")
            status, probe = world.post("connections/crm/test")
            self.assertEqual(status, 200)
            self.assertTrue(probe["verdicts"] and all(verdict["ok"] for verdict in probe["verdicts"]), probe)
            self.assertEqual(probe["samples"][0]["opted_out"], True)
            self.synced(world, "Record ID,Email\r\n1,ann@example.com\r\n")
            _, probe = world.post("connections/crm/test")
            self.assertFalse(all(verdict["ok"] for verdict in probe["verdicts"]), probe)


if __name__ == "__main__":
    unittest.main()
