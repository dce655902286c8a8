"""Two worlds for end-to-end tests: an export on one side, the real daemon and its store on the other. Change either,
sync once, compare."""
import csv
import glob
import http.client
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from contextlib import closing

from contract import Contract

CTL = os.environ["CRMSYNCCTL"]
DAEMON = os.environ["CRMSYNCD"]
HEADER = ["Record ID", "First Name", "Last Name", "Email", "Unsubscribed from all email", "Last Modified Date"]


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=120)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(120)
        self.sock.connect(self.path)


_contract = []


def contract(connection=None):
    """What the daemon says of its API; asked once, of the first daemon that a test asks anything."""
    if not _contract:
        connection.request("GET", "/api/v1/openapi.json")
        _contract.append(Contract(json.loads(connection.getresponse().read())))
    return _contract[0]


def exchange_on(connection, method, target, body=None, headers=None):
    """Asks, and holds request and answer to the API's document: (response, its body). Every test asks by this."""
    known = contract(connection)
    connection.request(method, target, body, headers or {})
    response = connection.getresponse()
    text = response.read()
    known.check(method, target, body, response, text)
    return response, text


def exchange(connection, method, target, body=None, headers=None):
    """The same on a connection that ends with it."""
    with closing(connection):
        return exchange_on(connection, method, target, body, headers)


class Events:
    """A stream of server-sent events, each held to the API's document."""

    def __init__(self, connection, target, headers):
        self.connection, self.target, self.known = connection, target, contract(connection)
        connection.request("GET", target, headers={"Accept": "text/event-stream", **headers})
        self.response = connection.getresponse()
        self.known.check("GET", target, None, self.response, None)

    def next(self):
        """(id, data) of the next one."""
        fields = {}
        while line := self.response.readline():
            line = line.decode().rstrip("\n")
            if not line and "data" in fields:
                self.known.check_event(self.target, fields["data"])
                return fields["id"], json.loads(fields["data"])
            if line and not line.startswith(":"):
                fields.update([line.split(": ", 1)])
        raise AssertionError("the stream has ended")

    def close(self):
        self.connection.close()


def wait_for(condition, what, seconds=30):
    """Asks until the condition holds; a deadline only bounds a failure."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        select.select([], [], [], 0.005)
    raise AssertionError(f"never came true: {what}")


class World:
    def __init__(self, extra="", accounts=""):
        self.folder = tempfile.mkdtemp(prefix="crmsyncd-e2e-")
        self.out = os.path.join(self.folder, "out")
        os.mkdir(self.out)
        self.export = os.path.join(self.folder, "export.csv")
        self.socket = os.path.join(self.folder, "control.sock")
        self.config = os.path.join(self.folder, "config.yaml")
        self.store = os.path.join(self.folder, "store.db")
        with open(self.config, "w") as file:
            file.write(f"""store: {{ path: {self.store} }}
api: {{ socket: {self.socket} }}
accounts:
  - id: harbour
    connections:
      - id: crm
        connector: csv
        path: {self.export}
        outgoing: {self.out}
        schedule: {{ every: 7d, full_every: 30d }}
{extra}
{accounts}
""")
        self.rows = {}
        self.clock = 0
        self.process = None

    # --- the CRM's side ---
    def crm(self, record, email=None, opted_out=None):
        """Creates or changes one record; write() makes it visible."""
        self.clock += 1
        row = self.rows.setdefault(str(record), {"email": "", "out": False})
        if email is not None:
            row["email"] = email
        if opted_out is not None:
            row["out"] = opted_out
        row["at"] = f"2026-{1 + self.clock // 1344 % 12:02}-{1 + self.clock // 48 % 28:02} {self.clock // 2 % 24:02}:{self.clock % 2 * 30:02}"

    def write(self, cut=None):
        part = self.export + ".part"
        with open(part, "w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(HEADER)
            for record, row in self.rows.items():
                writer.writerow([record, "First", "Last", row["email"], "Yes" if row["out"] else "No", row["at"]])
        if cut is not None:
            with open(part, "r+") as file:
                file.truncate(cut)
        os.rename(part, self.export)

    def pushed(self):
        """(id, opted_out) of every row in the outgoing folder."""
        rows = []
        for name in glob.glob(os.path.join(self.out, "*.csv")):
            with open(name, newline="") as file:
                rows += [(row["id"], row["opted_out"]) for row in csv.DictReader(file)]
        return sorted(rows)

    # --- the daemon's side ---
    def start(self, **environment):
        with open(os.path.join(self.folder, "log"), "a") as log:
            self.process = subprocess.Popen([DAEMON, "--config", self.config], stderr=log,
                                            env={**os.environ, **environment})
        wait_for(self.answers, "the daemon answers")

    def reload(self):
        """Reloads the configuration and waits until that has succeeded or failed."""
        done = ("configuration reloaded", "configuration refused")
        before = sum(self.log_text().count(one) for one in done)
        self.process.send_signal(signal.SIGHUP)
        wait_for(lambda: sum(self.log_text().count(one) for one in done) > before, "the reload")

    def change_config(self, old, new):
        with open(self.config) as file:
            text = file.read()
        assert old in text, old
        with open(self.config, "w") as file:
            file.write(text.replace(old, new))

    def answers(self):
        if self.process.poll() is not None:
            raise AssertionError("the daemon ended: " + self.log_text())
        try:
            return self.get("/readyz")[0] == 200
        except OSError:
            return False

    def log_text(self):
        with open(os.path.join(self.folder, "log")) as file:
            return file.read()

    def once(self):
        return subprocess.run([DAEMON, "--config", self.config, "--once"], stderr=subprocess.PIPE, text=True)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=10)

    def request(self, method, path, body=None):
        response, text = exchange(UnixConnection(self.socket), method, path, None if body is None else json.dumps(body),
                                  {"Content-Type": "application/json"})
        try:
            return response.status, json.loads(text)
        except ValueError:
            return response.status, text.decode()

    def metrics(self):
        """{'name{label="x"}': value} of a scrape."""
        status, text = self.get("/metrics")
        assert status == 200, text
        series = (line.rsplit(" ", 1) for line in text.splitlines() if line and not line.startswith("#"))
        return {name: float(value) for name, value in series}

    def ctl(self, *arguments, stdin=None):
        """crmsyncctl as somebody on this machine runs it; what it prints is not a terminal's."""
        return subprocess.run([CTL, "--socket", self.socket, *arguments], input=stdin, capture_output=True, text=True,
                              timeout=60)

    def runs(self):
        return self.get("/api/v1/runs?limit=100")[1]["items"]

    def get(self, path):
        return self.request("GET", path)

    def post(self, path, body=None):
        return self.request("POST", "/api/v1/" + path, body if body is not None else {})

    def sync(self):
        self.write()
        status, run = self.post("connections/crm/sync", {"mode": "full", "wait": True})
        assert status == 200, run
        return run

    def contact(self, email, account="harbour"):
        return self.get(f"/api/v1/contacts/{email}?account={account}")[1]

    def explain(self, email):
        return self.get(f"/api/v1/contacts/{email}/explain?account=harbour")[1]

    def event(self, kind, email, at):
        status, answer = self.post("events", {"account": "harbour", "type": kind, "email": email, "at": at})
        assert status == 200, answer

    def reasons(self, email):
        return sorted({s["reason"] for s in self.contact(email)["suppressions"]})

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process and self.process.poll() is None:
            self.kill()
        shutil.rmtree(self.folder)
