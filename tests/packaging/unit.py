#!/usr/bin/env python3
"""The service's unit: systemd accepts it, its sandbox is tight, and what the README promises of it is in it."""
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
SYSTEMD = ROOT / "systemd"
WORST_EXPOSURE = 1.5
PROMISED = {
    "Type": "notify", "NotifyAccess": "main", "WatchdogSec": None, "ExecReload": "/bin/kill -HUP $MAINPID",
    "Restart": "on-failure", "TimeoutStopSec": None, "User": "crmsyncd", "StateDirectory": "crmsyncd",
    "RuntimeDirectory": "crmsyncd", "ConfigurationDirectory": "crmsyncd",
    "PrivateUsers": "no",  # the audit log names the users of the control socket
}


def run(*command):
    return subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False)


def verify(unit):
    """What systemd has to say about the unit, in a root of its own in which the programs exist."""
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        for program in ("usr/bin/crmsyncd", "bin/kill"):
            (root / program).parent.mkdir(parents=True, exist_ok=True)
            (root / program).write_text("#!/bin/sh\n")
            (root / program).chmod(0o755)
        installed = root / "lib/systemd/system/crmsyncd.service"
        installed.parent.mkdir(parents=True)
        installed.write_text(unit)
        for target in ("sysinit", "basic", "network-online", "multi-user", "shutdown"):
            installed.with_name(f"{target}.target").write_text("[Unit]\nDescription=x\n")
        for name in ("-.slice", "system.slice"):
            installed.with_name(name).write_text("[Unit]\nDescription=x\n")
        done = run("systemd-analyze", "verify", "--man=no", f"--root={root}", installed)
    said = [line for line in (done.stdout + done.stderr).splitlines() if "crmsyncd.service" in line]
    return [f"systemd-analyze verify: {line}" for line in said] or (
        [f"systemd-analyze verify failed: {done.stderr.strip()}"] if done.returncode else [])


def exposure(unit):
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "crmsyncd.service")
        path.write_text(unit)
        done = run("systemd-analyze", "security", "--offline=true", "--no-pager", path)
    found = re.search(r"exposure level for crmsyncd\.service: ([\d.]+)", done.stdout)
    return float(found.group(1)) if found else None


def promises(unit):
    settings = dict(re.findall(r"^(\w+)=(.*)$", unit, re.M))
    for name, value in PROMISED.items():
        if name not in settings or (value is not None and settings[name] != value):
            yield f"{name}={value or '...'} is promised, the unit has {settings.get(name)}"


def user_and_folders(sysusers, tmpfiles):
    """Applies both files to an empty root: the user exists afterwards, the credentials folder is root's alone."""
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        (root / "etc").mkdir()
        # From standard input: below --root nothing of this tree can be seen.
        users = subprocess.run(["systemd-sysusers", f"--root={root}", "-"], input=sysusers, capture_output=True,
                               text=True, check=False)
        folders = subprocess.run(["systemd-tmpfiles", f"--root={root}", "--create", "-"], input=tmpfiles,
                                 capture_output=True, text=True, check=False)
        passwd = root / "etc/passwd"
        if users.returncode or not passwd.exists() or "crmsyncd:" not in passwd.read_text():
            yield f"sysusers: makes no user crmsyncd: {users.stderr.strip()}"
        secrets = root / "etc/crmsyncd/credentials"
        if not secrets.exists() or secrets.stat().st_mode & 0o777 != 0o700:
            yield f"tmpfiles: no credentials folder of mode 0700: {folders.stderr.strip()}"


def check(unit, sysusers, tmpfiles):
    problems = verify(unit) + list(promises(unit)) + list(user_and_folders(sysusers, tmpfiles))
    level = exposure(unit)
    if level is None or level > WORST_EXPOSURE:
        problems.append(f"exposure {level}, more than {WORST_EXPOSURE}: systemd-analyze security says where")
    return problems


def shipped():
    return [(SYSTEMD / name).read_text() for name in ("crmsyncd.service", "crmsyncd.sysusers", "crmsyncd.tmpfiles")]


if __name__ == "__main__":
    found = check(*shipped())
    print("\n".join(found) or f"exposure {exposure(shipped()[0])}")
    sys.exit(1 if found else 0)
