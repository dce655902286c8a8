"""Who may resubscribe whom: every reason, in accounts with and without a CRM, by every role, confirmed or not. What is
expected comes from this table alone, which is the one of the domain's rules."""
import hashlib
import http.client
import json
import socket
import unittest

from harness import UnixConnection, World, exchange, wait_for

# reason: (an operator may, who else owns it, a confirmation is needed)
TABLE = {
    "integration": ("never", "crm_owns_it", True),
    "contact": ("non-integrated", "contact_owns_it", True),
    "manual": ("always", None, False),
    "spam_complaint": ("never", "support_only", True),
    "hard_bounce": ("never", "support_only", True),
    "soft_bounce": ("never", "support_only", True),
    "blocked": ("never", "support_only", True),
    "deferral": ("never", "support_only", True),
    "failed_validation": ("never", "support_only", True),
    "archived": ("always", None, False),
}
# A CRM's account takes no files, so nobody is archived there.
NOT_IN = {"archived": ("harbour",), "integration": ("walkins", "archive")}
EVENTS = {"contact": "unsubscribe"}  # of the other reasons the event has the same name
ROLES = ("viewer", "operator", "support", "admin")
STATEMENT = {"permission": True, "statement": "asked for it at the open day"}


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Operators(World):
    """An account with a CRM, one without, and one without where nobody may resubscribe."""

    def __init__(self):
        accounts = "  - { id: walkins, resubscribe: allowed }\n  - { id: archive }\nstrikes: " \
                   "{ soft_bounce: 1, blocked: 1, deferral: 1 }"
        super().__init__(accounts=accounts)
        self.port = free_port()
        tokens = ", ".join(f"{{ name: {role}, role: {role}, sha256: {hashlib.sha256(role.encode()).hexdigest()} }}"
                           for role in ROLES)
        self.change_config("api: { ", f"api: {{ public_url: 'https://mail.example.com', listen: '127.0.0.1:{self.port}', tokens: [ {tokens} ], ")
        self.change_config("- id: harbour\n", "- id: harbour\n    resubscribe: allowed\n")
        self.crm("1", "crm@example.com", opted_out=True)
        self.write()
        self.start()
        self.sync()

    def suppress(self, account, reason):
        """A contact with that reason, which no CRM record has."""
        email = f"{reason.replace('_', '-')}@{account}.example.com"
        if reason == "archived":
            return self.archive(account, email)
        if reason == "manual":
            status, _ = self.post("contacts/unsubscribe", {"account": account, "email": email})
        else:
            event = {"account": account, "type": EVENTS.get(reason, reason), "email": email}
            status, _ = self.post("events", event)
        assert status == 200
        assert self.contact(email, account)["reason"] == reason
        return email

    def archive(self, account, email):
        """Two files: one that lists the contact with all the others, and one that does not."""
        others = [one["email"] for one in self.get(f"/api/v1/contacts?account={account}&limit=1000")[1]["items"]]
        others = sorted({"somebody@example.com", *others} - {email})
        for listed, query in ((others + [email], ""), (others, "&archive_missing=true")):
            _, text = exchange(UnixConnection(self.socket), "POST", f"/api/v1/imports?account={account}{query}",
                               "\n".join(["email", *listed]) + "\n")
            job = json.loads(text)
            while job:
                path = "/api/v1/jobs/" + job["id"]
                job = wait_for(lambda: (now := self.get(path)[1])["state"] == "done" and now, "the import")
                job = job["follow_up"] and {"id": job["follow_up"]}
        assert self.contact(email, account)["reason"] == "archived"
        return email

    def choose(self, email, account, choice):
        """What the person says on their preference page."""
        link = self.get(f"/api/v1/contacts/{email}/link?account={account}")[1]["url"].removeprefix("https://mail.example.com")
        response, _ = exchange(UnixConnection(self.socket), "POST", link, "choice=" + choice)
        assert response.status == 200, response.status

    def ask(self, role, path, body):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        response, text = exchange(connection, "POST", "/api/v1/" + path, json.dumps(body),
                                  {"Authorization": "Bearer " + role, "Content-Type": "application/json"})
        return response.status, json.loads(text)

    def resubscribe(self, role, account, email, confirmed):
        body = {"confirmation": STATEMENT} if confirmed else {}
        return self.ask(role, f"contacts/{email}/resubscribe?account={account}", body)

    def support_lift(self, role, account, email, reason, confirmed, ticket="T-1"):
        body = {"account": account, "email": email, "reason": reason}
        if ticket:
            body["ticket"] = ticket
        if confirmed:
            body["confirmation"] = STATEMENT
        return self.ask(role, "support/lift", body)


def expected_of_operator(reason, account, confirmed):
    may, owner, confirm = TABLE[reason]
    if may == "never" or (may == "non-integrated" and account == "harbour"):
        return owner
    if account == "archive":
        return "resubscribe_forbidden"
    return "confirmation_missing" if confirm and not confirmed else None


def expected_of_support(reason, confirmed, ticket):
    if reason == "integration":
        return "crm_owns_it"
    if not ticket:
        return "ticket_missing"
    return "confirmation_missing" if TABLE[reason][2] and not confirmed else None


class Table(unittest.TestCase):
    def check(self, world, account, email, reason, answer, expected):
        status, body = answer
        contact = world.contact(email, account)
        if expected:
            self.assertEqual(body.get("code"), expected, body)
            self.assertGreaterEqual(status, 400)
            self.assertTrue(body["remedy"], body)
            self.assertEqual([one["reason"] for one in body["obstacles"]], [reason])
            self.assertEqual(contact["reason"], reason)
        else:
            self.assertEqual((status, body.get("outcome")), (200, "resubscribed"), body)
            self.assertTrue(contact["mailable"])

    def contacts(self, world):
        for account in ("harbour", "walkins", "archive"):
            for reason in TABLE:
                if account not in NOT_IN.get(reason, ()):
                    yield account, reason

    def email(self, world, account, reason):
        return "crm@example.com" if reason == "integration" else world.suppress(account, reason)

    def test_an_operator_lifts_what_the_table_says_and_nothing_else(self):
        with Operators() as world:
            for account, reason in self.contacts(world):
                for confirmed in (False, True):
                    with self.subTest(account=account, reason=reason, confirmed=confirmed):
                        email = self.email(world, account, reason)
                        answer = world.resubscribe("operator", account, email, confirmed)
                        self.check(world, account, email, reason, answer, expected_of_operator(reason, account, confirmed))

    def test_support_lifts_with_a_ticket_what_is_not_the_crms(self):
        with Operators() as world:
            for account, reason in self.contacts(world):
                for confirmed, ticket in ((False, "T-1"), (True, ""), (True, "T-1")):
                    with self.subTest(account=account, reason=reason, confirmed=confirmed, ticket=ticket):
                        email = self.email(world, account, reason)
                        answer = world.support_lift("support", account, email, reason, confirmed, ticket)
                        self.check(world, account, email, reason, answer, expected_of_support(reason, confirmed, ticket))

    def test_a_role_without_the_right_is_refused_before_anything_is_looked_at(self):
        with Operators() as world:
            email = world.suppress("walkins", "manual")
            for role in ("viewer", "support"):
                self.assertEqual(world.resubscribe(role, "walkins", email, True)[0], 403)
            for role in ("viewer", "operator"):
                self.assertEqual(world.support_lift(role, "walkins", email, "manual", True)[0], 403)
            self.assertEqual(world.contact(email, "walkins")["reason"], "manual")

    def test_the_person_lifts_their_own_no_and_nothing_else(self):
        with Operators() as world:
            for account, reason in self.contacts(world):
                with self.subTest(account=account, reason=reason):
                    email = self.email(world, account, reason)
                    world.choose(email, account, "subscribe")
                    self.assertEqual(world.contact(email, account)["reason"], None if reason == "contact" else reason)

    def test_a_later_file_lifts_what_a_file_set_and_nothing_else(self):
        with Operators() as world:
            for account, reason in self.contacts(world):
                if account == "harbour":
                    continue
                with self.subTest(account=account, reason=reason):
                    email = self.email(world, account, reason)
                    _, text = exchange(UnixConnection(world.socket), "POST", f"/api/v1/imports?account={account}",
                                       f"email\n{email}\n")
                    job = json.loads(text)["id"]
                    wait_for(lambda: world.get("/api/v1/jobs/" + job)[1]["state"] == "done", "the import")
                    self.assertEqual(world.contact(email, account)["reason"], None if reason == "archived" else reason)

    def test_the_crm_lifts_what_it_set_and_nothing_else(self):
        with Operators() as world:
            for number, reason in enumerate(TABLE):
                if reason in ("integration", "archived"):
                    continue
                email = world.suppress("harbour", reason)
                world.crm(100 + number, email, opted_out=False)
            world.crm("1", opted_out=False)
            run = world.sync()
            self.assertEqual(run["counts"]["resubscribed"], 1)
            for reason in TABLE.keys() - {"archived"}:
                email = "crm@example.com" if reason == "integration" else f"{reason.replace('_', '-')}@harbour.example.com"
                self.assertEqual(world.contact(email)["mailable"], reason == "integration", reason)


class Resubscribing(unittest.TestCase):
    def test_one_of_two_reasons_that_may_not_be_lifted_keeps_both(self):
        with Operators() as world:
            email = world.suppress("walkins", "manual")
            world.post("events", {"account": "walkins", "type": "hard_bounce", "email": email})
            status, body = world.resubscribe("operator", "walkins", email, True)
            self.assertEqual((status, body["code"]), (409, "support_only"))
            self.assertEqual([s["reason"] for s in world.contact(email, "walkins")["suppressions"]], ["manual", "hard_bounce"])
            self.assertEqual(world.support_lift("support", "walkins", email, "hard_bounce", True)[0], 200)
            self.assertEqual(world.resubscribe("operator", "walkins", email, True)[1]["outcome"], "resubscribed")

    def test_a_no_that_the_crm_was_told_is_the_crms_from_then_on(self):
        with Operators() as world:
            world.crm("2", "ann@example.com", opted_out=False)
            world.sync()
            world.post("contacts/unsubscribe", {"account": "harbour", "email": "ann@example.com"})
            world.crm("2", opted_out=True)  # the CRM has taken it
            world.sync()
            status, body = world.resubscribe("operator", "harbour", "ann@example.com", True)
            self.assertEqual((status, body["outcome"], body["reason"]), (200, "stays_unsubscribed", "integration"))
            world.crm("2", opted_out=False)
            world.sync()
            self.assertTrue(world.contact("ann@example.com")["mailable"])

    def test_a_dry_run_tells_and_does_nothing(self):
        with Operators() as world:
            email = world.suppress("walkins", "manual")
            path = f"contacts/{email}/resubscribe?account=walkins"
            status, body = world.ask("operator", path, {"dry_run": True})
            self.assertEqual((status, body["outcome"], body["dry_run"]), (200, "resubscribed", True))
            self.assertEqual(world.contact(email, "walkins")["reason"], "manual")

    def test_who_is_subscribed_already_stays_so_and_nothing_is_logged(self):
        with Operators() as world:
            world.crm("2", "ann@example.com", opted_out=False)
            world.sync()
            before = len(world.ctl("audit", "export").stdout.splitlines())
            status, body = world.resubscribe("operator", "harbour", "ann@example.com", False)
            self.assertEqual((status, body["outcome"]), (200, "already_subscribed"))
            self.assertEqual(len(world.ctl("audit", "export").stdout.splitlines()), before)

    def test_the_log_says_who_from_where_on_what_statement_and_basis(self):
        with Operators() as world:
            email = world.suppress("walkins", "contact")
            world.resubscribe("operator", "walkins", email, True)
            entry = json.loads(world.ctl("audit", "export", "--account", "walkins").stdout.splitlines()[-1])
            self.assertEqual((entry["action"], entry["who"], entry["from"], entry["basis"]),
                             ("lift", "token operator", "api", "operator"))
            self.assertEqual(entry["detail"]["statement"], STATEMENT["statement"])
            email = world.suppress("walkins", "hard_bounce")
            world.support_lift("support", "walkins", email, "hard_bounce", True)
            entry = json.loads(world.ctl("audit", "export", "--account", "walkins").stdout.splitlines()[-1])
            self.assertEqual((entry["who"], entry["basis"], entry["detail"]["ticket"]), ("token support", "support", "T-1"))

    def test_a_confirmation_without_a_statement_is_none(self):
        with Operators() as world:
            email = world.suppress("walkins", "contact")
            status, body = world.ask("operator", f"contacts/{email}/resubscribe?account=walkins",
                                     {"confirmation": {"permission": True}})
            self.assertEqual(status, 400)
            self.assertIn("statement", body["detail"])
            self.assertEqual(world.contact(email, "walkins")["reason"], "contact")

    def test_an_integration_whose_connection_is_gone_is_an_operators(self):
        with Operators() as world:
            self.assertEqual(world.resubscribe("operator", "harbour", "crm@example.com", True)[1]["code"], "crm_owns_it")
            with open(world.config) as file:
                text = file.read()
            start, end = text.index("    connections:"), text.index("  - { id: walkins")
            world.change_config(text[start:end], "")
            world.reload()
            self.assertEqual(world.resubscribe("operator", "harbour", "crm@example.com", False)[1]["code"],
                             "confirmation_missing")
            self.assertEqual(world.resubscribe("operator", "harbour", "crm@example.com", True)[1]["outcome"], "resubscribed")

    def test_by_command_line_it_exits_by_how_it_ended(self):
        with Operators() as world:
            email = world.suppress("walkins", "contact")
            ask = ("contacts", "resubscribe", email, "--account", "walkins")
            result = world.ctl(*ask)
            self.assertEqual((result.returncode, result.stdout), (4, ""))
            self.assertIn("--confirm-permission", result.stderr)
            confirmed = (*ask, "--confirm-permission", STATEMENT["statement"])
            self.assertIn("would be subscribed again", world.ctl(*confirmed, "--dry-run").stdout)
            result = world.ctl(*confirmed)
            self.assertEqual(result.returncode, 0, result.stderr)
            self.assertIn("is subscribed again", result.stdout)
            result = world.ctl("contacts", "resubscribe", "crm@example.com", "--account", "harbour", "--json")
            self.assertEqual((result.returncode, json.loads(result.stdout)["code"]), (4, "crm_owns_it"))
            email = world.suppress("walkins", "hard_bounce")
            lift = ("support", "lift", email, "--account", "walkins", "--reason", "hard_bounce", "--ticket", "T-9")
            self.assertEqual(world.ctl(*lift).returncode, 4)
            self.assertEqual(world.ctl(*lift, "--confirm-permission", STATEMENT["statement"]).returncode, 0)
            self.assertTrue(world.contact(email, "walkins")["mailable"])


class Tokens(unittest.TestCase):
    def test_a_created_one_works_with_its_role_and_accounts_and_stands_nowhere(self):
        with World(accounts="  - { id: walkins, resubscribe: allowed }\n  - { id: archive }") as world:
            made = world.ctl("token", "create", "--name", "Ann: \"ops\"", "--role", "operator", "--account", "walkins")
            token = made.stdout.strip()
            self.assertGreaterEqual(len(token), 64)
            self.assertNotIn(token, made.stderr)
            entry = next(line for line in made.stderr.splitlines() if "sha256" in line).strip().removeprefix("- ")
            port = free_port()
            world.change_config("api: { ", f"api: {{ listen: '127.0.0.1:{port}', tokens: [ {entry} ], ")
            path = world.folder + "/token"
            with open(path, "w") as file:
                file.write(token + "\n")
            world.start()
            url = ["--url", f"http://127.0.0.1:{port}", "--token-file", path]
            self.assertEqual(world.ctl(*url, "contacts", "list", "--account", "walkins").returncode, 0)
            self.assertNotEqual(world.ctl(*url, "contacts", "list", "--account", "archive").returncode, 0)
            self.assertEqual(world.ctl(*url, "contacts", "forget", "a@example.com", "--account", "walkins").returncode, 4)
            world.ctl(*url, "contacts", "unsubscribe", "a@example.com", "--account", "walkins")
            self.assertEqual(world.get("/api/v1/audit?account=walkins")[1]["items"][0]["who"], "token Ann: \"ops\"")
            other = json.loads(world.ctl("--json", "token", "create", "--name", "b").stdout)
            self.assertNotEqual(other["token"], token)
            with open(world.folder + "/log") as log:
                self.assertNotIn(token, log.read())


if __name__ == "__main__":
    unittest.main()
