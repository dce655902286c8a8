"""tools/check-coroutines flags every shape that g++ 12 miscompiles, and nothing that is fine."""
import importlib.machinery
import importlib.util
import pathlib
import sys
import unittest

sys.dont_write_bytecode = True
TOOL = pathlib.Path(__file__).resolve().parents[2] / "tools" / "check-coroutines"
loader = importlib.machinery.SourceFileLoader("check_coroutines", str(TOOL))
tool = importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))
sys.modules[loader.name] = tool
loader.exec_module(tool)

BAD = {
    "an aggregate as argument": ("co_await f(Options{.name = s});", "brace"),
    "an empty aggregate as argument": ("co_await f(Options{});", "brace"),
    "a bare list as argument": ("auto r = co_await f({s, t});", "brace"),
    "an aggregate made of what was awaited": ("co_return A{.x = co_await g()};", "brace"),
    "a declaration made of what was awaited": ("A a{co_await g()};", "brace"),
    "a list in a call": ("v.push_back({co_await g(), 1});", "brace"),
    "an aggregate beside the await": ("use(Options{.name = s}, co_await g());", "brace"),
    "an aggregate in a condition": ("if (co_await f(Options{s})) { x(); }", "brace"),
    "an aggregate in a loop's condition": ("while ((co_await f(Options{s})).more) x();", "brace"),
    "an aggregate deep inside": ("auto r = (co_await f(g(h(Options{s})))).value();", "brace"),
    "an aggregate in a range": ("for (auto& x : co_await f(Options{s})) use(x);", "brace"),
    "an aggregate in an if constexpr": ("if constexpr (ok) co_await f(Options{s});", "brace"),
    "a template as aggregate": ("co_await f(Box<std::string>{s});", "brace"),
    "a capture by copy": ("co_await run_on(pool, [h] { return h.size(); });", "by value"),
    "a capture with initialiser": ("co_await run_on(pool, [h = std::move(h)]() mutable { use(h); });", "by value"),
    "everything by copy": ("co_await run_on(pool, [=] { use(h); });", "by value"),
    "a copy of this": ("co_await run_on(pool, [*this] { use(); });", "by value"),
    "a copy after a reference": ("co_await run_on(pool, [&a, b] { use(a, b); });", "by value"),
    "co_spawn on an awaited executor": ("co_spawn(co_await this_coro::executor, [x]() -> awaitable<void> { co_return; }, detached);", "by value"),
    "a capturing coroutine called on the spot": ("co_await [&]() -> awaitable<void> { co_await g(); }();", "on the spot"),
    "a throw of what was awaited": ("throw X(co_await g());", "throw"),
    "a throw in a conditional": ("auto v = ok ? co_await g() : throw X();", "throw"),
    "inside a lambda of a harmless statement": ("auto f = [&]() -> awaitable<void> { co_await g(Options{s}); };", "brace"),
    "inside a lambda in an argument list": ("run(1, [&]() -> awaitable<void> { co_await g(Options{s}); });", "brace"),
    "inside nested blocks": ("for (;;) { try { if (a) { co_await g(Options{s}); } } catch (const E& e) { x(); } }", "brace"),
    "after a string with braces and quotes": ('log("{ \\" co_await"); co_await g(Options{s});', "brace"),
    "after a raw string": ('auto t = R"x({"a": ")"})x"; co_await g(Options{s});', "brace"),
    "after a digit separator": ("auto n = 1'000'000; co_await g(Options{s});", "brace"),
    "in a switch": ("switch (a) { case 1: co_await g(Options{s}); break; default: x(); }", "brace"),
}

GOOD = {
    "names, calls and literals": ('auto r = co_await f(a, b(c), 12, "text {}");',),
    "a named argument": ("const Options options{.name = s}; co_await f(options);",),
    "a reference capture": ("co_await store.write([&](Store& s) { s.add(Row{1, 2}); });",),
    "named reference captures and this": ("co_await store.read([this, &a, &b] { use(a, b); });",),
    "no capture": ("co_await run_on(pool, [] { return 1; });",),
    "a lambda named before": ("const auto job = [h] { return h; }; co_await run_on(pool, job);",),
    "a block after an awaited condition": ("if (co_await f()) { x = A{1}; } else { y = A{2}; }",),
    "a return after an awaited condition": ("if (co_await f()) return A{1};",),
    "an initialiser in another part of the condition": ("if (A a{1}; ok) { co_await f(a); }",),
    "a structured binding": ("auto [error, size] = co_await f();",),
    "a structured binding by reference": ("const auto& [error, size] = co_await f();",),
    "a subscript": ("co_await f(a[i], b()[j]);",),
    "a throw beside": ("if (bad) throw X{1}; co_await f();",),
    "co_await in a comment": ("f(Options{1});  // co_await happens elsewhere\n/* co_await */ g(A{2});",),
    "co_await in a text": ('log("co_await", A{1});',),
    "an attribute": ("[[maybe_unused]] auto r = co_await f();",),
    "an await in a lambda of a braced statement": ("Job job{[&]() -> awaitable<void> { co_await f(); }};",),
    "a lambda that awaits for itself, handed over by who does not": (
        "server.script([&, at, t = std::move(t)](Peer& p) -> awaitable<void> { for (;;) { co_await p.send(t); } });",),
    "a brace beside a lambda that awaits for itself": (
        "run(Options{1'000, 'x'}, [](Peer& p) -> awaitable<void> { if (a) { co_await p.send(b); } });",),
    "a macro": ("#define X(a) co_await f(A{a})\nint b;",),
}

SHAPES = [
    "asio::awaitable<void> run() {{ {} }}",
    "namespace a::b {{ struct C final : public D {{ auto run() -> asio::awaitable<std::vector<int>> {{ {} }} }}; }}",
    "C::C(int a) : a_(a), b_{{a}} {{ spawn([&]() -> awaitable<void> {{ {} }}); }}",
    "template <class T> requires Ok<T> awaitable<void> run(T a) noexcept {{ int x = 1; {} int y{{2}}; }}",
]


class Coroutines(unittest.TestCase):
    def test_every_bad_shape_is_found_wherever_it_stands(self):
        for shape in SHAPES:
            for name, (body, problem) in BAD.items():
                with self.subTest(name, shape=shape):
                    source = shape.replace("{{", "{").replace("}}", "}").replace("{}", body, 1)
                    self.assertTrue(any(problem in text for _, text in tool.check(source)), source)

    def test_nothing_else_is_flagged(self):
        for shape in SHAPES:
            for name, (body,) in GOOD.items():
                with self.subTest(name, shape=shape):
                    source = shape.replace("{{", "{").replace("}}", "}").replace("{}", "\n" + body + "\n", 1)
                    self.assertEqual([], tool.check(source), source)

    def test_the_line_is_that_of_the_problem(self):
        source = "awaitable<void> f() {\n  // one\n  co_await g(a,\n             Options{b});\n}\n"
        self.assertEqual([(4, "brace-initialised temporary")], tool.check(source))


if __name__ == "__main__":
    unittest.main()
