"""Starting, stopping and dying: what was acknowledged is there afterwards, once, in order."""
import os
import signal
import subprocess
import unittest

from kith_client import KithClient, Realtime
from kith_server import BINARY, KithServer


class Lifecycle(unittest.TestCase):
    def setUp(self):
        self.server = KithServer()
        self.addCleanup(self.server.remove)
        self.server.start()
        self.owner = KithClient.register(self.server.address, "owner")
        self.addCleanup(self.owner.close)

    def test_the_address_is_printed_when_ready(self):
        self.assertTrue(any(f"127.0.0.1:{self.server.port}" in line for line in self.server.output), self.server.log())

    def test_sigterm_ends_politely(self):
        room = self.owner.create_room()
        sent = [self.owner.send(room, f"kept {number}")["seq"] for number in range(20)]
        live = Realtime(self.owner)
        self.addCleanup(live.close)
        self.assertEqual(self.server.stop(), 0, self.server.log())
        code, items = live.expect_close()
        self.assertTrue(code in (1000, 1001, 1012) or any("goodbye" in item for item in items), (code, items))
        self.server.restart()
        self.assertEqual([m["seq"] for m in self.owner.messages(room) if "content" in m], sent)

    def test_sigint_ends_politely_too(self):
        self.server.process.send_signal(signal.SIGINT)
        self.assertEqual(self.server.process.wait(20), 0)

    def test_kill_keeps_what_was_acknowledged(self):
        room = self.owner.create_room()
        live = Realtime(self.owner)
        self.addCleanup(live.close)
        token = live.token
        sent = [live.call("sendMessage", self.message(room, number))["sendMessage"]["message"] for number in range(50)]
        self.server.kill()
        self.server.restart()
        stored = [m for m in self.owner.messages(room, limit=100) if "content" in m]
        self.assertEqual([m["content"]["text"] for m in stored], [m["content"]["text"] for m in sent])
        self.assertEqual([m["seq"] for m in stored], [m["seq"] for m in sent])
        again = self.owner.call("MessageService/SendMessage", self.message(room, 49))["message"]
        self.assertEqual(again["seq"], sent[-1]["seq"], "a retry after the crash is the first message")
        live = Realtime(self.owner, token)
        self.addCleanup(live.close)
        changed = next(r for r in live.first_sync["rooms"] if r["entry"]["room"]["id"] == room)
        self.assertEqual([event["seq"] for event in changed["events"]], [m["seq"] for m in sent])

    @staticmethod
    def message(room, number):
        return {"roomId": room, "txnId": f"before-{number}", "content": {"text": f"line {number}"}}

    def test_sessions_and_settings_survive_a_kill(self):
        self.owner.call("UserService/SetSetting", {"setting": {"key": "theme", "value": "dark"}})
        self.server.kill()
        self.server.restart()
        self.assertEqual(self.owner.call("UserService/GetMe")["settings"], [{"key": "theme", "value": "dark"}])

    def test_two_servers_never_share_a_folder(self):
        second = KithServer(data_dir=self.server.data_dir)
        with self.assertRaises(AssertionError):
            second.start()
        self.addCleanup(second.remove)
        self.owner.call("UserService/GetMe")

    def test_a_taken_port_is_a_clear_error(self):
        command = [str(BINARY), "serve", "--data-dir", str(self.server.data_dir / "second")]
        command += ["--listen", f"127.0.0.1:{self.server.port}"]
        result = subprocess.run(command, capture_output=True, text=True, timeout=20)
        self.assertNotEqual(result.returncode, 0)
        self.assertIn(str(self.server.port), result.stdout + result.stderr)

    def test_the_store_is_whole_after_a_kill(self):
        room = self.owner.create_room()
        for number in range(30):
            self.owner.send(room, f"checked {number}")
        self.server.kill()
        self.assertEqual(self.server.doctor(), [])


class CommandLine(unittest.TestCase):
    def run_kith(self, *arguments, **environment):
        return subprocess.run(
            [str(BINARY), *arguments], capture_output=True, text=True, timeout=20, env={**os.environ, **environment}
        )

    def test_help_explains_every_setting(self):
        result = self.run_kith("serve", "--help")
        self.assertEqual(result.returncode, 0)
        for flag in ("--data-dir", "--listen"):
            self.assertIn(flag, result.stdout)

    def test_config_shows_the_settings_and_where_they_come_from(self):
        result = self.run_kith("config", KITH_LISTEN="127.0.0.1:9999")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("127.0.0.1:9999", result.stdout)

    def test_an_unknown_flag_is_an_error(self):
        self.assertNotEqual(self.run_kith("serve", "--no-such-flag").returncode, 0)


if __name__ == "__main__":
    unittest.main()
