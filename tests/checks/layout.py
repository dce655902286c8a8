#!/usr/bin/env python3
"""Every C++ file is as clang-format leaves it, and none is longer than 400 lines (one idea a file)."""
import subprocess
import sys

import tree

LONGEST = 400


def unformatted(root, paths, program="clang-format"):
    if not paths:
        return []
    try:
        done = subprocess.run([program, "--dry-run", "-Werror", "--ferror-limit=1", *map(str, paths)], cwd=root,
                              capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return [f"{program} is missing: ./tools/install-deps test"]
    found = [line.split(": error: ")[0] for line in done.stderr.splitlines() if ": error: " in line]
    if done.returncode and not found:
        return [done.stderr.strip() or f"{program} failed with {done.returncode}"]
    return [f"{place}: not formatted (clang-format -i)" for place in found]


def too_long(root, paths):
    for path in paths:
        with open(root / path, encoding="utf-8") as file:
            lines = sum(1 for _ in file)
        if lines > LONGEST:
            yield f"{path}: {lines} lines, more than {LONGEST}: split it by what its parts are about"


def check(root):
    paths = tree.cpp(root)
    scripts = [path for path in tree.files(root) if path.suffix == ".py" or tree.shebang(root / path)]
    return unformatted(root, paths) + list(too_long(root, sorted({*paths, *scripts})))


if __name__ == "__main__":
    sys.exit(tree.report(check(tree.ROOT)))
