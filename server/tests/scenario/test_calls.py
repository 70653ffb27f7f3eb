"""Calls of rooms as clients see them: ringing, answering, declining, missing, history, tokens, restarts."""
import base64
import json
import unittest

from kith_client import KithClient, unique
from scenario import Scenario

RING_SECONDS = 1


def claims_of(token):
    """What a token says; its signature is the server's business."""
    part = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


class CallScenario(Scenario):
    arguments = (*Scenario.arguments, "--call-ring-seconds", "600")

    def pair(self):
        """Two people and their direct room."""
        ada, bob = self.person("ada"), self.person("bob")
        room = ada.call("RoomService/OpenDirectRoom", {"userId": bob.id})["entry"]["room"]["id"]
        return ada, bob, room

    def start(self, client, room, video=False):
        return client.call("CallService/StartCall", {"roomId": room, "video": video})

    def get(self, client, call):
        return client.call("CallService/GetCall", {"callId": call})["call"]

    def expect_call(self, live, call, matches, what):
        """A told state of a call that matches."""
        return live.expect(lambda item: item.get("call", {}).get("id") == call and matches(item["call"]), what)["call"]

    def expect_end(self, live, call, outcome):
        ended = self.expect_call(live, call, lambda told: told["state"] == "CALL_STATE_ENDED", f"the end of {call}")
        self.assertEqual(ended["outcome"], f"CALL_OUTCOME_{outcome}")
        return ended

    def record(self, client, room):
        """The newest call in a room's timeline."""
        return [message for message in client.messages(room) if "call" in message][-1]

    def wait_for_record(self, client, room, outcome):
        def ended():
            message = self.record(client, room)
            return message if message["call"]["call"]["outcome"] == f"CALL_OUTCOME_{outcome}" else None

        return self.eventually(ended, what=f"the record does not say {outcome}")


class Ringing(CallScenario):
    def test_a_direct_call_rings_is_answered_and_leaves_a_record(self):
        ada, bob, room = self.pair()
        live_ada, live_bob = self.live(ada), self.live(bob)
        call = self.start(ada, room, video=True)["call"]
        self.assertEqual((call["state"], call["ringingUserIds"], call["participantCount"]),
                         ("CALL_STATE_RINGING", [bob.id], 1))
        rung = self.expect_call(live_bob, call["id"], lambda told: told["ringingUserIds"] == [bob.id], "the ringing")
        self.assertTrue(rung["video"])
        posted = live_bob.expect(lambda item: "call" in item.get("event", {}).get("posted", {}), "the record")
        posted = posted["event"]["posted"]
        self.assertEqual((posted["call"]["call"]["id"], posted["senderId"]), (call["id"], ada.id))
        self.assertEqual(bob.entry(room)["membership"]["unreadCount"], 1)

        answered = bob.call("CallService/JoinCall", {"callId": call["id"]})["call"]
        self.assertEqual((answered["state"], answered["ringingUserIds"]), ("CALL_STATE_ACTIVE", []))
        self.assertEqual([part["userId"] for part in answered["participants"]], [ada.id, bob.id])
        self.expect_call(live_ada, call["id"], lambda told: "answeredAt" in told, "the answer")
        self.eventually(lambda: bob.entry(room)["membership"]["unreadCount"] == 0, what="answering marks as read")

        left = bob.call("CallService/LeaveCall", {"callId": call["id"]})["call"]
        self.assertEqual((left["state"], left["outcome"]), ("CALL_STATE_ENDED", "CALL_OUTCOME_COMPLETED"))
        self.expect_end(live_ada, call["id"], "COMPLETED")
        edited = live_ada.expect_event(room, "edited")["edited"]["message"]
        self.assertEqual((edited["call"]["call"]["outcome"], edited["revision"]), ("CALL_OUTCOME_COMPLETED", 1))
        self.assertNotIn("editedAt", edited)
        record = self.record(bob, room)["call"]["call"]
        self.assertEqual(record["participantCount"], 2)
        self.assertEqual(int(record["seq"]), int(posted["seq"]))
        self.refuses("CALL_ENDED", bob.call, "CallService/JoinCall", {"callId": call["id"]})

    def test_a_declined_call_stops_ringing_on_all_devices_and_ends(self):
        ada, bob, room = self.pair()
        phone = KithClient.login(self.server.address, bob.user["username"])
        self.addCleanup(phone.close)
        live_phone, live_ada = self.live(phone), self.live(ada)
        call = self.start(ada, room)["call"]
        self.expect_call(live_phone, call["id"], lambda told: bob.id in told["ringingUserIds"], "the ringing")
        bob.call("CallService/DeclineCall", {"callId": call["id"]})
        self.expect_end(live_phone, call["id"], "DECLINED")
        self.expect_end(live_ada, call["id"], "DECLINED")
        self.wait_for_record(ada, room, "DECLINED")
        self.assertEqual(bob.call("CallService/ListCalls", {"missed": True})["calls"], [])

    def test_answering_on_one_device_stops_the_other(self):
        ada, bob, room = self.pair()
        phone = KithClient.login(self.server.address, bob.user["username"])
        self.addCleanup(phone.close)
        live_phone = self.live(phone)
        call = self.start(ada, room)["call"]
        bob.call("CallService/JoinCall", {"callId": call["id"]})
        elsewhere = self.expect_call(live_phone, call["id"], lambda told: not told["ringingUserIds"], "the answer")
        self.assertIn(bob.id, [part["userId"] for part in elsewhere["participants"]])

    def test_who_hangs_up_before_an_answer_cancels_and_the_other_has_missed_it(self):
        ada, bob, room = self.pair()
        live_bob = self.live(bob)
        call = self.start(ada, room)["call"]
        ada.call("CallService/LeaveCall", {"callId": call["id"]})
        self.expect_end(live_bob, call["id"], "CANCELLED")
        self.wait_for_record(bob, room, "CANCELLED")
        missed = bob.call("CallService/ListCalls", {"missed": True})["calls"]
        self.assertEqual([entry["id"] for entry in missed], [call["id"]])
        self.assertEqual(ada.call("CallService/ListCalls", {"missed": True})["calls"], [])
        self.assertEqual(bob.entry(room)["membership"]["unreadCount"], 1)

    def test_both_calling_each_other_meet(self):
        ada, bob, room = self.pair()
        first = self.start(ada, room)["call"]
        second = self.start(bob, room)["call"]
        self.assertEqual((second["id"], second["state"]), (first["id"], "CALL_STATE_ACTIVE"))

    def test_sync_tells_of_the_calls_going_on(self):
        ada, bob, room = self.pair()
        call = self.start(ada, room)["call"]
        live = self.live(bob)
        self.assertEqual([told["id"] for told in live.first_sync["calls"]], [call["id"]])
        self.assertIn(ada.id, [user["id"] for user in live.first_sync["users"]])
        ada.call("CallService/LeaveCall", {"callId": call["id"]})
        self.expect_end(live, call["id"], "CANCELLED")
        self.assertEqual(live.sync(live.token).get("calls", []), [])


class Missing(CallScenario):
    arguments = (*Scenario.arguments, "--call-ring-seconds", str(RING_SECONDS))

    def test_a_call_nobody_answers_is_missed(self):
        ada, bob, room = self.pair()
        live_ada = self.live(ada)
        call = self.start(ada, room)["call"]
        self.expect_end(live_ada, call["id"], "MISSED")
        record = self.wait_for_record(bob, room, "MISSED")["call"]["call"]
        self.assertEqual(record["participantCount"], 1)
        self.assertEqual(bob.entry(room)["membership"]["unreadCount"], 1)
        missed = bob.call("CallService/ListCalls", {"missed": True, "roomId": room})["calls"]
        self.assertEqual([entry["id"] for entry in missed], [call["id"]])


class GroupCalls(CallScenario):
    def test_a_call_of_a_room_is_open_to_its_members_and_rings_nobody(self):
        ada, bob = self.person("ada"), self.person("bob")
        room = ada.create_room("PUBLIC")
        bob.join(room)
        live_bob = self.live(bob)
        call = self.start(ada, room)["call"]
        self.assertEqual((call["state"], call["ringingUserIds"]), ("CALL_STATE_ACTIVE", []))
        self.expect_call(live_bob, call["id"], lambda told: told["participantCount"] == 1, "the start")
        self.assertEqual(bob.entry(room)["membership"]["unreadCount"], 0)
        self.assertEqual(self.start(bob, room)["call"]["id"], call["id"])
        for client in (ada, bob):
            client.call("CallService/LeaveCall", {"callId": call["id"]})
        self.expect_end(live_bob, call["id"], "COMPLETED")

    def test_who_is_removed_from_the_room_is_out_of_its_call_at_once(self):
        ada, bob = self.person("ada"), self.person("bob")
        room = ada.create_room("PUBLIC")
        bob.join(room)
        live_ada = self.live(ada)
        call = self.start(ada, room)["call"]["id"]
        bob.call("CallService/JoinCall", {"callId": call})
        ada.call("RoomService/RemoveMember", {"roomId": room, "userId": bob.id})

        def is_out(told):
            return any(part["userId"] == bob.id and "leftAt" in part for part in told["participants"])

        self.expect_call(live_ada, call, is_out, "the removal")
        self.refuses("CALL_NOT_FOUND", bob.call, "CallService/JoinCall", {"callId": call})

    def test_whose_session_ends_is_out_of_the_call(self):
        ada, bob = self.person("ada"), self.person("bob")
        room = ada.create_room("PUBLIC")
        bob.join(room)
        call = self.start(ada, room)["call"]["id"]
        bob.call("CallService/JoinCall", {"callId": call})
        bob.call("AuthService/Logout")
        self.eventually(lambda: self.get(ada, call)["participantCount"] == 1, what="the session's end")

    def test_who_comes_into_the_room_hears_of_its_call(self):
        ada, bob = self.person("ada"), self.person("bob")
        room = ada.create_room("PUBLIC")
        call = self.start(ada, room)["call"]["id"]
        live_bob = self.live(bob)
        bob.join(room)
        self.expect_call(live_bob, call, lambda told: told["participantCount"] == 1, "the call of the new room")

    def test_a_room_without_earlier_history_hides_its_earlier_calls(self):
        ada, bob = self.person("ada"), self.person("bob")
        room = ada.create_room("PUBLIC", history="HISTORY_VISIBILITY_SINCE_JOIN")
        call = self.start(ada, room)["call"]["id"]
        ada.call("CallService/LeaveCall", {"callId": call})
        bob.join(room)
        self.refuses("CALL_NOT_FOUND", bob.call, "CallService/GetCall", {"callId": call})
        self.assertEqual(bob.call("CallService/ListCalls", {"roomId": room})["calls"], [])

    def test_a_record_can_be_neither_edited_nor_deleted(self):
        ada = self.person("ada")
        room = ada.create_room("PUBLIC")
        call = self.start(ada, room)["call"]
        target = {"roomId": room, "seq": call["seq"]}
        self.refuses("NOT_EDITABLE", ada.call, "MessageService/DeleteMessage", target)
        change = {**target, "txnId": unique("t"), "content": {"text": "no call"}}
        self.refuses("NOT_EDITABLE", ada.call, "MessageService/EditMessage", change)


class Access(CallScenario):
    def test_the_token_names_call_and_user_and_the_address_is_the_servers(self):
        ada = self.person("ada")
        room = ada.create_room("PRIVATE")
        started = self.start(ada, room)
        claims = claims_of(started["access"]["token"])
        self.assertEqual((claims["iss"], claims["sub"], claims["video"]["room"]),
                         ("kith", ada.id, started["call"]["id"]))
        self.assertEqual((claims["video"]["roomJoin"], claims["video"]["canUpdateOwnMetadata"]), (True, True))
        self.assertEqual(started["access"]["url"], "ws://%s:%d/api/call" % self.server.address)

    def test_nobody_outside_gets_a_token_or_a_look(self):
        ada, eve = self.person("ada"), self.person("eve")
        room = ada.create_room("PRIVATE")
        call = self.start(ada, room)["call"]["id"]
        self.refuses("ROOM_NOT_FOUND", eve.call, "CallService/StartCall", {"roomId": room})
        for method in ("JoinCall", "GetCall", "LeaveCall", "DeclineCall"):
            self.refuses("CALL_NOT_FOUND", eve.call, f"CallService/{method}", {"callId": call})
        self.refuses("ROOM_NOT_FOUND", eve.call, "CallService/ListCalls", {"roomId": room})
        self.assertEqual(eve.call("CallService/ListCalls")["calls"], [])
        self.refuses("CALL_NOT_FOUND", ada.call, "CallService/GetCall", {"callId": "k0000000000000"})


class History(CallScenario):
    def test_pages_of_a_room_and_of_a_user_join_without_gap(self):
        ada, bob, direct = self.pair()
        room = ada.create_room("PUBLIC")
        expected = []
        for number in range(7):
            place = direct if number % 2 else room
            call = self.start(ada, place)["call"]["id"]
            ada.call("CallService/LeaveCall", {"callId": call})
            expected.insert(0, (call, place))

        def pages(client, **fields):
            found, cursor = [], ""
            while True:
                request = {"limit": 2, "cursor": cursor, **fields}
                answer = client.call("CallService/ListCalls", request)
                self.assertLessEqual(len(answer["calls"]), 2)
                found += [call["id"] for call in answer["calls"]]
                cursor = answer.get("nextCursor", "")
                if not cursor:
                    return found

        in_direct = [call for call, place in expected if place == direct]
        self.assertEqual(pages(ada), [call for call, _ in expected])
        self.assertEqual(pages(ada, roomId=direct), in_direct)
        self.assertEqual(pages(bob), in_direct, "bob had no part in the others")
        self.eventually(lambda: pages(bob, missed=True) == in_direct)
        self.refuses("BAD_CURSOR", ada.call, "CallService/ListCalls", {"cursor": "7"})


class Limits(CallScenario):
    arguments = (*CallScenario.arguments, "--calls", "1", "--call-participants", "2")

    def test_one_call_and_one_participant_more_than_allowed_are_refused(self):
        people = [self.person() for _ in range(3)]
        room = people[0].create_room("PUBLIC")
        for person in people[1:]:
            person.join(room)
        call = self.start(people[0], room)["call"]["id"]
        self.assertEqual(self.start(people[1], room)["call"]["id"], call)
        error = self.refuses("TOO_MANY", self.start, people[2], room)
        self.assertEqual(error.detail["field"], "participants")
        error = self.refuses("TOO_MANY", self.start, people[2], people[2].create_room("PUBLIC"))
        self.assertEqual(error.detail["field"], "calls")


class Restart(CallScenario):
    def check(self, end):
        ada, bob, room = self.pair()
        call = self.start(ada, room)["call"]["id"]
        bob.call("CallService/JoinCall", {"callId": call})
        end()
        self.server.restart()
        self.assertEqual(self.get(ada, call)["outcome"], "CALL_OUTCOME_INTERRUPTED")
        record = self.record(bob, room)["call"]["call"]
        self.assertEqual((record["state"], record["outcome"]), ("CALL_STATE_ENDED", "CALL_OUTCOME_INTERRUPTED"))
        self.assertTrue(all("leftAt" in part for part in record["participants"]))
        self.assertNotEqual(self.start(ada, room)["call"]["id"], call)

    def test_a_stop_interrupts_the_calls(self):
        self.check(self.server.stop)

    def test_a_kill_leaves_calls_that_the_next_start_ends(self):
        self.check(self.server.kill)


if __name__ == "__main__":
    unittest.main()
