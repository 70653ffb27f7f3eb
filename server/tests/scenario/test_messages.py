"""Messages: exactly once, in order, paged in both directions, edited, deleted, read, live on all devices."""
import unittest

from kith_client import KithClient, unique
from scenario import Scenario


def seqs(messages):
    return [int(message["seq"]) for message in messages]


class Sending(Scenario):
    def test_the_same_txn_id_gives_the_first_answer(self):
        room = self.owner.create_room()
        first = self.owner.send(room, "once", txn="same")
        second = self.owner.send(room, "once", txn="same")
        self.assertEqual(first["seq"], second["seq"])
        self.assertEqual(self.owner.texts(room), ["once"])

    def test_a_txn_id_belongs_to_one_room_and_one_device(self):
        room, other = self.owner.create_room(), self.owner.create_room()
        self.owner.send(room, "here", txn="one-room")
        self.refuses("TXN_REUSED", self.owner.send, other, "there", txn="one-room")
        phone = KithClient.login(self.server.address, self.owner.user["username"])
        self.addCleanup(phone.close)
        self.assertNotEqual(phone.send(room, "mine", txn="one-room")["seq"], "0")
        self.assertEqual(self.owner.texts(room), ["here", "mine"])

    def test_seqs_have_no_holes(self):
        room = self.owner.create_room()
        sent = [self.owner.send(room, f"message {number}") for number in range(10)]
        numbers = seqs(sent)
        self.assertEqual(numbers, list(range(numbers[0], numbers[0] + 10)))

    def test_bad_messages_are_refused(self):
        room = self.owner.create_room()
        for request, reason in [
            ({"content": {"text": ""}}, "MISSING_FIELD"),
            ({"content": {"text": "x" * (32 * 1024 + 1)}}, "TOO_LONG"),
            ({"txnId": ""}, "MISSING_FIELD"),
            ({"txnId": "x" * 65}, "TOO_LONG"),
            ({"replyToSeq": "4711"}, "MESSAGE_NOT_FOUND"),
            ({"roomId": "no-such-room"}, "ROOM_NOT_FOUND"),
        ]:
            with self.subTest(reason, request=str(request)[:40]):
                whole = {"roomId": room, "txnId": unique("t"), "content": {"text": "fine"}, **request}
                self.refuses(reason, self.owner.call, "MessageService/SendMessage", whole)

    def test_the_longest_message_passes_whole(self):
        room = self.owner.create_room()
        text = "ü" * (16 * 1024)
        self.owner.send(room, text)
        self.assertEqual(self.owner.texts(room), [text])

    def test_a_reply_names_what_it_answers(self):
        room = self.owner.create_room()
        question = self.owner.send(room, "why?")
        answer = self.owner.send(room, "because", replyToSeq=question["seq"])
        self.assertEqual(answer["replyToSeq"], question["seq"])

    def test_mentions_are_found_by_the_server_and_counted(self):
        room = self.owner.create_room()
        named, other = self.person(), self.person()
        for person in (named, other):
            person.join(room)
        message = self.owner.send(room, f"look, @{named.user['username']}")
        self.assertEqual(message["content"]["mentionedUserIds"], [named.id])
        self.assertEqual(named.entry(room)["membership"]["mentionCount"], 1)
        self.assertEqual(other.entry(room)["membership"].get("mentionCount", 0), 0)
        self.owner.send(room, "@all hands")
        self.assertEqual(other.entry(room)["membership"]["mentionCount"], 1)


class Paging(Scenario):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.room = cls.owner.create_room()
        cls.sent = seqs([cls.owner.send(cls.room, f"message {number}") for number in range(60)])

    def page(self, **position):
        return self.owner.call("MessageService/ListMessages", {"roomId": self.room, **position})

    def test_the_newest_page(self):
        page = self.page(limit=10)
        self.assertEqual(seqs(page["messages"]), self.sent[-10:])
        self.assertTrue(page["hasOlder"])
        self.assertFalse(page.get("hasNewer", False))

    def test_before_after_and_around(self):
        middle = self.sent[30]
        self.assertEqual(seqs(self.page(limit=5, beforeSeq=middle)["messages"]), self.sent[25:30])
        self.assertEqual(seqs(self.page(limit=5, afterSeq=middle)["messages"]), self.sent[31:36])
        around = seqs(self.page(limit=11, aroundSeq=middle)["messages"])
        self.assertIn(middle, around)
        self.assertEqual(len(around), 11)

    def test_walking_back_meets_every_message_once(self):
        seen, before = [], 0
        while True:
            page = self.page(limit=7, **({"beforeSeq": before} if before else {}))
            seen = seqs(page.get("messages", [])) + seen
            if not page.get("hasOlder"):
                break
            before = int(page["fromSeq"])
        self.assertEqual([seq for seq in seen if seq in set(self.sent)], self.sent)
        self.assertEqual(len(set(seen)), len(seen))

    def test_two_positions_or_too_large_a_page(self):
        self.refuses("INVALID_FIELD", self.page, beforeSeq=3, afterSeq=3)
        self.assertLessEqual(len(self.page(limit=100000)["messages"]), 100)


class Changing(Scenario):
    def test_an_edit_replaces_the_text_everywhere(self):
        room = self.owner.create_room()
        reader = self.person()
        reader.join(room)
        live = self.live(reader)
        seq = self.owner.send(room, "teh")["seq"]
        request = {"roomId": room, "seq": seq, "txnId": unique("e"), "content": {"text": "the"}}
        edited = self.owner.call("MessageService/EditMessage", request)["message"]
        self.assertEqual((edited["seq"], edited["content"]["text"], edited["revision"]), (seq, "the", 1))
        self.assertEqual(self.owner.call("MessageService/EditMessage", request)["message"]["revision"], 1)
        event = live.expect_event(room, "edited")["edited"]["message"]
        self.assertEqual(event["content"]["text"], "the")
        self.assertEqual(reader.texts(room), ["the"])

    def test_only_the_author_edits(self):
        room = self.owner.create_room()
        member = self.person()
        member.join(room)
        seq = member.send(room, "mine")["seq"]
        request = {"roomId": room, "seq": seq, "txnId": unique("e"), "content": {"text": "yours"}}
        self.refuses("NOT_ALLOWED", self.owner.call, "MessageService/EditMessage", request)

    def test_a_deleted_message_is_gone_and_counts_no_more(self):
        room = self.owner.create_room()
        reader = self.person()
        reader.join(room)
        live = self.live(reader)
        seq = self.owner.send(room, "regret")["seq"]
        self.assertEqual(reader.entry(room)["membership"]["unreadCount"], 1)
        self.owner.call("MessageService/DeleteMessage", {"roomId": room, "seq": seq})
        self.assertEqual(live.expect_event(room, "deleted")["deleted"]["seq"], seq)
        gone = next(m for m in reader.messages(room) if m["seq"] == seq)
        self.assertTrue(gone["deleted"])
        self.assertNotIn("content", gone)
        self.assertEqual(reader.entry(room)["membership"].get("unreadCount", 0), 0)
        self.owner.call("MessageService/DeleteMessage", {"roomId": room, "seq": seq})

    def test_admins_delete_what_others_wrote_and_members_do_not(self):
        room = self.owner.create_room()
        author, member = self.person(), self.person()
        for person in (author, member):
            person.join(room)
        seq = author.send(room, "rude")["seq"]
        self.refuses("NOT_ALLOWED", member.call, "MessageService/DeleteMessage", {"roomId": room, "seq": seq})
        self.owner.call("MessageService/DeleteMessage", {"roomId": room, "seq": seq})


class Reading(Scenario):
    def test_counts_are_exact_on_all_devices(self):
        room = self.owner.create_room()
        name = unique("reader")
        desk = KithClient.register(self.server.address, name)
        phone = KithClient.login(self.server.address, name)
        self.addCleanup(desk.close)
        self.addCleanup(phone.close)
        desk.join(room)
        sent = [self.owner.send(room, f"m{number}") for number in range(5)]
        self.assertEqual(desk.entry(room)["membership"]["unreadCount"], 5)
        live = self.live(phone)
        desk.call("MessageService/MarkRead", {"roomId": room, "seq": sent[2]["seq"]})
        state = live.expect_membership(room, lambda membership: membership["readSeq"] == sent[2]["seq"])
        self.assertEqual((state["readSeq"], state["unreadCount"]), (sent[2]["seq"], 2))
        self.assertEqual(phone.entry(room)["membership"]["unreadCount"], 2)
        desk.send(room, "answering reads")
        self.assertEqual(phone.entry(room)["membership"].get("unreadCount", 0), 0)

    def test_a_smaller_mark_is_ignored_unless_it_means_unread(self):
        room = self.owner.create_room()
        reader = self.person()
        reader.join(room)
        sent = [self.owner.send(room, f"m{number}") for number in range(4)]
        mark = {"roomId": room, "seq": sent[3]["seq"]}
        reader.call("MessageService/MarkRead", mark)
        back = reader.call("MessageService/MarkRead", mark | {"seq": sent[0]["seq"]})["membership"]
        self.assertEqual(back["readSeq"], sent[3]["seq"])
        back = reader.call("MessageService/MarkRead", mark | {"seq": sent[0]["seq"], "unread": True})["membership"]
        self.assertEqual((back["readSeq"], back["unreadCount"]), (sent[0]["seq"], 3))

    def test_others_see_how_far_one_has_read(self):
        room = self.owner.create_room()
        reader = self.person()
        reader.join(room)
        seq = self.owner.send(room, "seen?")["seq"]
        live = self.live(self.owner)
        reader.call("MessageService/MarkRead", {"roomId": room, "seq": seq})
        position = live.expect(lambda i: i.get("readPosition", {}).get("userId") == reader.id, "the read position")
        self.assertEqual(position["readPosition"]["seq"], seq)

    def test_typing_reaches_the_others_only(self):
        room = self.owner.create_room()
        writer = self.person()
        writer.join(room)
        live, own = self.live(self.owner), self.live(writer)
        own.call("setTyping", {"roomId": room, "typing": True})
        typing = live.expect(lambda i: "typing" in i, "typing")["typing"]
        self.assertEqual((typing["userId"], typing["typing"]), (writer.id, True))
        own.call("ping", {"nonce": "1"})
        self.assertEqual([item for item in own.items if "typing" in item], [])


if __name__ == "__main__":
    unittest.main()
