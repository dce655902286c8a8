"""The API by TLS: who is served, what a reload changes, what a bad certificate does not."""
import http.client
import os
import shutil
import socket
import ssl
import subprocess
import time
import unittest

from authority import Authority
from harness import CTL, DAEMON, exchange_on
from tls_world import TOKEN, TlsWorld

def ask(connection, path="/api/v1/status", token=TOKEN):
    response, text = exchange_on(connection, "GET", path, headers={"Authorization": "Bearer " + token} if token else {})
    return response.status, text.decode()


def serial(connection):
    return int(connection.sock.getpeercert()["serialNumber"], 16)


def serial_of(path):
    return int(subprocess.run(["openssl", "x509", "-noout", "-serial", "-in", path], check=True, capture_output=True,
                              text=True).stdout.split("=")[1], 16)


class Tls(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.authority = Authority()
        cls.addClassCleanup(cls.authority.folder.cleanup)
        cls.pairs = {name: cls.authority.issue(name, "DNS:localhost,IP:127.0.0.1") for name in ("first", "second")}

    def world(self, pair="first", **options):
        return TlsWorld(self.authority, self.pairs[pair], **options)

    def refused(self, world, *parts):
        """A reload is refused with all of this, and the first certificate stays."""
        world.reload()
        last = [line for line in world.log_text().splitlines() if "configuration refused" in line][-1]
        for part in parts:
            self.assertIn(part, last)
        with open(self.pairs["first"][1]) as file:
            for secret in file.read().splitlines()[1:-1]:
                self.assertNotIn(secret, world.log_text())
        connection = world.connection()
        self.assertEqual(serial(connection), serial_of(self.pairs["first"][0]))
        self.assertEqual(ask(connection)[0], 200)
        connection.close()
        self.assertEqual(world.metrics()["crmsyncd_config_last_reload_successful"], 0)

    def test_a_client_that_verifies_is_served_by_its_token(self):
        with self.world() as world:
            world.start()
            connection = world.connection()
            self.assertEqual(connection.sock.selected_alpn_protocol(), "http/1.1")
            self.assertIn(connection.sock.version(), ("TLSv1.2", "TLSv1.3"))
            self.assertEqual(ask(connection, "/healthz", token=None)[0], 200)
            self.assertEqual(ask(connection)[0], 200)
            self.assertEqual(ask(connection, token="a-wrong-one")[0], 401)
            connection.close()
            self.assertEqual(world.stop(), 0)

    def test_a_reload_shows_new_connections_the_new_certificate_and_open_ones_go_on(self):
        with self.world() as world:
            world.start()
            before = world.connection()
            self.assertEqual(ask(before)[0], 200)
            world.install(*self.pairs["second"])
            world.reload()
            after = world.connection()
            self.assertEqual(ask(after)[0], 200)
            self.assertEqual(serial(after), serial_of(self.pairs["second"][0]))
            self.assertEqual(ask(before)[0], 200)
            self.assertEqual(serial(before), serial_of(self.pairs["first"][0]))
            for connection in (before, after):
                connection.close()

    def test_a_bad_pair_is_refused_by_name_and_the_old_one_stays(self):
        with self.world() as world:
            world.start()
            world.install(self.pairs["second"][0], self.pairs["first"][1])
            self.refused(world, "certificate " + world.certificate, world.key, "do not belong together")
            world.install(*self.pairs["first"])
            with open(world.certificate, "r+") as file:
                file.truncate(100)
            self.refused(world, "certificate " + world.certificate, "is damaged")
            os.remove(world.certificate)
            self.refused(world, "cannot read the certificate " + world.certificate, "put it there")
            world.install(*self.pairs["first"])
            os.remove(world.key)
            self.refused(world, "cannot read the secret " + world.key)
            world.install(self.pairs["first"][0], self.authority.certificate)
            self.refused(world, "the key " + world.key, "holds no private key")
            world.install(*self.pairs["first"])
            os.chmod(world.key, 0o644)
            self.refused(world, world.key, "can be read by everybody")
            world.install(*self.pairs["second"])
            world.reload()
            self.assertEqual(world.metrics()["crmsyncd_config_last_reload_successful"], 1)

    def test_bad_files_end_the_start_and_the_check_with_their_place_in_the_file(self):
        with self.world() as world:
            self.assertEqual((world.check().returncode, world.check().stderr), (0, ""))
            world.install(self.pairs["second"][0], self.pairs["first"][1])
            for command in ([], ["--check-config"]):
                ended = subprocess.run([DAEMON, "--config", world.config, *command], stderr=subprocess.PIPE, text=True)
                self.assertEqual(ended.returncode, 2, ended.stderr)
                self.assertRegex(ended.stderr, r"config\.yaml:2:\d+: certificate: .* do not belong together")
            os.remove(world.certificate)
            os.remove(world.key)
            checked = world.check()
            self.assertEqual(checked.returncode, 2)
            self.assertRegex(checked.stderr, r"config\.yaml:2:\d+: certificate: cannot read the certificate .*cert\.pem")
            self.assertRegex(checked.stderr, r"config\.yaml:2:\d+: key: cannot read the secret .*key\.pem")

    def test_an_expired_certificate_is_taken_with_a_warning(self):
        expired = self.authority.issue("expired", "DNS:localhost", days=-1)
        with self.world() as world:
            world.install(*expired)
            checked = world.check()
            self.assertEqual(checked.returncode, 0)
            self.assertRegex(checked.stderr, r"config\.yaml:2:\d+: certificate: .*cert\.pem has expired")
            world.start()
            self.assertIn("has expired", world.log_text())
            with self.assertRaises(ssl.SSLCertVerificationError):
                world.connection()
            expiry = "crmsyncd_tls_certificate_expiry_timestamp_seconds"
            self.assertLess(world.metrics()[expiry], time.time())
            world.install(*self.pairs["second"])
            world.reload()
            self.assertGreater(world.metrics()[expiry], time.time() + 86400)
            world.connection().close()

    def test_a_credential_is_a_key_too(self):
        with self.world() as world:
            world.change_config("key: { file: key.pem }", "key: { credential: tls_key }")
            shutil.copy(world.key, os.path.join(world.folder, "tls_key"))
            self.assertEqual(world.check().returncode, 0)
            world.start(CREDENTIALS_DIRECTORY=world.folder)
            connection = world.connection()
            self.assertEqual(ask(connection)[0], 200)
            connection.close()

    def test_tls_comes_and_goes_with_a_restart_only_and_that_is_said(self):
        with self.world() as world:
            world.start()
            with open(world.config) as file:
                with_tls = file.read()
            world.change_config("tls: { certificate: cert.pem, key: { file: key.pem } }, ", "")
            world.reload()
            self.assertIn("take effect with a restart", world.log_text())
            connection = world.connection()
            self.assertEqual(ask(connection)[0], 200)
            connection.close()
            world.stop()
            world.start()
            with open(world.config, "w") as file:
                file.write(with_tls)
            world.reload()
            plain = http.client.HTTPConnection("127.0.0.1", world.port, timeout=30)
            self.assertEqual(ask(plain)[0], 200)
            plain.close()
            self.assertNotIn("crmsyncd_tls_certificate_expiry_timestamp_seconds", world.metrics())

    def test_every_address_needs_tls(self):
        with self.world(listen="0.0.0.0") as world:
            world.start()
            world.connection().close()
            world.stop()
            world.change_config("tls: { certificate: cert.pem, key: { file: key.pem } }, ", "")
            checked = world.check()
            self.assertEqual(checked.returncode, 2)
            self.assertRegex(checked.stderr, r"config\.yaml:2:\d+: listen has to be a loopback address.* Add tls")

    def test_http_without_tls_is_told_and_nonsense_is_sent_away(self):
        with self.world() as world:
            world.start()
            plain = http.client.HTTPConnection("localhost", world.port, timeout=30)
            status, text = ask(plain)
            self.assertEqual(status, 400)
            self.assertIn("tls_expected", text)
            plain.close()
            with socket.create_connection(("127.0.0.1", world.port), timeout=30) as nonsense:
                nonsense.sendall(b"SSH-2.0-OpenSSH_9.2\r\n" * 50)
                try:
                    while nonsense.recv(4096):
                        pass
                except ConnectionResetError:
                    pass

    def test_stalled_handshakes_do_not_starve_others(self):
        with self.world() as world:
            world.start()
            stalled = []
            try:
                for n in range(300):  # more than there are connections
                    one = socket.create_connection(("127.0.0.1", world.port), timeout=30)
                    if n % 2:
                        one.sendall(b"\x16\x03\x01\x02")
                    stalled.append(one)
                begun = time.monotonic()
                connection = world.connection()
                self.assertEqual(ask(connection)[0], 200)
                self.assertEqual(world.get("/readyz")[0], 200)
                self.assertLess(time.monotonic() - begun, 5)  # far below the deadline of a handshake
                connection.close()
            finally:
                for one in stalled:
                    one.close()

    def test_crmsyncctl_by_https(self):
        with self.world() as world:
            world.start()
            world.sync()
            token = os.path.join(world.folder, "token")
            with open(token, "w") as file:
                file.write(TOKEN + "\n")
            trusted = ["--ca-file", self.authority.certificate]

            def ctl(host, *arguments):
                url = ["--url", f"https://{host}:{world.port}", "--token-file", token]
                return subprocess.run([CTL, *url, *arguments], capture_output=True, text=True, timeout=60)

            for host in ("localhost", "127.0.0.1"):
                listed = ctl(host, *trusted, "contacts", "list", "--account", "harbour")
                self.assertEqual(listed.returncode, 0, listed.stderr)
                self.assertIn("p1@example.com", listed.stdout)
            exported = ctl("localhost", *trusted, "contacts", "export", "--account", "harbour")
            self.assertEqual((exported.returncode, len(exported.stdout.splitlines())), (0, 4), exported.stderr)
            unknown = ctl("localhost", "status")
            self.assertEqual(unknown.returncode, 1)
            self.assertIn("is not trusted", unknown.stderr)
            self.assertIn("--ca-file has to name", unknown.stderr)
            other = ctl("127.0.0.2", *trusted, "status")
            self.assertEqual(other.returncode, 1)
            wrong = ctl("localhost", "--ca-file", token, "status")
            self.assertIn("--ca-file: " + token + " is not a readable file", wrong.stderr)
            self.assertNotIn(TOKEN, unknown.stderr + other.stderr + wrong.stderr + world.log_text())

    def test_crmsyncctl_tells_whom_it_does_not_trust(self):
        named = self.authority.issue("named", "DNS:crm.example")
        with self.world() as world:
            world.install(*named)
            world.start()
            url = ["--url", f"https://localhost:{world.port}", "--ca-file", self.authority.certificate]
            told = subprocess.run([CTL, *url, "status"], capture_output=True, text=True, timeout=60)
            self.assertEqual(told.returncode, 1)
            self.assertIn("hostname mismatch: --url has to have a name that the certificate is for", told.stderr)
            plain = subprocess.run([CTL, "--url", "http://192.0.2.1:8710", "status"], capture_output=True, text=True, timeout=60)
            self.assertEqual(plain.returncode, 2)
            self.assertIn("without TLS a token goes to no other machine", plain.stderr)
            idle = subprocess.run([CTL, "--url", "http://127.0.0.1:1", *url[2:], "status"], capture_output=True, text=True,
                                  timeout=60)
            self.assertEqual(idle.returncode, 2)
            self.assertIn("--ca-file is of no use", idle.stderr)


if __name__ == "__main__":
    unittest.main()
