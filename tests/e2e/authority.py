"""Certificates for tests, made with the openssl command."""
import os
import subprocess
import tempfile


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

    def issue(self, name, names, days=2):
        """A server's certificate for these names and its key: two paths."""
        request, extensions, certificate, key = (self.path(name + end) for end in (".csr", ".ext", ".pem", ".key"))
        with open(extensions, "w") as file:
            file.write(f"subjectAltName={names}\n")
        self.openssl("req", *self.new_key(key), "-subj", "/CN=server", "-out", request)
        self.openssl("x509", "-req", "-in", request, "-CA", self.certificate, "-CAkey", self.key, "-CAcreateserial",
                     "-days", str(days), "-extfile", extensions, "-out", certificate)
        return certificate, key
