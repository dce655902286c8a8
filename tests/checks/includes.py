#!/usr/bin/env python3
"""Who may include whom, and which folder may see which library. Run without arguments; exits 1 with one line a problem."""
import pathlib
import re
import sys

import tree

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(?:"([^"]+)"|<([^>]+)>)', re.M)

# A folder's files may include its own headers and those of these folders (a name covers what is below it; a file name is
# that file only). Of several entries the longest that matches the file counts. No entry: no project header at all.
MAY_INCLUDE = {
    "core": ["core/result.h"],
    "core/domain": ["core/domain"],
    "core/store": ["core/domain", "core/result.h"],
    "core/sync": ["core/domain", "core/result.h"],
    "config": ["core"],
    "connectors": ["core"],
    "daemon": ["core", "config", "connectors"],
    "daemon/ctl": ["core/domain", "core/result.h", "config", "connectors", "daemon"],  # a client: it never sees the store
    "tests": ["core", "config", "connectors", "daemon"],
}

# Libraries that stay behind the folders that use them. Tests may look behind them.
CONTAINED = {
    "SQLiteCpp/": ["core/store"],
    "sqlite3.h": ["core/store"],
    "boost/beast": ["connectors/http", "daemon/api", "daemon/ctl", "cmake"],
    "boost/asio": ["connectors", "daemon", "cmake"],
    "nlohmann/": ["core/store", "core/sync", "config", "connectors", "daemon"],
    "yaml-cpp/": ["config"],
    "spdlog/": ["daemon"],
    "prometheus/": ["daemon"],
    "systemd/": ["daemon"],
    "CLI/": ["daemon"],
    "openssl/": ["core/store", "config", "connectors", "daemon"],
    "idn2.h": ["core/domain"],
    **{f"uni{part}.h": ["core/domain"] for part in ("case", "conv", "ctype", "norm", "str", "types")},  # libunistring
    "unistring/": ["core/domain"],
}
STANDARD = re.compile(r"[a-z_]+")
DOMAIN_LIBRARIES = re.compile(r"[a-z_]+|idn2\.h|uni(case|conv|ctype|norm|str|types|string/version)\.h")


def within(path, folder):
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def own_folder(path):
    return max((folder for folder in MAY_INCLUDE if within(path, folder)), key=len, default=None)


def one_connector(path):
    """connectors/NAME for a file of a connector; the shared parts are nobody's."""
    parts = path.split("/")
    return "/".join(parts[:2]) if parts[0] == "connectors" and len(parts) > 2 and parts[1] != "http" else None


def project_problem(path, header):
    folder = own_folder(path)
    if folder is None:
        return "this folder includes no header of the project"
    if one_connector(path) and one_connector(header) not in (None, one_connector(path)):
        return "a connector does not include another one"
    if any(within(header, allowed) for allowed in [folder, *MAY_INCLUDE[folder]]):
        deeper = own_folder(header)
        if not (folder == "core" and deeper != "core") or header == "core/result.h":
            return None
    return f"{folder} may include {', '.join([folder, *MAY_INCLUDE[folder]])}"


def library_problem(path, header):
    if within(path, "tests"):
        return None
    if within(path, "core/domain") and not DOMAIN_LIBRARIES.fullmatch(header):
        return "core/domain uses the standard library only"
    if STANDARD.fullmatch(header):
        return None
    for start, folders in CONTAINED.items():
        if header.startswith(start) and not any(within(path, folder) for folder in folders):
            return f"<{start}...> stays in {', '.join(folders)}"
    return None


def check(root):
    problems = []
    for path in map(pathlib.Path.as_posix, tree.cpp(root)):
        text = (root / path).read_text(encoding="utf-8")
        for match in INCLUDE.finditer(text):
            own, library = match.groups()
            is_project = own is not None and (root / own).exists() or own_folder(own or library) is not None
            name = own or library
            problem = project_problem(path, name) if is_project else library_problem(path, name)
            if own is not None and not is_project:
                problem = problem or "a quoted include is a path from the root of the repository"
            if problem:
                line = text.count("\n", 0, match.start()) + 1
                problems.append(f"{path}:{line}: includes {name}: {problem}")
    return problems


if __name__ == "__main__":
    sys.exit(tree.report(check(tree.ROOT)))
