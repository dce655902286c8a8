"""The contact's own choices: signed links, one-click unsubscribe (RFC 8058), the preference page."""
import re
import unittest

from harness import UnixConnection, exchange, wait_for
from import_test import Files, listing


class Links(Files):
    def __init__(self):
        super().__init__()
        self.change_config("api: { ", "api: { public_url: 'https://mail.example.com/', ")

    def link(self, email, account="walkins"):
        status, link = self.get(f"/api/v1/contacts/{email}/link?account={account}")
        assert status == 200, link
        return link

    def path(self, email, kind="p", account="walkins"):
        url = self.link(email, account)["url" if kind == "p" else "one_click"]
        assert url.startswith(f"https://mail.example.com/{kind}/"), url
        return url.removeprefix("https://mail.example.com")

    def ask(self, method, path, body=None, **headers):
        response, text = exchange(UnixConnection(self.socket), method, path, body, headers)
        return response, text.decode()


class OneClick(unittest.TestCase):
    def test_a_post_unsubscribes_without_more_and_a_get_changes_nothing(self):
        with Links() as world:
            world.start()
            world.imported(listing(["ann@example.com"]))
            path = world.path("ann@example.com", "u")
            for _ in range(3):
                self.assertEqual(world.ask("GET", path)[0].status, 200)
            self.assertEqual(world.ask("HEAD", path)[0].status, 200)
            self.assertTrue(world.contact("ann@example.com", "walkins")["mailable"])
            response, _ = world.ask("POST", path, "List-Unsubscribe=One-Click",
                                    **{"Content-Type": "application/x-www-form-urlencoded"})
            self.assertEqual((response.status, response.getheader("Location"), response.getheader("Set-Cookie")),
                             (200, None, None))
            contact = world.contact("ann@example.com", "walkins")
            self.assertEqual([(one["reason"], one["source"]) for one in contact["suppressions"]], [("contact", "one-click")])
            self.assertEqual(world.ask("POST", path, "")[0].status, 200)
            entries = world.get("/api/v1/audit?account=walkins")[1]["items"]
            self.assertEqual([(one["who"], one["from"], one["basis"]) for one in entries],
                             [("contact", "one-click", "person")])

    def test_the_no_reaches_the_crm(self):
        with Links() as world:
            world.crm("1", "ann@example.com")
            world.write()
            world.start()
            world.sync()
            boundary = "--x\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--x--\r\n"
            response, _ = world.ask("POST", world.path("ann@example.com", "u", "harbour"), boundary,
                                    **{"Content-Type": "multipart/form-data; boundary=x"})
            self.assertEqual(response.status, 200)
            wait_for(lambda: [one for one in world.pushed() if one[0] == "1"], "the CRM is told")

    def test_the_headers_for_a_message(self):
        with Links() as world:
            world.start()
            world.imported(listing(["ann@example.com"]))
            lines = world.ctl("contacts", "link", "ann@example.com", "--account", "walkins").stdout.splitlines()
            self.assertRegex(lines[0], r"^https://mail\.example\.com/p/[0-9a-f-]+$")
            self.assertRegex(lines[1], r"^List-Unsubscribe: <https://mail\.example\.com/u/[0-9a-f-]+>$")
            self.assertEqual(lines[2], "List-Unsubscribe-Post: List-Unsubscribe=One-Click")


class Page(unittest.TestCase):
    def test_shows_no_address_and_loads_nothing(self):
        with Links() as world:
            world.change_config("{ id: walkins,", "{ id: walkins, name: '<b>Walk & ins</b>',")
            world.start()
            world.imported(listing(["ann.secret@example.com"]))
            response, text = world.ask("GET", world.path("ann.secret@example.com"))
            self.assertIn("a•••@e•••.com", text)
            self.assertNotIn("ann.secret", text)
            self.assertIn("&lt;b&gt;Walk &amp; ins", text)
            self.assertNotIn("<script", text)
            self.assertIn("default-src 'none'", response.getheader("Content-Security-Policy"))
            self.assertEqual(response.getheader("Referrer-Policy"), "no-referrer")
            self.assertEqual(response.getheader("Cache-Control"), "no-store")
            self.assertIn('<html lang="en">', text)
            german = world.ask("GET", world.path("ann.secret@example.com"), **{"Accept-Language": "fr, de-AT;q=0.8, en"})[1]
            self.assertIn('<html lang="de">', german)
            self.assertIn("Abmelden", german)

    def test_a_person_may_take_back_their_own_no_and_nothing_else(self):
        with Links() as world:
            world.start()
            world.imported(listing(["ann@example.com", "bo@example.com"]))
            for email in ("ann@example.com", "bo@example.com"):
                world.ask("POST", world.path(email), "choice=unsubscribe")
                self.assertEqual(world.contact(email, "walkins")["reason"], "contact")
            world.post("contacts/unsubscribe", {"account": "walkins", "email": "bo@example.com"})
            text = world.ask("POST", world.path("ann@example.com"), "choice=subscribe")[1]
            self.assertIn("withdrawn", text)
            self.assertTrue(world.contact("ann@example.com", "walkins")["mailable"])
            text = world.ask("POST", world.path("bo@example.com"), "choice=subscribe")[1]
            self.assertIn("another reason", text)
            self.assertEqual(world.contact("bo@example.com", "walkins")["reason"], "manual")
            entry = world.get("/api/v1/audit?account=walkins")[1]["items"][-1]
            self.assertEqual((entry["action"], entry["reason"], entry["who"], entry["basis"]),
                             ("lift", "contact", "contact", "person"))
            self.assertIn("consent", entry["detail"])

    def test_anything_else_that_is_posted_changes_nothing(self):
        with Links() as world:
            world.start()
            world.imported(listing(["ann@example.com"]))
            for body in ("", "choice=", "choice=unsubscribe&choice=subscribe", "x" * 4000):
                self.assertEqual(world.ask("POST", world.path("ann@example.com"), body)[0].status, 200)
            self.assertEqual(world.ask("POST", world.path("ann@example.com"), "x" * 5000)[0].status, 413)
            self.assertTrue(world.contact("ann@example.com", "walkins")["mailable"])


class Tokens(unittest.TestCase):
    def test_every_link_that_nobody_made_leads_to_the_same_place(self):
        with Links() as world:
            world.start()
            world.imported(listing(["ann@example.com", "bo@example.com"]))
            ann, bo = (world.path(one).split("/")[2] for one in ("ann@example.com", "bo@example.com"))
            key, contact, mac = ann.split("-")
            forged = [f"{key}-{bo.split('-')[1]}-{mac}", f"{key}-{contact}-{mac[:-1]}{'0' if mac[-1] != '0' else '1'}",
                      f"{key}-{contact}-{mac.upper()}" if mac.upper() != mac else "x", f"9-{contact}-{mac}", ann + "0", mac,
                      "--", "1-1-", f"{key}-{contact}-", "%20", "é", "1" * 4000]
            texts = set()
            for token in forged:
                for method in ("GET", "POST"):
                    path = "/u/" + re.sub(r"[^\x21-\x7e]", lambda m: "%C3%A9", token)
                    response, text = world.ask(method, path, "" if method == "POST" else None)
                    self.assertEqual(response.status, 404, token)
                    texts.add(text)
            self.assertEqual(len(texts), 1)
            self.assertEqual({one["mailable"] for one in world.get("/api/v1/contacts?account=walkins")[1]["items"]}, {True})

    def test_a_new_key_leaves_old_links_until_they_are_retired(self):
        with Links() as world:
            world.start()
            world.imported(listing(["ann@example.com"]))
            old = world.path("ann@example.com")
            world.ctl("links", "rotate")
            new = world.path("ann@example.com")
            self.assertNotEqual(old, new)
            self.assertEqual([world.ask("GET", one)[0].status for one in (old, new)], [200, 200])
            world.ctl("links", "rotate", "--retire")
            self.assertEqual([world.ask("GET", one)[0].status for one in (old, new)], [404, 404])
            self.assertEqual(world.ask("GET", world.path("ann@example.com"))[0].status, 200)

    def test_the_link_of_somebody_who_was_erased_is_dead(self):
        with Links() as world:
            world.start()
            world.imported(listing(["ann@example.com"]))
            path = world.path("ann@example.com")
            world.post("contacts/ann@example.com/forget?account=walkins")
            self.assertEqual(world.ask("GET", path)[0].status, 404)

    def test_without_a_public_address_there_are_no_links(self):
        with Files() as world:
            world.start()
            world.imported(listing(["ann@example.com"]))
            status, problem = world.get("/api/v1/contacts/ann@example.com/link?account=walkins")
            self.assertEqual((status, problem["code"]), (409, "no_public_url"))


if __name__ == "__main__":
    unittest.main()
