"""A short crash test: five kills under load lose, double and reorder nothing. `script/chaos` runs it for longer."""
import unittest

from crash_run import CrashRun
from kith_server import KithServer


class Crash(unittest.TestCase):
    def test_kills_under_load_break_no_promise(self):
        with KithServer("--http-calls-per-second", "100000") as server:
            run = CrashRun(server, seed=20261120)
            run.work(kills=5)
            self.assertGreater(run.acknowledged(), 50)
            self.assertEqual(run.check(), [], server.log())


if __name__ == "__main__":
    unittest.main()
