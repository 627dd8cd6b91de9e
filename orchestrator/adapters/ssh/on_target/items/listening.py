"""Who listens on TCP, asked of the kernel by sock_diag(7): it looks at listening sockets only.

/proc/net/tcp goes through the table of all connections, which grows with the machine's memory and takes 5 ms and more.
"""

from __future__ import annotations

import _socket
import os
import struct

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Iterator

_NETLINK, _SOCK_DIAG, _RAW = 16, 4, 3
_BY_FAMILY, _DUMP = 20, 0x301
_ERROR, _DONE = 2, 3
_INTERRUPTED = 0x10
_TCP, _LISTENING = 6, 10
_FAMILIES = {"tcp": 2, "tcp6": 10}
_HEADER = struct.Struct("=IHHII")
_WITHIN = 5.0


def listening(protocol: str) -> list[tuple[str, int, str]]:
    """Address, port and inode of each listening socket of `tcp` or `tcp6`. Raises OSError where the kernel cannot be asked."""
    family = _FAMILIES[protocol]
    # inet_diag_req_v2: family, protocol, extensions, padding, states; and the socket, which is any.
    request = struct.pack("=BBBxI48x", family, _TCP, 0, 1 << _LISTENING)
    wire = _socket.socket(_NETLINK, _RAW, _SOCK_DIAG)
    try:
        wire.settimeout(_WITHIN)
        wire.send(_HEADER.pack(_HEADER.size + len(request), _BY_FAMILY, _DUMP, 1, 0) + request)
        return [_listener(family, body) for body in _bodies(wire)]
    finally:
        wire.close()


def _bodies(wire: _socket.socket) -> Iterator[bytes]:
    """The messages up to the one that says that all was told. Raises OSError where it was not all."""
    while True:
        piece = wire.recv(1 << 17)
        while piece:
            length, kind, flags, _, _ = _HEADER.unpack_from(piece)
            if kind in (_ERROR, _DONE):
                # A dump that failed ends like one that found nothing, with the error's number in its last message.
                number = -struct.unpack_from("=i", piece, _HEADER.size)[0]
                if number or kind == _ERROR:
                    raise OSError(number, os.strerror(number))
                return
            if flags & _INTERRUPTED or length < _HEADER.size:
                raise OSError("the kernel's answer is not of one moment")
            yield piece[_HEADER.size : length]
            piece = piece[(length + 3) & ~3 :]


def _listener(family: int, body: bytes) -> tuple[str, int, str]:
    """Of an inet_diag_msg: 4 bytes, the port, the other's port, the address (16 bytes), and the inode as the last of it."""
    size = 4 if family == _FAMILIES["tcp"] else 16
    port = struct.unpack_from(">H", body, 4)[0]
    return _socket.inet_ntop(family, body[8 : 8 + size]), port, str(struct.unpack_from("=I", body, 68)[0])
