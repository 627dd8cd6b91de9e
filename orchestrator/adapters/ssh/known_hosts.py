"""Pinned host keys: a known_hosts file as OpenSSH writes it, with hashed names and revoked keys; nothing is ever added."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import NamedTuple

from orchestrator.adapters.home_paths import user_home
from orchestrator.domain.plan.ssh_way import name_of_key
from orchestrator.domain.plan.target import Target


class Pinned(NamedTuple):
    """One line: whom it is for, the key's type and bytes, and whether it forbids the key instead."""

    names: str
    type: str
    key: bytes
    revoked: bool


def known_hosts_of(target: Target) -> Path:
    """The file with the target's pinned key: its own, or the user's."""
    return Path(target.known_hosts) if target.known_hosts else user_home() / ".ssh/known_hosts"


def fingerprint_of(key: bytes) -> str:
    """A key's fingerprint as OpenSSH shows it, `SHA256:...`."""
    return "SHA256:" + base64.b64encode(hashlib.sha256(key).digest()).decode("ascii").rstrip("=")


def pinned_for(target: Target) -> list[Pinned]:
    """The lines of its known_hosts file that are about this target; none when there is no such file."""
    path = known_hosts_of(target)
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return []
    name = pinned_name(target)
    return [line for line in _lines(text) if _is_about(line.names, name)]


def pinned_name(target: Target) -> str:
    """The name under which OpenSSH looks the key up: HostKeyAlias, or the host's name or address and port."""
    alias = target.way.setting("hostkeyalias")
    if alias is not None:
        return alias
    address = target.way.setting("hostname") or target.address
    port = target.way.setting("port") or str(target.port)
    return name_of_key(address, port)


def _lines(text: str) -> Iterator[Pinned]:
    for line in text.splitlines():
        fields = line.split()
        marker = fields.pop(0) if fields and fields[0].startswith("@") else ""
        if len(fields) < 3 or fields[0].startswith("#") or marker not in ("", "@revoked"):
            continue
        try:
            key = base64.b64decode(fields[2], validate=True)
        except binascii.Error:
            continue
        yield Pinned(fields[0], fields[1], key, marker == "@revoked")


def _is_about(names: str, name: str) -> bool:
    if names.startswith("|1|"):
        try:
            salt, digest = (base64.b64decode(part, validate=True) for part in names.split("|")[2:4])
        except (binascii.Error, ValueError):
            return False
        return hmac.digest(salt, name.encode(), "sha1") == digest
    patterns = names.lower().split(",")
    if any(each.startswith("!") and _matches(name, each[1:]) for each in patterns):
        return False
    return any(_matches(name, each) for each in patterns)


def _matches(name: str, pattern: str) -> bool:
    # Brackets stand around an address with a port and are no pattern.
    return fnmatchcase(name.lower(), pattern.replace("[", "[[]") if "[" in pattern else pattern)
