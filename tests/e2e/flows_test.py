"""How an operator mails somebody again: by the profile, by a row of the list, in bulk, and through the CRM. Each by API and
by crmsyncctl, in accounts that permit it and that do not, with and without the confirmation."""
import json
import unittest

from harness import wait_for
from operators_test import STATEMENT, Operators

CASES = [(way, account, confirmed) for way in ("api", "ctl") for account in ("walkins", "archive")
         for confirmed in (True, False)]  # walkins permits it, archive does not


def expected(account, confirmed):
    if account == "archive":
        return "resubscribe_forbidden"
    return None if confirmed else "confirmation_missing"


class Flows(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = Operators()
        cls.number = 0
        cls.token = cls.world.folder + "/operator"
        with open(cls.token, "w") as file:
            file.write("operator\n")

    @classmethod
    def tearDownClass(cls):
        cls.world.__exit__()

    def ctl(self, *arguments):
        """crmsyncctl as the operator: over TCP, with the operator's token. (exit code, JSON)"""
        done = self.world.ctl("--url", f"http://127.0.0.1:{self.world.port}", "--token-file", self.token, "--json", *arguments)
        return done.returncode, json.loads(done.stdout or "null")

    def somebody(self, account):
        """Who said no, in this account."""
        type(self).number += 1
        email = f"flow{self.number:03}@{account}.example.com"
        status, _ = self.world.post("events", {"account": account, "type": "unsubscribe", "email": email})
        self.assertEqual(status, 200)
        return email

    def resubscribe(self, way, account, who, confirmed):
        """The code of the refusal, None when it was done."""
        if way == "api":
            _, answer = self.world.resubscribe("operator", account, who, confirmed)
            return answer.get("code")
        confirm = ["--confirm-permission", STATEMENT["statement"]] if confirmed else []
        code, answer = self.ctl("contacts", "resubscribe", who, "--account", account, *confirm)
        self.assertEqual(code, 4 if "code" in answer else 0)
        return answer.get("code")

    def check(self, email, account, confirmed, code):
        self.assertEqual(code, expected(account, confirmed))
        contact = self.world.contact(email, account)
        self.assertEqual((contact["mailable"], contact["reason"]), (True, None) if code is None else (False, "contact"))

    def test_profile_search_look_and_resubscribe(self):
        for way, account, confirmed in CASES:
            with self.subTest(way=way, account=account, confirmed=confirmed):
                email = self.somebody(account)
                start = email.split("@")[0]
                if way == "api":
                    found = self.world.get(f"/api/v1/contacts?account={account}&q={start}")[1]["items"]
                    profile = self.world.get(f"/api/v1/contacts/{found[0]['id']}/explain")[1]
                else:
                    found = self.ctl("contacts", "list", "--account", account, "--q", start)[1]["items"]
                    profile = self.ctl("contacts", "explain", found[0]["id"], "--account", account)[1]
                self.assertEqual([one["email"] for one in found], [email])
                self.assertEqual([one["reason"] for one in profile["suppressions"]], ["contact"])
                self.assertTrue(profile["next"])
                self.check(email, account, confirmed, self.resubscribe(way, account, found[0]["id"], confirmed))

    def test_list_row_filter_and_resubscribe_one(self):
        for way, account, confirmed in CASES:
            with self.subTest(way=way, account=account, confirmed=confirmed):
                email = self.somebody(account)
                if way == "api":
                    rows = self.world.get(f"/api/v1/contacts?account={account}&reason=contact&sort=changed")[1]["items"]
                else:
                    rows = self.ctl("contacts", "list", "--account", account, "--reason", "contact", "--sort", "changed")[1]["items"]
                row = next(one for one in rows if one["email"] == email)
                self.check(email, account, confirmed, self.resubscribe(way, account, row["email"], confirmed))

    def bulk(self, way, account, emails, confirmed):
        text = emails[0].split("@")[0][:5]
        if way == "ctl":
            what = ["contacts", "resubscribe", "--account", account, "--filter", "--reason", "contact", "--q", text]
            confirm = ["--confirm-permission", STATEMENT["statement"], "--count", str(len(emails))] if confirmed else []
            return self.ctl(*what, *confirm, "--wait")[1]
        status, selection = self.world.ask("operator", "selections", {"account": account, "filter": {"reason": "contact", "q": text}})
        self.assertEqual((status, selection["count"]), (201, len(emails)))
        body = {"kind": "resubscribe", "selection": selection["id"]}
        if confirmed:
            body["confirmation"] = {**STATEMENT, "count": selection["count"]}
        _, job = self.world.ask("operator", "jobs", body)
        if "code" in job:
            return job
        return wait_for(lambda: (now := self.world.get("/api/v1/jobs/" + job["id"])[1])["state"] == "done" and now, "the job")

    def test_bulk_filter_select_all_and_resubscribe(self):
        for number, (way, account, confirmed) in enumerate(CASES):
            with self.subTest(way=way, account=account, confirmed=confirmed):
                emails = [f"bulk{number}-{one}@{account}.example.com" for one in range(5)]
                for email in emails:
                    self.world.post("events", {"account": account, "type": "unsubscribe", "email": email})
                answer = self.bulk(way, account, emails, confirmed)
                self.assertEqual(answer.get("code"), expected(account, confirmed), answer)
                if answer.get("code") is None:
                    self.assertEqual((answer["counts"]["resubscribed"], answer["counts"]["refused"]), (5, {}))
                for email in emails:
                    self.check(email, account, confirmed, answer.get("code"))

    def test_integrated_it_is_refused_here_with_the_record_and_done_in_the_crm(self):
        for number, (way, confirmed) in enumerate([(way, confirmed) for way in ("api", "ctl") for confirmed in (True, False)]):
            with self.subTest(way=way, confirmed=confirmed):
                record, email = f"50{number}", f"integrated{number}@example.com"
                self.world.crm(record, email, opted_out=True)
                self.world.sync()
                self.assertEqual(self.resubscribe(way, "harbour", email, confirmed), "crm_owns_it")
                self.assertIn(record, self.world.explain(email)["next"])
                self.assertEqual(self.world.contact(email)["reason"], "integration")
                self.world.crm(record, opted_out=False)
                self.assertEqual(self.world.sync()["counts"]["resubscribed"], 1)
                self.assertTrue(self.world.contact(email)["mailable"])

    def test_integrated_the_crm_needs_no_permission_of_this_account(self):
        with Operators() as world:
            world.change_config("- id: harbour\n    resubscribe: allowed\n", "- id: harbour\n")
            world.reload()
            world.crm("1", opted_out=False)
            self.assertEqual(world.sync()["counts"]["resubscribed"], 1)
            self.assertTrue(world.contact("crm@example.com")["mailable"])


if __name__ == "__main__":
    unittest.main()
