"""The house rules find what they say they find, and nothing else."""
import pathlib
import sys
import tomllib
import unittest

TOOLS = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TOOLS))

from cpp_source import blank, functions  # noqa: E402
from tidy import Tidy  # noqa: E402

RULES = tomllib.loads((TOOLS / "tidy.toml").read_text(encoding="utf-8"))
HEAD = "// A file.\n"


def findings(files, rules=None):
    """The messages for a project made of these files; plain text in server/src/base keeps headers alive."""
    return [f"{name}:{line}: {message}" for name, line, message in Tidy(files, rules or RULES).check()]


def only(test, files, fragment, rules=None):
    found = findings(files, rules)
    test.assertEqual(len(found), 1, found)
    test.assertIn(fragment, found[0])


class Layers(unittest.TestCase):
    def test_a_lower_layer_may_not_include_a_higher_one(self):
        only(self, {"server/src/net/a.cpp": HEAD + '#include "chat/b.hpp"\n'}, "net may not include chat")

    def test_a_higher_layer_may_include_a_lower_one(self):
        self.assertEqual(findings({"server/src/chat/a.cpp": HEAD + '#include "store/b.hpp"\n'}), [])

    def test_a_library_stays_in_its_folder(self):
        only(self, {"server/src/chat/a.cpp": HEAD + "#include <sqlite3.h>\n"}, "belongs to store")

    def test_generated_messages_stay_above_the_store(self):
        only(self, {"server/src/store/a.cpp": HEAD + '#include "kith/v1/room.pb.h"\n'}, "belongs to chat")

    def test_an_unknown_folder_is_found(self):
        only(self, {"server/src/misc/a.cpp": HEAD}, "not in a folder")


class BannedCalls(unittest.TestCase):
    def test_the_clock_is_read_in_net_only(self):
        code = HEAD + "void f() { auto t = std::chrono::steady_clock::now(); }\n"
        only(self, {"server/src/chat/a.cpp": code}, "clock: instead")
        self.assertEqual(findings({"server/src/net/a.cpp": code}), [])

    def test_comments_and_strings_are_not_code(self):
        code = HEAD + '// printf("x") and throw\nvoid f() { g("throw new printf(1)"); /* std::rand() */ }\n'
        self.assertEqual(findings({"server/src/chat/a.cpp": code}), [])

    def test_each_rule_finds_its_call(self):
        for call, rule in {
            "std::this_thread::sleep_for(x);": "sleep",
            "auto x = std::rand();": "random",
            'printf("x");': "print",
            "t.detach();": "detached thread",
            "throw 1;": "throw",
            "auto* p = new Thing();": "naked new",
            "delete p;": "naked new",
            "auto n = std::stoi(text);": "throwing conversion",
            "GTEST_SKIP();": "skipped test",
        }.items():
            with self.subTest(call):
                only(self, {"server/src/chat/a.cpp": HEAD + f"void f() {{ {call} }}\n"}, rule)

    def test_deleted_functions_and_placement_words_pass(self):
        code = HEAD + "struct A {\n  A(const A&) = delete;\n  int renew();\n};\n"
        code += "auto a = std::unique_ptr<A>(new A(1));\n"
        self.assertEqual(findings({"server/src/chat/a.cpp": code}), [])

    def test_a_reason_on_the_line_excuses_it(self):
        code = HEAD + "void f() { auto* p = new T; }  // tidy: naked new, the C library frees it\n"
        self.assertEqual(findings({"server/src/chat/a.cpp": code}), [])


class Await(unittest.TestCase):
    def check(self, statement):
        return findings({"server/src/chat/a.cpp": HEAD + f"Task<int> f() {{\n  {statement}\n}}\n"})

    def test_a_temporary_lambda_that_owns_captures_is_found(self):
        for captures in ("wish = std::move(wish)", "&context = c, caller", "=", "id"):
            with self.subTest(captures):
                command = f"[{captures}](Tx& t) {{ return g(t); }}"
                found = self.check(f"CO_TRY(auto x, co_await store.write<int>({command}));")
                self.assertEqual(len(found), 1, found)
                self.assertIn("name it first", found[0])

    def test_references_named_lambdas_and_inner_ones_pass(self):
        for statement in (
            "auto command = [wish](Tx& t) { return 1; };\n  co_await store.write<int>(std::move(command));",
            "co_await store.write<int>([&](Tx& t) { return 1; });",
            "co_await store.write<int>([&context = context_, this](Tx& t) { return 1; });",
            "co_await completion<int>([&](auto resolve) { submit([resolve = std::move(resolve)] { resolve(1); }); });",
            "co_await handlers[index](request);",
        ):
            with self.subTest(statement):
                self.assertEqual(self.check(statement), [])


class Lengths(unittest.TestCase):
    LONG = HEAD + "int f(int a) {\n" + "  a++;\n" * 70 + "  return a;\n}\n"

    def test_functions_over_the_limit_are_found(self):
        only(self, {"server/src/chat/a.cpp": self.LONG}, "f: 73 lines, at most 70")

    def test_an_exception_may_only_shrink(self):
        def with_exception(lines):
            return RULES | {"function_lines": {"limit": 70, "exceptions": {"server/src/chat/a.cpp:f": lines}}}

        files = {"server/src/chat/a.cpp": self.LONG}
        self.assertEqual(findings(files, with_exception(73)), [])
        only(self, files, "lower its exception", with_exception(80))
        only(self, {"server/src/chat/a.cpp": HEAD}, "needs no exception", with_exception(73))

    def test_a_long_file_needs_a_reason(self):
        text = HEAD + "int x;\n" * 500
        only(self, {"server/src/chat/a.cpp": text}, "501 lines")
        explained = HEAD + "// Length: one table.\n" + "int x;\n" * 500
        self.assertEqual(findings({"server/src/chat/a.cpp": explained}), [])

    def test_a_long_line_is_found(self):
        only(self, {"server/src/chat/a.cpp": HEAD + "// " + "x" * 120 + "\n"}, "123 characters")


class DeadFiles(unittest.TestCase):
    def test_a_header_nobody_includes_is_found(self):
        only(self, {"server/src/chat/a.hpp": HEAD}, "nobody includes")
        self.assertEqual(
            findings({"server/src/chat/a.hpp": HEAD, "server/src/chat/a.cpp": HEAD + '#include "chat/a.hpp"\n'}), []
        )

    def test_a_statement_nobody_uses_is_found(self):
        only(self, {"server/sql/room/find_all.sql": "SELECT 1\n"}, "sql::room::kFindAll")
        user = HEAD + "auto s = sql::room::kFindAll;\n"
        self.assertEqual(findings({"server/sql/room/find_all.sql": "SELECT 1\n", "server/src/store/a.cpp": user}), [])

    def test_a_web_module_nobody_imports_is_found(self):
        only(self, {"web/src/state/a.ts": HEAD}, "nobody imports")
        test = HEAD + "import { x } from './a.ts';\n"
        self.assertEqual(findings({"web/src/state/a.ts": HEAD, "web/src/state/a.test.ts": test}), [])


class Text(unittest.TestCase):
    def test_a_file_begins_with_what_it_is(self):
        only(self, {"server/src/chat/a.cpp": "int x;\n"}, "begin with a comment")
        only(self, {"tools/tests/a.py": "import os\n"}, "begin with a docstring")

    def test_a_test_or_a_header_beside_it_says_what_a_source_is(self):
        self.assertEqual(findings({"server/tests/unit/chat/a_test.cpp": "int x;\n"}), [])
        header, source = HEAD, '#include "chat/a.hpp"\n'
        self.assertEqual(findings({"server/src/chat/a.hpp": header, "server/src/chat/a.cpp": source}), [])

    def test_leftovers_and_tabs_are_found(self):
        only(self, {"server/src/chat/a.cpp": HEAD + "// TO" "DO later\n"}, "needs an issue")
        self.assertEqual(findings({"server/src/chat/a.cpp": HEAD + "// TO" "DO(#12) later\n"}), [])
        only(self, {"script/x": "#!/bin/sh\n\techo\n"}, "tab")

    def test_paths_of_one_machine_are_found_in_any_file(self):
        only(self, {"docs/a.md": "see /" "work/x\n"}, "path of one machine")
        self.assertEqual(findings({"docs/a.md": "see docs/work/x and https://kith.example/work/\n"}), [])


class Links(unittest.TestCase):
    def test_a_link_to_nothing_is_found(self):
        only(self, {"docs/a.md": "See [b](adr/b.md#x).\n"}, "no such file: adr/b.md")

    def test_files_folders_anchors_and_addresses_are_something(self):
        text = "[b](adr/b.md#x) [up](../README.md) [all](adr) [here](#top) [far](https://kith.example)\n"
        self.assertEqual(findings({"docs/a.md": text, "docs/adr/b.md": "B\n", "README.md": "R\n"}), [])


class Source(unittest.TestCase):
    def lengths(self, text):
        return [(name, length) for name, _, length in functions(blank(text))]

    def test_methods_tests_and_constructors_are_functions(self):
        text = (
            "namespace a {\nclass B {\n public:\n  explicit B(int x) : x_{x}, y_(1) {\n  }\n"
            "  int get() const { return x_; }\n};\n}\nTEST(Log, keeps_order) {\n  if (x) {\n    y();\n  }\n}\n"
        )
        self.assertEqual(self.lengths(text), [("B", 2), ("get", 1), ("Log.keeps_order", 5)])

    def test_lambdas_tables_and_control_flow_are_not(self):
        text = "int table[] = {1, 2};\nauto f = [](int x) { return x; };\nvoid g() {\n  for (;;) {\n  }\n}\n"
        self.assertEqual(self.lengths(text), [("g", 4)])

    def test_raw_strings_and_digit_separators_hide_nothing(self):
        text = 'auto s = R"sql(void f() {)sql";\nint n = 1\'000;\nvoid g() {\n}\n'
        self.assertEqual(self.lengths(text), [("g", 2)])


if __name__ == "__main__":
    unittest.main()
