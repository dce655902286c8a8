"""A daemon whose API is served by TLS, with certificate and key in files that a test can exchange."""
import hashlib
import http.client
import os
import shutil
import socket
import ssl
import subprocess

from harness import DAEMON, World

TOKEN = "a-token-of-the-test"


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class TlsWorld(World):
    """The API is at https://localhost:PORT; it shows `pair`, a certificate and a key."""

    def __init__(self, authority, pair, listen="127.0.0.1", **options):
        super().__init__(**options)
        self.authority = authority
        self.port = free_port()
        self.certificate, self.key = (os.path.join(self.folder, name) for name in ("cert.pem", "key.pem"))
        self.install(*pair)
        sha256 = hashlib.sha256(TOKEN.encode()).hexdigest()
        self.change_config("api: { ", f"api: {{ listen: '{listen}:{self.port}', tls: {{ certificate: cert.pem, "
                                      f"key: {{ file: key.pem }} }}, tokens: [ {{ name: ann, role: admin, sha256: {sha256} }} ], ")
        for record in range(3):
            self.crm(record, f"p{record}@example.com", opted_out=False)
        self.write()

    def install(self, certificate, key):
        for source, target, mode in ((certificate, self.certificate, 0o644), (key, self.key, 0o600)):
            shutil.copy(source, target + ".new")
            os.chmod(target + ".new", mode)
            os.rename(target + ".new", target)

    def connection(self):
        """A client that verifies; its handshake is done."""
        context = ssl.create_default_context(cafile=self.authority.certificate)
        context.set_alpn_protocols(["h2", "http/1.1"])
        connection = http.client.HTTPSConnection("localhost", self.port, timeout=30, context=context)
        connection.connect()
        return connection

    def check(self):
        return subprocess.run([DAEMON, "--config", self.config, "--check-config"], stderr=subprocess.PIPE, text=True)
