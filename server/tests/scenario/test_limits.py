"""Limits that only show between several people or connections: the last thing allowed works, the next is refused."""
import json
import unittest

from kith_client import OP_TEXT, KithError, Realtime, WebSocket, unique
from scenario import Scenario


class Limits(Scenario):
    arguments = (
        *("--members-per-room", "3", "--sends-in-flight", "2", "--poll-connections", "1"),
        *("--http-calls-per-second", "100000"),
    )

    def test_a_full_room_takes_nobody_else(self):
        room = self.owner.create_room()
        first, second, third = self.person(), self.person(), self.person()
        first.join(room)
        second.join(room)
        error = self.refuses("TOO_MANY", third.join, room)
        self.assertEqual(error.detail.get("field"), "members")
        self.refuses("TOO_MANY", self.owner.call, "RoomService/InviteMember", {"roomId": room, "userId": third.id})
        second.call("RoomService/LeaveRoom", {"roomId": room})
        third.join(room)

    def test_newcomers_are_let_in_though_the_welcome_room_is_full(self):
        answers = [self.person().answer for _ in range(4)]
        self.assertEqual(answers[-1]["welcomeRoomId"], "")

    def test_a_new_room_invites_at_most_fifty(self):
        invited = self.person()
        self.owner.create_room("PRIVATE", inviteUserIds=[invited.id] * 50)
        self.refuses("TOO_MANY", self.owner.create_room, "PRIVATE", inviteUserIds=[invited.id] * 51)

    def test_sends_beyond_the_window_are_told_to_come_later(self):
        room = self.owner.create_room()
        live = self.live(self.owner)
        frames = b""
        # In one write: the server reads all three before the first can be stored.
        for number in range(1000, 1003):
            send = {"roomId": room, "txnId": unique("window"), "content": {"text": f"number {number}"}}
            frames += WebSocket.frame(OP_TEXT, json.dumps({"id": number, "sendMessage": send}).encode())
        live.socket.socket.sendall(frames)
        answers = {}
        while len(answers) < 3:
            answer = live.expect(lambda item: "answer" in item, "an answer")["answer"]
            answers[answer["id"]] = answer
        self.assertIn("sendMessage", answers[1000])
        self.assertIn("sendMessage", answers[1001])
        self.assertEqual(KithError(0, answers[1002]["error"]).reason, "REASON_BUSY")
        self.assertEqual(self.owner.texts(room), ["number 1000", "number 1001"])
        live.call("sendMessage", {"roomId": room, "txnId": unique("window"), "content": {"text": "and again"}})

    def test_polled_connections_are_counted(self):
        request = json.dumps({"calls": [{"id": 1, "sync": {}}], "waitMs": 0}).encode()
        self.assertEqual(self.person().raw("POST", "/api/poll", request)[0], 200)
        status, _, body = self.person().raw("POST", "/api/poll", request)
        self.assertEqual(status, 503, body)
        self.assertEqual(json.loads(body)["details"][0]["debug"]["reason"], "REASON_BUSY")
        Realtime(self.person()).close()


if __name__ == "__main__":
    unittest.main()
