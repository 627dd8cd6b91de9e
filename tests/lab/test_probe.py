"""Which servers count as an sshd that answers."""

from __future__ import annotations

import socket
import threading

import pytest

from orchestrator.lab.hosts import probe

BANNER = b"SSH-2.0-test\r\n"
KEY_EXCHANGE = b"\x00\x00\x01\x00\x04\x14" + bytes(250)


@pytest.mark.parametrize(
    ("says", "answers"),
    [
        ([BANNER + KEY_EXCHANGE], True),
        ([BANNER, KEY_EXCHANGE], True),
        ([BANNER[:5], BANNER[5:] + KEY_EXCHANGE[:3], KEY_EXCHANGE[3:]], True),
        ([BANNER], False),
        ([BANNER + b"\x00\x00\x00\x0c\x0a\x01" + bytes(250)], False),
        ([b"220 mail ESMTP\r\n" + KEY_EXCHANGE], False),
        ([b"\x00" * 40000], False),
        ([], False),
    ],
    ids=[
        "at once",
        "in two",
        "in pieces",
        "banner alone",
        "disconnects",
        "another protocol",
        "endless",
        "nothing",
    ],
)
def test_a_server_that(says: list[bytes], *, answers: bool) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        done = threading.Event()
        thread = threading.Thread(target=_serve, args=(server, says, done))
        thread.start()
        try:
            assert probe.ssh_answers("127.0.0.1", port=server.getsockname()[1], seconds=0.3) == answers
        finally:
            done.set()
            thread.join()


def test_a_closed_port_does_not_answer() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    assert not probe.ssh_answers("127.0.0.1", port=port, seconds=0.3)


def _serve(server: socket.socket, says: list[bytes], done: threading.Event) -> None:
    connection, _ = server.accept()
    with connection:
        for words in says:
            connection.sendall(words)
            done.wait(0.03)
        done.wait(5)
