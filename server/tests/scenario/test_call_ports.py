"""The ports of calls: what the doctor says of them, and what a start does about taken ones."""
import socket
import subprocess
import unittest

from kith_client import KithClient, unique
from kith_server import BINARY, KithServer, free_port


def doctor(udp, tcp):
    command = [str(BINARY), "doctor", "calls", "--public-address", "127.0.0.1", "--media-threads", "1"]
    command += ["--media-port", str(udp), "--media-tcp-port", str(tcp)]
    return subprocess.run(command, capture_output=True, text=True, timeout=30)


def call_flags(udp, tcp):
    return ["--media-port", str(udp), "--media-tcp-port", str(tcp), "--media-threads", "1"]


def free_udp_port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class CallPorts(unittest.TestCase):
    def found_by(self, server):
        """What the administration shows of a server's ports."""
        owner = KithClient.register(server.address, unique("owner"))
        self.addCleanup(owner.close)
        return owner.call("AdminService/CheckCallPorts", {})["ports"]

    def test_the_administration_shows_open_ports(self):
        udp, tcp = free_udp_port(), free_port()
        with KithServer(*call_flags(udp, tcp), "--public-address", "127.0.0.1") as server:
            ports = self.found_by(server)
        for port in ports:
            self.assertLess(port.pop("answeredInUs"), 3_000_000)
        told = {"address": "127.0.0.1", "state": "PORT_STATE_OPEN", "local": True}
        self.assertEqual(
            ports,
            [
                told | {"port": udp, "protocol": "PORT_PROTOCOL_UDP"},
                told | {"port": tcp, "protocol": "PORT_PROTOCOL_TCP"},
            ],
        )

    def test_the_administration_shows_the_port_a_server_found_for_itself(self):
        with KithServer(*call_flags(0, 0), "--public-address", "127.0.0.1") as server:
            [port] = self.found_by(server)
            self.assertIn(f'udp={port["port"]}', server.log().replace('"', ""))
        self.assertEqual(port["state"], "PORT_STATE_OPEN")

    def test_the_administration_shows_an_address_without_a_way_to_it(self):
        # A link-local address that names no link leads nowhere, on any machine.
        flags = ["--public-address", "fe80::1", "--public-address", "127.0.0.1"]
        with KithServer(*call_flags(0, 0), *flags) as server:
            ports = self.found_by(server)
        states = {port["address"]: port["state"] for port in ports}
        self.assertEqual(states, {"fe80::1": "PORT_STATE_UNREACHABLE", "127.0.0.1": "PORT_STATE_OPEN"})

    def test_the_doctor_finds_open_ports(self):
        udp, tcp = free_udp_port(), free_port()
        with KithServer(*call_flags(udp, tcp)):
            result = doctor(udp, tcp)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        self.assertEqual(result.stdout.count("works"), 2, result.stdout)

    def test_the_doctor_names_the_port_nobody_listens_on(self):
        udp, tcp, other = free_udp_port(), free_port(), free_udp_port()
        with KithServer(*call_flags(udp, tcp)):
            result = doctor(other, tcp)
        self.assertEqual(result.returncode, 1, result.stdout + result.stderr)
        self.assertIn(f"UDP port {other}: CLOSED", result.stdout)
        self.assertIn(f"TCP port {tcp}: works", result.stdout)

    def test_a_chosen_port_that_is_taken_stops_the_start_and_names_the_setting(self):
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as taken:
            taken.bind(("::", 0))
            port = taken.getsockname()[1]
            server = KithServer(*call_flags(port, 0))
            self.addCleanup(server.remove)
            with self.assertRaises(AssertionError):
                server.start()
            self.assertIn(str(port), server.log())
            self.assertIn("--media-port", server.log())

    def test_the_usual_port_gives_way_when_it_is_taken(self):
        # Two servers that nobody told anything: the second cannot have the same ports, whoever has them now.
        with KithServer(*call_flags(7882, 7881)), KithServer(*call_flags(7882, 7881)) as second:
            self.assertIn("--media-port", second.log())
            self.assertIn("--media-tcp-port", second.log())

    def test_an_answer_comes_from_the_address_that_was_asked(self):
        # Browsers drop any other. 127.0.0.5 is one of the machine's addresses, but not the one it would choose.
        port = free_udp_port()
        # With 64 bytes of SOFTWARE (RFC 8489 §14.14): who may be somebody else gets no more than was asked with.
        binding_request = bytes.fromhex("000100442112a442") + bytes(range(12)) + bytes.fromhex("80220040") + b"x" * 64
        with KithServer(*call_flags(port, 0), "--public-address", "127.0.0.5"):
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
                client.settimeout(10)
                client.sendto(binding_request, ("127.0.0.5", port))
                _, source = client.recvfrom(1500)
        self.assertEqual(source, ("127.0.0.5", port))

    def test_an_address_that_is_none_is_refused(self):
        server = KithServer("--public-address", "example.org")
        self.addCleanup(server.remove)
        with self.assertRaises(AssertionError):
            server.start()
        self.assertIn("example.org", server.log())


if __name__ == "__main__":
    unittest.main()
