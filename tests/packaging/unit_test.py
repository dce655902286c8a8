"""The unit check fails on a unit that is wrong in exactly one way."""
import sys
import unittest

sys.dont_write_bytecode = True
import unit  # noqa: E402


class Unit(unittest.TestCase):
    def setUp(self):
        self.service, self.sysusers, self.tmpfiles = unit.shipped()

    def problems(self, old, new):
        self.assertIn(old, self.service)
        return unit.check(self.service.replace(old, new), self.sysusers, self.tmpfiles)

    def test_the_shipped_one_passes(self):
        self.assertEqual([], unit.check(self.service, self.sysusers, self.tmpfiles))

    def test_an_unknown_setting_is_a_problem(self):
        self.assertIn("verify", self.problems("ProtectClock=yes", "ProtectTheClock=yes\nProtectClock=yes")[0])

    def test_a_program_that_is_not_there_is_a_problem(self):
        self.assertIn("verify", self.problems("/usr/bin/crmsyncd ", "/usr/bin/crmsyncq ")[0])

    def test_a_wide_sandbox_is_a_problem(self):
        self.assertIn("exposure", self.problems("CapabilityBoundingSet=\n", "")[0])

    def test_a_broken_promise_is_a_problem(self):
        self.assertIn("WatchdogSec", self.problems("WatchdogSec=60\n", "")[0])
        self.assertIn("Type", self.problems("Type=notify", "Type=simple")[0])

    def test_a_user_namespace_that_hides_who_uses_the_socket_is_a_problem(self):
        self.assertIn("PrivateUsers", self.problems("PrivateUsers=no", "PrivateUsers=yes")[0])

    def test_a_missing_user_is_a_problem(self):
        self.assertIn("sysusers", unit.check(self.service, "", self.tmpfiles)[0])

    def test_a_readable_credentials_folder_is_a_problem(self):
        self.assertIn("tmpfiles", unit.check(self.service, self.sysusers, self.tmpfiles.replace("0700", "0755"))[0])


if __name__ == "__main__":
    unittest.main()
