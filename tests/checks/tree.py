"""Which files the checks look at: everything of the project, nothing that a build made."""
import os
import pathlib

ROOT = pathlib.Path(__file__).resolve().parents[2]
SOURCE_FOLDERS = ("cmake", "config", "connectors", "core", "daemon", "tests")
SKIPPED = {"build", "var", "node_modules", ".git", "__pycache__"}


def files(root=ROOT):
    """Every file below root, relative, sorted."""
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if name not in SKIPPED)
        for name in sorted(names):
            yield pathlib.Path(folder, name).relative_to(root)


def cpp(root=ROOT):
    return [path for path in files(root) if path.suffix in (".cpp", ".h") and path.parts[0] in SOURCE_FOLDERS]


def shebang(path):
    try:
        with open(path, encoding="utf-8") as file:
            first = file.readline()
    except UnicodeDecodeError:
        return ""
    return first.strip() if first.startswith("#!") else ""


def report(problems):
    """Prints them and returns the exit code."""
    for problem in problems:
        print(problem)
    return 1 if problems else 0
