"""Each check passes on a tree that is right and fails on one that is wrong in exactly one way."""
import pathlib
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
import includes  # noqa: E402
import layout  # noqa: E402
import scripts  # noqa: E402
import tree  # noqa: E402

HEADERS = [
    "core/result.h", "core/domain/reason.h", "core/store/store.h", "core/sync/plan.h", "config/config.h",
    "connectors/connector.h", "connectors/http/client.h", "connectors/one/one.h", "connectors/two/two.h",
    "daemon/engine/control.h", "daemon/api/api.h", "daemon/ctl/client.h", "tests/helper.h",
]
ALLOWED = [
    ("core/domain/decide.cpp", '"core/domain/reason.h"'), ("core/domain/decide.cpp", "<string_view>"),
    ("core/domain/decide.cpp", "<idn2.h>"), ("core/domain/decide.cpp", "<unicase.h>"),
    ("core/result.cpp", '"core/result.h"'), ("core/result.cpp", "<boost/system/result.hpp>"),
    ("core/store/a.cpp", '"core/domain/reason.h"'), ("core/store/a.cpp", "<unistd.h>"),
    ("core/store/a.cpp", "<SQLiteCpp/SQLiteCpp.h>"),
    ("core/sync/a.cpp", '"core/result.h"'), ("config/a.cpp", '"core/sync/plan.h"'), ("config/a.cpp", "<yaml-cpp/yaml.h>"),
    ("connectors/registry.cpp", '"connectors/one/one.h"'), ("connectors/one/a.cpp", '"connectors/http/client.h"'),
    ("connectors/one/a.cpp", "<boost/asio/awaitable.hpp>"), ("connectors/http/a.cpp", "<boost/beast/http.hpp>"),
    ("daemon/main.cpp", '"config/config.h"'), ("daemon/api/a.cpp", "<boost/beast/http.hpp>"),
    ("daemon/ctl/a.cpp", '"config/config.h"'), ("tests/core/a.cpp", "<sqlite3.h>"), ("tests/core/a.cpp", '"tests/helper.h"'),
]
FORBIDDEN = [
    ("core/domain/a.cpp", '"core/result.h"'), ("core/domain/a.cpp", '"core/store/store.h"'),
    ("core/domain/a.cpp", "<nlohmann/json.hpp>"), ("core/domain/a.cpp", "<boost/system/result.hpp>"),
    ("core/domain/a.cpp", "<unistd.h>"), ("core/result.cpp", '"core/store/store.h"'),
    ("core/store/a.cpp", '"core/sync/plan.h"'), ("core/sync/a.cpp", '"core/store/store.h"'),
    ("core/sync/a.cpp", "<boost/asio.hpp>"), ("core/store/a.cpp", "<boost/asio/post.hpp>"),
    ("core/sync/a.cpp", "<SQLiteCpp/SQLiteCpp.h>"), ("core/sync/a.cpp", "<spdlog/spdlog.h>"),
    ("core/store/a.cpp", '"config/config.h"'), ("config/a.cpp", '"connectors/connector.h"'),
    ("connectors/one/a.cpp", '"config/config.h"'), ("connectors/one/a.cpp", '"connectors/two/two.h"'),
    ("connectors/http/a.cpp", '"daemon/api/api.h"'), ("connectors/one/a.cpp", "<boost/beast/http.hpp>"),
    ("connectors/one/a.cpp", "<yaml-cpp/yaml.h>"), ("daemon/engine/a.cpp", "<boost/beast/http.hpp>"),
    ("daemon/engine/a.cpp", "<sqlite3.h>"), ("daemon/main.cpp", '"tests/helper.h"'),
    ("daemon/ctl/a.cpp", '"core/store/store.h"'), ("core/store/a.cpp", "<core/sync/plan.h>"),
    ("daemon/main.cpp", '"config.h"'),
]


class WithTree(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)

    def write(self, path, text):
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_text(text, encoding="utf-8")
        return self.root / path


class Includes(WithTree):
    def problems_of(self, path, header):
        for name in HEADERS:
            self.write(name, "#pragma once\n")
        file = self.write(path, f"// a comment\n#include {header}\n")
        try:
            return includes.check(self.root)
        finally:
            file.unlink()

    def test_what_the_architecture_allows_passes(self):
        for path, header in ALLOWED:
            with self.subTest(path, header=header):
                self.assertEqual([], self.problems_of(path, header))

    def test_what_it_forbids_is_named_with_its_place(self):
        for path, header in FORBIDDEN:
            with self.subTest(path, header=header):
                problems = self.problems_of(path, header)
                self.assertEqual(1, len(problems), problems)
                self.assertTrue(problems[0].startswith(f"{path}:2: includes "), problems)


class Layout(WithTree):
    def setUp(self):
        super().setUp()
        (self.root / ".clang-format").write_bytes((tree.ROOT / ".clang-format").read_bytes())

    def test_a_formatted_short_file_passes(self):
        self.write("core/a.cpp", "int f(int a) { return a; }\n")
        self.assertEqual([], layout.check(self.root))

    def test_an_unformatted_file_is_named(self):
        self.write("core/a.cpp", "int f( int a ){return a;}\n")
        self.assertIn("core/a.cpp:1", layout.check(self.root)[0])

    def test_a_build_folder_is_not_looked_at(self):
        self.write("build/core/a.cpp", "int f( int a ){return a;}\n")
        self.assertEqual([], layout.check(self.root))

    def test_a_missing_formatter_is_a_failure(self):
        self.assertTrue(layout.unformatted(self.root, ["a.cpp"], program="clang-format-that-is-not-here"))

    def test_a_long_file_is_named(self):
        self.write("core/a.cpp", "int a();\n" * layout.LONGEST)
        self.assertEqual([], layout.check(self.root))
        self.write("core/a.cpp", "int a();\n" * (layout.LONGEST + 1))
        self.assertEqual(1, len(layout.check(self.root)))

    def test_a_long_script_is_named(self):
        self.write("tools/a", "#!/bin/sh\n" + ":\n" * layout.LONGEST)
        self.assertEqual(1, len(layout.check(self.root)))


class Scripts(WithTree):
    def problems_of(self, name, text, mode=0o755):
        self.write(name, text).chmod(mode)
        return scripts.check(self.root)

    def test_good_scripts_pass(self):
        self.problems_of("tools/a", "#!/bin/bash\nif true; then echo; fi\n")
        self.problems_of("tools/b", "#!/usr/bin/env python3\nprint(1)\n")
        self.assertEqual([], self.problems_of("tests/c.py", "a = 1\n", mode=0o644))

    def test_a_syntax_error_is_named(self):
        self.assertIn("tools/a", self.problems_of("tools/a", "#!/bin/bash\nif true; then echo\n")[0])

    def test_a_syntax_error_for_sh_is_named(self):
        self.assertIn("tools/a", self.problems_of("tools/a", "#!/bin/sh\nfor in\n")[0])

    def test_a_syntax_error_in_python_is_named(self):
        self.assertIn("line 2", self.problems_of("tools/a", "#!/usr/bin/env python3\ndef\n")[0])

    def test_an_unknown_interpreter_is_named(self):
        self.assertIn("starts with", self.problems_of("tools/a", "#!/usr/bin/perl\n")[0])

    def test_a_script_that_cannot_be_executed_is_named(self):
        self.assertIn("chmod", self.problems_of("tools/a", "#!/bin/sh\n", mode=0o644)[0])


class Tree(unittest.TestCase):
    def test_the_checks_see_the_project(self):
        paths = [str(path) for path in tree.cpp()]
        for known in ("core/domain/reason.h", "core/result.cpp", "connectors/connector.h", "tests/test_main.cpp"):
            self.assertIn(known, paths)


if __name__ == "__main__":
    unittest.main()
