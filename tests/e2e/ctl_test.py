"""crmsyncctl as its users run it: every command against the real daemon, what it prints and how it exits."""
import json
import os
import pty
import subprocess
import unittest

from harness import CTL, World, wait_for


def loaded(world, contacts=60):
    """Every tenth of them is opted out in the CRM."""
    for record in range(contacts):
        world.crm(record, f"p{record}@example.com", opted_out=record % 10 == 0)
    world.write()
    world.start()
    world.sync()


def hold(world):
    """A mass change that the brakes stop. Returns its run."""
    for record in range(50):
        world.crm(record, opted_out=True)
    run = world.sync()
    assert run["state"] == "held", run
    return run["id"]


class Ctl(unittest.TestCase):
    def ok(self, world, *arguments, stdin=None, code=0):
        result = world.ctl(*arguments, stdin=stdin)
        self.assertEqual(result.returncode, code, result.stdout + result.stderr)
        return result.stdout

    def refused(self, world, *arguments, code=4):
        """Exits with `code`, prints nothing to use, and says what is wrong and what to do."""
        result = world.ctl(*arguments)
        self.assertEqual((result.returncode, result.stdout), (code, ""), result.stderr)
        return result.stderr

    def ok_json(self, world, *arguments):
        return json.loads(self.ok(world, *arguments, "--json"))

    def test_status_tells_accounts_connections_held_runs_and_the_outbox(self):
        with World() as world:
            loaded(world)
            run = hold(world)
            self.ok(world, "contacts", "unsubscribe", "p55@example.com", "--account", "harbour")
            text = self.ok(world, "status")
            for part in ("crmsyncd is ready", "harbour", "crm", f"held (run {run})", f"approve {run}"):
                self.assertIn(part, text)
            status = self.ok_json(world, "status")
            self.assertEqual(status["accounts"][0]["contacts"], {"subscribed": 8, "unsubscribed": 7, "on_hold": 45})
            self.assertEqual([one["id"] for one in status["held_runs"]], [run])
            self.assertEqual(sum(status["outbox"][0][state] for state in ("pending", "sent")), 1)

    def test_sync_waits_for_the_result_and_exits_by_it(self):
        with World() as world:
            loaded(world)
            self.assertIn("60 unchanged", self.ok(world, "sync", "--wait"))
            before = len(world.runs())
            self.ok(world, "sync", "crm")
            wait_for(lambda: len(world.runs()) > before and world.runs()[0]["state"] == "applied", "the run asked for")
            world.crm(1, opted_out=True)
            world.write()
            self.assertIn("1 unsubscribed", self.ok(world, "sync", "crm", "--full", "--wait"))
            for record in range(50):
                world.crm(record, opted_out=True)
            world.write()
            self.assertIn("held", self.ok(world, "sync", "--full", "--wait", code=3))
            os.remove(world.export)
            self.assertIn("no export at", self.ok(world, "sync", "--full", "--wait", code=1))
            self.assertIn('Known are "crm"', self.refused(world, "sync", "nowhere", code=1))

    def test_plan_tells_what_a_sync_would_do_and_does_nothing(self):
        with World() as world:
            loaded(world)
            world.crm(1, opted_out=True)
            world.write()
            text = self.ok(world, "plan", "crm", "--full")
            self.assertIn("1 unsubscribed", text)
            self.assertIn("p1@example.com", text)
            self.assertEqual(world.contact("p1@example.com")["status"], "subscribed")

    def test_runs_are_listed_shown_and_paged(self):
        with World() as world:
            loaded(world)
            self.ok(world, "sync", "--wait")
            runs = self.ok_json(world, "runs", "--connection", "crm")["items"]
            self.assertEqual([int(run["id"]) for run in runs], sorted((int(run["id"]) for run in runs), reverse=True))
            first = self.ok_json(world, "runs", "--limit", "1")
            self.assertEqual(first["items"][0]["id"], runs[0]["id"])
            second = self.ok_json(world, "runs", "--limit", "1", "--after", first["next"])
            self.assertEqual(second["items"][0]["id"], runs[1]["id"])
            self.assertIn("60 unchanged", self.ok(world, "run", "show", runs[0]["id"]))
            self.assertIn("crmsyncctl runs", self.refused(world, "run", "show", "9999", code=1))

    def test_a_held_run_is_looked_at_and_approved(self):
        with World() as world:
            loaded(world)
            run = hold(world)
            changes = self.ok_json(world, "run", "changes", run, "--limit", "1000")["items"]
            self.assertEqual({change["kind"] for change in changes}, {"unsubscribe"})
            self.assertEqual(len(changes), 45)
            self.assertIn("p1@example.com", self.ok(world, "run", "changes", run))
            self.assertIn("applied", self.ok(world, "approve", run))
            self.assertEqual(world.contact("p1@example.com")["reason"], "integration")
            self.assertIn("is not held", self.refused(world, "approve", run))

    def test_a_held_run_is_rejected(self):
        with World() as world:
            loaded(world)
            run = hold(world)
            self.assertIn("rejected", self.ok(world, "reject", run))
            self.assertEqual(world.contact("p1@example.com")["status"], "subscribed")
            self.assertIn("is not held", self.refused(world, "reject", run))

    def test_a_connection_is_listed_and_tested(self):
        with World() as world:
            loaded(world)
            self.assertIn("crm", self.ok(world, "connection", "list"))
            text = self.ok(world, "connection", "test", "crm")
            self.assertIn("recognised by HubSpot", text)
            self.assertIn("p0@example.com", text)
            os.remove(world.export)
            self.assertIn("failed", self.ok(world, "connection", "test", "crm", code=1))

    def test_contacts_are_listed_shown_and_explained(self):
        with World() as world:
            loaded(world)
            query = ("contacts", "list", "--account", "harbour", "--status", "unsubscribed", "--reason", "integration")
            page = self.ok_json(world, *query, "--limit", "4")
            rest = self.ok_json(world, *query, "--limit", "4", "--after", page["next"])
            self.assertEqual([item["email"] for item in page["items"] + rest["items"]],
                             [f"p{n}@example.com" for n in (0, 10, 20, 30, 40, 50)])
            self.assertIsNone(rest["next"])
            contact = self.ok_json(world, "contacts", "show", "p0@example.com", "--account", "harbour")
            self.assertIn("integration", self.ok(world, "contacts", "show", contact["id"]))
            text = self.ok(world, "contacts", "explain", "p0@example.com", "--account", "harbour")
            self.assertIn("Re-activate the contact in crm (record 0)", text)
            self.assertIn("contacts list", self.refused(world, "contacts", "show", "x@example.com", "--account", "harbour",
                                                        code=1))
            self.assertIn("--account", self.refused(world, "contacts", "show", "p0@example.com", code=2))

    def test_an_unsubscribe_is_an_operators_and_says_who_and_why_in_the_log(self):
        with World() as world:
            loaded(world)
            self.ok(world, "contacts", "unsubscribe", "p1@example.com", "p2@example.com", "--account", "harbour", "--note",
                    "asked on the phone")
            self.assertEqual(world.reasons("p1@example.com"), ["manual"])
            self.assertEqual(world.reasons("p2@example.com"), ["manual"])
            entries = [json.loads(line) for line in self.ok(world, "audit", "export", "--account", "harbour").splitlines()]
            entry = [one for one in entries if one["reason"] == "manual"][0]
            self.assertIn("asked on the phone", json.dumps(entry["detail"]))
            self.assertIn(str(os.getuid()), entry["who"])
            about = self.ok(world, "audit", "export", "--contact", entry["contact"]).splitlines()
            self.assertEqual({json.loads(line)["contact"] for line in about}, {entry["contact"]})
            since = self.ok(world, "audit", "export", "--since", entry["at"]).splitlines()
            self.assertEqual([json.loads(line) for line in since], [one for one in entries if one["at"] >= entry["at"]])
            until = self.ok(world, "audit", "export", "--until", "2001-01-01")
            self.assertEqual(until, "")

    def test_events_come_one_by_one_and_by_file_and_bad_lines_stop_nothing(self):
        with World() as world:
            loaded(world)
            self.ok(world, "events", "add", "--account", "harbour", "--type", "hard_bounce", "--email", "p2@example.com")
            self.assertEqual(world.reasons("p2@example.com"), ["hard_bounce"])
            event = json.dumps({"type": "spam_complaint", "email": "p3@example.com", "at": "2026-01-01T00:00:00Z", "id": "a"})
            other = json.dumps({"type": "unsubscribe", "email": "p4@example.com", "at": "2026-01-01T00:00:00Z", "id": "b"})
            result = world.ctl("events", "import", "-", "--account", "harbour", stdin=f"{event}\nrubbish\n{event}\n{other}\n")
            self.assertEqual(result.returncode, 1)
            self.assertIn("2 accepted, 1 known already, 1 refused", result.stdout)
            self.assertIn("-:2: The line is not a JSON object", result.stderr)
            self.assertEqual(world.reasons("p3@example.com"), ["spam_complaint"])
            self.assertEqual(world.reasons("p4@example.com"), ["contact"])

    def test_the_outbox_is_listed_and_a_push_that_is_not_dead_is_not_retried(self):
        with World() as world:
            loaded(world)
            self.ok(world, "contacts", "unsubscribe", "p1@example.com", "--account", "harbour")
            pushes = self.ok_json(world, "outbox", "list", "--connection", "crm")["items"]
            self.assertEqual([(push["email"], push["kind"]) for push in pushes], [("p1@example.com", "opt_out")])
            self.assertIn("outbox list", self.refused(world, "outbox", "retry", "99", code=1))

    def test_the_audit_log_verifies_and_exports_as_lines(self):
        with World() as world:
            loaded(world)
            self.assertIn("is whole: 6 entries", self.ok(world, "audit", "verify"))
            lines = self.ok(world, "audit", "export").splitlines()
            self.assertEqual([json.loads(line)["seq"] for line in lines], [str(n) for n in range(1, 7)])

    def test_a_configuration_is_checked_without_a_daemon(self):
        with World() as world:
            self.assertIn("is fine", self.ok(world, "config", "check", world.config))
            world.change_config("path: " + world.export, "pth: " + world.export)
            result = world.ctl("config", "check", world.config)
            self.assertEqual(result.returncode, 2)
            self.assertRegex(result.stdout + result.stderr, world.config + r":\d+:\d+: .*pth.*path")

    def test_completion_scripts_are_valid_in_their_shells(self):
        with World() as world:
            script = self.ok(world, "completion", "bash")
            self.assertEqual(subprocess.run(["bash", "-n"], input=script, text=True).returncode, 0)
            words = subprocess.run(["bash", "-c", script + '\nCOMP_WORDS=(crmsyncctl contacts ""); COMP_CWORD=2; '
                                    '_crmsyncctl; echo "${COMPREPLY[@]}"'], capture_output=True, text=True).stdout.split()
            for word in ("list", "show", "explain", "unsubscribe"):
                self.assertIn(word, words)
            self.assertIn("#compdef crmsyncctl", self.ok(world, "completion", "zsh"))
            self.assertIn("complete -c crmsyncctl", self.ok(world, "completion", "fish"))

    def test_without_a_daemon_it_says_so(self):
        with World() as world:
            result = world.ctl("status")
            self.assertEqual((result.returncode, result.stdout), (1, ""))
            self.assertIn(world.socket, result.stderr)

    def test_a_refusal_as_json_is_a_problem_document(self):
        with World() as world:
            loaded(world)
            result = world.ctl("approve", "9999", "--json")
            problem = json.loads(result.stdout)
            self.assertEqual((result.returncode, problem["status"]), (1, 404))
            self.assertTrue(problem["remedy"])

    def test_on_a_terminal_a_wait_shows_progress_and_leaves_the_result(self):
        with World() as world:
            loaded(world, 20000)
            world.crm(1, opted_out=True)
            world.write()
            leader, follower = pty.openpty()
            process = subprocess.Popen([CTL, "--socket", world.socket, "sync", "crm", "--full", "--wait"], stdin=follower,
                                       stdout=follower, stderr=follower)
            os.close(follower)
            shown = b""
            try:
                while piece := os.read(leader, 4096):
                    shown += piece
            except OSError:
                pass  # the end of a terminal
            os.close(leader)
            self.assertEqual(process.wait(timeout=60), 0)
            self.assertIn(b"1 unsubscribed", shown)


if __name__ == "__main__":
    unittest.main()
