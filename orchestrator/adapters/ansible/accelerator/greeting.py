"""What a host says of itself first: text with limits, or it is not spoken with."""

from __future__ import annotations

import re
from typing import NamedTuple

from orchestrator.adapters.ansible.accelerator.on_host.wire import Nonsense

_FIELDS = re.compile(
    rb"(?P<machine>[0-9a-f]{32}|)\0(?P<boot>[0-9a-f-]{36}|)\0(?P<user>[^\0]{1,256})\0(?P<uid>[0-9]{1,10})\0"
    rb"(?P<python>3\.[0-9]{1,3}\.[0-9]{1,3})\0(?P<magic>.{4})",
    re.DOTALL,
)


class Hello(NamedTuple):
    """Machine id and boot id (empty where the host has none), login user, version of Python, number of its bytecode."""

    machine: str
    boot: str
    user: str
    uid: int
    python: str
    magic: bytes


def greeted(content: bytes) -> Hello:
    """The greeting; raises Nonsense."""
    match = _FIELDS.fullmatch(content)
    user = match["user"].decode("utf-8", "replace") if match else ""
    if match is None or not user.isprintable():
        raise Nonsense("a greeting that is none")
    return Hello(
        match["machine"].decode(),
        match["boot"].decode(),
        user,
        int(match["uid"]),
        match["python"].decode(),
        match["magic"],
    )
