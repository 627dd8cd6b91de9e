"""Passwords as configuration items: whether they changed, by keyed digest, and their ageing; never what they are.

The key is the host's own secret (its ssh key), so that two captures of a host are comparable, whoever takes them, and what is
kept of them on the controller is no use for guessing.
"""

from __future__ import annotations

import binascii

from orchestrator.adapters.ssh.on_target.items import digest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

HOST_KEYS = (
    "/etc/ssh/ssh_host_ed25519_key", "/etc/ssh/ssh_host_ecdsa_key", "/etc/ssh/ssh_host_rsa_key",
    "/etc/dropbear/dropbear_ed25519_host_key", "/etc/dropbear/dropbear_ecdsa_host_key", "/etc/dropbear/dropbear_rsa_host_key",
)  # fmt: skip
_AGEING = ("last_change", "minimum", "maximum", "warning", "inactive", "expires")
_FIELDS = 9
_BLOCK = 64


class NoSecret(Exception):
    """The host has no secret of its own that this user can read; says so in words."""


def secret(paths: tuple[str, ...] = HOST_KEYS) -> bytes:
    """The key of this host's digests. Raises NoSecret."""
    for path in paths:
        try:
            with open(path, "rb") as source:
                text = source.read(65536)
        except OSError:
            continue
        if text:
            return binascii.unhexlify(digest.of(b"orch passwords\n" + text))
    raise NoSecret("no ssh key of the host is there to make digests with, or this user cannot read it")


def collect(
    add: Callable[[str, str, dict[str, Any]], None],
    key: bytes,
    file: str = "/etc/shadow",
    groups_file: str = "/etc/gshadow",
) -> None:
    """Every account's password and ageing, and every group's; a line that is neither by its digest. Raises OSError."""
    odd: dict[str, list[str]] = {}
    for row in _rows(file):
        if len(row) != _FIELDS or not row[0].strip():
            odd.setdefault(row[0].strip(), []).append(keyed(key, ":".join(row)))
            continue
        attributes = {"state": _state(row[1]), "digest": keyed(key, row[1])}
        attributes.update((name, value) for name, value in zip(_AGEING, row[2:]) if value)  # noqa: B905 - older Pythons
        _add_or_odd(add, odd, "password", row[0], attributes)
    for name, digests in odd.items():
        add("shadow line", name, {"digests": ",".join(sorted(digests))})
    try:
        rows = _rows(groups_file)
    except FileNotFoundError:
        return
    for row in rows:
        add("group password", row[0], {"digest": keyed(key, ":".join(row[1:]))})


def _add_or_odd(
    add: Callable[[str, str, dict[str, Any]], None],
    odd: dict[str, list[str]],
    kind: str,
    name: str,
    attributes: dict[str, Any],
) -> None:
    """An account is one item; a second line of it, which the C library passes over, is an odd one."""
    known = odd.setdefault("", [])
    if name in known:
        odd.setdefault(name, []).append(",".join(str(value) for value in attributes.values()))
        return
    known.append(name)
    add(kind, name, attributes)


def keyed(key: bytes, text: str) -> str:
    """HMAC-SHA256 of a text (RFC 2104); `hmac` takes 10 ms to import."""
    return keyed_bytes(key, text.encode("utf-8", "surrogateescape"))


def keyed_bytes(key: bytes, content: bytes) -> str:
    """The same of bytes."""
    block = key.ljust(_BLOCK, b"\0")
    inner = bytes(byte ^ 0x36 for byte in block) + content
    outer = bytes(byte ^ 0x5C for byte in block) + binascii.unhexlify(digest.of(inner))
    return digest.of(outer)


def _rows(path: str) -> list[list[str]]:
    with open(path, encoding="utf-8", errors="surrogateescape") as lines:
        return [line.rstrip("\n").split(":") for line in lines if line.strip()]


def _state(field: str) -> str:
    """What the C library makes of a field: `empty` lets anybody in."""
    if not field:
        return "empty"
    if field.startswith("!"):
        return "locked"
    return "none" if field in ("*", "x") else "set"
