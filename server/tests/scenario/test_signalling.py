"""The signalling of calls as LiveKit's clients meet it: who is let in, what refusals look like, how sockets behave."""
import json
import unittest
import urllib.parse

from kith_client import OP_BINARY, OP_TEXT, SocketClosed, WebSocket
from scenario import Scenario

JOIN, OFFER, LEAVE, REFRESH_TOKEN = 1, 3, 8, 16
NORMAL_CLOSE = 1000


def kind_of(payload):
    """The number of the one field of a SignalResponse."""
    number, shift = 0, 0
    for byte in payload:
        number |= (byte & 0x7F) << shift
        shift += 7
        if not byte & 0x80:
            return number >> 3
    raise AssertionError("not a message")


class Signalling(Scenario):
    arguments = (*Scenario.arguments, "--media-port", "0", "--media-tcp-port", "0", "--call-simulation", "true")

    def setUp(self):
        self.room = self.owner.create_room()
        started = self.owner.call("CallService/StartCall", {"roomId": self.room})
        self.call, self.access = started["call"]["id"], started["access"]
        self.path = urllib.parse.urlparse(self.access["url"]).path

    def socket(self, token, query="", path="/rtc", **options):
        socket = WebSocket(self.server.address, path=f"{self.path}{path}?access_token={token}{query}", **options)
        self.addCleanup(socket.close)
        return socket

    def get(self, path, verb="GET"):
        return self.owner.raw(verb, self.path + path)

    def next_kind(self, socket):
        opcode, payload = socket.receive()
        self.assertEqual(opcode, OP_BINARY)
        return kind_of(payload)

    def test_the_first_messages_are_welcome_token_and_offer(self):
        socket = self.socket(self.access["token"], "&auto_subscribe=1&sdk=js&protocol=17")
        self.assertEqual(socket.status, 101)
        self.assertEqual([self.next_kind(socket) for _ in range(3)], [JOIN, REFRESH_TOKEN, OFFER])

    def test_a_token_may_come_in_the_header(self):
        socket = WebSocket(self.server.address, self.access["token"], path=self.path + "/rtc")
        self.addCleanup(socket.close)
        self.assertEqual(socket.status, 101)

    def test_the_newer_path_is_refused_in_the_way_that_makes_clients_use_ours(self):
        self.assertEqual(self.socket(self.access["token"], path="/rtc/v1").status, 404)
        status, headers, body = self.get(f"/rtc/v1/validate?access_token={self.access['token']}")
        self.assertEqual((status, headers["Access-Control-Allow-Origin"]), (404, "*"))
        self.assertNotIn(b"requested room does not exist", body)

    def test_validate_never_says_not_found_of_a_call_that_is(self):
        status, headers, body = self.get(f"/rtc/validate?access_token={self.access['token']}")
        self.assertEqual((status, body, headers["Access-Control-Allow-Origin"]), (200, b"success", "*"))

    def test_a_bad_token_is_refused_at_once_and_for_good(self):
        broken = self.access["token"][:-2] + "AA"
        for token in (broken, "", "a.b.c"):
            self.assertEqual(self.socket(token).status, 401)
            status, headers, _ = self.get(f"/rtc/validate?access_token={token}")
            self.assertEqual((status, headers["Access-Control-Allow-Origin"]), (401, "*"))

    def test_a_call_that_is_over_is_named_in_the_words_clients_look_for(self):
        self.owner.call("CallService/LeaveCall", {"callId": self.call})
        self.eventually(lambda: self.get(f"/rtc/validate?access_token={self.access['token']}")[0] != 200)
        status, _, body = self.get(f"/rtc/validate?access_token={self.access['token']}")
        self.assertIn(status, (403, 404))
        if status == 404:
            self.assertIn(b"requested room does not exist", body)

    def test_somebody_put_out_does_not_get_back_in_with_an_old_token(self):
        guest = self.person()
        guest.join(self.room)
        token = guest.call("CallService/JoinCall", {"callId": self.call})["access"]["token"]
        socket = self.socket(token)
        self.assertEqual(self.next_kind(socket), JOIN)
        self.owner.call("RoomService/RemoveMember", {"roomId": self.room, "userId": guest.id})
        with self.assertRaises(SocketClosed) as closed:
            while True:
                socket.receive()
        self.assertEqual(closed.exception.code, NORMAL_CLOSE)
        self.assertEqual(self.socket(token).status, 403)

    def test_browsers_may_ask_from_anywhere(self):
        for verb, path, expected in (("OPTIONS", "/rtc/validate", 204), ("GET", "", 200), ("HEAD", "/", 200)):
            status, headers, _ = self.get(path, verb)
            self.assertEqual(status, expected, path)
            self.assertEqual(headers["Access-Control-Allow-Origin"], "*")
        self.assertEqual(self.get("/rtc")[0], 404)
        self.assertEqual(self.get("/rtc/validate", "POST")[0], 405)

    def test_an_address_of_eight_kilobytes_is_read(self):
        padding = "&browser=" + "x" * 8000
        self.assertEqual(self.socket(self.access["token"], padding).status, 101)

    def test_an_unknown_session_is_told_to_join_anew_and_closed_in_good_order(self):
        socket = self.socket(self.access["token"], "&reconnect=1&sid=PA_unknown")
        self.assertEqual(socket.status, 101)
        self.assertEqual(self.next_kind(socket), LEAVE)
        with self.assertRaises(SocketClosed) as closed:
            socket.receive()
        self.assertEqual(closed.exception.code, NORMAL_CLOSE)

    def test_who_speaks_json_is_answered_in_json(self):
        socket = self.socket(self.access["token"])
        self.assertEqual(self.next_kind(socket), JOIN)
        socket.send_frame(OP_TEXT, json.dumps({"pingReq": {"timestamp": "123"}}).encode())
        answer = {}
        while "pongResp" not in answer:
            opcode, payload = socket.receive()
            answer = json.loads(payload) if opcode == OP_TEXT else {}
        self.assertEqual(answer["pongResp"]["lastPingTimestamp"], "123")

    def test_garbage_does_not_end_a_session(self):
        socket = self.socket(self.access["token"])
        for garbage in (b"\xff" * 100, b"", b"\x0a\x05abc"):
            socket.send_frame(OP_BINARY, garbage)
        socket.send_frame(OP_TEXT, b'{"ping":"1"}')
        while True:
            opcode, payload = socket.receive()
            if opcode == OP_TEXT and "pong" in json.loads(payload):
                break

    def test_a_message_of_two_megabytes_is_read_and_a_larger_one_closes_the_socket(self):
        limit = 2 * 1024 * 1024
        socket = self.socket(self.access["token"])
        socket.send_frame(OP_TEXT, b'{"ping":"1"}' + b" " * (limit - 12))
        while True:
            opcode, payload = socket.receive()
            if opcode == OP_TEXT and "pong" in json.loads(payload):
                break
        socket.send_frame(OP_BINARY, b"x" * (limit + 1))
        with self.assertRaises(SocketClosed) as closed:
            while True:
                socket.receive()
        self.assertEqual(closed.exception.code, 1009)

    def test_a_flood_closes_the_socket(self):
        socket = self.socket(self.access["token"])
        with self.assertRaises((SocketClosed, OSError)):
            for _ in range(2000):
                socket.send_frame(OP_TEXT, b"{}")
            while True:
                socket.receive()

    def test_a_close_is_answered_at_once(self):
        socket = self.socket(self.access["token"])
        self.assertEqual(self.next_kind(socket), JOIN)
        socket.send_frame(8, b"\x03\xe8")
        with self.assertRaises(SocketClosed) as closed:
            while True:
                socket.receive()
        self.assertEqual(closed.exception.code, NORMAL_CLOSE)

    def test_a_server_that_stops_asks_to_join_again(self):
        socket = self.socket(self.access["token"])
        self.assertEqual(self.next_kind(socket), JOIN)
        self.server.stop()
        kinds = []
        with self.assertRaises(SocketClosed):
            while True:
                kinds.append(self.next_kind(socket))
        self.server.start()
        self.assertIn(LEAVE, kinds)


if __name__ == "__main__":
    unittest.main()
