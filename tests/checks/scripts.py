#!/usr/bin/env python3
"""Every script parses and can be executed."""
import ast
import os
import subprocess
import sys

import tree

SHELLS = {"#!/bin/bash": "bash", "#!/bin/sh": "sh"}


def syntax_problem(root, path):
    line = tree.shebang(root / path)
    if path.suffix == ".py" or line == "#!/usr/bin/env python3":
        try:
            ast.parse((root / path).read_text(encoding="utf-8"))
        except SyntaxError as error:
            return f"line {error.lineno}: {error.msg}"
        return None
    if line not in SHELLS:
        return f"starts with {line}, not with one of {', '.join([*SHELLS, '#!/usr/bin/env python3'])}"
    done = subprocess.run([SHELLS[line], "-n", str(path)], cwd=root, capture_output=True, text=True, check=False)
    return done.stderr.strip() if done.returncode else None


def check(root):
    problems = []
    for path in tree.files(root):
        if not tree.shebang(root / path) and path.suffix != ".py":
            continue
        if problem := syntax_problem(root, path):
            problems.append(f"{path}: {problem}")
        if tree.shebang(root / path) and not os.access(root / path, os.X_OK):
            problems.append(f"{path}: has a #! line and is not executable (chmod +x)")
    return problems


if __name__ == "__main__":
    sys.exit(tree.report(check(tree.ROOT)))
