"""Accounts and sessions: register, sign in, the list of sessions, ending them, invitations, back-off."""
import unittest

from kith_client import KithClient, KithError, unique
from scenario import Scenario


class FirstStart(Scenario):
    def test_the_first_account_owns_the_server(self):
        server = self.nobody().call("AuthService/GetServer")
        self.assertFalse(server.get("needsFirstAccount", False))
        self.assertEqual(self.owner.user["role"], "SERVER_ROLE_OWNER")
        self.assertEqual(self.person().user["role"], "SERVER_ROLE_USER")

    def test_the_newcomer_lands_in_a_room_with_a_welcome(self):
        answer = self.nobody().call("AuthService/Register", {"username": unique("new"), "password": "correct horse"})
        client = KithClient(self.server.address, answer["token"])
        self.addCleanup(client.close)
        self.assertTrue(client.messages(answer["welcomeRoomId"]))


class Registration(Scenario):
    def test_names_are_unique_in_any_case(self):
        name = unique("taken")
        KithClient.register(self.server.address, name).close()
        self.refuses("NAME_TAKEN", KithClient.register, self.server.address, name)
        self.refuses("NAME_TAKEN", KithClient.register, self.server.address, name.upper())

    def test_bad_names_and_passwords_are_refused(self):
        for fields, reason in [
            ({"username": "a"}, "INVALID_FIELD"),
            ({"username": "with space"}, "INVALID_FIELD"),
            ({"username": "x" * 33}, "TOO_LONG"),
            ({"username": ""}, "MISSING_FIELD"),
            ({"password": "short"}, "INVALID_FIELD"),
            ({"password": ""}, "MISSING_FIELD"),
            ({"password": "x" * 1025}, "TOO_LONG"),
            ({"displayName": "x" * 65}, "TOO_LONG"),
        ]:
            with self.subTest(**fields):
                request = {"username": unique("ok"), "password": "correct horse", **fields}
                error = self.refuses(reason, self.nobody().call, "AuthService/Register", request)
                self.assertEqual(error.status, 400)
                self.assertIn(error.detail["field"], (next(iter(fields)), "display_name"))

    def test_a_wrong_password_and_an_unknown_name_look_alike(self):
        name = unique("login")
        KithClient.register(self.server.address, name).close()
        wrong = self.refuses("WRONG_CREDENTIALS", KithClient.login, self.server.address, name, "wrong password")
        unknown = self.refuses("WRONG_CREDENTIALS", KithClient.login, self.server.address, unique("nobody"))
        self.assertEqual((wrong.status, wrong.message), (unknown.status, unknown.message))
        self.assertEqual(wrong.status, 401)

    def test_names_sign_in_in_any_case(self):
        name = unique("case")
        KithClient.register(self.server.address, name).close()
        KithClient.login(self.server.address, name.upper()).close()


class Guessing(Scenario):
    def test_repeated_failures_make_the_guesser_wait(self):
        name = unique("victim")
        KithClient.register(self.server.address, name).close()
        for _ in range(12):
            try:
                KithClient.login(self.server.address, name, "wrong password")
            except KithError as error:
                if error.reason == "REASON_LOGIN_BACKOFF":
                    self.assertEqual(error.status, 429)
                    self.assertGreater(error.detail["retryAfterMs"], 0)
                    return
        self.fail("twelve wrong passwords were all answered")


class Tokens(Scenario):
    def test_without_a_token_every_door_is_closed(self):
        for method in ("UserService/GetMe", "RoomService/ListRooms", "SyncService/Sync"):
            with self.subTest(method):
                self.assertEqual(self.refuses("NOT_SIGNED_IN", self.nobody().call, method).status, 401)

    def test_an_invented_token_is_none(self):
        forged = KithClient(self.server.address, "x" * 43)
        self.addCleanup(forged.close)
        self.assertEqual(self.refuses("NOT_SIGNED_IN", forged.call, "UserService/GetMe").status, 401)

    def test_signing_out_ends_the_token(self):
        person = self.person()
        person.call("AuthService/Logout")
        with self.assertRaises(KithError) as caught:
            person.call("UserService/GetMe")
        self.assertEqual(caught.exception.status, 401)

    def test_the_cookie_of_a_browser_is_http_only(self):
        person = self.nobody()
        body = f'{{"username": "{unique("cookie")}", "password": "correct horse"}}'.encode()
        origin = {"Origin": f"http://127.0.0.1:{self.server.port}"}
        status, headers, _ = person.raw("POST", "/api/kith.v1.AuthService/Register", body, headers=origin)
        self.assertEqual(status, 200)
        cookie = headers["Set-Cookie"]
        self.assertIn("HttpOnly", cookie)
        self.assertIn("SameSite=Lax", cookie)
        pair = cookie.split(";")[0]
        status, _, _ = person.raw("POST", "/api/kith.v1.UserService/GetMe", b"{}", headers={"Cookie": pair, **origin})
        self.assertEqual(status, 200)

    def test_a_page_of_another_origin_gets_nothing_with_the_cookie(self):
        person = self.nobody()
        body = f'{{"username": "{unique("cross")}", "password": "correct horse"}}'.encode()
        _, headers, _ = person.raw("POST", "/api/kith.v1.AuthService/Register", body)
        foreign = {"Cookie": headers["Set-Cookie"].split(";")[0], "Origin": "https://evil.example"}
        status, _, text = person.raw("POST", "/api/kith.v1.UserService/GetMe", b"{}", headers=foreign)
        self.assertEqual(status, 403, text)


class Sessions(Scenario):
    def test_sessions_are_listed_and_the_asking_one_is_marked(self):
        name = unique("many")
        first = KithClient.register(self.server.address, name, deviceName="desk")
        second = KithClient.login(self.server.address, name, device="phone")
        self.addCleanup(first.close)
        self.addCleanup(second.close)
        sessions = second.call("AuthService/ListSessions")["sessions"]
        self.assertEqual({session["name"] for session in sessions}, {"desk", "phone"})
        self.assertEqual([s["name"] for s in sessions if s.get("current")], ["phone"])

    def test_revoking_a_session_closes_its_socket_at_once(self):
        name = unique("revoked")
        first = KithClient.register(self.server.address, name, deviceName="desk")
        second = KithClient.login(self.server.address, name, device="phone")
        self.addCleanup(first.close)
        self.addCleanup(second.close)
        live = self.live(second)
        phone = next(s for s in first.call("AuthService/ListSessions")["sessions"] if s["name"] == "phone")
        first.call("AuthService/RevokeSession", {"sessionId": phone["id"]})
        _, items = live.expect_close(seconds=5)
        reasons = [item["goodbye"]["error"]["detail"]["reason"] for item in items if "goodbye" in item]
        self.assertEqual(reasons, ["REASON_SESSION_REVOKED"])
        with self.assertRaises(KithError) as caught:
            second.call("UserService/GetMe")
        self.assertEqual(caught.exception.status, 401)
        first.call("UserService/GetMe")

    def test_nobody_revokes_the_session_of_another(self):
        other = self.person()
        session = other.call("AuthService/ListSessions")["sessions"][0]["id"]
        self.refuses("SESSION_NOT_FOUND", self.person().call, "AuthService/RevokeSession", {"sessionId": session})
        other.call("UserService/GetMe")

    def test_a_new_password_ends_the_other_sessions(self):
        name = unique("changer")
        first = KithClient.register(self.server.address, name)
        second = KithClient.login(self.server.address, name)
        self.addCleanup(first.close)
        self.addCleanup(second.close)
        change = {"currentPassword": "wrong password", "newPassword": "battery staple"}
        self.refuses("WRONG_CREDENTIALS", first.call, "AuthService/ChangePassword", change)
        first.call("AuthService/ChangePassword", change | {"currentPassword": "correct horse"})
        first.call("UserService/GetMe")
        with self.assertRaises(KithError):
            second.call("UserService/GetMe")
        KithClient.login(self.server.address, name, "battery staple").close()
        self.refuses("WRONG_CREDENTIALS", KithClient.login, self.server.address, name, "correct horse")


class Policies(Scenario):
    def set_policy(self, policy):
        self.owner.call("AuthService/UpdateServer", {"registration": f"REGISTRATION_POLICY_{policy}"})

    def tearDown(self):
        self.set_policy("OPEN")
        super().tearDown()

    def test_a_closed_server_takes_nobody(self):
        self.set_policy("CLOSED")
        self.refuses("REGISTRATION_CLOSED", KithClient.register, self.server.address)

    def test_an_invitation_lets_so_many_in_and_no_more(self):
        self.set_policy("INVITATION")
        self.refuses("INVITATION_REQUIRED", KithClient.register, self.server.address)
        self.refuses("INVITATION_REQUIRED", KithClient.register, self.server.address, invitation="invented")
        token = self.owner.call("AuthService/CreateInvitation", {"uses": 2})["token"]
        for _ in range(2):
            KithClient.register(self.server.address, invitation=token).close()
        self.refuses("INVITATION_REQUIRED", KithClient.register, self.server.address, invitation=token)

    def test_only_administrators_change_the_policy(self):
        person = self.person()
        self.refuses("NOT_ALLOWED", person.call, "AuthService/UpdateServer", {"name": "Mine"})
        self.refuses("NOT_ALLOWED", person.call, "AuthService/CreateInvitation")


class People(Scenario):
    def test_a_profile_is_changed_and_seen_by_others(self):
        person, other = self.person(), self.person()
        person.call("UserService/UpdateProfile", {"displayName": "Ada L.", "bio": "Counts.\nAlways."})
        seen = other.call("UserService/GetUser", {"userIds": [person.id]})["users"][0]
        self.assertEqual((seen["displayName"], seen["bio"]), ("Ada L.", "Counts.\nAlways."))

    def test_the_directory_pages_by_name_and_finds_beginnings(self):
        mark = unique("zz")
        names = [f"{mark}-{letter}" for letter in "edcba"]
        for name in names:
            KithClient.register(self.server.address, name, displayName=f"Éva {name}").close()
        found, cursor = [], ""
        while True:
            page = self.owner.call("UserService/ListUsers", {"query": mark, "limit": 2, "cursor": cursor})
            found += [user["username"] for user in page.get("users", [])]
            cursor = page.get("nextCursor", "")
            if not cursor:
                break
        self.assertEqual(found, sorted(names))
        by_word = self.owner.call("UserService/ListUsers", {"query": "eva"})["users"]
        self.assertEqual(len(by_word), len(names))

    def test_an_unknown_user_is_not_found(self):
        error = self.refuses("USER_NOT_FOUND", self.owner.call, "UserService/GetUser", {"username": "no-one"})
        self.assertEqual(error.status, 404)

    def test_presence_shows_and_hides(self):
        person, watcher = self.person(), self.person()
        room = person.create_room()
        watcher.join(room)

        def state():
            user = watcher.call("UserService/GetUser", {"userIds": [person.id]})["users"][0]
            return user.get("presence", {}).get("state", "PRESENCE_STATE_UNSPECIFIED")

        live = self.live(person)
        self.eventually(lambda: state() == "PRESENCE_STATE_ONLINE", what=f"online, not {state()}")
        live.call("setPresence", {"state": "PRESENCE_STATE_AWAY"})
        self.eventually(lambda: state() == "PRESENCE_STATE_AWAY", what=f"away, not {state()}")
        person.call("UserService/UpdateProfile", {"presencePrivacy": "PRESENCE_PRIVACY_NOBODY"})
        self.eventually(lambda: state() == "PRESENCE_STATE_UNSPECIFIED", what=f"hidden, not {state()}")

    def test_settings_reach_all_devices_of_their_owner(self):
        name = unique("setter")
        desk = KithClient.register(self.server.address, name)
        phone = KithClient.login(self.server.address, name)
        self.addCleanup(desk.close)
        self.addCleanup(phone.close)
        live = self.live(phone)
        desk.call("UserService/SetSetting", {"setting": {"key": "theme", "value": "dark"}})
        item = live.expect(lambda i: i.get("ownState", {}).get("setting", {}).get("key") == "theme", "the setting")
        self.assertEqual(item["ownState"]["setting"]["value"], "dark")
        self.assertIn({"key": "theme", "value": "dark"}, phone.call("UserService/GetMe")["settings"])


if __name__ == "__main__":
    unittest.main()
