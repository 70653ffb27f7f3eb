"""The checker of the crash test finds what it is there for: a seeded loss, a double, a hole, a wrong text."""
import types
import unittest

from crash_run import CrashRun


def make_run():
    """Logs in which every promise was kept: one room, messages 1 to 5, one reader who heard all of them."""
    run = CrashRun.__new__(CrashRun)
    sender = types.SimpleNamespace(log=[["room", f"m{seq}", seq] for seq in range(1, 6)])
    reader = types.SimpleNamespace(
        client=types.SimpleNamespace(user={"username": "reader"}),
        events=[("room", seq, f"m{seq}") for seq in range(1, 6)],
        resets={},
    )
    run.owner = types.SimpleNamespace(close=lambda: None)
    run.senders, run.readers, run.rooms = [sender], [reader], ["room"]
    run.stored = [(seq, f"m{seq}") for seq in range(1, 6)]
    run.history = lambda _: run.stored
    return run


class CrashCheck(unittest.TestCase):
    def test_nothing_is_found_where_nothing_is_wrong(self):
        self.assertEqual(make_run().check(), [])

    def test_an_acknowledged_message_that_is_not_there_is_found(self):
        run = make_run()
        run.stored[2] = (3, "another")
        self.assertTrue(any("m3 was acknowledged" in finding for finding in run.check()))

    def test_a_message_that_stands_there_twice_is_found(self):
        run = make_run()
        run.stored.append((6, "m2"))
        run.readers[0].events.append(("room", 6, "m2"))
        self.assertTrue(any("m2 stands there 2 times" in finding for finding in run.check()))

    def test_a_hole_in_the_history_is_found(self):
        run = make_run()
        del run.stored[2]
        self.assertTrue(any("not consecutive" in finding for finding in run.check()))

    def test_a_hole_in_what_a_reader_heard_is_found(self):
        run = make_run()
        del run.readers[0].events[2]
        self.assertTrue(any("a hole in room" in finding for finding in run.check()))

    def test_a_reader_who_was_told_something_else_is_found(self):
        run = make_run()
        run.readers[0].events[1] = ("room", 2, "another")
        self.assertTrue(any("was told 'another'" in finding for finding in run.check()))

    def test_a_reader_who_missed_the_end_is_found(self):
        run = make_run()
        del run.readers[0].events[4]
        self.assertTrue(any("never heard of the last event" in finding for finding in run.check()))

    def test_a_reset_allows_a_gap(self):
        run = make_run()
        del run.readers[0].events[1:3]
        run.readers[0].resets = {"room": [1]}
        self.assertEqual(run.check(), [])


if __name__ == "__main__":
    unittest.main()
