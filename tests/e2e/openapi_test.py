"""Every operation of the API's document is used, as it should be and as it should not; what comes back has to be in the
document (contract.py)."""
import http.client
import json
import os
import re
import unittest

from console_test import Browser
from harness import Events, UnixConnection, contract, exchange, wait_for
from operators_test import ROLES, STATEMENT, Operators

NOBODY = {"jobs": "j999999", "selections": "s999999"}  # ids of nothing
CONTACTS = 60  # enough for a brake


class Walk(Operators):
    """A customer of the API who uses all of it once."""

    def done(self, job):
        return self.ended(job, "done")

    def ended(self, job, *states):
        path = "/api/v1/jobs/" + job["id"]
        return wait_for(lambda: (now := self.get(path)[1])["state"] in states and now, f"{job['id']} is {states}")

    def ok(self, method, path, body=None, expected=200):
        status, answer = self.request(method, path if path.startswith("/") else "/api/v1/" + path, body)
        assert status == expected, (method, path, status, answer)
        return answer

    def file(self, emails, query=""):
        response, text = exchange(UnixConnection(self.socket), "POST", "/api/v1/imports?account=walkins" + query,
                                  "\n".join(["email", *emails, ""]), {"Content-Type": "text/csv"})
        assert response.status in (200, 202), text
        return json.loads(text)

    def flip(self, opted_out):
        for record in range(100, 100 + CONTACTS):
            self.crm(record, f"p{record}@example.com", opted_out=opted_out)
        return self.sync()

    # --- by subject ---
    def look_around(self):
        for path in ("/healthz", "/readyz", "/metrics", "/api/v1/openapi.json", "/api/v1/status", "/api/v1/connections",
                     "/api/v1/runs", "/api/v1/settings", "/api/v1/history?account=harbour&days=3", "/api/v1/session"):
            self.ok("GET", path)

    def read_the_console(self):
        for path in contract().document["paths"]:
            if not path.startswith(("/api/", "/u/", "/p/", "/assets/")):
                self.ok("GET", path.replace("{id}", "1"))
        self.ok("GET", "/assets/app.js")

    def sign_in_and_out(self):
        browser = Browser(self.port)
        assert browser.sign_in("operator")[0] == 200
        assert browser.api("POST", "session/end")[0] == 204

    def sync_and_decide(self):
        self.flip(False)
        held = self.flip(True)
        assert held["state"] == "held", held
        self.ok("GET", f"runs/{held['id']}")
        assert len(self.ok("GET", f"runs/{held['id']}/changes?limit=10")["items"]) == 10
        self.ok("POST", f"runs/{held['id']}/approve")
        self.done(self.ok("POST", f"runs/{held['id']}/undo", {"dry_run": True}, 202))
        again = self.flip(False)
        assert again["state"] == "held", again
        self.ok("POST", f"runs/{again['id']}/reject")
        self.ok("POST", "connections/crm/plan", {"mode": "full"})
        assert self.ok("POST", "connections/crm/test")["ok"]
        self.ok("POST", "connections/crm/sync", {}, 202)

    def look_at_contacts(self):
        self.ok("GET", "contacts?account=harbour&q=example&status=unsubscribed&reason=integration&connection=crm&sort=changed")
        for what in ("", "/timeline", "/explain"):
            self.ok("GET", f"contacts/crm@example.com{what}?account=harbour")
        self.ok("GET", "contacts/crm@example.com?account=harbour&at=2020-01-01")
        self.ok("GET", "contacts/export?account=harbour&sort=name")
        self.ok("GET", "conflicts?account=harbour")

    def change_contacts(self):
        self.ok("POST", "contacts/unsubscribe", {"account": "walkins", "email": "ann@example.com", "note": "by phone"})
        ann = "contacts/ann@example.com"
        self.ok("POST", ann + "/resubscribe?account=walkins", {"confirmation": STATEMENT, "dry_run": True})
        self.ok("POST", ann + "/resubscribe?account=walkins", {"confirmation": STATEMENT})
        self.ok("POST", ann + "/unsubscribe?account=walkins", {"note": "by letter"})
        self.ok("POST", "events", {"account": "walkins", "type": "hard_bounce", "email": "bob@example.com"})
        self.ok("POST", "support/lift", {"account": "walkins", "email": "bob@example.com", "reason": "hard_bounce",
                                         "ticket": "T-1", "confirmation": STATEMENT})
        self.ok("POST", "contacts/bob@example.com/forget?account=walkins", {"note": "asked for it"})

    def work_in_bulk(self):
        selection = self.ok("POST", "selections", {"account": "walkins", "filter": {"status": "subscribed"}}, 201)
        self.ok("POST", "selections", {"account": "walkins", "ids": ["ann@example.com", "nobody@example.com"]}, 201)
        self.ok("GET", f"selections/{selection['id']}")
        job = self.done(self.ok("POST", "jobs", {"kind": "unsubscribe", "selection": selection["id"]}, 202))
        self.ok("GET", "jobs?account=walkins")
        self.ok("GET", f"jobs/{job['id']}/outcomes")
        self.ok("GET", f"jobs/{job['id']}/outcomes.csv")
        self.done(self.ok("POST", f"jobs/{job['id']}/undo", {"confirmation": STATEMENT}, 202))

    def work_with_files(self):
        everybody = [f"w{number}@example.com" for number in range(CONTACTS)]
        self.file(everybody, "&preview=5")
        for decision in ("approve", "reject", "cancel"):
            job = self.done(self.file([*everybody, "nonsense"]))
            assert len(self.ok("GET", f"jobs/{job['id']}/errors")["items"]) == 1
            follow_up = {"id": self.done(self.file(["ann@example.com"], "&archive_missing=true"))["follow_up"]}
            self.ended(follow_up, "held")
            self.ok("POST", f"jobs/{follow_up['id']}/{decision}")
            self.ended(follow_up, "done", "rejected", "cancelled")

    def send_mail(self):
        events = [{"type": "unsubscribe", "email": "eve@example.com", "id": "e1"}, {"type": "nonsense"}]
        assert self.ok("POST", "events?account=walkins", events)["refused"] == 1
        self.ok("POST", "mailable", {"account": "walkins", "emails": ["eve@example.com", "new@example.com", "nonsense"]})
        self.ok("GET", "changes?account=walkins&limit=10")
        stream = Events(UnixConnection(self.socket), "/api/v1/changes?account=walkins", {})
        assert stream.next()[1]["items"]
        stream.close()

    def use_links(self):
        for choice in ("unsubscribe", "subscribe"):
            self.choose("ann@example.com", "walkins", choice)
        link = self.ok("GET", "contacts/ann@example.com/link?account=walkins")
        for path in (link["url"], link["one_click"]):
            self.ok("GET", path.removeprefix("https://mail.example.com"))
        exchange(UnixConnection(self.socket), "POST", link["one_click"].removeprefix("https://mail.example.com"),
                 "List-Unsubscribe=One-Click", {"Content-Type": "application/x-www-form-urlencoded"})
        self.ok("POST", "links/rotate", {"retire": True})

    def push_again(self):
        os.rename(self.out, self.out + ".away")  # nothing can be told to the CRM
        self.ok("POST", "contacts/unsubscribe", {"account": "harbour", "email": "p100@example.com"})
        waiting = wait_for(lambda: [one for one in self.ok("GET", "outbox?state=pending&connection=crm")["items"]
                                    if one["error"]], "a push that failed")
        self.ok("POST", f"outbox/{waiting[0]['id']}/retry")
        os.rename(self.out + ".away", self.out)

    def read_the_log(self):
        self.ok("GET", "audit?account=walkins&limit=5")
        self.ok("GET", "audit/export?since=2020-01-01")
        assert self.ok("GET", "audit/verify")["ok"]


class Everything(unittest.TestCase):
    def test_every_operation_works(self):
        with Walk() as world:
            for statuses in contract().seen.values():
                statuses.clear()
            for part in (world.look_around, world.read_the_console, world.sign_in_and_out, world.sync_and_decide,
                         world.look_at_contacts, world.change_contacts, world.work_in_bulk, world.work_with_files,
                         world.send_mail, world.use_links, world.push_again, world.read_the_log):
                with self.subTest(part.__name__):
                    part()
            unused = [name for name, statuses in contract().seen.items() if not {200, 201, 202, 204} & statuses]
            self.assertEqual(unused, [])


class Refusals(unittest.TestCase):
    """What the document says of each operation, tried with ids of nothing."""

    @classmethod
    def setUpClass(cls):
        cls.world = Operators()

    @classmethod
    def tearDownClass(cls):
        cls.world.__exit__()

    def for_each(self, check, wanted=lambda operation: True):
        """Calls `check` with each operation and a path for it."""
        chosen = [one for one in contract().operations if wanted(one)]
        self.assertTrue(chosen)
        for operation in chosen:
            kind = operation.path.removeprefix("/api/v1/").split("/")[0]
            with self.subTest(operation.name):
                check(operation, re.sub(r"\{\w+\}", NOBODY.get(kind, "999999"), operation.path))

    def ask(self, operation, path, body="", **headers):
        """On the socket. (status, code)"""
        response, text = exchange(UnixConnection(self.world.socket), operation.method, path, body, headers)
        return response.status, self.code(response, text)

    def ask_as(self, role, operation, path):
        headers = {"Authorization": "Bearer " + role} if role else {}
        connection = http.client.HTTPConnection("127.0.0.1", self.world.port, timeout=30)
        response, text = exchange(connection, operation.method, path, "", headers)
        return response.status, self.code(response, text)

    @staticmethod
    def code(response, text):
        return json.loads(text)["code"] if response.headers.get_content_type() == "application/problem+json" else None

    def test_who_may(self):
        rows = [[cell.strip() for cell in line.strip("|").split("|")]
                for line in contract().document["info"]["description"].splitlines() if line.startswith("| ")]
        roles, table = rows[0][1:], {row[0].split()[0]: row[1:] for row in rows[2:]}
        self.assertEqual(sorted(roles), sorted(ROLES))

        def check(operation, path):
            permission = operation.about["x-permission"]
            if permission != "none":
                self.assertEqual(self.ask_as(None, operation, path), (401, "unauthenticated"))
            for role, may in zip(roles, table[permission]):
                answer = self.ask_as(role, operation, path)
                self.assertEqual(answer != (403, "forbidden"), may == "yes", (role, answer))

        self.for_each(check)

    def test_what_is_not_there(self):
        def check(operation, path):
            if "{" in operation.path:
                self.assertEqual(self.ask(operation, path)[0], 404)
            elif operation.query().get("account", {}).get("required"):
                self.assertEqual(self.ask(operation, path + "?account=nowhere"), (404, "not_found"))

        self.for_each(check, lambda one: "404" in one.responses)

    def test_a_parameter_that_is_none(self):
        def check(operation, path):
            self.assertEqual(self.ask(operation, path + "?nonsense=1"), (400, "bad_request"))

        self.for_each(check, lambda one: one.method == "GET" and "400" in one.responses)

    def test_a_body_that_is_none(self):
        def check(operation, path):
            for body in ("{", '{"nonsense": 1}', '{"note": "a", "note": "b"}', "7"):
                self.assertIn(self.ask(operation, path, body), ((400, "bad_request"), (404, "not_found")))
            if "{" not in operation.path:
                self.assertEqual(self.ask(operation, path, "{"), (400, "bad_request"))

        self.for_each(check, lambda one: one.request_schema())

    def test_a_method_that_is_none(self):
        def check(operation, path):
            response, _ = exchange(UnixConnection(self.world.socket), "PATCH", path)
            self.assertEqual(response.status, 405)
            self.assertIn(operation.method, response.getheader("Allow"))

        self.for_each(check)

    def test_an_idempotency_key(self):
        def check(operation, path):
            key = {"Idempotency-Key": operation.name}
            first = self.ask(operation, path, "{}", **key)
            self.assertEqual(self.ask(operation, path, "{}", **key), first)
            self.assertEqual(self.ask(operation, path, '{"x": 1}', **key), (422, "idempotency_key_reused"))
            self.assertEqual(self.ask(operation, path, "{}", **{"Idempotency-Key": "k" * 256}), (400, "idempotency_key"))

        self.for_each(check, lambda one: any(parameter["name"] == "Idempotency-Key" for parameter in one.parameters))


class Served(unittest.TestCase):
    def test_without_a_token_and_once_only(self):
        with Operators() as world:
            def get(**headers):
                connection = http.client.HTTPConnection("127.0.0.1", world.port, timeout=30)
                return exchange(connection, "GET", "/api/v1/openapi.json", None, headers)

            response, text = get()
            self.assertEqual(json.loads(text)["openapi"], "3.1.0")
            self.assertEqual(response.getheader("Cache-Control"), "no-cache")
            tag = response.getheader("ETag")
            response, text = get(**{"If-None-Match": tag})
            self.assertEqual((response.status, text, response.getheader("ETag")), (304, b"", tag))
            self.assertIsNone(response.getheader("Content-Length"))
            self.assertEqual(get(**{"If-None-Match": '"another"'})[0].status, 200)


if __name__ == "__main__":
    unittest.main()
