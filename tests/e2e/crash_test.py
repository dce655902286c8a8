"""kill -9 at 200 random moments of a 20,000-contact sync with pushes: the same end state as without."""
import random
import select
import sqlite3
import unittest

from harness import World, wait_for

CONTACTS = 20000
KILLS = 200


def first_export(world):
    for record in range(CONTACTS):
        world.crm(record, f"p{record}@example.com", opted_out=record % 25 == 0)
    world.write()


def second_export(world):
    for record in range(0, CONTACTS, 100):
        world.crm(record, opted_out=False)
        world.crm(record + 1, opted_out=True)
    world.write()


def opt_out_address(world, email):
    """True when the daemon has acknowledged it."""
    try:
        return world.post("contacts/unsubscribe", {"account": "harbour", "email": email})[0] == 200
    except OSError:
        return False


def opt_out(world, record):
    return opt_out_address(world, f"p{record}@example.com")


def state_of(world):
    store = sqlite3.connect(f"file:{world.store}?mode=ro", uri=True)
    try:
        contacts = store.execute("SELECT address, status, reason FROM contact ORDER BY address").fetchall()
        suppressions = store.execute("SELECT address, reason, record FROM suppression ORDER BY 1, 2, 3").fetchall()
        records = store.execute("SELECT external_id, opted_out, deleted FROM record ORDER BY 1").fetchall()
        counters = store.execute("SELECT key, n FROM counter WHERE n > 0 ORDER BY 1").fetchall()
        assert store.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return contacts, suppressions, records, counters
    finally:
        store.close()


def settle(world):
    if world.process is None or world.process.poll() is not None:
        world.start()
    run = world.sync()
    assert run["state"] == "applied", run
    wait_for(lambda: not world.get("/api/v1/outbox?state=pending&limit=1")[1].get("items"), "every push is sent", 60)


class Crash(unittest.TestCase):
    def test_kill_at_any_moment_ends_in_the_same_state(self):
        seed = random.randrange(1 << 30)
        dice = random.Random(seed)
        acknowledged = []
        with World() as world, World() as calm:
            first_export(world)
            for kill in range(KILLS):
                if kill == KILLS // 2:
                    settle(world)
                    world.kill()
                    second_export(world)
                world.start()
                if kill >= KILLS // 2:
                    record = 3 + 100 * (kill - KILLS // 2)
                    world.post("connections/crm/sync", {"mode": "full", "wait": False})
                    if opt_out(world, record):
                        acknowledged.append(record)
                select.select([], [], [], dice.random() * 0.15)
                world.kill()
            settle(world)
            self.assertTrue(world.get("/api/v1/audit/verify")[1]["ok"])
            world.stop()

            first_export(calm)
            calm.start()
            calm.sync()
            second_export(calm)
            for record in acknowledged:
                self.assertTrue(opt_out(calm, record))
            settle(calm)
            calm.stop()
            self.assertEqual(state_of(world), state_of(calm), f"seed {seed}")
            told = {record for record, opted_out in world.pushed() if opted_out == "true"}
            self.assertEqual({str(record) for record in acknowledged} - told, set(), "a push was lost")
            # A batch that was cut may be told again with others: the same word twice is one effect, another word is not.
            self.assertEqual({opted_out for _, opted_out in world.pushed()}, {"true"}, "a push was turned round")


if __name__ == "__main__":
    unittest.main()
