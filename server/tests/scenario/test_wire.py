"""Hostile and clumsy input over HTTP and WebSocket: a numbered error or a closed connection, never a lost server."""
import json
import os
import socket
import unittest

from kith_client import OP_BINARY, OP_CLOSE, OP_CONTINUATION, OP_PING, OP_PONG, OP_TEXT, SocketClosed, WebSocket
from scenario import Scenario

CALL = "/api/kith.v1.UserService/GetMe"
SEND = "/api/kith.v1.MessageService/SendMessage"


def reason_of(body):
    return json.loads(body)["details"][0]["debug"]["reason"]


class Http(Scenario):
    def test_health_and_the_page(self):
        status, _, _ = self.nobody().raw("GET", "/healthz")
        self.assertEqual(status, 200)
        status, headers, body = self.nobody().raw("GET", "/", headers={"Accept-Encoding": "br"})
        self.assertEqual(status, 200)
        self.assertIn("text/html", headers["Content-Type"])
        policy = headers["Content-Security-Policy"]
        self.assertIn("default-src", policy)
        self.assertNotIn("unsafe-inline'; script", policy)
        self.assertEqual(headers["X-Content-Type-Options"], "nosniff")

    def test_the_api_reference_is_served(self):
        for path, kind, words in [
            ("/docs/api", "text/html", b"<title>Kith API"),
            ("/docs/api/openapi.json", "application/json", b'"openapi": "3.1.0"'),
            ("/docs/api/reference.css", "text/css", b"nav"),
        ]:
            with self.subTest(path):
                status, headers, body = self.nobody().raw("GET", path, headers={"Accept-Encoding": "identity"})
                self.assertEqual(status, 200)
                self.assertIn(kind, headers["Content-Type"])
                self.assertIn(words, body)

    def test_unknown_services_and_methods(self):
        for path in ("/api/kith.v1.UserService/Nothing", "/api/kith.v1.NoService/GetMe"):
            with self.subTest(path):
                status, _, body = self.owner.raw("POST", path, b"{}")
                self.assertEqual(status, 404)
                self.assertEqual(reason_of(body), "REASON_UNKNOWN_METHOD")

    def test_an_unknown_api_path_is_not_the_page(self):
        status, headers, _ = self.owner.raw("GET", "/api/nothing")
        self.assertIn(status, (404, 501))
        self.assertNotIn("text/html", headers.get("Content-Type", ""))

    def test_malformed_json_and_wrong_types(self):
        room = self.owner.create_room()
        for body in (
            b"{",
            b"not json",
            b"[]",
            b'"text"',
            b'{"roomId": 7}',
            b'{"replyToSeq": "-1"}',
            b'{"content": "text"}',
            b'{"content": {"text": "a", "encrypted": {}}}',
            b"[" * 10000,
            b'{"content":' * 200 + b"{}" + b"}" * 200,
        ):
            with self.subTest(body[:30]):
                status, _, answer = self.owner.raw("POST", SEND, body)
                self.assertEqual(status, 400, answer)
                self.assertIn(reason_of(answer), ("REASON_MALFORMED", "REASON_INVALID_FIELD"))
        self.owner.send(room, "still fine")

    def test_unknown_fields_are_ignored(self):
        room = self.owner.create_room()
        request = {"roomId": room, "txnId": "future", "content": {"text": "hi"}, "addedInTheFuture": {"x": [1]}}
        status, _, body = self.owner.raw("POST", SEND, json.dumps(request).encode())
        self.assertEqual(status, 200, body)

    def test_the_binary_form_is_the_same_call(self):
        status, headers, body = self.owner.raw("POST", CALL, b"", content_type="application/proto")
        self.assertEqual(status, 200)
        self.assertEqual(headers["Content-Type"], "application/proto")
        self.assertIn(self.owner.user["username"].encode(), body)
        status, _, _ = self.owner.raw("POST", CALL, b"\xff\xff\xff\xff", content_type="application/proto")
        self.assertEqual(status, 400)

    def test_other_content_types_are_refused(self):
        for kind in ("text/plain", "application/xml", "multipart/form-data", ""):
            with self.subTest(kind):
                status, _, body = self.owner.raw("POST", CALL, b"{}", content_type=kind)
                self.assertIn(status, (400, 415))
                if body:
                    self.assertEqual(reason_of(body), "REASON_UNSUPPORTED_MEDIA_TYPE")

    def test_text_that_is_not_utf8(self):
        room = self.owner.create_room()
        body = b'{"roomId": "%s", "txnId": "u", "content": {"text": "\xc3\x28"}}' % room.encode()
        status, _, answer = self.owner.raw("POST", SEND, body)
        self.assertEqual(status, 400)
        self.assertIn(reason_of(answer), ("REASON_INVALID_UTF8", "REASON_MALFORMED"))
        self.assertEqual(self.owner.texts(room), [])

    def test_a_body_at_the_limit_passes_and_one_byte_more_does_not(self):
        padding = 1024 * 1024 - len('{"x":""}')
        status, _, _ = self.owner.raw("POST", CALL, b'{"x":"%s"}' % (b"x" * padding))
        self.assertEqual(status, 200)
        status, _, body = self.nobody_with_token().raw("POST", CALL, b'{"x":"%s"}' % (b"x" * (padding + 1)))
        self.assertIn(status, (413, 429))
        if body:
            self.assertEqual(reason_of(body), "REASON_TOO_LARGE")

    def nobody_with_token(self):
        client = self.nobody()
        client.token = self.owner.token
        return client

    def test_methods_other_than_post_change_nothing(self):
        for verb in ("GET", "PUT", "DELETE", "PATCH", "TRACE"):
            with self.subTest(verb):
                status, _, _ = self.owner.raw(verb, "/api/kith.v1.AuthService/Logout")
                self.assertIn(status, (400, 404, 405, 501))
        self.owner.call("UserService/GetMe")

    def test_a_header_beyond_the_limit(self):
        with socket.create_connection(self.server.address, timeout=10) as raw:
            raw.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Long: " + b"x" * 20000)
            answer = raw.recv(4096)
            self.assertTrue(answer == b"" or answer.startswith(b"HTTP/1.1 431") or answer.startswith(b"HTTP/1.1 400"))

    def test_garbage_and_smuggling_are_refused(self):
        post = f"POST {SEND} HTTP/1.1\r\nHost: x\r\n".encode()
        for request in (
            os.urandom(512),
            b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + os.urandom(64),
            b"GET\r\n\r\n",
            b"GET / HTTP/9.9\r\n\r\n",
            post + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            post + b"Content-Length: -1\r\n\r\n",
            post + b"Content-Length: 99999999999999999999\r\n\r\n",
        ):
            with self.subTest(request[:20]):
                with socket.create_connection(self.server.address, timeout=10) as raw:
                    raw.sendall(request)
                    raw.shutdown(socket.SHUT_WR)
                    try:
                        answer = raw.recv(4096)
                    except ConnectionResetError:
                        answer = b""
                    self.assertTrue(answer == b"" or answer.split()[1][:1] in (b"4", b"5"), answer[:80])
        self.owner.call("UserService/GetMe")

    def test_pipelined_requests_are_answered_in_order(self):
        with socket.create_connection(self.server.address, timeout=10) as raw:
            last = b"GET /api/nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
            raw.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n" * 3 + last)
            data = b""
            while chunk := raw.recv(65536):
                data += chunk
            self.assertEqual(data.count(b"HTTP/1.1 200"), 3)

    def test_a_slow_header_ends_after_its_time(self):
        with socket.create_connection(self.server.address, timeout=25) as raw:
            raw.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n")
            answer = raw.recv(4096)
            self.assertTrue(answer == b"" or answer.startswith(b"HTTP/1.1 408"), answer[:60])


class Rates(Scenario):
    arguments = ("--http-calls-per-second", "5")

    def test_calls_beyond_the_rate_wait(self):
        for _ in range(40):
            status, headers, body = self.owner.raw("POST", CALL, b"{}")
            if status == 429:
                self.assertEqual(reason_of(body), "REASON_RATE_LIMITED")
                self.assertGreaterEqual(int(headers["Retry-After"]), 1)
                return
        self.fail("forty calls at once were all served")


class Frames(Scenario):
    def open(self):
        socket = WebSocket(self.server.address, self.owner.token)
        self.addCleanup(socket.close)
        self.assertEqual(socket.status, 101)
        return socket

    def closes_with(self, socket, *codes):
        with self.assertRaises(SocketClosed) as closed:
            while True:
                socket.receive()
        self.assertIn(closed.exception.code, codes)

    def answer(self, socket):
        while True:
            opcode, payload = socket.receive()
            if opcode == OP_TEXT:
                return json.loads(payload)["items"]

    def test_what_breaks_the_protocol_ends_the_connection(self):
        for name, frames in {
            "unmasked": [dict(opcode=OP_TEXT, payload=b"{}", mask=False)],
            "reserved bit": [dict(opcode=OP_TEXT, payload=b"{}", reserved=4)],
            "unknown opcode": [dict(opcode=3, payload=b"")],
            "fragmented ping": [dict(opcode=OP_PING, payload=b"", fin=False)],
            "long ping": [dict(opcode=OP_PING, payload=b"x" * 126)],
            "continuation of nothing": [dict(opcode=OP_CONTINUATION, payload=b"{}")],
            "a message inside a message": [
                dict(opcode=OP_TEXT, payload=b"{", fin=False),
                dict(opcode=OP_TEXT, payload=b"}"),
            ],
        }.items():
            with self.subTest(name):
                socket = self.open()
                for frame in frames:
                    socket.send_frame(**frame)
                self.closes_with(socket, 1002, None)

    def test_text_that_is_not_utf8(self):
        socket = self.open()
        socket.send_frame(OP_TEXT, b'{"id": 1, "ping": {"nonce": "\xff"}}')
        self.closes_with(socket, 1007, None)

    def test_a_message_beyond_the_limit(self):
        socket = self.open()
        try:
            socket.send_frame(OP_BINARY, b"x" * (256 * 1024 + 1))
        except OSError:
            pass
        self.closes_with(socket, 1009, None)

    def test_fragments_add_up_to_the_limit_too(self):
        socket = self.open()
        try:
            socket.send_frame(OP_BINARY, b"x" * 200_000, fin=False)
            socket.send_frame(OP_CONTINUATION, b"x" * 100_000)
        except OSError:
            pass
        self.closes_with(socket, 1009, None)

    def test_fragments_of_one_call_are_one_call(self):
        socket = self.open()
        call = b'{"id": 9, "ping": {"nonce": "5"}}'
        socket.send_frame(OP_TEXT, call[:5], fin=False)
        socket.send_frame(OP_PING, b"between")
        socket.send_frame(OP_CONTINUATION, call[5:20], fin=False)
        socket.send_frame(OP_CONTINUATION, call[20:])
        opcode, payload = socket.receive()
        self.assertEqual((opcode, payload), (OP_PONG, b"between"))
        self.assertEqual(self.answer(socket)[0]["answer"]["pong"]["nonce"], "5")

    def test_calls_that_are_none_get_an_error_and_the_connection_lives(self):
        socket = self.open()
        for text, reason in (
            (b"{", "MALFORMED"),
            (b"[]", "MALFORMED"),
            (b'{"id": 1}', "UNKNOWN_METHOD"),
            (b'{"id": 2, "sendMessage": 7}', "MALFORMED"),
            (b'{"id": "x", "ping": {}}', "MALFORMED"),
        ):
            with self.subTest(text):
                socket.send_frame(OP_TEXT, text)
                error = self.answer(socket)[0]["answer"]["error"]
                self.assertEqual(error["detail"]["reason"], f"REASON_{reason}")
        socket.send_frame(OP_TEXT, b'{"id": 3, "ping": {"nonce": "1"}}')
        self.assertIn("pong", self.answer(socket)[0]["answer"])

    def test_a_close_is_answered(self):
        socket = self.open()
        socket.send_frame(OP_CLOSE, b"\x03\xe8")
        self.closes_with(socket, 1000)

    def test_a_flood_of_calls_is_slowed_not_served(self):
        socket = self.open()
        for number in range(1, 1500):
            socket.send_frame(OP_TEXT, b'{"id": %d, "setTyping": {"roomId": "x", "typing": true}}' % number)
        reasons = set()
        answered = 0
        try:
            while answered < 1499:
                for item in self.answer(socket):
                    answered += 1
                    reasons.add(item["answer"]["error"]["detail"]["reason"])
        except SocketClosed:
            pass
        self.assertIn("REASON_RATE_LIMITED", reasons)


if __name__ == "__main__":
    unittest.main()
