"""Many contacts at once: frozen selections, what a dry run says, durable jobs, an outcome for each contact, undo."""
import csv
import hashlib
import http.client
import io
import json
import unittest

from harness import World, exchange, wait_for
from operators_test import free_port

STATEMENT = "asked for it at the open day"
LOCAL = ("hard_bounce", "soft_bounce", "blocked", "deferral", "failed_validation")


class Bulk(World):
    def __init__(self):
        accounts = "  - { id: walkins, resubscribe: allowed }\n  - { id: archive }\nstrikes: " \
                   "{ soft_bounce: 1, blocked: 1, deferral: 1 }"
        super().__init__(accounts=accounts)
        self.change_config("- id: harbour\n", "- id: harbour\n    resubscribe: allowed\n")

    def events(self, account, kind, emails):
        for start in range(0, len(emails), 1000):
            batch = [{"account": account, "type": kind, "email": one} for one in emails[start:start + 1000]]
            status, answer = self.post("events", batch)
            assert status == 200 and answer["refused"] == 0, answer

    def select(self, account, **what):
        status, selection = self.post("selections", {"account": account, **what})
        assert status == 201, selection
        return selection

    def job(self, kind, selection, confirm=True, **more):
        body = {"kind": kind, "selection": selection["id"], **more}
        if confirm:
            body["confirmation"] = {"permission": True, "statement": STATEMENT, "count": selection["count"]}
        return self.post("jobs", body)

    def state(self, job):
        return self.get("/api/v1/jobs/" + job["id"])[1]

    def finished(self, answer):
        status, job = answer
        assert status == 202, job
        return wait_for(lambda: (now := self.state(job))["state"] in ("done", "cancelled") and now, "the job ends", 60)

    def outcomes(self, job):
        status, text = self.get(f"/api/v1/jobs/{job['id']}/outcomes.csv")
        assert status == 200
        return {row["email"]: (row["outcome"], row["reason"]) for row in csv.DictReader(io.StringIO(text))}

    def undo(self, what, confirm=True, **more):
        if confirm:
            more["confirmation"] = {"permission": True, "statement": STATEMENT}
        return self.finished(self.post(what + "/undo", more))

    def whole(self):
        verdict = self.get("/api/v1/audit/verify")[1]
        assert verdict["ok"], verdict


def people(count, domain="example.com"):
    return [f"person{n:05}@{domain}" for n in range(count)]


class Selections(unittest.TestCase):
    def test_a_selection_is_frozen_when_it_is_made(self):
        with Bulk() as world:
            world.start()
            world.events("walkins", "unsubscribe", people(3))
            selection = world.select("walkins", filter={"reason": "contact"})
            self.assertEqual((selection["count"], selection["reasons"]), (3, {"contact": 3}))
            world.events("walkins", "unsubscribe", ["late@example.com"])
            job = world.finished(world.job("resubscribe", selection))
            self.assertEqual(job["counts"]["resubscribed"], 3)
            self.assertEqual(world.contact("late@example.com", "walkins")["status"], "unsubscribed")

    def test_by_ids_and_addresses_and_everything(self):
        with Bulk() as world:
            world.start()
            emails = people(2)
            world.events("walkins", "unsubscribe", emails)
            world.events("archive", "unsubscribe", ["other@example.com"])
            other = world.contact("other@example.com", "archive")["id"]
            first = world.contact(emails[0], "walkins")["id"]
            selection = world.select("walkins", ids=[first, emails[1].upper(), emails[1], other, "nobody@example.com"])
            self.assertEqual(selection["count"], 2)
            self.assertEqual(selection["unknown"], [other, "nobody@example.com"])
            self.assertEqual(world.select("walkins", all=True)["count"], 2)
            self.assertEqual(world.select("walkins", ids=[])["count"], 0)

    def test_bad_ones_are_refused_with_a_remedy(self):
        with Bulk() as world:
            world.start()
            for body in ({"account": "walkins"}, {"account": "walkins", "all": True, "ids": []},
                         {"account": "walkins", "filter": {"colour": "red"}},
                         {"account": "walkins", "filter": {"reason": "mood"}},
                         {"account": "walkins", "ids": [7]}, {"account": "nowhere", "all": True}):
                status, problem = world.post("selections", body)
                self.assertIn(status, (400, 404), body)
                self.assertTrue(problem["remedy"], body)


class Confirmation(unittest.TestCase):
    def test_names_the_permission_the_statement_and_the_count(self):
        with Bulk() as world:
            world.start()
            world.events("walkins", "unsubscribe", people(2))
            selection = world.select("walkins", all=True)
            good = {"permission": True, "statement": STATEMENT, "count": 2}
            for bad in (None, {**good, "permission": False}, {**good, "count": 3},
                        {key: good[key] for key in ("permission", "statement")}):
                body = {"kind": "resubscribe", "selection": selection["id"]}
                if bad:
                    body["confirmation"] = bad
                status, problem = world.post("jobs", body)
                self.assertEqual((status, problem["code"]), (422, "confirmation_missing"), bad)
            self.assertEqual(world.get("/api/v1/contacts?account=walkins&status=subscribed")[1]["items"], [])
            job = world.finished(world.job("resubscribe", selection))
            self.assertEqual(job["counts"]["resubscribed"], 2)

    def test_an_account_that_forbids_it_forbids_it_in_bulk(self):
        with Bulk() as world:
            world.start()
            world.events("archive", "unsubscribe", people(2))
            selection = world.select("archive", all=True)
            status, problem = world.job("resubscribe", selection)
            self.assertEqual((status, problem["code"]), (403, "resubscribe_forbidden"))
            dry = world.finished(world.job("resubscribe", selection, confirm=False, dry_run=True))
            self.assertEqual(dry["split"], {"forbidden": 2})

    def test_roles(self):
        with Bulk() as world:
            roles = ("viewer", "operator", "support")
            tokens = ", ".join(f"{{ name: {role}, role: {role}, sha256: {hashlib.sha256(role.encode()).hexdigest()} }}"
                               for role in roles)
            port = free_port()
            world.change_config("api: { ", f"api: {{ listen: '127.0.0.1:{port}', tokens: [ {tokens} ], ")
            world.start()
            world.events("walkins", "hard_bounce", people(1))
            selection = world.select("walkins", all=True)

            def ask(role, body):
                connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
                response, text = exchange(connection, "POST", "/api/v1/jobs", json.dumps(body),
                                          {"Authorization": "Bearer " + role})
                return response.status, json.loads(text)

            lift = {"kind": "lift", "selection": selection["id"], "reason": "hard_bounce", "ticket": "T-7",
                    "confirmation": {"permission": True, "statement": STATEMENT, "count": 1}}
            self.assertEqual(ask("operator", lift)[0], 403)
            self.assertEqual(ask("viewer", lift)[0], 403)
            self.assertEqual(ask("support", {**lift, "kind": "resubscribe", "reason": None})[0], 403)
            self.assertEqual(ask("support", {**lift, "ticket": ""})[0], 422)
            job = world.finished(ask("support", lift))
            self.assertEqual(job["counts"]["resubscribed"], 1)
            entry = world.get("/api/v1/audit?account=walkins&limit=1000")[1]["items"][-1]
            self.assertEqual((entry["action"], entry["who"], entry["basis"], entry["job"]),
                             ("lift", "token support", "support", job["id"]))
            self.assertEqual(entry["detail"]["ticket"], "T-7")
            self.assertEqual(entry["detail"]["statement"], STATEMENT)


class DryRun(unittest.TestCase):
    def world_with_everything(self, world):
        world.crm("1", "crm@example.com", opted_out=True)
        world.crm("2", "fine@example.com")
        world.crm("3", "both@example.com", opted_out=True)
        world.write()
        world.start()
        world.sync()
        for reason in LOCAL + ("spam_complaint",):
            world.events("harbour", reason, [reason.replace("_", "-") + "@example.com"])
        world.events("harbour", "unsubscribe", ["person@example.com"])
        world.events("harbour", "hard_bounce", ["both@example.com"])
        world.post("contacts/unsubscribe", {"account": "harbour", "email": "manual@example.com"})

    def test_splits_into_who_can_do_what_and_changes_nobody(self):
        with Bulk() as world:
            self.world_with_everything(world)
            before = world.get("/api/v1/contacts?account=harbour")[1]
            entries = world.get("/api/v1/audit/verify")[1]["entries"]
            selection = world.select("harbour", all=True)
            job = world.finished(world.job("resubscribe", selection, confirm=False, dry_run=True))
            self.assertEqual(job["counts"]["resubscribed"], 1)
            self.assertEqual(job["counts"]["already"], 1)
            self.assertEqual(job["split"], {"in_crm": 1, "only_contact": 1, "only_support": 7})
            self.assertEqual(world.outcomes(job)["both@example.com"], ("only_support", "hard_bounce"))
            self.assertEqual(world.get("/api/v1/contacts?account=harbour")[1], before)
            self.assertEqual(world.get("/api/v1/audit/verify")[1]["entries"], entries)

    def test_the_job_then_does_what_the_dry_run_said(self):
        with Bulk() as world:
            self.world_with_everything(world)
            selection = world.select("harbour", all=True)
            dry = world.finished(world.job("resubscribe", selection, confirm=False, dry_run=True))
            said = world.outcomes(dry)
            job = world.finished(world.job("resubscribe", selection))
            self.assertEqual(world.outcomes(job), said)
            self.assertEqual(job["counts"], dry["counts"])
            for email, (outcome, _) in said.items():
                expected = "subscribed" if outcome in ("resubscribed", "already") else "unsubscribed"
                self.assertEqual(world.contact(email)["status"], expected, email)
            world.whole()


class Jobs(unittest.TestCase):
    def test_every_contact_has_one_outcome_and_one_entry_though_the_daemon_is_killed(self):
        with Bulk() as world:
            world.start()
            emails = people(20000)
            world.events("walkins", "unsubscribe", emails)
            selection = world.select("walkins", all=True)
            status, job = world.job("resubscribe", selection)
            self.assertEqual(status, 202)
            for part in (2000, 9000):
                wait_for(lambda: world.state(job)["done"] >= part, "it has begun")
                world.kill()
                world.start()
            done = world.finished((202, job))
            self.assertEqual((done["done"], done["counts"]["resubscribed"]), (20000, 20000))
            outcomes = world.outcomes(job)
            self.assertEqual(set(outcomes), set(emails))
            self.assertEqual(set(outcomes.values()), {("resubscribed", "contact")})
            self.assertEqual(world.get("/api/v1/audit/verify")[1]["entries"], 40000)
            world.whole()

    def test_a_cancelled_job_leaves_the_rest_as_it_was(self):
        with Bulk() as world:
            world.start()
            world.events("walkins", "unsubscribe", people(20000))
            status, job = world.job("resubscribe", world.select("walkins", all=True))
            self.assertEqual(status, 202)
            status, cancelled = world.post(f"jobs/{job['id']}/cancel")
            self.assertEqual((status, cancelled["state"]), (200, "cancelled"))
            self.assertLess(cancelled["done"], 20000)
            subscribed = world.get("/api/v1/status")[1]
            again = world.post(f"jobs/{job['id']}/cancel")
            self.assertEqual((again[0], again[1]["code"]), (409, "job_over"))
            waiting = [one for one in world.outcomes(job).values() if one[0] == "waiting"]
            self.assertEqual(len(waiting), 20000 - cancelled["done"])
            self.assertTrue(subscribed)
            world.whole()

    def test_pages_of_outcomes_and_of_jobs(self):
        with Bulk() as world:
            world.start()
            world.events("walkins", "unsubscribe", people(1200))
            job = world.finished(world.job("resubscribe", world.select("walkins", all=True)))
            seen, after = [], ""
            while True:
                page = world.get(f"/api/v1/jobs/{job['id']}/outcomes?limit=700{after}")[1]
                seen += [item["email"] for item in page["items"]]
                if not page["next"]:
                    break
                after = "&after=" + page["next"]
            self.assertEqual(seen, people(1200))
            self.assertEqual([one["id"] for one in world.get("/api/v1/jobs?account=walkins")[1]["items"]], [job["id"]])

    def test_a_spreadsheet_takes_no_outcome_for_a_formula(self):
        with Bulk() as world:
            world.start()
            world.events("walkins", "unsubscribe", ["=1+1@example.com"])
            job = world.finished(world.job("resubscribe", world.select("walkins", all=True)))
            text = world.get(f"/api/v1/jobs/{job['id']}/outcomes.csv")[1]
            self.assertIn("\"'=1+1@example.com\"", text)


class Undo(unittest.TestCase):
    def test_of_an_unsubscription_needs_what_a_resubscription_needs(self):
        with Bulk() as world:
            world.start()
            world.events("walkins", "hard_bounce", ["bounced@example.com"])
            world.post("contacts/unsubscribe", {"account": "walkins", "email": "before@example.com"})
            emails = ["a@example.com", "b@example.com", "bounced@example.com", "before@example.com"]
            for email in emails[:2]:  # known and subscribed
                world.post("contacts/unsubscribe", {"account": "walkins", "email": email})
                world.post(f"contacts/{email}/resubscribe?account=walkins", {})
            job = world.finished(world.job("unsubscribe", world.select("walkins", ids=emails), confirm=False))
            self.assertEqual((job["counts"]["unsubscribed"], job["counts"]["already"]), (3, 1))
            dry = world.undo("jobs/" + job["id"], confirm=False, dry_run=True)
            self.assertEqual((dry["counts"]["resubscribed"], dry["counts"]["restored"]), (2, 1))
            unconfirmed = world.undo("jobs/" + job["id"], confirm=False)
            self.assertEqual(unconfirmed["split"], {"unconfirmed": 3})
            undone = world.undo("jobs/" + job["id"])
            self.assertEqual((undone["counts"]["resubscribed"], undone["counts"]["restored"]), (2, 1))
            self.assertEqual(undone["undoes"], {"job": job["id"]})
            self.assertEqual(world.contact("bounced@example.com", "walkins")["reason"], "hard_bounce")
            self.assertEqual(world.contact("before@example.com", "walkins")["reason"], "manual")
            again = world.undo("jobs/" + job["id"])
            self.assertEqual(again["split"], {"changed_since": 3})
            world.whole()

    def test_never_takes_back_a_later_no(self):
        with Bulk() as world:
            world.start()
            emails = ["a@example.com", "b@example.com", "c@example.com"]
            for email in emails:
                world.post("contacts/unsubscribe", {"account": "walkins", "email": email})
                world.post(f"contacts/{email}/resubscribe?account=walkins", {})
            job = world.finished(world.job("unsubscribe", world.select("walkins", ids=emails), confirm=False))
            world.events("walkins", "unsubscribe", emails[:1])                                   # the person
            world.post("contacts/unsubscribe", {"account": "walkins", "email": emails[1]})       # an operator, once more
            undone = world.undo("jobs/" + job["id"])
            self.assertEqual(undone["split"], {"changed_since": 1})
            self.assertEqual([world.contact(one, "walkins")["reason"] for one in emails], ["contact", "manual", None])

    def test_of_a_resubscription_puts_back_what_was(self):
        with Bulk() as world:
            world.start()
            world.events("walkins", "unsubscribe", ["ann@example.com"])
            before = world.contact("ann@example.com", "walkins")["suppressions"]
            job = world.finished(world.job("resubscribe", world.select("walkins", all=True)))
            self.assertTrue(world.contact("ann@example.com", "walkins")["mailable"])
            undone = world.undo("jobs/" + job["id"], confirm=False)
            self.assertEqual(undone["counts"]["unsubscribed"], 1)
            self.assertEqual(world.contact("ann@example.com", "walkins")["suppressions"], before)
            back = world.undo("jobs/" + undone["id"])
            self.assertEqual(back["counts"]["resubscribed"], 1)

    def test_of_a_run_tells_the_crm_and_leaves_its_own_nos_to_it(self):
        with Bulk() as world:
            world.crm("1", "ann@example.com", opted_out=True)
            world.crm("2", "bob@example.com", opted_out=False)
            world.write()
            world.start()
            world.sync()
            world.crm("1", opted_out=False)
            world.crm("2", opted_out=True)
            run = world.sync()
            self.assertTrue(world.contact("ann@example.com")["mailable"])
            undone = world.undo("runs/" + run["id"])
            self.assertEqual(undone["counts"]["unsubscribed"], 1)
            self.assertEqual(undone["split"], {"in_crm": 1})
            self.assertEqual(world.reasons("ann@example.com"), ["manual"])
            self.assertEqual(world.reasons("bob@example.com"), ["integration"])
            wait_for(lambda: ("1", "true") in world.pushed() or ("1", "Yes") in world.pushed(), "the CRM is told")
            world.whole()

    def test_there_has_to_be_something_to_undo(self):
        with Bulk() as world:
            world.start()
            self.assertEqual(world.post("jobs/j99/undo")[0], 404)
            self.assertEqual(world.post("runs/99/undo")[0], 404)
            dry = world.finished(world.job("resubscribe", world.select("walkins", all=True), dry_run=True))
            self.assertEqual(world.post(f"jobs/{dry['id']}/undo")[1]["code"], "nothing_done")


class CommandLine(unittest.TestCase):
    def test_the_bulk_flow_of_an_operator(self):
        with Bulk() as world:
            world.start()
            world.events("walkins", "unsubscribe", people(3))
            world.events("walkins", "hard_bounce", ["bounced@example.com"])
            what = ["contacts", "resubscribe", "--account", "walkins", "--filter", "--status", "unsubscribed"]
            dry = world.ctl(*what, "--dry-run")
            self.assertEqual(dry.returncode, 0, dry.stderr)
            self.assertIn("3  would be resubscribed", dry.stdout)
            self.assertIn("1  only support can", dry.stdout)
            missing = world.ctl(*what, "--wait")
            self.assertEqual(missing.returncode, 4)
            self.assertIn("permission", missing.stderr)
            self.assertEqual(world.ctl(*what, "--confirm-permission", STATEMENT, "--count", "5").returncode, 4)
            done = world.ctl("--json", *what, "--confirm-permission", STATEMENT, "--count", "4", "--wait")
            job = json.loads(done.stdout)
            self.assertEqual(job["counts"]["resubscribed"], 3)
            self.assertEqual(job["counts"]["refused"], {"hard_bounce": 1})
            outcomes = world.ctl("job", "outcomes", job["id"]).stdout
            self.assertIn("person00000@example.com,resubscribed,contact,", outcomes)
            self.assertIn(job["id"], world.ctl("jobs", "--account", "walkins").stdout)
            undone = world.ctl("undo", job["id"], "--wait")
            self.assertIn("3  unsubscribed", undone.stdout)
            self.assertIn("done", world.ctl("job", "show", job["id"]).stdout)

    def test_a_selection_says_which_contacts(self):
        with Bulk() as world:
            world.start()
            for arguments in ([], ["--all", "ann@example.com"], ["--filter"], ["--reason", "contact"], ["--all", "--filter"]):
                done = world.ctl("contacts", "resubscribe", "--account", "walkins", *arguments)
                self.assertEqual(done.returncode, 2, arguments)
            unknown = world.ctl("contacts", "resubscribe", "--account", "walkins", "a@example.com", "b@example.com")
            self.assertEqual(unknown.returncode, 4)
            self.assertIn("a@example.com", unknown.stderr)


if __name__ == "__main__":
    unittest.main()
