"""The counts at the end of script/test are those of the runners."""
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from test_counts import count  # noqa: E402


class Counts(unittest.TestCase):
    def test_ctest(self):
        line = "98% tests passed, 2 tests failed out of 120"
        self.assertEqual(count(f"...\n{line}\n", 8), (118, 2, line))

    def test_vitest_in_colour(self):
        text = "\x1b[2m      Tests \x1b[22m \x1b[1m1 failed\x1b[22m | 40 passed (41)\n"
        self.assertEqual(count(text, 1)[:2], (40, 1))

    def test_python_unittest(self):
        text = "Ran 12 tests in 0.1s\n\nFAILED (failures=1, errors=2)\n"
        self.assertEqual(count(text, 1)[:2], (9, 3))
        self.assertEqual(count("Ran 12 tests in 0.1s\n\nOK\n", 0)[:2], (12, 0))

    def test_node_and_plain_summaries(self):
        self.assertEqual(count("ℹ pass 7\nℹ fail 0\n", 0)[:2], (7, 0))
        self.assertEqual(count("not ok 2 - a tone\n# pass 26\n# fail 1\n", 1), (26, 1, "pass 26, fail 1"))
        self.assertEqual(count("  3 passed (1.2s)\n", 0)[:2], (3, 0))
        self.assertEqual(count("3 passed, 2 failed\n", 1)[:2], (3, 2))

    def test_a_runner_without_tests_is_one_check(self):
        self.assertEqual(count("built\n", 0), (1, 0, "built"))
        self.assertEqual(count("error: no compiler\n", 2), (0, 1, "error: no compiler"))

    def test_a_failing_runner_never_adds_up_to_no_failure(self):
        self.assertEqual(count("Ran 12 tests in 0.1s\n\nOK\n", 139)[:2], (12, 1))


if __name__ == "__main__":
    unittest.main()
