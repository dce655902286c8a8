"""HubSpot over HTTPS: a server that can be trusted is spoken to; one that cannot be learns nothing, and a person learns
what is wrong and what to do."""
import unittest

from authority import Authority
from harness import wait_for
from hubspot_world import TOKEN, HubSpotWorld


def server(authority, *arguments, **options):
    """crm_server's arguments for HTTPS with a certificate of this authority."""
    certificate, key = authority.issue(*arguments, **options)
    return "--tls-cert", certificate, "--tls-key", key


class Https(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.authority = Authority()
        cls.addClassCleanup(cls.authority.folder.cleanup)

    def world(self, server, trusts=True):
        return HubSpotWorld(*server, options=f"ca_file: {self.authority.certificate}" if trusts else "")

    def refuses(self, world, cause, cure):
        """A run and a test fail with the cause and the cure, and the server is asked nothing."""
        world.start()
        wait_for(lambda: world.runs() and world.runs()[0]["state"] == "failed", "the run fails")
        wait_for(lambda: cause in world.log_text(), "the log names the cause")
        self.assertIn(cure, world.log_text())
        self.assertNotIn(TOKEN, world.log_text())
        _, answer = world.post("connections/crm/test")
        self.assertEqual([(v["check"], v["ok"]) for v in answer["verdicts"]], [("reachable", False)])
        self.assertIn(cause, answer["verdicts"][0]["detail"])
        self.assertIn(cure, answer["verdicts"][0]["detail"])
        self.assertEqual(world.crm.traffic()["requests"], 0)

    def test_with_the_ca_file_everything_works(self):
        with self.world(server(self.authority, "good", "IP:127.0.0.1")) as world:
            for name in ("ann", "bea"):
                world.crm.create(f"{name}@example.com")
            world.crm.opt_out("bea@example.com")
            world.start()
            self.assertEqual(world.sync()["state"], "applied")
            self.assertEqual(world.reasons("bea@example.com"), ["integration"])
            world.event("unsubscribe", "ann@example.com", "2026-11-01T10:00:00Z")
            wait_for(lambda: world.crm.opted_out("ann@example.com"), "the opt-out arrives")
            _, answer = world.post("connections/crm/test")
            self.assertTrue(all(v["ok"] for v in answer["verdicts"]), answer)

    def test_a_host_name_is_asked_for_and_checked(self):
        with self.world(server(self.authority, "named", "DNS:localhost")) as world:
            world.crm.create("ann@example.com")
            world.change_config("https://127.0.0.1:", "https://localhost:")
            world.start()
            self.assertEqual(world.sync()["state"], "applied")

    def test_an_unknown_authority_is_not_trusted_until_ca_file_names_it(self):
        with self.world(server(self.authority, "unknown", "IP:127.0.0.1"), trusts=False) as world:
            world.crm.create("ann@example.com")
            self.refuses(world, "certificate is not trusted: unable to get local issuer certificate", "ca_file has to name")
            world.change_config("token:", f"ca_file: {self.authority.certificate}\n        token:")
            world.reload()
            self.assertEqual(world.sync()["state"], "applied")

    def test_a_certificate_for_another_host_is_not_trusted(self):
        with self.world(server(self.authority, "other", "DNS:crm.example,IP:127.0.0.2")) as world:
            self.refuses(world, "certificate is not trusted: IP address mismatch", "base_url has to have a name")

    def test_an_expired_certificate_is_not_trusted(self):
        with self.world(server(self.authority, "expired", "IP:127.0.0.1", days=-1)) as world:
            self.refuses(world, "certificate is not trusted: certificate has expired", "the server needs a new one")


if __name__ == "__main__":
    unittest.main()
