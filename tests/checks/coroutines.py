#!/usr/bin/env python3
"""tools/check-coroutines over every C++ file."""
import subprocess
import sys

import tree

if __name__ == "__main__":
    files = [str(path) for path in tree.cpp()]
    sys.exit(subprocess.run([tree.ROOT / "tools" / "check-coroutines", *files], cwd=tree.ROOT, check=False).returncode)
