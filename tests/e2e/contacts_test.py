"""Finding contacts: search while an index is being made of them, the order of names, the time of the last change, and
how a contact stood at a past time."""
import json
import sqlite3
import time
import unittest
import urllib.parse

from harness import World, wait_for


def now():
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(time.time())) + f".{int(time.time() * 1000) % 1000:03}Z"


class Contacts(World):
    def __init__(self, contacts=0):
        super().__init__(accounts="  - { id: walkins, resubscribe: allowed }")
        self.names = {}
        for i in range(contacts):
            self.crm(i, f"u{i:06}@example.com")
        self.write()

    def listed(self, account="harbour", **parameters):
        """Addresses of all pages."""
        found, after = [], ""
        while after is not None:
            query = urllib.parse.urlencode({"account": account, "after": after, **parameters})
            status, page = self.get("/api/v1/contacts?" + query)
            assert status == 200, page
            found += [item["email"] for item in page["items"]]
            after = page["next"]
        return found

    def indexed(self):
        store = sqlite3.connect(f"file:{self.store}?mode=ro", uri=True)
        try:
            return store.execute("SELECT indexed_to >= (SELECT max(id) FROM contact) FROM search_state").fetchone()[0]
        finally:
            store.close()

    def past(self, email, at, account="walkins"):
        status, body = self.get(f"/api/v1/contacts/{email}?account={account}&at={at}")
        assert status == 200, body
        return body

    def unsubscribe(self, email):
        assert self.post("contacts/unsubscribe", {"account": "walkins", "email": email})[0] == 200


class Search(unittest.TestCase):
    def test_everything_is_found_while_the_index_is_made_and_after_a_kill(self):
        with Contacts(30_000) as world:
            world.start()
            world.sync()
            world.crm("x", "needle@haystack.example.com")
            for moment in ("at once", "after a kill", "in the end"):
                with self.subTest(moment):
                    needle = [] if moment == "at once" else ["needle@haystack.example.com"]
                    self.assertEqual(world.listed(q="EEDLE", limit=10), needle)
                    self.assertEqual(world.listed(q="u012345@", limit=10), ["u012345@example.com"])
                    self.assertEqual(world.listed(q="nobody", limit=10), [])
                    self.assertEqual(len(world.listed(q="u0001", limit=1000)), 100)
                    self.assertEqual(len(world.listed(q="u0", limit=1000)), 30_000)
                if moment == "at once":
                    world.sync()
                    world.kill()
                    world.start()
                else:
                    wait_for(world.indexed, "the index has everybody")
            self.assertEqual(world.listed(q="ne"), ["needle@haystack.example.com"])
            self.assertEqual(world.listed(q="ha"), ["needle@haystack.example.com"])

    def test_every_filter_by_command_line(self):
        with Contacts() as world:
            world.start()
            for email in ("ann@example.com", "bea@example.com"):
                world.unsubscribe(email)
            ask = ("contacts", "list", "--account", "walkins", "--json")
            emails = lambda *more: [item["email"] for item in json.loads(world.ctl(*ask, *more).stdout)["items"]]
            self.assertEqual(emails("--q", "an"), ["ann@example.com"])
            self.assertEqual(emails("--sort", "name"), ["ann@example.com", "bea@example.com"])
            today = now()[:10]
            self.assertEqual(len(emails("--since", today, "--until", today)), 2)
            self.assertEqual(emails("--until", "2020-01-01"), [])
            self.assertEqual(emails("--since", now(), "--sort", "changed"), [])
            refused = world.ctl(*ask, "--since", "yesterday")
            self.assertNotEqual(refused.returncode, 0)
            self.assertIn("2026-11-23", refused.stdout + refused.stderr)

    def test_a_selection_by_time_means_the_same_contacts(self):
        with Contacts() as world:
            world.start()
            world.unsubscribe("ann@example.com")
            between = now()
            wait_for(lambda: now() > between, "the next millisecond")
            world.unsubscribe("bea@example.com")
            status, body = world.post("selections", {"account": "walkins", "filter": {"since": now()[:10], "until": between}})
            self.assertEqual((status, body["count"]), (201, 1), body)
            status, body = world.post("selections", {"account": "walkins", "filter": {"since": "soon"}})
            self.assertEqual(status, 400)


class PastStates(unittest.TestCase):
    def test_a_contact_as_it_stood_between_its_entries(self):
        with Contacts() as world:
            world.start()
            before = now()
            wait_for(lambda: now() > before, "the next millisecond")
            world.post("events", {"account": "walkins", "type": "hard_bounce", "email": "ann@example.com"})
            bounced = now()
            wait_for(lambda: now() > bounced, "the next millisecond")
            world.unsubscribe("ann@example.com")
            unsubscribed = now()
            wait_for(lambda: now() > unsubscribed, "the next millisecond")
            status, body = world.post("contacts/ann@example.com/resubscribe?account=walkins", {})
            self.assertEqual(status, 409)

            then = world.past("ann@example.com", before)
            self.assertEqual((then["status"], then["basis"], then["suppressions"]), ("subscribed", "no_entry", []))
            self.assertIn("if it was known", then["note"])
            then = world.past("ann@example.com", bounced)
            self.assertEqual((then["status"], then["reason"], then["basis"], then["mailable"]),
                             ("unsubscribed", "hard_bounce", "log", False))
            then = world.past("ann@example.com", unsubscribed)
            self.assertEqual((then["reason"], [one["reason"] for one in then["suppressions"]]),
                             ("manual", ["hard_bounce", "manual"]))
            today = world.past("ann@example.com", now()[:10])
            self.assertEqual(today["reason"], world.contact("ann@example.com", "walkins")["reason"])

            shown = world.ctl("contacts", "show", "ann@example.com", "--account", "walkins", "--at", bounced).stdout
            self.assertIn("unsubscribed: hard_bounce", shown)
            self.assertNotIn("manual", shown)

    def test_before_a_contact_came_nothing_is_known_and_the_future_is_refused(self):
        with Contacts(1) as world:
            before = now()
            world.start()
            world.sync()
            then = world.past("u000000@example.com", before, "harbour")
            self.assertEqual((then["status"], then["basis"], then["mailable"]), (None, "not_known", False))
            wait_for(lambda: now() > world.contact("u000000@example.com")["changed_at"], "the next millisecond")
            then = world.past("u000000@example.com", now(), "harbour")
            self.assertEqual((then["status"], then["basis"], then["mailable"]), ("subscribed", "no_entry", True))
            for bad in ("2999-01-01", "2999-01-01T00:00:00Z", "now", "2026-02-30"):
                status, _ = world.get(f"/api/v1/contacts/u000000@example.com?account=harbour&at={bad}")
                self.assertEqual(status, 400, bad)


if __name__ == "__main__":
    unittest.main()
