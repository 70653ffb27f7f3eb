"""The crash test: senders and readers under load, kill -9 at random moments, an independent check of their logs.

Every client writes down what it was told, as it was told; crash_check looks only at these logs and at the history read
at the end.
"""
import random
import threading
import time

from crash_check import broken_promises
from kith_client import KithClient, KithError, Realtime, SocketClosed, unique
from kith_server import KithServer

OFFLINE = (OSError, SocketClosed, AssertionError)


class Sender(threading.Thread):
    """Sends numbered messages, a window of them under way; asks again for what a lost connection left unanswered.

    The same message has the same txn_id however often it is sent. Once a connection is back, everything unanswered goes
    first, in its order, so that whatever the server had stored before it died is met again.
    """

    WINDOW = 16

    def __init__(self, client, rooms, stop, seed):
        super().__init__(daemon=True)
        self.client, self.rooms, self.stop, self.random = client, rooms, stop, random.Random(seed)
        self.name = client.user["username"]
        self.log = []  # [room, txn_id, seq or None while not acknowledged] in the order of sending
        self.unanswered = []  # entries of the log, in the order of sending
        self.refusal = None  # the error that ended this sender

    def run(self):
        while self.unanswered or not self.stop.is_set():
            try:
                live = Realtime(self.client, sync=False)
            except (*OFFLINE, KithError):
                time.sleep(0.01)
                continue
            try:
                self._talk(live)
            except OFFLINE:
                pass
            except KithError as error:
                self.refusal = error
                return
            finally:
                live.close()

    def _talk(self, live):
        under_way = {self._post(live, entry): entry for entry in self.unanswered}
        while under_way or not self.stop.is_set():
            while len(under_way) < self.WINDOW and not self.stop.is_set():
                entry = [self.random.choice(self.rooms), f"{self.name}-{len(self.log)}", None]
                self.log.append(entry)
                self.unanswered.append(entry)
                under_way[self._post(live, entry)] = entry
            live.read()
            for answer in (item["answer"] for item in live.items if "answer" in item):
                entry = under_way.pop(answer["id"])
                if "error" in answer:
                    error = KithError(0, answer["error"])
                    if error.detail.get("retry") != "RETRY_LATER":
                        raise error
                    under_way[self._post(live, entry)] = entry
                    continue
                entry[2] = int(answer["sendMessage"]["message"]["seq"])
                self.unanswered.remove(entry)
            live.items.clear()

    def _post(self, live, entry):
        room, txn, _ = entry
        return live.post("sendMessage", {"roomId": room, "txnId": txn, "content": {"text": txn}})


class Reader(threading.Thread):
    """Follows its rooms over a WebSocket; comes back with its token whenever the connection ends."""

    def __init__(self, client, stop):
        super().__init__(daemon=True)
        self.client, self.stop = client, stop
        self.name = client.user["username"]
        self.token = ""
        self.events = []  # (room, seq, text) as they came
        self.resets = {}  # room → how many events had come when it was reset

    def run(self):
        while not self.stop.is_set():
            try:
                live = Realtime(self.client, sync=False)
            except (*OFFLINE, KithError):
                time.sleep(0.01)
                continue
            try:
                self._follow(live)
            except (*OFFLINE, KithError):
                pass
            finally:
                live.close()

    def _follow(self, live):
        answer = live.sync(self.token)
        for changed in answer.get("rooms", []):
            room = changed["entry"]["room"]["id"]
            if changed.get("reset") or answer.get("fresh"):
                self.resets.setdefault(room, []).append(len(self.events))
            for event in changed.get("events", []):
                self._note(event)
        self.token = answer["token"]
        while not self.stop.is_set():
            for item in live.items:
                if "event" in item:
                    self._note(item["event"])
                if "token" in item:
                    self.token = item["token"]
            live.items.clear()
            if live.socket.wait(0.1):
                live.read()

    def _note(self, event):
        self.events.append((event["roomId"], int(event["seq"]), event.get("posted", {}).get("content", {}).get("text")))


class CrashRun:
    """One run against a started server: `work(seconds, kills)`, then `check()` gives the list of broken promises."""

    @staticmethod
    def server():
        """A server whose rate limits do not slow the load."""
        return KithServer("--http-calls-per-second", "100000", "--ws-calls-per-second", "100000")

    def __init__(self, server, senders=6, readers=3, rooms=4, seed=1):
        self.server, self.random = server, random.Random(seed)
        owner = KithClient.register(server.address, unique("crash"))
        self.owner = owner
        self.rooms = [owner.create_room() for _ in range(rooms)]
        self.stop_sending, self.stop_reading = threading.Event(), threading.Event()
        self.senders = [Sender(self._member(), self.rooms, self.stop_sending, seed + n) for n in range(senders)]
        self.readers = [Reader(self._member(), self.stop_reading) for _ in range(readers)]
        self.kills = 0
        self.diagnoses = []  # sentences: what the doctor found after a kill, who was not answered at the end

    def _member(self):
        client = KithClient.register(self.server.address, unique("crash"))
        for room in self.rooms:
            client.join(room)
        return client

    def work(self, kills, seconds_between=(0.3, 1.5)):
        for thread in (*self.readers, *self.senders):
            thread.start()
        for _ in range(kills):
            time.sleep(self.random.uniform(*seconds_between))
            self.server.kill()
            self.kills += 1
            self.diagnoses += self.server.doctor()
            self.server.restart()
        time.sleep(seconds_between[1])
        self.stop_sending.set()
        for sender in self.senders:
            sender.join(30)
            if sender.unanswered:
                why = sender.refusal or "no answer"
                self.diagnoses.append(f"{sender.name}: {len(sender.unanswered)} messages not acknowledged: {why}")
        self._let_readers_catch_up()
        self.stop_reading.set()
        for reader in self.readers:
            reader.join(30)
        for thread in (*self.senders, *self.readers):
            thread.client.close()

    def _let_readers_catch_up(self):
        heads = {room: int(self.owner.entry(room)["room"]["lastSeq"]) for room in self.rooms}
        deadline = time.monotonic() + 15
        while time.monotonic() < deadline:
            seen = [{(room, seq) for room, seq, _ in list(reader.events)} for reader in self.readers]
            if all((room, head) in events for events in seen for room, head in heads.items()):
                return
            time.sleep(0.05)

    def history(self, room):
        """The whole timeline of a room: [(seq, text or None)]."""
        entries, after = [], 0
        while True:
            request = {"roomId": room, "limit": 100, **({"afterSeq": after} if after else {"aroundSeq": 1})}
            page = self.owner.call("MessageService/ListMessages", request)
            news = [(int(m["seq"]), m.get("content", {}).get("text")) for m in page.get("messages", [])]
            entries += [entry for entry in news if entry[0] > after]
            if not page.get("hasNewer"):
                return entries
            after = int(page["toSeq"])

    def acknowledged(self):
        return sum(1 for sender in self.senders for _, _, seq in sender.log if seq is not None)

    def check(self):
        """Broken promises as sentences; empty if all were kept."""
        history = {room: self.history(room) for room in self.rooms}
        self.owner.close()
        return self.diagnoses + list(broken_promises([sender.log for sender in self.senders], self.readers, history))
