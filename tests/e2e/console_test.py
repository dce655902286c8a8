"""Signing in to the console, and what the page is served with: the real daemon over TCP."""
import http.client
import json
import unittest

from harness import exchange
from operators_test import Operators

CONSOLE = {"X-Crmsyncd-Console": "1"}


class Browser:
    """Keeps its cookie, as a browser does."""

    def __init__(self, port):
        self.port = port
        self.cookie = None

    def request(self, method, path, body=None, headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = dict(headers or {})
        if self.cookie:
            headers["Cookie"] = self.cookie
        if body is not None:
            headers["Content-Type"] = "application/json"
        response, text = exchange(connection, method, path, None if body is None else json.dumps(body), headers)
        set_cookie = response.getheader("Set-Cookie")
        if set_cookie:
            self.cookie = set_cookie.split(";")[0]
        return response, text

    def api(self, method, path, body=None, headers=CONSOLE):
        response, text = self.request(method, "/api/v1/" + path, body, headers)
        return response.status, json.loads(text) if text else None

    def sign_in(self, token):
        return self.api("POST", "session", {"token": token})


class Console(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = Operators()

    @classmethod
    def tearDownClass(cls):
        cls.world.__exit__()

    def setUp(self):
        self.browser = Browser(self.world.port)

    def test_a_token_signs_in_and_the_session_says_who_it_is(self):
        self.assertEqual(self.browser.api("GET", "session")[0], 401)
        status, session = self.browser.sign_in("operator")
        self.assertEqual((status, session["role"], session["who"]), (200, "operator", "token operator"))
        self.assertEqual(self.browser.api("GET", "session"), (200, session))
        self.assertEqual(self.browser.api("GET", "status")[0], 200)

    def test_a_wrong_token_does_not(self):
        status, problem = self.browser.sign_in("wrong")
        self.assertEqual((status, problem["code"]), (401, "unauthenticated"))
        self.assertIsNone(self.browser.cookie)

    def test_signing_out_ends_it(self):
        self.browser.sign_in("operator")
        old = self.browser.cookie
        self.assertEqual(self.browser.api("POST", "session/end")[0], 204)
        self.browser.cookie = old
        self.assertEqual(self.browser.api("GET", "status")[0], 401)

    def test_a_change_needs_the_header_that_no_other_site_can_send(self):
        self.browser.sign_in("operator")
        who = {"account": "walkins", "email": "csrf@example.com"}
        status, problem = self.browser.api("POST", "contacts/unsubscribe", who, headers={})
        self.assertEqual((status, problem["code"]), (403, "csrf"))
        self.assertEqual(self.browser.api("POST", "contacts/unsubscribe", who)[0], 200)

    def test_another_site_signs_nobody_in_or_out(self):
        foreign = {"Sec-Fetch-Site": "same-site"}
        status, problem = self.browser.api("POST", "session", {"token": "operator"}, headers=foreign)
        self.assertEqual((status, problem["code"]), (403, "csrf"))
        self.assertIsNone(self.browser.cookie)
        self.browser.sign_in("operator")
        self.assertEqual(self.browser.api("POST", "session/end", headers=foreign)[0], 403)
        self.assertEqual(self.browser.api("GET", "session")[0], 200)

    def test_the_audit_log_names_the_token_and_the_console(self):
        self.browser.sign_in("operator")
        _, contact = self.browser.api("POST", "contacts/unsubscribe", {"account": "walkins", "email": "log@example.com"})
        _, timeline = self.browser.api("GET", f"contacts/{contact['id']}/timeline")
        self.assertEqual([(one["who"], one["from"]) for one in timeline["items"]], [("token operator", "console")])

    def test_what_the_role_forbids_the_server_refuses(self):
        self.browser.sign_in("viewer")
        status, problem = self.browser.api("POST", "contacts/unsubscribe", {"account": "walkins", "email": "a@example.com"})
        self.assertEqual((status, problem["code"]), (403, "forbidden"))

    def test_the_page_is_served_at_each_of_its_paths_with_a_strict_policy(self):
        for path in ("/", "/overview", "/contacts", "/contacts/12?account=walkins", "/syncs", "/runs/1", "/jobs/j1", "/audit"):
            response, text = self.browser.request("GET", path)
            self.assertEqual((response.status, response.getheader("Content-Type")), (200, "text/html; charset=utf-8"))
            policy = response.getheader("Content-Security-Policy")
            self.assertIn("default-src 'none'; script-src 'self'; style-src 'self'", policy)
            self.assertNotIn("unsafe", policy)
            self.assertIn(b"<!doctype html>", text.lower())
            self.assertNotIn(b"<style", text)

    def test_its_files_are_kept_for_as_long_as_they_are_the_same(self):
        _, page = self.browser.request("GET", "/")
        script = page.decode().split('src="')[1].split('"')[0]
        response, plain = self.browser.request("GET", script)
        self.assertEqual(response.status, 200)
        self.assertIn("immutable", response.getheader("Cache-Control"))
        response, packed = self.browser.request("GET", script, headers={"Accept-Encoding": "gzip"})
        self.assertEqual(response.getheader("Content-Encoding"), "gzip")
        self.assertLess(len(packed), len(plain))
        again = {"Accept-Encoding": "gzip", "If-None-Match": response.getheader("ETag")}
        self.assertEqual(self.browser.request("GET", script, headers=again)[0].status, 304)

    def test_what_it_loads_is_small(self):
        _, page = self.browser.request("GET", "/")
        names = [part.split('"')[0] for part in page.decode().split('"/assets/')[1:]]
        total = sum(len(self.browser.request("GET", "/assets/" + name, headers={"Accept-Encoding": "gzip"})[1])
                    for name in names)
        self.assertLess(total, 150_000)

    def test_settings_show_the_tokens_to_administrators_only_and_nothing_secret(self):
        self.browser.sign_in("operator")
        status, settings = self.browser.api("GET", "settings")
        self.assertEqual((status, "tokens" in settings), (200, False))
        self.assertEqual([one["id"] for one in settings["accounts"]], ["harbour", "walkins", "archive"])
        self.assertEqual(settings["accounts"][0]["connections"][0]["limits"]["max_resubscribe"],
                         {"percent": 2, "at_least": 25, "at_most": 1000})
        self.browser.sign_in("admin")
        _, settings = self.browser.api("GET", "settings")
        self.assertIn({"name": "viewer", "role": "viewer", "accounts": []}, settings["tokens"])
        self.assertNotIn("sha256", json.dumps(settings))

    def test_the_history_of_an_account_ends_with_what_is_now(self):
        self.browser.sign_in("viewer")
        status, history = self.browser.api("GET", "history?account=harbour&days=7")
        self.assertEqual(status, 200)
        now = next(one for one in self.browser.api("GET", "status")[1]["accounts"] if one["id"] == "harbour")
        today = history["days"][-1]
        self.assertEqual({status: today[status] for status in now["contacts"]}, now["contacts"])
        self.assertEqual(today["reasons"], now["reasons"])
        self.assertEqual(self.browser.api("GET", "history?account=nowhere")[0], 404)


class Guessing(unittest.TestCase):
    def test_guessing_tokens_is_slowed_down(self):
        with Operators() as world:
            browser = Browser(world.port)
            answers = [browser.sign_in(f"guess-{number}")[0] for number in range(11)]
            self.assertEqual(answers, [401] * 10 + [429])
            response, text = browser.request("POST", "/api/v1/session", {"token": "operator"})
            self.assertEqual((response.status, json.loads(text)["code"]), (429, "too_many_guesses"))
            self.assertGreater(int(response.getheader("Retry-After")), 0)
            # The Unix socket is open to whoever its mode lets in.
            self.assertEqual(world.get("/api/v1/status")[0], 200)


if __name__ == "__main__":
    unittest.main()
