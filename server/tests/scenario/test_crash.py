"""A short crash test, and the proof that its check can fail. `script/chaos` runs it for longer."""
import types
import unittest

from crash_check import broken_promises
from crash_run import CrashRun


class Crash(unittest.TestCase):
    def test_kills_under_load_break_no_promise(self):
        with CrashRun.server() as server:
            run = CrashRun(server, seed=20261120)
            run.work(kills=5)
            self.assertGreater(run.acknowledged(), 1000)
            self.assertEqual(run.check(), [], server.log())


class Check(unittest.TestCase):
    HISTORY = {"room": [(1, None), (2, "a"), (3, "b"), (4, "c")]}
    SENT = [("room", "a", 2), ("room", "b", 3), ("room", "c", 4), ("room", "never answered", None)]
    EVENTS = [("room", 2, "a"), ("room", 3, "b"), ("room", 4, "c")]

    def promises(self, sent=None, events=None, resets=None, history=None):
        reader = types.SimpleNamespace(name="reader", events=events or self.EVENTS, resets=resets or {})
        return list(broken_promises([sent or self.SENT], [reader], history or self.HISTORY))

    def breaks(self, words, **logs):
        found = self.promises(**logs)
        self.assertTrue(any(words in sentence for sentence in found), found)

    def test_a_clean_run_breaks_nothing(self):
        self.assertEqual(self.promises(), [])

    def test_hearing_an_event_again_after_a_reconnect_is_allowed(self):
        self.assertEqual(self.promises(events=[*self.EVENTS[:2], *self.EVENTS]), [])

    def test_a_lost_acknowledgement_is_found(self):
        self.breaks("x was acknowledged", sent=[*self.SENT, ("room", "x", 5)])
        self.breaks("x was acknowledged", sent=[*self.SENT, ("room", "x", 3)])

    def test_a_doubled_message_is_found(self):
        self.breaks("c stands there 2 times", history={"room": [*self.HISTORY["room"], (5, "c")]})

    def test_a_hole_in_the_history_is_found(self):
        self.breaks("not 1, 2, 3", history={"room": [(1, None), (2, "a"), (4, "c")]}, sent=self.SENT[:1])

    def test_a_hole_in_what_a_reader_heard_is_found_unless_the_room_was_reset(self):
        events = [self.EVENTS[0], self.EVENTS[2]]
        self.breaks("a hole in room between 2 and 4", events=events)
        self.assertEqual(self.promises(events=events, resets={"room": [1]}), [])

    def test_another_order_is_found(self):
        self.breaks("was told 'b' at (room, 2)", events=[("room", 2, "b"), ("room", 3, "a"), ("room", 4, "c")])

    def test_a_message_that_overtook_another_of_its_sender_is_found(self):
        self.breaks("b was sent after c", sent=[self.SENT[2], self.SENT[1]])

    def test_silence_at_the_end_is_found(self):
        self.breaks("never heard of the last event", events=self.EVENTS[:2])


if __name__ == "__main__":
    unittest.main()
