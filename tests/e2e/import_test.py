"""Files of contacts for accounts without a CRM: what a row does, what is missing in a file, and the way out again."""
import csv
import glob
import io
import json
import os
import unittest

from bulk_test import Bulk, people
from harness import UnixConnection, exchange, wait_for


class Files(Bulk):
    def upload(self, text, account="walkins", key=None, **query):
        query = "&".join([f"account={account}"] + [f"{name}={value}" for name, value in query.items()])
        response, answer = exchange(UnixConnection(self.socket), "POST", "/api/v1/imports?" + query,
                                    text.encode() if isinstance(text, str) else text,
                                    {"Content-Type": "text/csv", **({"Idempotency-Key": key} if key else {})})
        return response.status, json.loads(answer)

    def ended(self, answer):
        status, job = answer
        assert status == 202, job
        over = ("done", "cancelled", "rejected", "held")
        return wait_for(lambda: (now := self.state(job))["state"] in over and now, "the job ends", 60)

    def imported(self, text, **query):
        return self.ended(self.upload(text, **query))

    def archived(self, text):
        """An import with archive_missing, and the job that came of it."""
        job = self.imported(text, archive_missing="true")
        return job, self.ended((202, self.get("/api/v1/jobs/" + job["follow_up"])[1]))

    def errors(self, job):
        items = self.get(f"/api/v1/jobs/{job['id']}/errors?limit=1000")[1]["items"]
        return {item["line"]: item["message"] for item in items}

    def statuses(self, account="walkins"):
        items = self.get(f"/api/v1/contacts?account={account}&limit=1000")[1]["items"]
        return {item["email"]: item["reason"] for item in items}

    def left(self):
        return [name for name in glob.glob(self.store + "*") if ".import-" in name]


def listing(emails, header="email"):
    return "\n".join([header, *emails]) + "\n"


def number(answer):
    """Of a job: they are counted."""
    return int(answer[1]["id"].removeprefix("j"))


class Repeated(unittest.TestCase):
    def test_the_same_file_with_the_same_key_is_one_job(self):
        with Files() as world:
            world.start()
            text = listing(f"p{n}@example.com" for n in range(20_000))  # larger than one piece of the upload
            first = world.upload(text, key="monday")
            world.ended(first)
            again = world.upload(text, key="monday")
            self.assertEqual((again[0], again[1]["id"]), (202, first[1]["id"]))
            self.assertEqual(again, first)
            other = world.upload(text, key="tuesday")
            self.assertEqual(number(other), number(first) + 1)  # no job came in between
            world.ended(other)
            unkeyed = world.upload(text)
            self.assertEqual(number(unkeyed), number(first) + 2)
            world.ended(unkeyed)
            wait_for(lambda: not world.left(), "nothing is left of the files")

    def test_another_file_with_the_same_key_is_refused(self):
        with Files() as world:
            world.start()
            text = listing(f"p{n}@example.com" for n in range(20_000))
            first = world.upload(text, key="monday")
            world.ended(first)
            for changed in (text[:-2] + "x\n", text[:-1], listing(["z@example.com"])):  # the last byte counts
                status, problem = world.upload(changed, key="monday")
                self.assertEqual((status, problem["code"]), (422, "idempotency_key_reused"))
            self.assertEqual(number(world.upload(text, key="tuesday")), number(first) + 1)  # no job came of them
            wait_for(lambda: not world.left(), "nothing is left of the files")

    def test_a_file_that_was_refused_is_refused_again_and_the_next_key_takes_the_mended_one(self):
        with Files() as world:
            world.start()
            self.assertEqual(world.upload("nothing\n1\n", key="monday")[0], 422)
            self.assertEqual(world.upload("nothing\n1\n", key="monday")[1]["code"], "bad_file")
            self.assertEqual(world.upload(listing(["a@example.com"]), key="monday")[1]["code"], "idempotency_key_reused")
            self.assertEqual(world.imported(listing(["a@example.com"]), key="tuesday")["counts"]["created"], 1)


class Rows(unittest.TestCase):
    def test_each_does_what_it_says_and_a_bad_one_stops_nobody(self):
        with Files() as world:
            world.start()
            text = ("First Name,Email,Opted out\r\n"
                    "Ann,Ann@Example.com,no\r\n"
                    "\"Bo, the second\",bo@example.com,\r\n"
                    "Cid,cid@example.com,yes\r\n"
                    "Dan,not-an-address,no\r\n"
                    "Eve,eve@example.com,perhaps\r\n"
                    "Fay,fay@example.com\r\n"
                    "Gus,,no\r\n"
                    "Hal,hal@example.com,no\r\n")
            job = world.imported(text)
            self.assertEqual(world.statuses(), {"ann@example.com": None, "bo@example.com": None, "hal@example.com": None,
                                                "cid@example.com": "contact"})
            self.assertEqual((job["counts"]["created"], job["counts"]["unsubscribed"], job["counts"]["invalid"]), (3, 1, 4))
            errors = world.errors(job)
            self.assertEqual(sorted(errors), [5, 6, 7, 8])
            self.assertIn("neither yes nor no", errors[6])
            self.assertEqual(world.contact("bo@example.com", "walkins")["name"], "Bo, the second")
            self.assertEqual(world.outcomes(job)["cid@example.com"], ("unsubscribed", "contact"))
            self.assertNotIn("example.com", world.log_text())
            wait_for(lambda: not world.left(), "nothing is left of the file")
            again = world.imported(text)
            self.assertEqual((again["counts"]["listed"], again["counts"]["already"]), (3, 1))
            world.whole()

    def test_never_overwrite_a_suppression(self):
        with Files() as world:
            world.start()
            world.events("walkins", "unsubscribe", ["person@example.com"])
            world.events("walkins", "hard_bounce", ["bounced@example.com"])
            world.post("contacts/unsubscribe", {"account": "walkins", "email": "manual@example.com"})
            before = world.statuses()
            job = world.imported(listing(before))
            self.assertEqual(world.statuses(), before)
            self.assertEqual(job["counts"]["suppressed"], 3)
            self.assertEqual(world.outcomes(job)["bounced@example.com"], ("suppressed", "hard_bounce"))

    def test_a_brands_complaint_meets_a_new_contact(self):
        with Files() as world:
            world.change_config("{ id: walkins,", "{ id: walkins, brand: group,")
            world.change_config("{ id: archive }", "{ id: archive, brand: group }")
            world.start()
            world.events("archive", "spam_complaint", ["cross@example.com"])
            job = world.imported(listing(["cross@example.com"]))
            self.assertEqual(world.outcomes(job), {"cross@example.com": ("suppressed", "spam_complaint")})


class Header(unittest.TestCase):
    def test_a_preview_shows_what_the_columns_mean_and_changes_nothing(self):
        with Files() as world:
            world.start()
            text = "Adresse;Nachname;Abgemeldet\nann@example.com;Ann;nein\nbad;Bad;\n"
            status, problem = world.upload(text)
            self.assertEqual((status, problem["code"]), (422, "bad_file"))
            self.assertIn("adresse", problem["detail"])
            self.assertNotIn(world.folder, problem["detail"])
            columns = {"column_email": "Adresse", "column_name": "Nachname", "column_opted_out": "Abgemeldet"}
            status, preview = world.upload(text, preview=10, **columns)
            self.assertEqual(status, 200, preview)
            self.assertEqual(preview["mapping"]["opted_out"], "Abgemeldet")
            self.assertEqual([row["email"] for row in preview["rows"]], [None, None])
            self.assertEqual([row["line"] for row in preview["rows"]], [2, 3])
            self.assertEqual(world.statuses(), {})
            wait_for(lambda: not world.left(), "nothing is left of the file")

    def test_what_is_no_file_of_contacts_is_refused(self):
        with Files() as world:
            world.start()
            for text in ("", "\n", "<html><body>Sign in</body></html>", "{\"email\":1}", b"\x00\x01\x02"):
                status, problem = world.upload(text)
                self.assertEqual((status, problem["code"]), (422, "bad_file"), text)
            self.assertEqual(world.upload("email\na@example.com\n", account="harbour")[1]["code"], "crm_owns_it")
            self.assertEqual(world.upload("email\na@example.com\n", account="nowhere")[0], 404)
            wait_for(lambda: not world.left(), "nothing is left of the file")


class ArchiveMissing(unittest.TestCase):
    def test_unsubscribes_whom_the_file_does_not_list_and_a_later_file_ends_that(self):
        with Files() as world:
            world.start()
            emails = people(30)
            world.imported(listing(emails))
            job, archive = world.archived(listing(emails[3:]))
            self.assertEqual((archive["state"], archive["counts"]["unsubscribed"]), ("done", 3))
            self.assertEqual({world.statuses()[one] for one in emails[:3]}, {"archived"})
            world.post("contacts/unsubscribe", {"account": "walkins", "email": emails[1]})
            job = world.imported(listing(emails[:2]))
            self.assertEqual(world.outcomes(job), {emails[0]: ("resubscribed", "archived"),
                                                   emails[1]: ("suppressed", "manual")})
            undone = world.undo("jobs/" + archive["id"])
            self.assertEqual((undone["counts"]["resubscribed"], undone["split"]), (1, {"changed_since": 2}))
            world.whole()

    def test_over_the_limit_it_is_held_and_its_contacts_are_on_hold(self):
        with Files() as world:
            world.start()
            emails = people(300)
            world.imported(listing(emails))
            _, held = world.archived(listing(emails[:200]))
            self.assertEqual(held["state"], "held")
            self.assertIn("100 contacts of 300", held["note"])
            waiting = world.contact(emails[250], "walkins")
            self.assertEqual((waiting["status"], waiting["mailable"], waiting["holds"]),
                             ("on_hold", False, ["held job " + held["id"]]))
            at = world.get("/api/v1/audit?account=walkins&limit=1000")[1]["items"][-1]["at"]
            past = world.get(f"/api/v1/contacts/{waiting['id']}?at={at}")[1]
            self.assertIn("held job " + held["id"], json.dumps(past))
            world.imported(listing([emails[299]]))  # who is listed after all is none of its business any more
            self.assertTrue(world.contact(emails[299], "walkins")["mailable"])
            self.assertEqual(world.post(f"jobs/{held['id']}/approve")[0], 200)
            done = world.finished((202, held))
            self.assertEqual((done["counts"]["unsubscribed"], done["split"]), (99, {"changed_since": 1}))
            self.assertTrue(world.contact(emails[299], "walkins")["mailable"])
            self.assertEqual(world.contact(emails[250], "walkins")["reason"], "archived")
            world.whole()

    def test_rejected_it_lets_everybody_go(self):
        with Files() as world:
            world.start()
            emails = people(300)
            world.imported(listing(emails))
            _, held = world.archived(listing(emails[:200]))
            self.assertEqual(held["state"], "held", held)
            world.kill()
            world.start()
            self.assertEqual(world.state(held)["state"], "held")
            self.assertEqual(world.post(f"jobs/{held['id']}/reject")[0], 200)
            wait_for(lambda: world.state(held)["state"] == "rejected", "it is rejected")
            self.assertEqual(set(world.statuses().values()), {None})
            self.assertEqual(world.post(f"jobs/{held['id']}/approve")[1]["code"], "not_held")
            world.whole()

    def test_several_files_in_a_day_count_together(self):
        with Files() as world:
            world.start()
            emails = people(100)
            world.imported(listing(emails))
            _, first = world.archived(listing(emails[20:]))
            _, second = world.archived(listing(emails[40:]))
            self.assertEqual((first["state"], second["state"]), ("done", "held"))

    def test_a_file_that_lists_nobody_or_is_cut_archives_nobody_by_itself(self):
        with Files() as world:
            world.start()
            world.imported(listing(people(5)))
            _, empty = world.archived("email\n")
            self.assertEqual((empty["state"], empty["note"]), ("held", "The file lists nobody."))
            cut = world.imported("email,name\n\"person00000@example.com\",\"An", archive_missing="true")
            self.assertIn("cut", cut["note"])
            self.assertIsNone(cut["follow_up"])

    def test_somebody_who_came_while_the_file_was_read_is_not_missing(self):
        with Files() as world:
            world.start()
            emails = people(20000)
            status, job = world.upload(listing(emails), archive_missing="true")
            world.events("walkins", "delivered", ["late@example.com"])
            world.post("contacts/unsubscribe", {"account": "walkins", "email": "late@example.com"})
            world.ended((status, job))
            self.assertEqual([one["reason"] for one in world.contact("late@example.com", "walkins")["suppressions"]], ["manual"])


class Crash(unittest.TestCase):
    def test_an_import_goes_on_after_a_kill_and_takes_each_row_once(self):
        with Files() as world:
            world.start()
            emails = people(20000)
            status, job = world.upload(listing(emails + ["bad"]))
            for part in (1000, 8000):
                wait_for(lambda: world.state(job)["done"] >= part, "it has begun")
                world.kill()
                world.start()
            done = world.finished((status, job))
            self.assertEqual((done["counts"]["created"], done["counts"]["invalid"], done["done"]), (20000, 1, 20000))
            self.assertEqual(len(world.outcomes(job)), 20000)
            self.assertEqual(world.errors(job).keys(), {20002})
            wait_for(lambda: not world.left(), "nothing is left of the file")
            world.whole()

    def test_what_nobody_will_read_is_removed(self):
        with Files() as world:
            world.start()
            status, job = world.upload(listing(people(20000)))
            world.post(f"jobs/{job['id']}/cancel")
            world.kill()
            with open(world.store + ".import-abcdef", "w") as file:
                file.write("half a file")
            world.start()
            wait_for(lambda: not world.left(), "it is removed")


class Export(unittest.TestCase):
    def test_comes_back_as_it_went_out(self):
        with Files() as world:
            world.start()
            world.imported("email,name\nann@example.com,\"=Ann, \"\"A\"\"\"\n+bo@example.com,Bo\n")
            world.events("walkins", "unsubscribe", ["cid@example.com"])
            status, text = world.get("/api/v1/contacts/export?account=walkins")
            self.assertEqual(status, 200)
            rows = list(csv.DictReader(io.StringIO(text, newline="")))
            self.assertEqual([row["email"] for row in rows], ["'+bo@example.com", "ann@example.com", "cid@example.com"])
            self.assertEqual(rows[1]["name"], "'=Ann, \"A\"")
            self.assertEqual((rows[2]["opted_out"], rows[2]["reason"]), ("true", "contact"))
            self.assertTrue(text.endswith("\r\n"))
            job = world.imported(text, account="archive")
            self.assertEqual(job["counts"]["created"], 2)
            self.assertEqual(world.statuses("archive"), world.statuses("walkins"))
            self.assertEqual(world.contact("ann@example.com", "archive")["name"], "=Ann, \"A\"")
            only = world.get("/api/v1/contacts/export?account=walkins&reason=contact")[1]
            self.assertEqual(len(only.splitlines()), 2)


class CommandLine(unittest.TestCase):
    def test_import_preview_errors_and_export(self):
        with Files() as world:
            world.start()
            path = os.path.join(world.folder, "people.csv")
            with open(path, "w") as file:
                file.write("email,name\nann@example.com,Ann\nbad,Bad\n")
            preview = world.ctl("contacts", "import", path, "--account", "walkins", "--preview", "5")
            self.assertIn("whoever is listed is subscribed", preview.stdout)
            done = world.ctl("contacts", "import", path, "--account", "walkins", "--wait")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn("1  new, subscribed", done.stdout)
            job = done.stdout.split()[1].rstrip(":")
            self.assertIn("the address is not one", world.ctl("job", "errors", job).stdout)
            export = world.ctl("contacts", "export", "--account", "walkins")
            self.assertEqual(export.stdout.splitlines()[1].split(",")[:4], ["ann@example.com", "Ann", "false", "subscribed"])
            with open(path, "w") as file:
                file.write("email\n")
            held = world.ctl("contacts", "import", path, "--account", "walkins", "--archive-missing", "--wait")
            self.assertEqual(held.returncode, 3, held.stdout + held.stderr)
            self.assertIn("job approve", held.stdout)
            missing = world.ctl("contacts", "import", path + ".not", "--account", "walkins")
            self.assertIn("cannot be read", missing.stderr)


if __name__ == "__main__":
    unittest.main()
