"""The independent check of a crash run, from the clients' own logs and the history read afterwards.

Nothing acknowledged may be missing, nothing may stand there twice, every reader saw one order without holes, and what
one sender sent into a room stands there in the order of sending.
"""
from collections import Counter


def broken_promises(sender_logs, readers, history):
    """Sentences, one for each broken promise.

    sender_logs: lists of (room, txn_id, seq or None); the text of a message is its txn_id. readers: with `name`,
    `events` [(room, seq, text)] and `resets` {room: [events seen before the reset]}. history: {room: [(seq, text)]}.
    """
    stored = {(room, seq): text for room, entries in history.items() for seq, text in entries}
    yield from _lost(sender_logs, stored)
    yield from _doubled(history)
    yield from _overtaken(sender_logs)
    for reader in readers:
        yield from _misread(reader, history, stored)


def _lost(sender_logs, stored):
    for log in sender_logs:
        for room, txn, seq in log:
            if seq is not None and stored.get((room, seq)) != txn:
                yield f"{txn} was acknowledged as ({room}, {seq}); there stands {stored.get((room, seq))!r}"


def _doubled(history):
    for room, entries in history.items():
        seqs = [seq for seq, _ in entries]
        if seqs != list(range(1, len(seqs) + 1)):
            yield f"{room}: its seqs are not 1, 2, 3…"
    counts = Counter(text for entries in history.values() for _, text in entries if text)
    for text, count in counts.items():
        if count > 1:
            yield f"{text} stands there {count} times"


def _overtaken(sender_logs):
    for log in sender_logs:
        last = {}  # room → (seq, txn_id) of what was sent into it before
        for room, txn, seq in log:
            if seq is None:
                continue
            before, earlier = last.get(room, (0, ""))
            if seq < before:
                yield f"{txn} was sent after {earlier} and stands before it in {room}"
            last[room] = (seq, txn)


def _misread(reader, history, stored):
    last = {}  # room → (highest seq, index of the event that brought it)
    for index, (room, seq, text) in enumerate(reader.events):
        if text != stored.get((room, seq)):
            yield f"{reader.name} was told {text!r} at ({room}, {seq}); there stands {stored.get((room, seq))!r}"
        highest, at = last.get(room, (seq - 1, -1))
        was_reset = any(at < reset <= index for reset in reader.resets.get(room, []))
        if seq > highest + 1 and not was_reset:
            yield f"{reader.name}: a hole in {room} between {highest} and {seq}"
        if seq > highest:
            last[room] = (seq, index)
    for room, entries in history.items():
        if last.get(room, (0, 0))[0] < entries[-1][0]:
            yield f"{reader.name} never heard of the last event of {room} ({entries[-1][0]})"
