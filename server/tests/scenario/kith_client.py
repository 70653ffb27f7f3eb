"""Clients for tests: Connect calls in JSON over HTTP, and frames in JSON over a WebSocket (RFC 6455)."""
import base64
import hashlib
import http.client
import itertools
import json
import os
import select
import socket
import struct
import time

_numbers = itertools.count(1)


def unique(prefix):
    """A name nobody has used in this run."""
    return f"{prefix}{next(_numbers)}"


class KithError(Exception):
    """A Connect error: HTTP status, code, sentence, and the detail with the numbered reason."""

    def __init__(self, status, body):
        self.status = status
        self.code = body.get("code", "")
        self.message = body.get("message", "")
        details = body.get("details") or [{}]
        self.detail = details[0].get("debug", {}) if "debug" in details[0] else body.get("detail", {})
        self.reason = self.detail.get("reason", "")
        super().__init__(f"{status} {self.code} {self.reason}: {self.message}")


class KithClient:
    """One signed-in (or signed-out) user over HTTP. Keeps one connection, opens another when it was closed."""

    def __init__(self, address, token=""):
        self.address = address
        self.token = token
        self.user = {}
        self.answer = {}  # to Register or Login
        self._connection = None

    @classmethod
    def register(cls, address, username=None, **fields):
        client = cls(address)
        username = username or unique("user")
        request = {"username": username, "password": "correct horse", "displayName": username.title(), **fields}
        return client.sign_in("AuthService/Register", request)

    @classmethod
    def login(cls, address, username, password="correct horse", device="test"):
        client = cls(address)
        request = {"username": username, "password": password, "deviceName": device}
        return client.sign_in("AuthService/Login", request)

    def sign_in(self, method, request):
        try:
            answer = self.call(method, request)
        except KithError:
            self.close()
            raise
        self.answer, self.token, self.user = answer, answer["token"], answer["user"]
        return self

    @property
    def id(self):
        return self.user["id"]

    def call(self, method, request=None):
        """The answer of `Service/Method`; raises KithError."""
        body = json.dumps(request or {}).encode()
        status, _, text = self.raw("POST", f"/api/kith.v1.{method}", body)
        answer = json.loads(text) if text else {}
        if status != 200:
            raise KithError(status, answer)
        return answer

    def raw(self, verb, path, body=b"", content_type="application/json", headers=None):
        """(status, headers, body) of any request; sent again once if the kept connection had been closed."""
        fields = {"Content-Type": content_type, **(headers or {})}
        if self.token and "Authorization" not in fields:
            fields["Authorization"] = f"Bearer {self.token}"
        for is_last in (False, True):
            fresh = self._connection is None
            if fresh:
                self._connection = http.client.HTTPConnection(*self.address, timeout=30)
            try:
                self._connection.request(verb, path, body, fields)
                response = self._connection.getresponse()
                return response.status, dict(response.headers), response.read()
            except (http.client.HTTPException, OSError):
                self.close()
                if fresh or is_last:
                    raise
        raise AssertionError("unreachable")

    def close(self):
        if self._connection:
            self._connection.close()
            self._connection = None

    # What most scenarios do.

    def create_room(self, kind="PUBLIC", name=None, **fields):
        request = {"name": name or unique("Room "), "kind": f"ROOM_KIND_{kind}", **fields}
        return self.call("RoomService/CreateRoom", request)["room"]["id"]

    def join(self, room):
        return self.call("RoomService/JoinRoom", {"roomId": room})["entry"]

    def send(self, room, text, txn=None, **fields):
        request = {"roomId": room, "txnId": txn or unique("t"), "content": {"text": text}, **fields}
        return self.call("MessageService/SendMessage", request)["message"]

    def messages(self, room, **position):
        return self.call("MessageService/ListMessages", {"roomId": room, **position}).get("messages", [])

    def texts(self, room, **position):
        """What people wrote, oldest first."""
        return [m["content"]["text"] for m in self.messages(room, **position) if "content" in m]

    def entry(self, room):
        return self.call("RoomService/GetRoom", {"roomId": room})["entry"]

    def search(self, query, **filters):
        return self.call("SearchService/SearchMessages", {"query": query, **filters}).get("results", [])


class SocketClosed(Exception):
    """The server ended the WebSocket; `code` is its close code, None if the connection just ended."""

    def __init__(self, code, reason=""):
        self.code, self.reason = code, reason
        super().__init__(f"closed with {code} {reason}")


OP_CONTINUATION, OP_TEXT, OP_BINARY, OP_CLOSE, OP_PING, OP_PONG = 0, 1, 2, 8, 9, 10


class WebSocket:
    """A client's end of a WebSocket, low enough to send what is wrong."""

    def __init__(self, address, token="", path="/api/realtime", headers=None, timeout=20):
        self.socket = socket.create_connection(address, timeout=timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._buffer = b""
        key = base64.b64encode(os.urandom(16)).decode()
        lines = [f"GET {path} HTTP/1.1", f"Host: {address[0]}:{address[1]}"]
        lines += ["Upgrade: websocket", "Connection: Upgrade", f"Sec-WebSocket-Key: {key}", "Sec-WebSocket-Version: 13"]
        lines += [f"Authorization: Bearer {token}"] if token else []
        lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
        try:
            self.socket.sendall("\r\n".join(lines + ["", ""]).encode())
            head = self._read_until(b"\r\n\r\n").decode()
        except BaseException:
            self.socket.close()
            raise
        self.status = int(head.split()[1])
        if self.status == 101:
            expected = base64.b64encode(hashlib.sha1(f"{key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11".encode()).digest())
            assert expected.decode() in head, head

    def _read_until(self, mark):
        while mark not in self._buffer:
            self._fill()
        head, _, self._buffer = self._buffer.partition(mark)
        return head

    def _fill(self):
        try:
            data = self.socket.recv(65536)
        except ConnectionResetError:
            data = b""
        if not data:
            raise SocketClosed(None)
        self._buffer += data

    def _take(self, size):
        while len(self._buffer) < size:
            self._fill()
        data, self._buffer = self._buffer[:size], self._buffer[size:]
        return data

    def send_frame(self, opcode, payload=b"", fin=True, mask=True, reserved=0):
        self.socket.sendall(self.frame(opcode, payload, fin, mask, reserved))

    @staticmethod
    def frame(opcode, payload=b"", fin=True, mask=True, reserved=0):
        """The bytes of one frame."""
        head = bytes([(0x80 if fin else 0) | reserved << 4 | opcode])
        flag = 0x80 if mask else 0
        if len(payload) < 126:
            head += bytes([flag | len(payload)])
        elif len(payload) < 65536:
            head += bytes([flag | 126]) + struct.pack("!H", len(payload))
        else:
            head += bytes([flag | 127]) + struct.pack("!Q", len(payload))
        if mask:
            key = os.urandom(4)
            stream = (key * (len(payload) // 4 + 1))[: len(payload)]
            payload = (int.from_bytes(payload, "big") ^ int.from_bytes(stream, "big")).to_bytes(len(payload), "big")
            head += key
        return head + payload

    def receive(self):
        """(opcode, payload) of the next message; answers pings, raises SocketClosed."""
        message, kind = b"", None
        while True:
            first, second = self._take(2)
            size = second & 0x7F
            if size == 126:
                (size,) = struct.unpack("!H", self._take(2))
            elif size == 127:
                (size,) = struct.unpack("!Q", self._take(8))
            assert not second & 0x80, "the server masked a frame"
            payload, opcode = self._take(size), first & 0x0F
            if opcode == OP_PING:
                self.send_frame(OP_PONG, payload)
            elif opcode == OP_CLOSE:
                code = struct.unpack("!H", payload[:2])[0] if len(payload) >= 2 else None
                raise SocketClosed(code, payload[2:].decode(errors="replace"))
            elif opcode == OP_PONG:
                return opcode, payload
            else:
                kind, message = (opcode if opcode != OP_CONTINUATION else kind), message + payload
                if first & 0x80:
                    return kind, message

    def wait(self, seconds):
        """True if something came within this time: only then may receive() be asked not to wait long."""
        return bool(self._buffer) or bool(select.select([self.socket], [], [], max(seconds, 0))[0])

    def close(self):
        self.socket.close()


class Realtime:
    """A signed-in WebSocket that speaks JSON: calls, and the items pushed meanwhile."""

    def __init__(self, client, token="", sync=True):
        self.socket = WebSocket(client.address, client.token)
        if self.socket.status != 101:
            self.socket.close()
            raise SocketClosed(None, f"refused with {self.socket.status}")
        self._ids = itertools.count(1)
        self.items = []
        self.token = token
        self.first_sync = self.sync(token) if sync else None

    def sync(self, token=""):
        answer = self.call("sync", {"token": token} if token else {})["sync"]
        self.token = answer["token"]
        return answer

    def post(self, kind, request):
        """Sends a call without waiting; its id."""
        number = next(self._ids)
        self.socket.send_frame(OP_TEXT, json.dumps({"id": number, kind: request}).encode())
        return number

    def call(self, kind, request):
        """The answer to a call; raises KithError where it failed."""
        number = self.post(kind, request)
        item = self.expect(lambda item: item.get("answer", {}).get("id") == number, f"the answer to {kind}")
        if "error" in item["answer"]:
            raise KithError(0, item["answer"]["error"])
        return item["answer"]

    def read(self):
        """Takes one frame and keeps its items."""
        opcode, payload = self.socket.receive()
        if opcode != OP_TEXT:
            return
        for item in json.loads(payload).get("items", []):
            self.token = item.get("token", self.token)
            self.items.append(item)

    def expect(self, matches, what, seconds=10):
        """The first kept or coming item that matches; takes it out."""
        deadline = time.monotonic() + seconds
        while True:
            for index, item in enumerate(self.items):
                if matches(item):
                    return self.items.pop(index)
            if not self.socket.wait(deadline - time.monotonic()):
                raise AssertionError(f"did not receive {what}; kept: {self.items}")
            self.read()

    def expect_event(self, room, kind, seconds=10):
        def matches(item):
            event = item.get("event", {})
            return event.get("roomId") == room and kind in event

        return self.expect(matches, f"{kind} in {room}", seconds)["event"]

    def expect_text(self, room, text, seconds=10):
        def matches(item):
            event = item.get("event", {})
            return event.get("roomId") == room and event.get("posted", {}).get("content", {}).get("text") == text

        return self.expect(matches, f"'{text}' in {room}", seconds)["event"]["posted"]

    def expect_membership(self, room, matches, seconds=10):
        """The caller's place in a room, told alone or with the room."""

        def place(item):
            change = item.get("ownState", {})
            return change.get("membership") or change.get("room", {}).get("membership") or {}

        def is_it(item):
            return place(item).get("roomId") == room and matches(place(item))

        return place(self.expect(is_it, f"the place in {room}", seconds))

    def expect_close(self, seconds=10):
        """Reads until the server ends the connection; (close code, items seen)."""
        deadline = time.monotonic() + seconds
        try:
            while self.socket.wait(deadline - time.monotonic()):
                self.read()
        except SocketClosed as closed:
            return closed.code, self.items
        raise AssertionError(f"still open after {seconds} s")

    def close(self):
        self.socket.close()
