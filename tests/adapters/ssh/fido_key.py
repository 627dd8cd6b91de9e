"""A key of a FIDO device that nobody has: files as ssh-keygen writes them, with a handle that no device knows."""

import base64
import secrets
import struct
from pathlib import Path

TYPE = "sk-ssh-ed25519@openssh.com"
_FLAGS_OF_TOUCH = 0x01


def make_fido_key(path: Path) -> str:
    """The key pair (PROTOCOL.u2f and PROTOCOL.key of OpenSSH); its public half."""
    public, check = secrets.token_bytes(32), secrets.token_bytes(4)
    blob = _string(TYPE.encode()) + _string(public) + _string(b"ssh:")
    private = (
        check + check + blob + bytes([_FLAGS_OF_TOUCH]) + _string(secrets.token_bytes(64)) + _string(b"")
    )
    private += _string(b"test")
    private += bytes(range(1, 1 + -len(private) % 8))
    text = b"openssh-key-v1\0" + _string(b"none") + _string(b"none") + _string(b"") + struct.pack(">I", 1)
    whole = base64.b64encode(text + _string(blob) + _string(private)).decode()
    lines = "\n".join(whole[at : at + 70] for at in range(0, len(whole), 70))
    path.touch(0o600)
    path.write_text(f"-----BEGIN OPENSSH PRIVATE KEY-----\n{lines}\n-----END OPENSSH PRIVATE KEY-----\n")
    line = f"{TYPE} {base64.b64encode(blob).decode()}"
    path.with_suffix(".pub").write_text(line + " test\n")
    return line


def _string(value: bytes) -> bytes:
    return struct.pack(">I", len(value)) + value
