"""Coming back: what was missed, once and in order, over WebSocket, HTTP and long polling."""
import unittest

from kith_client import KithClient, KithError, unique
from scenario import Scenario


class Resuming(Scenario):
    def test_a_first_sync_draws_the_whole_app(self):
        person = self.person()
        room = person.create_room(name="Sketches")
        person.send(room, "first line")
        answer = person.call("SyncService/Sync")
        self.assertTrue(answer["fresh"])
        self.assertEqual(answer["me"]["id"], person.id)
        entry = next(r["entry"] for r in answer["rooms"] if r["entry"]["room"]["id"] == room)
        self.assertEqual(entry["lastMessage"]["content"]["text"], "first line")

    def test_a_token_brings_exactly_what_was_missed(self):
        person = self.person()
        room = self.owner.create_room()
        person.join(room)
        live = self.live(person)
        self.owner.send(room, "seen")
        live.expect_text(room, "seen")
        token = live.sync(live.token)["token"]
        live.close()
        missed = [self.owner.send(room, f"missed {number}")["seq"] for number in range(3)]
        answer = person.call("SyncService/Sync", {"token": token})
        self.assertFalse(answer.get("fresh", False))
        changed = next(r for r in answer["rooms"] if r["entry"]["room"]["id"] == room)
        self.assertFalse(changed.get("reset", False))
        self.assertEqual([event["seq"] for event in changed["events"]], missed)
        quiet = person.call("SyncService/Sync", {"token": answer["token"]})
        self.assertEqual(quiet.get("rooms", []), [])

    def test_too_much_missed_resets_the_room(self):
        person = self.person()
        room = self.owner.create_room()
        person.join(room)
        token = person.call("SyncService/Sync")["token"]
        for number in range(110):
            self.owner.send(room, f"flood {number}")
        answer = person.call("SyncService/Sync", {"token": token})
        changed = next(r for r in answer["rooms"] if r["entry"]["room"]["id"] == room)
        self.assertTrue(changed["reset"])
        self.assertEqual(changed["entry"]["membership"]["unreadCount"], 110)

    def test_edits_and_deletes_are_missed_events_too(self):
        person = self.person()
        room = self.owner.create_room()
        person.join(room)
        kept, gone = self.owner.send(room, "one")["seq"], self.owner.send(room, "two")["seq"]
        token = person.call("SyncService/Sync")["token"]
        edit = {"roomId": room, "seq": kept, "txnId": unique("e"), "content": {"text": "uno"}}
        self.owner.call("MessageService/EditMessage", edit)
        self.owner.call("MessageService/DeleteMessage", {"roomId": room, "seq": gone})
        rooms = person.call("SyncService/Sync", {"token": token})["rooms"]
        events = next(r["events"] for r in rooms if r["entry"]["room"]["id"] == room)
        self.assertEqual(events[0]["edited"]["message"]["content"]["text"], "uno")
        self.assertEqual(events[1]["deleted"]["seq"], gone)

    def test_tokens_of_strangers_and_nonsense_are_refused_or_start_afresh(self):
        mine = self.person().call("SyncService/Sync")["token"]
        for token in ("nonsense", mine[:-4] + "AAAA", mine):
            with self.subTest(token[:12]):
                try:
                    self.assertTrue(self.person().call("SyncService/Sync", {"token": token})["fresh"])
                except KithError as error:
                    self.assertEqual(error.reason, "REASON_BAD_CURSOR")


class Live(Scenario):
    def test_every_reader_sees_one_order(self):
        room = self.owner.create_room()
        readers = []
        for _ in range(3):
            person = self.person()
            person.join(room)
            readers.append(self.live(person))
        sent = [self.owner.send(room, f"line {number}")["seq"] for number in range(20)]
        for live in readers:
            live.expect_text(room, "line 19")
            events = [item["event"] for item in live.items if "event" in item]
            seen = [event["seq"] for event in events if "content" in event["posted"]]
            self.assertEqual(seen, sent[:-1])

    def test_a_sender_gets_the_answer_and_the_other_device_the_event(self):
        name = unique("two")
        desk = KithClient.register(self.server.address, name)
        phone = KithClient.login(self.server.address, name)
        self.addCleanup(desk.close)
        self.addCleanup(phone.close)
        room = desk.create_room()
        on_desk, on_phone = self.live(desk), self.live(phone)
        request = {"roomId": room, "txnId": "live-1", "content": {"text": "from the desk"}}
        message = on_desk.call("sendMessage", request)["sendMessage"]["message"]
        self.assertEqual(on_phone.expect_text(room, "from the desk")["seq"], message["seq"])

    def test_joining_begins_the_stream_of_a_room(self):
        person = self.person()
        live = self.live(person)
        room = self.owner.create_room()
        person.join(room)
        live.expect(lambda i: i.get("ownState", {}).get("room", {}).get("room", {}).get("id") == room, "the room")
        self.owner.send(room, "welcome")
        live.expect_text(room, "welcome")

    def test_a_failed_call_leaves_the_connection_as_it_was(self):
        live = self.live(self.person())
        with self.assertRaises(KithError) as caught:
            live.call("sendMessage", {"roomId": "nowhere", "txnId": "x", "content": {"text": "?"}})
        self.assertEqual(caught.exception.reason, "REASON_ROOM_NOT_FOUND")
        self.assertEqual(live.call("ping", {"nonce": "7"})["pong"]["nonce"], "7")

    def test_a_newer_token_comes_after_events(self):
        person = self.person()
        room = self.owner.create_room()
        person.join(room)
        live = self.live(person)
        first = live.token
        self.owner.send(room, "moves the token")
        live.expect_text(room, "moves the token")
        live.expect(lambda item: "token" in item, "a token", seconds=5)
        self.assertNotEqual(live.token, first)
        self.assertEqual(person.call("SyncService/Sync", {"token": live.token}).get("rooms", []), [])

    def test_no_token_no_socket(self):
        from kith_client import WebSocket

        socket = WebSocket(self.server.address)
        self.addCleanup(socket.close)
        self.assertEqual(socket.status, 401)


class Polling(Scenario):
    def poll(self, client, connection="", calls=(), wait=0):
        import json

        request = {"connectionId": connection, "calls": list(calls), "waitMs": wait}
        status, _, body = client.raw("POST", "/api/poll", json.dumps(request).encode())
        self.assertEqual(status, 200, body)
        answer = json.loads(body)
        return answer["connectionId"], answer.get("frame", {}).get("items", [])

    def test_the_same_frames_travel_by_polling(self):
        person = self.person()
        room = self.owner.create_room()
        person.join(room)
        connection, items = self.poll(person, calls=[{"id": 1, "sync": {}}])
        while not any("sync" in item.get("answer", {}) for item in items):
            connection, more = self.poll(person, connection, wait=2000)
            items += more
        self.owner.send(room, "by post")

        def arrived():
            _, news = self.poll(person, connection, wait=1000)
            return any(i.get("event", {}).get("posted", {}).get("content", {}).get("text") == "by post" for i in news)

        self.eventually(arrived, seconds=5)
        request = {"roomId": room, "txnId": "poll-1", "content": {"text": "and back"}}
        _, items = self.poll(person, connection, calls=[{"id": 2, "sendMessage": request}], wait=2000)
        self.eventually(lambda: self.owner.texts(room) == ["by post", "and back"])

    def test_nobody_polls_the_connection_of_another(self):
        import json

        connection, _ = self.poll(self.person())
        body = json.dumps({"connectionId": connection, "waitMs": 0}).encode()
        status, _, _ = self.person().raw("POST", "/api/poll", body)
        self.assertNotEqual(status, 200)


if __name__ == "__main__":
    unittest.main()
