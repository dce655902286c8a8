#!/usr/bin/env python3
"""Builds the Debian package from the programs of this build and looks into it. Usage: package.py FOLDER-OF-PROGRAMS"""
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAMS = pathlib.Path(sys.argv.pop(1))
FILES = {
    "usr/bin/crmsyncd": 0o755, "usr/bin/crmsyncctl": 0o755, "lib/systemd/system/crmsyncd.service": 0o644,
    "usr/lib/sysusers.d/crmsyncd.conf": 0o644, "usr/lib/tmpfiles.d/crmsyncd.conf": 0o644,
    "etc/crmsyncd/crmsyncd.yaml": 0o644, "usr/share/doc/crmsyncd/README.md": 0o644,
    "usr/share/doc/crmsyncd/crmsyncd.yaml": 0o644, "usr/share/doc/crmsyncd/copyright": 0o644,
    "usr/share/bash-completion/completions/crmsyncctl": 0o644, "usr/share/zsh/vendor-completions/_crmsyncctl": 0o644,
    "usr/share/fish/vendor_completions.d/crmsyncctl.fish": 0o644,
}


def run(*command):
    return subprocess.run([str(word) for word in command], cwd=ROOT, capture_output=True, text=True, check=True).stdout


class Package(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        cls.deb = run("tools/package", "--bin", PROGRAMS, "--out", cls.folder).strip()
        cls.tree = cls.folder / "tree"
        run("dpkg-deb", "--raw-extract", cls.deb, cls.tree)

    def test_everything_is_in_it_with_its_mode(self):
        for name, mode in FILES.items():
            with self.subTest(name):
                self.assertTrue((self.tree / name).stat().st_size > 0)
                self.assertEqual(mode, (self.tree / name).stat().st_mode & 0o777)

    def test_everything_belongs_to_root(self):
        self.assertNotRegex(run("dpkg-deb", "--contents", self.deb), r"(?m)^\S+ (?!root/root)")

    def test_it_depends_on_the_libraries_that_the_programs_load(self):
        control = (self.tree / "DEBIAN/control").read_text()
        for name in ("libc6", "libstdc++6", "libsqlite3-0", "libsystemd0", "procps"):
            self.assertRegex(control, rf"(?m)^Depends:.*\b{re.escape(name)}")

    def test_the_configuration_is_kept_on_upgrades_and_accepted_by_the_daemon(self):
        self.assertEqual("/etc/crmsyncd/crmsyncd.yaml\n", (self.tree / "DEBIAN/conffiles").read_text())
        run(PROGRAMS / "crmsyncd", "--config", self.tree / "etc/crmsyncd/crmsyncd.yaml", "--check-config")

    def test_the_unit_starts_the_program_where_it_is(self):
        unit = (self.tree / "lib/systemd/system/crmsyncd.service").read_text()
        program = re.search(r"^ExecStart=/(\S+) --config /(\S+)$", unit, re.M)
        self.assertTrue((self.tree / program.group(1)).exists())
        self.assertTrue((self.tree / program.group(2)).exists())


if __name__ == "__main__":
    unittest.main()
