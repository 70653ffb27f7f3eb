"""A full disk: writes are refused with a clear error, reading goes on, and it recovers without a restart."""
import errno
import pathlib
import tempfile
import unittest

from kith_client import KithClient, KithError, unique
from kith_server import KithServer

DISK_BYTES = 24 * 1024 * 1024


class SmallDisk(unittest.TestCase):
    """The server's data folder is a small file system of its own, in a mount namespace only the server sees."""

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="kith-disk-"))
        self.addCleanup(self.folder.rmdir)
        mount = f'mount -t tmpfs -o size={DISK_BYTES} none "{self.folder}" && exec "$@"'
        wrapper = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", mount, "sh"]
        self.server = KithServer(data_dir=self.folder, wrapper=wrapper)
        self.addCleanup(self.server.remove)
        self.server.start()
        # The server's view of the folder, from outside of its namespace.
        self.disk = pathlib.Path(f"/proc/{self.server.process.pid}/root{self.folder}")
        self.owner = KithClient.register(self.server.address, "owner")
        self.addCleanup(self.owner.close)

    def fill(self):
        with open(self.disk / "filler", "wb", buffering=0) as filler:
            try:
                while True:
                    filler.write(b"\0" * 4096)
            except OSError as error:
                self.assertEqual(error.errno, errno.ENOSPC)

    def test_a_full_disk_refuses_writes_serves_reads_and_recovers(self):
        room = self.owner.create_room()
        kept = [self.owner.send(room, f"before {number}")["content"]["text"] for number in range(5)]
        self.fill()
        refused = None
        for number in range(2000):  # the files may still have room inside
            text = f"full {number} " + "x" * 8000
            try:
                kept.append(self.owner.send(room, text)["content"]["text"])
            except KithError as error:
                refused = error
                break
        self.assertIsNotNone(refused, "nothing was refused on a full disk")
        self.assertEqual(refused.reason, "REASON_STORAGE_FULL")
        self.assertEqual(refused.detail["retry"], "RETRY_LATER")
        self.assertEqual(self.owner.texts(room, limit=100), kept[-99:] if len(kept) > 99 else kept)
        self.assertTrue(self.server.is_running())
        (self.disk / "filler").unlink()
        self.assertEqual(self.owner.send(room, "after", txn=unique("after"))["content"]["text"], "after")
        self.assertEqual(self.owner.texts(room, limit=2)[-1], "after")


if __name__ == "__main__":
    unittest.main()
