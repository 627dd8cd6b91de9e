"""What OpenSSH's own log says of a login: how far it is, the host key it was shown, and why there is none.

The log comes over a descriptor of its own (`ssh -E`), so nothing that a host prints can be taken for it. The texts are
those of OpenSSH 8.4 to 10 (sshconnect.c, sshconnect2.c, packet.c); what is not known here is passed on as it is.
"""

import re
from typing import Literal, NamedTuple

Stage = Literal["begun", "connected", "key_shown", "logged_in"]
Cause = Literal["host_key", "login", "no_name", "no_connection", "no_ssh", "configuration"]


def _line(pattern: bytes) -> re.Pattern[bytes]:
    return re.compile(pattern, re.MULTILINE)


_KEY_SHOWN = _line(rb"^debug1: Server host (?:key|certificate): (\S{1,80}) (SHA256:[A-Za-z0-9+/]{43})")
_STAGES: tuple[tuple[Stage, re.Pattern[bytes]], ...] = (
    ("logged_in", _line(rb"^Authenticated to .{1,300} using \"[\w@.-]{1,64}\"\.?\r?$")),
    ("key_shown", _KEY_SHOWN),
    ("connected", _line(rb"^debug1: (?:Connection established\.|Local version string )")),
)
_CAUSES: tuple[tuple[Cause, re.Pattern[bytes]], ...] = (
    ("host_key", _line(rb"^(?P<words>Host key verification failed)\.")),
    ("host_key", _line(rb"(?P<words>no matching host key type found.{0,200})")),
    ("login", _line(rb"^\S{0,300}: (?P<words>Permission denied \([\w,.@ -]{0,200}\))\.")),
    ("login", _line(rb"(?P<words>Too many authentication failures)")),
    ("no_name", _line(rb"^ssh: Could not resolve hostname .{1,300}: (?P<words>.{1,100})")),
    ("no_connection", _line(rb"^ssh: connect to host .{1,300} port \d+: (?P<words>.{1,100})")),
    ("configuration", _line(rb"^(?P<words>.{1,300}: line \d+: .{1,200})$")),
    ("no_ssh", _line(rb"^(?P<words>Connection timed out during banner exchange)")),
    (
        "no_ssh",
        _line(rb"^(?P<words>(?:kex_exchange_ident|ssh_dispatch_run_f|banner ex|Unable to neg).{0,300})"),
    ),
    ("no_ssh", _line(rb"^(?P<words>Connection (?:closed|reset|timed out).{0,200})")),
)
_LOST = _line(
    rb"^(Timeout, server .{1,200} not responding\.|client_loop: .{1,100}|.{0,60}Broken pipe"
    rb"|Connection (?:to .{1,200} closed|reset|closed).{0,100}"
    rb"|debug1: Control master terminated unexpectedly)"
)
_CERTIFIED = _line(rb"^debug1: Server host certificate: ")
_GREETED = _line(rb"^debug1: Remote protocol version ")
_LIMIT = 1 << 16


_NOT_SIGNED = _line(
    rb"^sign_and_send_pubkey: signing failed for (?P<type>[\w-]{1,40}) .{0,600}: (?P<words>[^:\n]{1,100})$"
)
_OF_DEVICES = ("ED25519-SK", "ECDSA-SK")


class KeyShown(NamedTuple):
    """The host key of a connection: its type and its fingerprint; for a certificate those of the key in it."""

    type: str
    fingerprint: str


class WhyNot(NamedTuple):
    """Why there is no login: the cause, and OpenSSH's words."""

    cause: Cause
    words: str


class SshLog:
    """The log as far as it came; its end is kept where it is long, and what was recognised."""

    def __init__(self) -> None:
        self._text = b""
        self.stage: Stage = "begun"
        self.key: KeyShown | None = None
        self.certified = False
        self.greeted = False
        """Whether the host has said that it speaks ssh."""

    @property
    def logged_in(self) -> bool:
        """Whether the login is done."""
        return self.stage == "logged_in"

    def add(self, piece: bytes) -> None:
        """Read on."""
        self._text = (self._text + piece)[-_LIMIT:]
        if self.stage == "logged_in":
            return
        self.greeted = self.greeted or _GREETED.search(self._text) is not None
        match = _KEY_SHOWN.search(self._text)
        if match is not None:
            self.key = KeyShown(match[1].decode("ascii", "replace"), match[2].decode("ascii"))
            self.certified = _CERTIFIED.search(self._text) is not None
        self.stage = next((stage for stage, mark in _STAGES if mark.search(self._text)), self.stage)

    def why_not(self) -> WhyNot:
        """The first cause that is known, or OpenSSH's last words."""
        for cause, pattern in _CAUSES:
            match = pattern.search(self._text)
            if match is not None:
                return WhyNot(cause, _text_of(match["words"]))
        return WhyNot("no_ssh", self.last_words())

    def device_lacks(self) -> str | None:
        """What ssh says of the FIDO device of a key that the host would have taken; None where that was not it."""
        match = _NOT_SIGNED.search(self._text)
        if match is None or match["type"].decode("ascii", "replace") not in _OF_DEVICES:
            return None
        return _text_of(match["words"])

    def lost(self) -> str | None:
        """How a connection ended that had been there; None where OpenSSH says nothing of it."""
        match = _LOST.search(self._text)
        return None if match is None else _text_of(match[1])

    def last_words(self) -> str:
        """The last line that is no debugging."""
        lines = [line for line in self._text.splitlines() if line and not line.startswith((b"debug", b"@"))]
        return _text_of(lines[-1]) if lines else "ssh says nothing"


def _text_of(words: bytes) -> str:
    return words.decode("utf-8", "replace").strip().rstrip(".")
