"""Rooms: made, found, joined, left; invitations, roles; one direct room for a pair."""
import time
import unittest

from kith_client import unique
from scenario import Scenario


class Joining(Scenario):
    def test_anyone_finds_and_joins_a_public_room(self):
        name = unique("Garden ")
        room = self.owner.create_room("PUBLIC", name, topic="Plants")
        person = self.person()
        found = person.call("RoomService/ListPublicRooms", {"query": name.lower()})["rooms"]
        self.assertEqual([entry["room"]["id"] for entry in found], [room])
        entry = person.join(room)
        self.assertEqual(entry["membership"]["role"], "ROOM_ROLE_MEMBER")
        self.assertEqual(entry["room"]["memberCount"], 2)
        self.assertTrue(person.call("RoomService/ListPublicRooms", {"query": name})["rooms"][0]["joined"])

    def test_a_private_room_is_invisible_without_an_invitation(self):
        room = self.owner.create_room("PRIVATE")
        stranger = self.person()
        error = self.refuses("ROOM_NOT_FOUND", stranger.call, "RoomService/GetRoom", {"roomId": room})
        self.assertEqual(error.status, 404)
        self.refuses("ROOM_NOT_FOUND", stranger.join, room)
        self.refuses("ROOM_NOT_FOUND", stranger.messages, room)
        self.refuses("ROOM_NOT_FOUND", stranger.send, room, "hello?")

    def test_an_invitation_opens_a_private_room_and_can_be_declined(self):
        room = self.owner.create_room("PRIVATE")
        guest, other = self.person(), self.person()
        for person in (guest, other):
            self.owner.call("RoomService/InviteMember", {"roomId": room, "userId": person.id})
        membership = guest.entry(room)["membership"]
        self.assertEqual(membership["state"], "MEMBERSHIP_STATE_INVITED")
        self.assertEqual(membership["invitedBy"], self.owner.id)
        self.refuses("NOT_MEMBER", guest.send, room, "too early")
        guest.join(room)
        guest.send(room, "here I am")
        other.call("RoomService/LeaveRoom", {"roomId": room})
        self.refuses("ROOM_NOT_FOUND", other.join, room)
        again = {"roomId": room, "userId": guest.id}
        self.refuses("ALREADY_MEMBER", self.owner.call, "RoomService/InviteMember", again)

    def test_leaving_a_private_room_closes_it(self):
        room = self.owner.create_room("PRIVATE", inviteUserIds=[])
        guest = self.person()
        self.owner.call("RoomService/InviteMember", {"roomId": room, "userId": guest.id})
        guest.join(room)
        guest.call("RoomService/LeaveRoom", {"roomId": room})
        self.refuses("ROOM_NOT_FOUND", guest.messages, room)
        self.assertNotIn(room, [e["room"]["id"] for e in guest.call("RoomService/ListRooms").get("rooms", [])])

    def test_a_removed_member_hears_and_sends_nothing_more(self):
        room = self.owner.create_room("PUBLIC")
        person = self.person()
        person.join(room)
        live = self.live(person)
        self.owner.call("RoomService/RemoveMember", {"roomId": room, "userId": person.id})
        live.expect_membership(room, lambda membership: membership["state"] == "MEMBERSHIP_STATE_LEFT")
        self.owner.send(room, "among ourselves")
        self.refuses("NOT_MEMBER", person.send, room, "still here?")
        live.call("ping", {"nonce": "1"})
        self.assertEqual([i for i in live.items if i.get("event", {}).get("posted", {}).get("content")], [])

    def test_history_since_joining_hides_what_was_before(self):
        room = self.owner.create_room("PUBLIC", history="HISTORY_VISIBILITY_SINCE_JOIN")
        self.owner.send(room, "before")
        person = self.person()
        person.join(room)
        self.owner.send(room, "after")
        self.assertEqual(person.texts(room), ["after"])


class Making(Scenario):
    def test_the_same_txn_id_makes_one_room(self):
        request = {"name": "Once", "kind": "ROOM_KIND_PUBLIC", "txnId": unique("make")}
        first = self.owner.call("RoomService/CreateRoom", request)["room"]["id"]
        self.assertEqual(self.owner.call("RoomService/CreateRoom", request)["room"]["id"], first)

    def test_names_and_kinds_are_checked(self):
        for fields, reason in [
            ({"name": ""}, "MISSING_FIELD"),
            ({"name": "x" * 65}, "TOO_LONG"),
            ({"topic": "x" * 501}, "TOO_LONG"),
            ({"kind": "ROOM_KIND_UNSPECIFIED"}, "INVALID_FIELD"),
        ]:
            with self.subTest(**fields):
                request = {"name": "Fine", "kind": "ROOM_KIND_PUBLIC", **fields}
                self.refuses(reason, self.owner.call, "RoomService/CreateRoom", request)

    def test_a_rename_reaches_the_members(self):
        room = self.owner.create_room()
        person = self.person()
        person.join(room)
        live = self.live(person)
        self.owner.call("RoomService/UpdateRoom", {"roomId": room, "name": "New name", "topic": "New topic"})
        change = live.expect(
            lambda item: "roomChange" in item.get("event", {}).get("posted", {}), "the change of the room"
        )["event"]["posted"]["roomChange"]
        self.assertEqual((change["name"], change["topic"]), ("New name", "New topic"))
        self.assertEqual(person.entry(room)["room"]["name"], "New name")


class Direct(Scenario):
    def test_there_is_one_room_for_a_pair_whoever_asks(self):
        ann, ben = self.person(), self.person()
        room = ann.call("RoomService/OpenDirectRoom", {"userId": ben.id})["entry"]["room"]
        again = ben.call("RoomService/OpenDirectRoom", {"userId": ann.id})["entry"]["room"]
        self.assertEqual(room["id"], again["id"])
        self.assertEqual(set(room["directUserIds"]), {ann.id, ben.id})
        made = ann.call("RoomService/CreateRoom", {"kind": "ROOM_KIND_DIRECT", "inviteUserIds": [ben.id]})["room"]
        self.assertEqual(made["id"], room["id"])

    def test_every_direct_message_counts_as_a_mention(self):
        ann, ben = self.person(), self.person()
        room = ann.call("RoomService/OpenDirectRoom", {"userId": ben.id})["entry"]["room"]["id"]
        ann.send(room, "hello")
        membership = ben.entry(room)["membership"]
        self.assertEqual((membership["unreadCount"], membership["mentionCount"]), (1, 1))

    def test_a_direct_room_has_no_third(self):
        ann, ben, cat = self.person(), self.person(), self.person()
        room = ann.call("RoomService/OpenDirectRoom", {"userId": ben.id})["entry"]["room"]["id"]
        self.refuses("ROOM_NOT_FOUND", cat.messages, room)
        with self.assertRaises(Exception):
            ann.call("RoomService/InviteMember", {"roomId": room, "userId": cat.id})


class Roles(Scenario):
    def test_the_last_owner_cannot_step_down(self):
        room = self.owner.create_room()
        member = self.person()
        member.join(room)
        step_down = {"roomId": room, "userId": self.owner.id, "role": "ROOM_ROLE_MEMBER"}
        self.refuses("LAST_OWNER", self.owner.call, "RoomService/SetRole", step_down)
        promote = {"roomId": room, "userId": member.id, "role": "ROOM_ROLE_OWNER"}
        self.owner.call("RoomService/SetRole", promote)
        self.owner.call("RoomService/SetRole", step_down)

    def test_members_page_and_know_their_roles(self):
        room = self.owner.create_room()
        people = [self.person() for _ in range(5)]
        for person in people:
            person.join(room)
        found, cursor = [], ""
        while True:
            page = self.owner.call("RoomService/ListMembers", {"roomId": room, "limit": 2, "cursor": cursor})
            found += [member["user"]["id"] for member in page["members"]]
            cursor = page.get("nextCursor", "")
            if not cursor:
                break
        self.assertEqual(sorted(found), sorted([self.owner.id] + [person.id for person in people]))

    def test_the_room_list_is_ordered_by_newest_message_and_pages(self):
        person = self.person()
        rooms = [person.create_room() for _ in range(5)]
        for room in (rooms[3], rooms[0], rooms[4]):
            time.sleep(0.002)  # the list orders by milliseconds
            person.send(room, "up")
        listed, cursor = [], ""
        while True:
            page = person.call("RoomService/ListRooms", {"limit": 2, "cursor": cursor})
            listed += [entry["room"]["id"] for entry in page.get("rooms", [])]
            cursor = page.get("nextCursor", "")
            if not cursor:
                break
        self.assertEqual(listed[:3], [rooms[4], rooms[0], rooms[3]])
        self.assertEqual(len(set(listed)), len(listed))
        self.assertTrue(set(rooms) <= set(listed))

    def test_preferences_reach_the_other_device(self):
        person = self.person()
        room = person.create_room()
        live = self.live(person)
        wish = {"roomId": room, "level": "NOTIFICATION_LEVEL_NONE", "favourite": True}
        person.call("RoomService/SetRoomPreferences", wish)
        membership = live.expect_membership(room, lambda membership: membership["favourite"])
        self.assertEqual(membership["level"], "NOTIFICATION_LEVEL_NONE")


if __name__ == "__main__":
    unittest.main()
