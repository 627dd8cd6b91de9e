"""Whether an sshd really answers."""

import socket

from orchestrator.lab.kernel.inside import network_of

_BANNER = b"SSH-2.0-orchlab\r\n"
_KEY_EXCHANGE = 20


def ssh_answers(address: str, *, port: int = 22, seconds: float = 2.0, space: str | None = None) -> bool:
    """Whether the server sends its banner and then begins the key exchange (RFC 4253, sections 4.2 and 7.1).

    A banner alone proves little: a hung server has one, too. `space` is the network namespace that asks; None is our own.
    """
    try:
        with network_of(space):
            connection = socket.create_connection((address, port), timeout=seconds)
        with connection:
            connection.settimeout(seconds)
            connection.sendall(_BANNER)
            return _begins_key_exchange(connection)
    except OSError:
        return False


def _begins_key_exchange(connection: socket.socket) -> bool:
    received = b""
    while len(received) < 1024 * 16:
        piece = connection.recv(4096)
        if not piece:
            return False
        received += piece
        banner, _, packet = received.partition(b"\r\n")
        if banner.startswith(b"SSH-2.0-") and len(packet) > 5:
            return packet[5] == _KEY_EXCHANGE
    return False
