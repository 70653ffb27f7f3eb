"""The base of scenario tests: one server for the tests of a class, an owner, and people made as needed."""
import time
import unittest

from kith_client import KithClient, KithError, Realtime, unique
from kith_server import KithServer


class Scenario(unittest.TestCase):
    """Each class runs its own server; `arguments` are given to `kith serve`: by default a rate no test reaches."""

    arguments = ("--http-calls-per-second", "100000")

    @classmethod
    def setUpClass(cls):
        cls.server = KithServer(*cls.arguments)
        cls.addClassCleanup(cls.server.remove)
        cls.server.start()
        cls.owner = KithClient.register(cls.server.address, unique("owner"))
        cls.addClassCleanup(cls.owner.close)

    def tearDown(self):
        self.assertTrue(self.server.is_running(), f"the server died:\n{self.server.log()}")

    def person(self, name=None):
        client = KithClient.register(self.server.address, unique(name) if name else None)
        self.addCleanup(client.close)
        return client

    def nobody(self):
        client = KithClient(self.server.address)
        self.addCleanup(client.close)
        return client

    def live(self, client, token=""):
        """A synced WebSocket of a client."""
        realtime = Realtime(client, token)
        self.addCleanup(realtime.close)
        return realtime

    def refuses(self, reason, call, *arguments, **fields):
        """The call fails with this reason; gives the error for more questions."""
        with self.assertRaises(KithError) as caught:
            call(*arguments, **fields)
        self.assertEqual(caught.exception.reason, f"REASON_{reason}", caught.exception)
        return caught.exception

    def eventually(self, claim, seconds=2.0, what="it never came true"):
        """Asks until the claim gives something true, at most so long: for what the server promises within a time."""
        deadline = time.monotonic() + seconds
        while True:
            value = claim()
            if value or time.monotonic() > deadline:
                self.assertTrue(value, what)
                return value
            time.sleep(0.02)
