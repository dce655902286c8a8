"""A simulated HubSpot on one side, the real daemon and its store on the other."""
import json
import os
import ssl
import subprocess
import urllib.request

from harness import World

SERVER = os.environ["CRM_SERVER"]
TOKEN = "demo-token"


class HubSpot:
    """The crm_server process, and what somebody working in HubSpot does."""

    def __init__(self, *arguments):
        self.process = subprocess.Popen([SERVER, *arguments], stdout=subprocess.PIPE, text=True)
        self.address = self.process.stdout.readline().strip().rsplit(" ", 1)[1]
        self.url = ("https://" if "--tls-cert" in arguments else "http://") + self.address
        self.whoever = ssl._create_unverified_context()  # what is tested is the daemon's trust, not ours

    def ask(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, method=method)
        with urllib.request.urlopen(request, timeout=60, context=self.whoever) as answer:
            return json.loads(answer.read())

    def do(self, kind, **what):
        return self.ask("POST", "/_control/contacts", {"do": kind, **what})

    def create(self, email, first="First", last="Last"):
        return self.do("create", email=email, first=first, last=last)

    def opt_out(self, email, opted_out=True):
        self.do("opt_out", email=email, opted_out=opted_out)

    def opted_out(self, email):
        return self.ask("GET", "/_control/preferences?email=" + email)["opted_out"]

    def settings(self, **settings):
        self.ask("POST", "/_control/settings", settings)

    def fault(self, kind, **what):
        self.ask("POST", "/_control/faults", {"kind": kind, **what})

    def heal(self):
        self.ask("DELETE", "/_control/faults")

    def traffic(self):
        return self.ask("GET", "/_control/traffic")

    def stop(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


class HubSpotWorld(World):
    def __init__(self, *server_arguments, options="", extra=""):
        super().__init__()
        self.crm = HubSpot(*server_arguments)
        self.token = os.path.join(self.folder, "token")
        with open(self.token, "w") as file:
            file.write(TOKEN + "\n")
        os.chmod(self.token, 0o600)
        with open(self.config, "w") as file:
            file.write(f"""store: {{ path: {self.store} }}
api: {{ socket: {self.socket} }}
accounts:
  - id: harbour
    resubscribe: allowed
    connections:
      - id: crm
        connector: hubspot
        token: {{ file: {self.token} }}
        base_url: {self.crm.url}
        schedule: {{ every: 7d, full_every: 30d }}
        {options}
{extra}
""")

    def write(self):
        """HubSpot needs no export."""

    def sync(self, mode="full"):
        status, run = self.post("connections/crm/sync", {"mode": mode, "wait": True})
        assert status == 200, run
        return run

    def __exit__(self, *_):
        super().__exit__()
        self.crm.stop()
