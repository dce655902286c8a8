"""What senders ask: who may be mailed now, and what has changed."""
import threading
import unittest

from harness import Events, UnixConnection, wait_for
from import_test import Files, listing


class Senders(Files):
    def mailable(self, emails, account="walkins"):
        status, answer = self.post("mailable", {"account": account, "emails": emails})
        assert status == 200, answer
        return answer

    def changes(self, after="", account="walkins", more=""):
        status, page = self.get(f"/api/v1/changes?account={account}&after={after}{more}")
        assert status == 200, page
        return page

    def follow(self, state, after, account="walkins"):
        """A mirror as a mailing system keeps it."""
        while True:
            page = self.changes(after, account)
            for one in page["items"]:
                if one["status"] == "erased":
                    state = {email: known for email, known in state.items() if known[0] != one["contact"]}
                else:
                    state[one["email"]] = (one["contact"], one["mailable"], one["reason"])
            after = page["cursor"]
            if not page["more"]:
                return state, after


class Mailable(unittest.TestCase):
    def test_each_address_has_its_answer_in_order(self):
        with Senders() as world:
            world.start()
            world.imported(listing(["fine@example.com", "gone@example.com"]))
            world.events("walkins", "unsubscribe", ["no@example.com"])
            world.post("contacts/gone@example.com/forget?account=walkins")
            asked = ["Fine@Example.com", "no@example.com", "who@example.com", "nonsense", "gone@example.com", "quo\"te"]
            answer = world.mailable(asked)
            self.assertEqual([item["email"] for item in answer["items"]], asked)
            self.assertEqual([item["mailable"] for item in answer["items"]], [True] + [False] * 5)
            self.assertEqual([(item["status"], item["reason"]) for item in answer["items"][1:]],
                             [("unsubscribed", "contact"), ("unknown", None), ("invalid", None),
                              ("unsubscribed", "contact"), ("invalid", None)])
            self.assertEqual((answer["stale"], answer["stale_connections"]), (False, []))

    def test_reflects_what_was_acknowledged_before(self):
        with Senders() as world:
            world.start()
            world.imported(listing(["a@example.com"]))
            for _ in range(50):
                world.post("contacts/unsubscribe", {"account": "walkins", "email": "a@example.com"})
                self.assertFalse(world.mailable(["a@example.com"])["items"][0]["mailable"])
                world.post("contacts/a@example.com/resubscribe?account=walkins")
                self.assertTrue(world.mailable(["a@example.com"])["items"][0]["mailable"])

    def test_says_when_a_connection_has_not_been_polled_for_a_day(self):
        with Senders() as world:
            world.crm("1", "ann@example.com")
            world.start()
            answer = world.mailable(["ann@example.com"], "harbour")
            self.assertEqual((answer["stale"], answer["stale_connections"]), (True, ["crm"]))
            world.sync()
            answer = world.mailable(["ann@example.com"], "harbour")
            self.assertEqual((answer["stale"], answer["items"][0]["mailable"]), (False, True))

    def test_ten_thousand_and_no_more(self):
        with Senders() as world:
            world.start()
            self.assertEqual(len(world.mailable([f"u{n}@example.com" for n in range(10000)])["items"]), 10000)
            self.assertEqual(world.mailable([])["items"], [])
            for body in ({"account": "walkins", "emails": ["a@x.org"] * 10001}, {"account": "walkins"},
                         {"account": "walkins", "emails": [7]}, {"account": "nowhere", "emails": []}):
                status, problem = world.post("mailable", body)
                self.assertIn(status, (400, 404))
                self.assertTrue(problem["remedy"])

    def test_a_complaint_in_the_brand_counts_before_the_address_is_known(self):
        with Senders() as world:
            world.change_config("{ id: walkins,", "{ id: walkins, brand: group,")
            world.change_config("{ id: archive }", "{ id: archive, brand: group }")
            world.start()
            world.events("archive", "spam_complaint", ["cross@example.com"])
            self.assertEqual(world.mailable(["cross@example.com"])["items"][0]["reason"], "spam_complaint")

    def test_from_the_command_line(self):
        with Senders() as world:
            world.start()
            world.imported(listing(["fine@example.com"]))
            done = world.ctl("mailable", "--account", "walkins", "-", stdin="fine@example.com\n\nwho@example.com\n")
            self.assertEqual(done.stdout, "fine@example.com\tyes\t\nwho@example.com\tno\tunknown\n")


class Changes(unittest.TestCase):
    def test_a_mirror_that_follows_them_is_the_store(self):
        with Senders() as world:
            world.start()
            emails = [f"u{n:04}@example.com" for n in range(2500)]
            world.imported(listing(emails))
            state, after = world.follow({}, "")
            self.assertEqual({email: known[1] for email, known in state.items()}, dict.fromkeys(emails, True))
            world.events("walkins", "unsubscribe", emails[:3] + ["new@example.com"])
            world.events("archive", "unsubscribe", ["other@example.com"])
            world.post(f"contacts/{emails[0]}/forget?account=walkins")
            world.post(f"contacts/{emails[1]}/resubscribe?account=walkins",
                       {"confirmation": {"permission": True, "statement": "asked"}})
            state, after = world.follow(state, after)
            expected = dict.fromkeys(emails[1:], True) | {emails[2]: False, "new@example.com": False}
            self.assertEqual({email: known[1] for email, known in state.items()}, expected)
            self.assertEqual(world.changes(after)["items"], [])

    def test_from_now_on(self):
        with Senders() as world:
            world.start()
            world.imported(listing(["a@example.com"]))
            page = world.changes("latest")
            self.assertEqual(page["items"], [])
            world.events("walkins", "unsubscribe", ["b@example.com"])
            self.assertEqual([one["email"] for one in world.changes(page["cursor"])["items"]], ["b@example.com"])

    def test_who_waits_is_told_when_it_happens(self):
        with Senders() as world:
            world.start()
            after = world.changes("latest")["cursor"]
            answers = []
            waiting = threading.Thread(target=lambda: answers.append(world.changes(after, more="&wait=60")))
            waiting.start()
            world.events("walkins", "unsubscribe", ["a@example.com"])
            waiting.join(timeout=30)
            self.assertEqual([one["email"] for one in answers[0]["items"]], ["a@example.com"])
            empty = world.changes(answers[0]["cursor"], more="&wait=1")
            self.assertEqual(empty["items"], [])

    def test_a_stream_goes_on_behind_the_last_id(self):
        with Senders() as world:
            world.start()
            after = world.changes("latest")["cursor"]
            for expected in ("a@example.com", "b@example.com"):
                stream = Events(UnixConnection(world.socket), "/api/v1/changes?account=walkins&after=" + after,
                                {"Last-Event-ID": after})
                world.events("walkins", "unsubscribe", [expected])
                after, page = stream.next()
                self.assertEqual([one["email"] for one in page["items"]], [expected])
                stream.close()

    def test_a_stop_ends_who_waits(self):
        with Senders() as world:
            world.start()
            after = world.changes("latest")["cursor"]
            answers = []
            waiting = threading.Thread(target=lambda: answers.append(world.get(f"/api/v1/changes?account=walkins&after={after}&wait=60")))
            waiting.start()
            wait_for(lambda: world.metrics(), "others are served meanwhile")
            self.assertEqual(world.stop(), 0)
            waiting.join(timeout=30)

    def test_a_cursor_that_is_none(self):
        with Senders() as world:
            world.start()
            self.assertEqual(world.get("/api/v1/changes?account=walkins&after=nonsense")[0], 400)
            self.assertEqual(world.get("/api/v1/changes?account=nowhere")[0], 404)


if __name__ == "__main__":
    unittest.main()
