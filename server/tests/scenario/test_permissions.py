"""The permission table: every call × every place a caller can have, in the room's own kind and another's.

The table below is written from the words of api/kith/v1 and docs/user.md, not from the code: OK or the reason it must
fail with. Each cell runs against a fresh room, so no cell can be right by accident of the one before.
"""
import unittest

from kith_client import KithClient, KithError, unique
from scenario import Scenario

ROLES = ("owner", "admin", "member", "guest", "invited", "outside", "signed_out")
OK = "OK"
NO, HIDDEN, OUT, WHO, DIRECT = "NOT_ALLOWED", "ROOM_NOT_FOUND", "NOT_MEMBER", "NOT_SIGNED_IN", "DIRECT_ROOM"
NO_CALL = "CALL_NOT_FOUND"  # calls that name a call instead of a room say as little of a room one may not know of


def row(owner, admin, member, guest, invited, outside):
    return dict(zip(ROLES, (owner, admin, member, guest, invited, outside, WHO)))


# What the caller's place decides in a private room.
PRIVATE = {
    "RoomService/GetRoom": row(OK, OK, OK, OK, OK, HIDDEN),
    "RoomService/UpdateRoom": row(OK, OK, NO, NO, OUT, HIDDEN),
    "RoomService/JoinRoom": row(OK, OK, OK, OK, OK, HIDDEN),
    "RoomService/LeaveRoom": row("LAST_OWNER", OK, OK, OK, OK, HIDDEN),
    "RoomService/InviteMember": row(OK, OK, OK, NO, OUT, HIDDEN),
    "RoomService/RemoveMember": row(OK, OK, NO, NO, OUT, HIDDEN),
    "RoomService/SetRole": row(OK, OK, NO, NO, OUT, HIDDEN),
    "RoomService/ListMembers": row(OK, OK, OK, OK, OUT, HIDDEN),
    "RoomService/SetRoomPreferences": row(OK, OK, OK, OK, OUT, HIDDEN),
    "MessageService/SendMessage": row(OK, OK, OK, OK, OUT, HIDDEN),
    "MessageService/EditMessage": row(NO, NO, NO, NO, OUT, HIDDEN),
    "MessageService/DeleteMessage": row(OK, OK, NO, NO, OUT, HIDDEN),
    "MessageService/ListMessages": row(OK, OK, OK, OK, OUT, HIDDEN),
    "MessageService/MarkRead": row(OK, OK, OK, OK, OUT, HIDDEN),
    "MessageService/SetTyping": row(OK, OK, OK, OK, OUT, HIDDEN),
    "CallService/StartCall": row(OK, OK, OK, OK, OUT, HIDDEN),
    "CallService/JoinCall": row(OK, OK, OK, OK, NO_CALL, NO_CALL),
    "CallService/LeaveCall": row(OK, OK, OK, OK, NO_CALL, NO_CALL),
    "CallService/GetCall": row(OK, OK, OK, OK, NO_CALL, NO_CALL),
    "CallService/DeclineCall": row(OK, OK, OK, OK, NO_CALL, NO_CALL),
    "CallService/ListCalls": row(OK, OK, OK, OK, OUT, HIDDEN),
}


def outside_a_public_room(method, outside_a_private_one):
    if method in ("RoomService/GetRoom", "RoomService/JoinRoom"):
        return OK
    return NO_CALL if outside_a_private_one == NO_CALL else OUT


# In a public room whoever is outside knows of it, may join, and sees nothing before that. Nobody is merely invited.
PUBLIC = {
    method: {role: reason for role, reason in cells.items() if role != "invited"}
    | {"outside": outside_a_public_room(method, cells["outside"])}
    for method, cells in PRIVATE.items()
}
# In a direct room both are equal and nobody moderates the other.
DIRECT_ROOM = {
    method: {"member": reason, "outside": PRIVATE[method]["outside"], "signed_out": WHO}
    for method, reason in {
        "RoomService/GetRoom": OK,
        "RoomService/UpdateRoom": DIRECT,
        "RoomService/JoinRoom": OK,
        "RoomService/LeaveRoom": DIRECT,
        "RoomService/InviteMember": DIRECT,
        "RoomService/RemoveMember": DIRECT,
        "RoomService/SetRole": DIRECT,
        "RoomService/ListMembers": OK,
        "RoomService/SetRoomPreferences": OK,
        "MessageService/SendMessage": OK,
        "MessageService/EditMessage": NO,
        "MessageService/DeleteMessage": DIRECT,
        "MessageService/ListMessages": OK,
        "MessageService/MarkRead": OK,
        "MessageService/SetTyping": OK,
        "CallService/StartCall": OK,
        "CallService/JoinCall": OK,
        "CallService/LeaveCall": OK,
        "CallService/GetCall": OK,
        "CallService/DeclineCall": OK,
        "CallService/ListCalls": OK,
    }.items()
}
# Calls that concern no room: whether an ordinary user may, and whether an administrator of the server may.
SERVER = {
    "AdminService/CheckCallPorts": (NO, OK),
    "AuthService/ListSessions": (OK, OK),
    "AuthService/CreateInvitation": (NO, OK),
    "AuthService/UpdateServer": (NO, OK),
    "UserService/GetMe": (OK, OK),
    "UserService/UpdateProfile": (OK, OK),
    "UserService/ListUsers": (OK, OK),
    "UserService/SetSetting": (OK, OK),
    "RoomService/CreateRoom": (OK, OK),
    "RoomService/ListRooms": (OK, OK),
    "RoomService/ListPublicRooms": (OK, OK),
    "SyncService/Sync": (OK, OK),
    "SearchService/SearchMessages": (OK, OK),
}


class PermissionTable(Scenario):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.people = {role: KithClient.register(cls.server.address, unique(role)) for role in ROLES[:-1]}
        cls.people["signed_out"] = KithClient(cls.server.address)
        cls.target = KithClient.register(cls.server.address, unique("target"))
        cls.newcomer = KithClient.register(cls.server.address, unique("newcomer"))
        for person in (*cls.people.values(), cls.target, cls.newcomer):
            cls.addClassCleanup(person.close)

    def named_room(self, kind):
        """A room with one person in each place, and the seq of a message the target wrote."""
        owner = self.people["owner"]
        room = owner.create_room(kind)
        for role in ("admin", "member", "guest", "target"):
            person = self.target if role == "target" else self.people[role]
            if kind == "PRIVATE":
                owner.call("RoomService/InviteMember", {"roomId": room, "userId": person.id})
            person.join(room)
            wanted = "guest" if role == "target" else role
            if wanted != "member":
                change = {"roomId": room, "userId": person.id, "role": f"ROOM_ROLE_{wanted.upper()}"}
                owner.call("RoomService/SetRole", change)
        # Rank decides who may act on whom; the target stands below everybody but other guests.
        if kind == "PRIVATE":
            owner.call("RoomService/InviteMember", {"roomId": room, "userId": self.people["invited"].id})
        return room, self.target.send(room, "by the target")["seq"]

    def direct_room(self):
        member = self.people["member"]
        room = member.call("RoomService/OpenDirectRoom", {"userId": self.target.id})["entry"]["room"]["id"]
        return room, self.target.send(room, "by the target")["seq"]

    def request(self, method, room, seq):
        service, name = method.split("/")
        if service == "CallService" and name not in ("StartCall", "ListCalls"):
            return {"callId": self.target.call("CallService/StartCall", {"roomId": room})["call"]["id"]}
        content = {"content": {"text": "changed"}, "txnId": unique("cell")}
        fields = {
            "UpdateRoom": {"topic": unique("topic ")},
            "InviteMember": {"userId": self.newcomer.id},
            "RemoveMember": {"userId": self.target.id},
            "SetRole": {"userId": self.target.id, "role": "ROOM_ROLE_MEMBER"},
            "SetRoomPreferences": {"favourite": True},
            "SendMessage": content,
            "EditMessage": {**content, "seq": seq},
            "DeleteMessage": {"seq": seq},
            "MarkRead": {"seq": seq},
            "SetTyping": {"typing": True},
        }
        return {"roomId": room, **fields.get(name, {})}

    def outcome(self, client, method, request):
        try:
            client.call(method, request)
            return OK
        except KithError as error:
            return error.reason.removeprefix("REASON_")

    def check(self, table, make_room):
        for method, cells in table.items():
            room, seq = None, None
            for role, expected in cells.items():
                # A refused call changes nothing, so only a call that succeeds uses its room up.
                if room is None:
                    room, seq = make_room()
                with self.subTest(method=method, role=role):
                    self.assertEqual(self.outcome(self.people[role], method, self.request(method, room, seq)), expected)
                if expected == OK:
                    room = None

    def test_private_rooms(self):
        self.check(PRIVATE, lambda: self.named_room("PRIVATE"))

    def test_public_rooms(self):
        self.check(PUBLIC, lambda: self.named_room("PUBLIC"))

    def test_direct_rooms(self):
        self.check(DIRECT_ROOM, self.direct_room)

    def test_rank_protects_those_above(self):
        for actor, other, allowed in [
            ("owner", "admin", True),
            ("admin", "owner", False),
            ("admin", "admin", False),
            ("admin", "member", True),
            ("admin", "guest", True),
        ]:
            with self.subTest(actor=actor, other=other):
                room, _ = self.named_room("PUBLIC")
                if actor == other:
                    change = {"roomId": room, "userId": self.target.id, "role": "ROOM_ROLE_ADMIN"}
                    self.people["owner"].call("RoomService/SetRole", change)
                victim = self.target if actor == other else self.people[other]
                request = {"roomId": room, "userId": victim.id}
                outcome = self.outcome(self.people[actor], "RoomService/RemoveMember", request)
                self.assertEqual(outcome, OK if allowed else NO)

    def test_nobody_gives_a_role_above_their_own(self):
        room, _ = self.named_room("PUBLIC")
        wish = {"roomId": room, "userId": self.target.id, "role": "ROOM_ROLE_OWNER"}
        self.assertEqual(self.outcome(self.people["admin"], "RoomService/SetRole", wish), NO)
        self.assertEqual(self.outcome(self.people["owner"], "RoomService/SetRole", wish), OK)

    def test_calls_that_concern_no_room(self):
        fields = {
            "UserService/SetSetting": {"setting": {"key": "k", "value": "v"}},
            "RoomService/CreateRoom": {"name": "Any", "kind": "ROOM_KIND_PUBLIC"},
            "SearchService/SearchMessages": {"query": "word"},
        }
        for method, (user, administrator) in SERVER.items():
            request = fields.get(method, {})
            for client, expected in (
                (self.people["member"], user),
                (self.owner, administrator),
                (self.people["signed_out"], WHO),
            ):
                with self.subTest(method=method, expected=expected):
                    self.assertEqual(self.outcome(client, method, request), expected)

    def test_no_call_is_missing_from_the_table(self):
        named = {*PRIVATE, *SERVER}
        # Asked elsewhere: they need no token, end the caller's own session, or name another user instead of a room.
        elsewhere = {
            "AuthService/GetServer", "AuthService/Register", "AuthService/Login", "AuthService/Logout",
            "AuthService/RevokeSession", "AuthService/ChangePassword", "UserService/GetUser", "UserService/SetPresence",
            "RoomService/OpenDirectRoom",
        }
        self.assertEqual(methods_of_the_schema(), named | elsewhere)
        for method in elsewhere - {"AuthService/GetServer", "AuthService/Register", "AuthService/Login"}:
            with self.subTest(method):
                self.assertEqual(self.outcome(self.people["signed_out"], method, {}), WHO)


def methods_of_the_schema():
    """Every `Service/Method` of api/kith/v1."""
    import pathlib
    import re

    methods = set()
    for path in (pathlib.Path(__file__).resolve().parents[3] / "api/kith/v1").glob("*.proto"):
        service = ""
        for line in path.read_text(encoding="utf-8").splitlines():
            if match := re.match(r"service (\w+)", line):
                service = match.group(1)
            elif match := re.match(r"\s+rpc (\w+)", line):
                methods.add(f"{service}/{match.group(1)}")
    return methods


if __name__ == "__main__":
    unittest.main()
