"""HubSpot over HTTPS: a server that can be trusted is spoken to; one that cannot be learns nothing, and a person learns
what is wrong and what to do."""
import os
import subprocess
import tempfile
import unittest

from harness import wait_for
from hubspot_world import TOKEN, HubSpotWorld


class Authority:
    """A certificate authority of our own."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory()
        self.certificate, self.key = self.path("ca.pem"), self.path("ca.key")
        self.openssl("req", "-x509", *self.new_key(self.key), "-subj", "/CN=Test CA", "-out", self.certificate)

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def openssl(self, *arguments):
        subprocess.run(["openssl", *arguments], check=True, capture_output=True)

    def new_key(self, path):
        return ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", path]

    def server(self, name, names, days=2):
        """crm_server's arguments for HTTPS with a certificate for these names."""
        request, extensions, certificate, key = (self.path(name + end) for end in (".csr", ".ext", ".pem", ".key"))
        with open(extensions, "w") as file:
            file.write(f"subjectAltName={names}\n")
        self.openssl("req", *self.new_key(key), "-subj", "/CN=server", "-out", request)
        self.openssl("x509", "-req", "-in", request, "-CA", self.certificate, "-CAkey", self.key, "-CAcreateserial",
                     "-days", str(days), "-extfile", extensions, "-out", certificate)
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
        with self.world(self.authority.server("good", "IP:127.0.0.1")) as world:
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
        with self.world(self.authority.server("named", "DNS:localhost")) as world:
            world.crm.create("ann@example.com")
            world.change_config("https://127.0.0.1:", "https://localhost:")
            world.start()
            self.assertEqual(world.sync()["state"], "applied")

    def test_an_unknown_authority_is_not_trusted_until_ca_file_names_it(self):
        with self.world(self.authority.server("unknown", "IP:127.0.0.1"), trusts=False) as world:
            world.crm.create("ann@example.com")
            self.refuses(world, "certificate is not trusted: unable to get local issuer certificate", "ca_file has to name")
            world.change_config("token:", f"ca_file: {self.authority.certificate}\n        token:")
            world.reload()
            self.assertEqual(world.sync()["state"], "applied")

    def test_a_certificate_for_another_host_is_not_trusted(self):
        with self.world(self.authority.server("other", "DNS:crm.example,IP:127.0.0.2")) as world:
            self.refuses(world, "certificate is not trusted: IP address mismatch", "base_url has to have a name")

    def test_an_expired_certificate_is_not_trusted(self):
        with self.world(self.authority.server("expired", "IP:127.0.0.1", days=-1)) as world:
            self.refuses(world, "certificate is not trusted: certificate has expired", "the server needs a new one")


if __name__ == "__main__":
    unittest.main()
