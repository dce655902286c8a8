"""The daemon's life: signals, exit codes, configuration, one daemon per store."""
import os
import signal
import subprocess
import unittest

from harness import DAEMON, World, wait_for


class Life(unittest.TestCase):
    def world(self):
        world = World()
        for record in range(3):
            world.crm(record, f"p{record}@example.com", opted_out=False)
        world.write()
        return world

    def runs(self, world):
        answer = world.get("/api/v1/runs?limit=100")[1]
        return answer.get("items", answer.get("runs"))

    def test_a_signal_syncs_now_and_a_term_exits_with_0(self):
        with self.world() as world:
            world.start()
            wait_for(lambda: [r for r in self.runs(world) if r["state"] == "applied"], "the first run")
            before = len(self.runs(world))
            world.crm(1, opted_out=True)
            world.write()
            world.process.send_signal(signal.SIGUSR1)
            wait_for(lambda: world.contact("p1@example.com")["reason"] == "integration", "the change arrives")
            world.process.send_signal(signal.SIGUSR2)
            wait_for(lambda: len(self.runs(world)) == before + 2, "one run for each signal")
            self.assertEqual(world.stop(), 0)

    def test_a_second_daemon_on_one_store_is_refused_by_name(self):
        with self.world() as world:
            world.start()
            second = world.once()
            self.assertEqual(second.returncode, 1)
            self.assertIn(f"process {world.process.pid}", second.stderr)

    def test_exit_codes_of_once(self):
        with self.world() as world:
            self.assertEqual(world.once().returncode, 0)
            os.rename(world.export, world.export + ".part")
            missing = world.once()
            self.assertEqual(missing.returncode, 1)
            self.assertIn("no export at", missing.stderr)
            for record in range(3, 100):
                world.crm(record, f"p{record}@example.com", opted_out=False)
            world.write()
            self.assertEqual(world.once().returncode, 0)
            for record in range(100):
                world.crm(record, opted_out=True)
            world.write()
            self.assertEqual(world.once().returncode, 3)

    def test_a_bad_configuration_is_reported_with_its_place_and_never_replaces_a_good_one(self):
        with self.world() as world:
            with open(world.config) as file:
                good = file.read()
            world.start()
            with open(world.config, "w") as file:
                file.write(good.replace("outgoing:", "outgoin:"))
            checked = subprocess.run([DAEMON, "--config", world.config, "--check-config"], stderr=subprocess.PIPE, text=True)
            self.assertEqual(checked.returncode, 2)
            self.assertRegex(checked.stderr, r"config\.yaml:\d+:\d+: .*outgoing")
            world.process.send_signal(signal.SIGHUP)
            wait_for(lambda: "the old one stays" in world.log_text(), "the refusal")
            self.assertEqual(world.sync()["state"], "applied")
            with open(world.config, "w") as file:
                file.write(good)
            world.process.send_signal(signal.SIGHUP)
            wait_for(lambda: "configuration reloaded" in world.log_text(), "the reload")
            self.assertEqual(world.sync()["state"], "applied")
            self.assertEqual(world.stop(), 0)

    def test_no_address_in_the_log(self):
        with self.world() as world:
            world.start()
            world.sync()
            world.event("unsubscribe", "p1@example.com", "2026-11-01T10:00:00Z")
            world.event("unsubscribe", "unknown@example.com", "2026-11-01T10:00:00Z")
            world.sync()
            world.stop()
            self.assertNotIn("@example.com", world.log_text())


if __name__ == "__main__":
    unittest.main()
