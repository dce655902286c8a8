"""The daemon as a service: what it tells the service manager, what a reload keeps, its log, its way out."""
import datetime
import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import threading
import time
import unittest

from harness import World, wait_for


class Manager:
    """The service manager's end of the notification socket. It listens all the time, as the real one does: a daemon waits
    for somebody to take what it says."""

    def __init__(self, world):
        self.path = os.path.join(world.folder, "notify")
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        self.messages = []
        self.listener = threading.Thread(target=self.listen)
        self.listener.start()

    def listen(self):
        while message := self.socket.recv(4096):
            self.messages.append(message.decode())

    def heard(self):
        return list(self.messages)

    def pings(self):
        return sum("WATCHDOG=1" in message for message in self.heard())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.shutdown(socket.SHUT_RD)  # wakes the listener
        self.listener.join()
        self.socket.close()


def small_world(**options):
    world = World(**options)
    for record in range(3):
        world.crm(record, f"p{record}@example.com", opted_out=False)
    world.write()
    return world


def idle(world, runs):
    wait_for(lambda: len(world.runs()) >= runs and all(r["state"] != "running" for r in world.runs()), f"{runs} runs")


class Reload(unittest.TestCase):
    def test_an_unchanged_connection_keeps_its_schedule(self):
        with small_world() as world:
            world.start()
            idle(world, 1)
            connection = world.get("/api/v1/connections")[1]["items"][0]
            for _ in range(3):
                world.reload()
            # A signal's run comes after whatever the reload would have made due.
            world.process.send_signal(signal.SIGUSR1)
            idle(world, 2)
            self.assertEqual([run["trigger"] for run in world.runs()], ["signal", "schedule"])
            self.assertIsNotNone(connection["next_due_at"])

    def test_a_changed_connection_keeps_its_schedule_and_takes_what_changed(self):
        with small_world() as world:
            world.start()
            idle(world, 1)
            other = os.path.join(world.folder, "other")
            os.mkdir(other)
            world.change_config(f"outgoing: {world.out}", f"outgoing: {other}")
            world.reload()
            world.event("unsubscribe", "p1@example.com", "2026-11-01T10:00:00Z")
            wait_for(lambda: os.listdir(other), "the push goes to the new folder")
            self.assertEqual(os.listdir(world.out), [])
            self.assertEqual([run["trigger"] for run in world.runs()], ["schedule"])

    def test_a_connection_that_failed_is_tried_again_at_once(self):
        with small_world() as world:
            os.rename(world.export, world.export + ".away")
            world.start()
            idle(world, 1)
            os.rename(world.export + ".away", world.export)
            world.reload()
            wait_for(lambda: world.runs()[0]["state"] == "applied", "a run after the reload")

    def test_connections_come_and_go(self):
        with small_world() as world:
            second = f"""      - id: second
        connector: csv
        path: {world.export}
        schedule: {{ every: 7d, full_every: 30d }}
"""
            world.start()
            idle(world, 1)
            with open(world.config) as file:
                first = file.read()
            with open(world.config, "w") as file:
                file.write(first.rstrip() + "\n" + second)
            world.reload()
            wait_for(lambda: any(r["connection"] == "second" and r["state"] == "applied" for r in world.runs()), "a run")
            with open(world.config, "w") as file:
                file.write(first)
            world.reload()
            self.assertEqual(world.post("connections/second/sync", {})[0], 404)
            self.assertNotIn('"second"', "".join(world.metrics()))
            self.assertEqual(world.sync()["state"], "applied")
            self.assertEqual(world.stop(), 0)

    def test_what_the_store_refuses_is_reported_and_the_old_configuration_stays(self):
        with small_world() as world:
            world.start()
            idle(world, 1)
            world.change_config("- id: harbour", "- id: quay")
            world.reload()
            self.assertIn("configuration refused, the old one stays", world.log_text())
            self.assertIn("belongs to the account harbour", world.log_text())
            self.assertEqual(world.metrics()["crmsyncd_config_last_reload_successful"], 0)
            self.assertEqual(world.sync()["state"], "applied")

    def test_many_reloads_during_a_run_leave_one_run_at_a_time(self):
        with World() as world:
            for record in range(20000):
                world.crm(record, f"p{record}@example.com", opted_out=False)
            world.write()
            world.start()
            for n in range(10):
                world.change_config(f"every: {7 + n}d", f"every: {8 + n}d")
                world.reload()
            wait_for(lambda: world.runs()[0]["state"] == "applied", "the run ends")
            self.assertEqual(len(world.runs()), 1)
            self.assertEqual(world.runs()[0]["counts"]["new"], 20000)


class ServiceManager(unittest.TestCase):
    def test_a_reload_is_announced_with_its_time_and_ended_with_ready(self):
        with small_world() as world, Manager(world) as manager:
            world.start(NOTIFY_SOCKET=manager.path)
            wait_for(lambda: any("READY=1" in m for m in manager.heard()), "ready")
            manager.messages.clear()
            before = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
            world.reload()
            wait_for(lambda: any("READY=1" in m for m in manager.heard()), "ready again")
            reloading = re.search(r"RELOADING=1\nMONOTONIC_USEC=(\d+)", manager.messages[0])
            self.assertLessEqual(before, int(reloading.group(1)))
            self.assertLessEqual(int(reloading.group(1)), time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000)
            world.stop()
            self.assertTrue(any("STOPPING=1" in m for m in manager.heard()))

    def test_a_long_write_does_not_stop_the_watchdog_and_health_answers(self):
        with small_world() as world, Manager(world) as manager:
            world.start(NOTIFY_SOCKET=manager.path, WATCHDOG_USEC="40000")
            idle(world, 1)
            locked = sqlite3.connect(world.store)
            locked.execute("BEGIN IMMEDIATE")  # the daemon's next write waits for this
            event = threading.Thread(target=world.event, args=("unsubscribe", "p1@example.com", "2026-11-01T10:00:00Z"))
            try:
                event.start()
                before = manager.pings()
                wait_for(lambda: manager.pings() >= before + 20, "the watchdog is fed during the write")
                self.assertEqual(world.get("/healthz"), (200, "ok\n"))
                self.assertTrue(event.is_alive())
            finally:
                locked.rollback()
                locked.close()
                event.join()
            self.assertEqual(world.contact("p1@example.com")["reason"], "contact")


class FailingStore(unittest.TestCase):
    def test_a_store_that_fails_ends_the_daemon_for_the_service_manager_to_start_it_again(self):
        with small_world() as world:
            world.start()
            idle(world, 1)
            other = sqlite3.connect(world.store)
            other.execute("BEGIN IMMEDIATE")  # longer than the daemon is patient
            try:
                world.process.send_signal(signal.SIGUSR1)
                self.assertEqual(world.process.wait(timeout=60), 1)
            finally:
                other.close()
            self.assertIn("ended by an error", world.log_text())
            world.start()
            self.assertEqual(world.sync()["state"], "applied")


class Log(unittest.TestCase):
    def test_every_line_of_the_json_log_has_its_time(self):
        with small_world(accounts="log: { format: json }") as world:
            world.start()
            world.sync()
            world.stop()
            lines = [json.loads(line) for line in world.log_text().splitlines()]
            self.assertGreater(len(lines), 2)
            now = datetime.datetime.now(datetime.timezone.utc)
            for line in lines:
                at = datetime.datetime.strptime(line["time"], "%Y-%m-%dT%H:%M:%S.%f%z")
                self.assertLess(abs((now - at).total_seconds()), 300)

    def test_bad_rows_are_a_few_lines_and_a_count(self):
        with small_world() as world:
            world.write()
            with open(world.export, "a") as file:
                file.writelines(f"{record}\n" for record in range(1000, 3000))
            world.start()
            idle(world, 1)
            text = world.log_text()
            self.assertEqual(len(re.findall(r"row skipped", text)), 5)
            self.assertRegex(text, r"rows skipped connection=crm rows=2000 not_shown=1995")

    def test_pushes_that_do_not_arrive_are_said_once_with_count_and_age(self):
        with small_world() as world:
            world.change_config(f"outgoing: {world.out}", f"outgoing: {world.out}\n        push_warn_after: 1s")
            world.start()
            idle(world, 1)
            shutil.rmtree(world.out)
            world.event("unsubscribe", "p1@example.com", "2026-11-01T10:00:00Z")
            world.event("unsubscribe", "p2@example.com", "2026-11-01T10:00:00Z")
            late = r"the CRM does not confirm opt-outs.* connection=crm pushes=2 oldest=\d+m"
            wait_for(lambda: re.search(late, world.log_text()), "the warning")
            os.mkdir(world.out)
            wait_for(lambda: len(world.pushed()) == 2, "the pushes arrive", seconds=60)
            world.crm(1, opted_out=True)
            world.crm(2, opted_out=True)
            world.sync()
            wait_for(lambda: "the CRM has confirmed the late opt-outs" in world.log_text(), "the all-clear")


class WayOut(unittest.TestCase):
    def test_an_idle_client_does_not_hold_up_the_end(self):
        with small_world() as world:
            world.start()
            idle(world, 1)
            with socket.socket(socket.AF_UNIX) as client:
                client.connect(world.socket)
                client.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
                self.assertIn(b"ok", client.recv(4096))
                begun = time.monotonic()
                self.assertEqual(world.stop(), 0)
                self.assertLess(time.monotonic() - begun, 1.5)  # far below the deadline for requests

    def test_an_export_that_is_still_being_written_does_not_hold_up_the_end(self):
        with small_world() as world, open(world.export, "a"):  # somebody has it open for writing: the run waits
            world.start()
            wait_for(lambda: world.get("/api/v1/connections")[1]["items"][0]["state"] == "running", "it waits")
            begun = time.monotonic()
            self.assertEqual(world.stop(), 0)
            self.assertLess(time.monotonic() - begun, 1.5)


if __name__ == "__main__":
    unittest.main()
