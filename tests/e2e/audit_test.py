"""Reading the audit log: from either end, by time, by who and what."""
import json
import unittest

from harness import World


class Audit(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = World(accounts="  - { id: walkins, resubscribe: allowed }\n  - { id: archive }")
        cls.world.start()
        for number in range(30):
            account = "walkins" if number % 3 else "archive"
            cls.world.event("unsubscribe", f"a{number:02}@example.com", "2026-11-01T10:00:00Z") if number % 2 else \
                cls.world.post("contacts/unsubscribe", {"account": account, "email": f"a{number:02}@example.com"})

    @classmethod
    def tearDownClass(cls):
        cls.world.__exit__()

    def page(self, query):
        status, page = self.world.get("/api/v1/audit?" + query)
        self.assertEqual(status, 200, page)
        return page

    def walk(self, query):
        """The numbers of the entries, page by page."""
        entries, after = [], ""
        while after is not None:
            page = self.page(query + (f"&after={after}" if after else ""))
            entries += page["items"]
            after = page["next"]
        return entries

    def exported(self):
        return [json.loads(line) for line in self.world.ctl("audit", "export").stdout.splitlines()]

    def test_from_the_newest_it_is_the_same_log_backwards(self):
        self.assertEqual(self.walk("order=newest&limit=7"), self.walk("limit=7")[::-1])
        self.assertEqual(self.walk("limit=7"), self.exported())

    def test_a_full_last_page_is_the_last(self):
        self.assertIsNone(self.page("order=newest&limit=30")["next"])
        self.assertIsNotNone(self.page("order=newest&limit=29")["next"])

    def test_filters_narrow_it_in_either_order(self):
        everything = self.exported()
        for order in ("oldest", "newest"):
            with self.subTest(order=order):
                of_account = self.walk(f"order={order}&account=walkins&limit=4")
                self.assertEqual({one["account"] for one in of_account}, {"walkins"})
                self.assertEqual(len(of_account), sum(one["account"] == "walkins" for one in everything))
                by_people = self.walk(f"order={order}&who=UID&limit=4")
                self.assertEqual(sorted(one["seq"] for one in by_people),
                                 sorted(one["seq"] for one in everything if one["who"].startswith("uid")))
                self.assertEqual(self.walk(f"order={order}&action=lift"), [])
                self.assertEqual(len(self.walk(f"order={order}&action=add&limit=3")), 30)

    def test_times_are_those_of_the_entries(self):
        times = [one["at"] for one in self.exported()]
        middle = times[15]
        for order in ("oldest", "newest"):
            with self.subTest(order=order):
                since = [one["at"] for one in self.walk(f"order={order}&since={middle}&limit=4")]
                self.assertEqual(sorted(since), [at for at in times if at >= middle])
                until = [one["at"] for one in self.walk(f"order={order}&until={middle}&limit=4")]
                self.assertEqual(sorted(until), [at for at in times if at <= middle])
        self.assertEqual(self.walk("order=newest&until=2020-01-01"), [])

    def test_a_cursor_is_of_one_order(self):
        cursor = self.page("order=newest&limit=4")["next"]
        self.assertEqual(self.world.get(f"/api/v1/audit?limit=4&after={cursor}")[0], 400)

    def test_an_order_or_action_that_does_not_exist_is_refused(self):
        for query in ("order=random", "action=change"):
            status, problem = self.world.get("/api/v1/audit?" + query)
            self.assertEqual((status, problem["code"]), (400, "bad_request"))


if __name__ == "__main__":
    unittest.main()
