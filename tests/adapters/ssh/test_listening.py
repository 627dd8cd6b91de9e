"""Who listens on TCP, asked of the kernel in two ways; and an answer of the kernel's that is not whole."""

import os
import socket
import struct

import pytest

from orchestrator.adapters.ssh.on_target.items import listening, procfs


@pytest.mark.parametrize(
    ("protocol", "family", "address"),
    [("tcp", socket.AF_INET, "127.0.0.1"), ("tcp6", socket.AF_INET6, "::1"), ("tcp6", socket.AF_INET6, "::")],
)
def test_both_ways_tell_the_same(protocol: str, family: socket.AddressFamily, address: str) -> None:
    with socket.create_server((address, 0), family=family) as server, socket.socket(family) as client:
        client.connect(("::1" if address == "::" else address, server.getsockname()[1]))
        sockets = listening.listening(protocol)
        ours = (address, server.getsockname()[1], str(os.fstat(server.fileno()).st_ino))
        assert ours in sockets
        assert client.getsockname()[1] not in [port for _, port, _ in sockets]
        # Other programs of this machine come and go between the two.
        assert ours in procfs.from_proc(protocol)
        assert ours in procfs.listening_of(protocol)


def message(kind: int, body: bytes, flags: int = 0) -> bytes:
    return struct.pack("=IHHII", 16 + len(body), kind, flags, 1, 0) + body


LISTENER = (
    bytes([2, 10, 0, 0])
    + struct.pack(">HH", 22, 0)
    + bytes([127, 0, 0, 1])
    + bytes(56)
    + struct.pack("=I", 7)
)
DONE = message(3, struct.pack("=i", 0))


def answered(*pieces: bytes) -> list[bytes]:
    """What is made of the kernel's answer, each piece a datagram."""
    ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with ours, its:
        ours.settimeout(0.2)
        for piece in pieces:
            its.send(piece)
        return list(listening._bodies(ours))


def test_an_answer_in_pieces_is_read_to_its_end() -> None:
    answers = answered(message(20, LISTENER) + message(20, LISTENER), message(20, LISTENER), DONE)
    assert [listening._listener(2, body) for body in answers] == [("127.0.0.1", 22, "7")] * 3


BROKEN = [
    ("an error", [message(2, struct.pack("=i", -2))], "No such file"),
    (
        "a kernel that cannot tell ends as if nothing listened",
        [message(3, struct.pack("=i", -2))],
        "No such file",
    ),
    ("a dump that was interrupted", [message(20, LISTENER, flags=0x10), DONE], "not of one moment"),
    ("no end", [message(20, LISTENER)], "timed out"),
    ("no answer", [], "timed out"),
]


@pytest.mark.parametrize(("pieces", "words"), [row[1:] for row in BROKEN], ids=[row[0] for row in BROKEN])
def test_what_is_not_whole_is_no_answer(pieces: list[bytes], words: str) -> None:
    with pytest.raises(OSError, match=words):
        answered(*pieces)
