"""Search: within two seconds, in every script, only what the caller may read."""
import unittest

from scenario import Scenario

SECONDS_TO_FIND = 2.0


class Finding(Scenario):
    def find(self, client, query, expected, **filters):
        """The search gives these texts, newest first, within the promised time."""

        def texts():
            return [result["message"]["content"]["text"] for result in client.search(query, **filters)]

        try:
            self.eventually(lambda: texts() == expected, SECONDS_TO_FIND)
        except AssertionError:
            self.assertEqual(texts(), expected)

    def test_words_beginnings_case_and_accents(self):
        room = self.owner.create_room()
        for text in ("A café in Zürich", "Naïve RÉSUMÉ writing", "nothing here"):
            self.owner.send(room, text)
        for query, expected in [
            ("cafe", ["A café in Zürich"]),
            ("CAFÉ zurich", ["A café in Zürich"]),
            ("resu", ["Naïve RÉSUMÉ writing"]),
            ("naive", ["Naïve RÉSUMÉ writing"]),
        ]:
            with self.subTest(query):
                self.find(self.owner, query, expected, roomIds=[room])

    def test_scripts_without_spaces_and_emoji(self):
        room = self.owner.create_room()
        samples = {
            "北京": "我明天去北京开会",
            "会議": "明日の会議は中止です",
            "ประชุม": "พรุ่งนี้มีประชุมใหญ่",
            "مرحبا": "مرحبا بكم في البيت",
            "नमस्ते": "नमस्ते दुनिया",
            "🎉": "we shipped it 🎉🎉",
            "привет": "Привет, мир",
        }
        for text in samples.values():
            self.owner.send(room, text)
        for query, text in samples.items():
            with self.subTest(query):
                self.find(self.owner, query, [text], roomIds=[room])

    def test_phrases_exclusion_and_order(self):
        room = self.owner.create_room()
        for text in ("green apple pie", "apple green paint", "green apple juice"):
            self.owner.send(room, text)
        self.find(self.owner, '"green apple"', ["green apple juice", "green apple pie"], roomIds=[room])
        self.find(self.owner, '"green apple" -juice', ["green apple pie"], roomIds=[room])
        self.find(self.owner, "apple", ["green apple juice", "apple green paint", "green apple pie"], roomIds=[room])

    def test_filters_from_in_and_link(self):
        room = self.owner.create_room(name="Orchard")
        other = self.person()
        other.join(room)
        self.owner.send(room, "pears from the owner")
        other.send(room, "pears from the other https://pears.example/list")
        self.find(self.owner, "pears", ["pears from the owner"], fromUserIds=[self.owner.id])
        name = other.user["username"]
        self.find(self.owner, f"pears from:{name}", ["pears from the other https://pears.example/list"])
        self.find(self.owner, "pears", ["pears from the other https://pears.example/list"], hasLink=True)
        self.find(self.owner, "pears before:2020-01-01", [])

    def test_hits_mark_the_words_in_utf16(self):
        room = self.owner.create_room()
        self.owner.send(room, "😀 straße und strasse")
        self.find(self.owner, "strasse", ["😀 straße und strasse"], roomIds=[room])
        text = "😀 straße und strasse".encode("utf-16-le")
        hits = self.owner.search("strasse", roomIds=[room])[0]["hits"]
        words = [text[2 * hit["start"] : 2 * hit["end"]].decode("utf-16-le") for hit in hits]
        self.assertEqual(words, ["straße", "strasse"])

    def test_edits_and_deletes_change_the_index(self):
        room = self.owner.create_room()
        seq = self.owner.send(room, "quokka sighted")["seq"]
        self.find(self.owner, "quokka", ["quokka sighted"], roomIds=[room])
        edit = {"roomId": room, "seq": seq, "txnId": "edit-quokka", "content": {"text": "wombat sighted"}}
        self.owner.call("MessageService/EditMessage", edit)
        self.find(self.owner, "quokka", [], roomIds=[room])
        self.find(self.owner, "wombat", ["wombat sighted"], roomIds=[room])
        self.owner.call("MessageService/DeleteMessage", {"roomId": room, "seq": seq})
        self.find(self.owner, "wombat", [], roomIds=[room])

    def test_nobody_finds_what_they_may_not_read(self):
        secret = self.owner.create_room("PRIVATE")
        stranger = self.person()
        self.owner.send(secret, "the password is xyzzyplugh")
        self.find(self.owner, "xyzzyplugh", ["the password is xyzzyplugh"])
        self.assertEqual(stranger.search("xyzzyplugh"), [])
        self.owner.call("RoomService/InviteMember", {"roomId": secret, "userId": stranger.id})
        self.assertEqual(stranger.search("xyzzyplugh"), [])
        stranger.join(secret)
        self.assertEqual(len(stranger.search("xyzzyplugh")), 1)
        self.owner.call("RoomService/RemoveMember", {"roomId": secret, "userId": stranger.id})
        self.assertEqual(stranger.search("xyzzyplugh"), [])

    def test_pages_go_on_where_they_ended(self):
        room = self.owner.create_room()
        texts = [f"pageable item {number}" for number in range(12)]
        for text in texts:
            self.owner.send(room, text)
        self.find(self.owner, "pageable", texts[::-1], roomIds=[room], limit=50)
        found, cursor = [], ""
        while True:
            request = {"query": "pageable", "roomIds": [room], "limit": 5, "cursor": cursor}
            page = self.owner.call("SearchService/SearchMessages", request)
            found += [result["message"]["content"]["text"] for result in page.get("results", [])]
            cursor = page.get("nextCursor", "")
            if not cursor:
                break
        self.assertEqual(found, texts[::-1])

    def test_a_query_without_words_is_refused(self):
        for query in ("", "   ", "-", '""'):
            with self.subTest(query):
                self.refuses("EMPTY_QUERY", self.owner.search, query)
        self.refuses("TOO_LONG", self.owner.search, "x" * 1025)


if __name__ == "__main__":
    unittest.main()
