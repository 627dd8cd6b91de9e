"""Decides on each request, in an order in which nothing is believed, or even read, before it has to be."""

import re
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from email.message import Message as Headers

from orchestrator.adapters.incident_hook.rates import Rates
from orchestrator.domain.authority.webhook_signature import (
    ID,
    SIGNATURE,
    TIMESTAMP,
    TOLERANCE,
    in_time,
    is_signed,
)
from orchestrator.domain.evidence.hook_answer import HookAnswer
from orchestrator.domain.text.foreign_json import ForeignJsonError, read_json
from orchestrator.engine.ports import Clock

PATH = "/incidents"
MOST_BYTES = 256 << 10
MOST_VALUES = 20_000
MOST_SEEN = 50_000
"""Ids that are remembered at one time; more within the time in which a signature counts are refused."""
_ID = re.compile(r"[\x21-\x7e]{1,255}")

Take = Callable[[object], HookAnswer]
ReadBody = Callable[[int], bytes]


class Gatekeeper:
    """Takes what is signed, in time and new; `take` puts it on the journal. Asked by several threads at once."""

    def __init__(self, secrets: Callable[[], list[bytes]], take: Take, clock: Clock, per_minute: int) -> None:
        self._secrets, self._take, self._clock = secrets, take, clock
        self._rates = Rates(per_minute)
        self._seen: dict[str, float] = {}
        self._counting, self._writing = threading.Lock(), threading.Lock()

    def now(self) -> datetime:
        """The time by which requests are judged."""
        return self._clock.now()

    def answer(self, address: str, path: str, headers: Headers, read: ReadBody) -> HookAnswer | None:
        """The answer to a POST; None where this sender was just told that it asks too often."""
        with self._counting:
            allowed = self._rates.ask(address, self._clock.now())
        if allowed != "yes":
            return HookAnswer("rate", "too many requests; wait a minute") if allowed == "no" else None
        if path != PATH:
            return HookAnswer("path", f"messages about incidents go to {PATH}")
        return _form(headers) or self._of_signed(headers, read)

    def _of_signed(self, headers: Headers, read: ReadBody) -> HookAnswer:
        name, stamp, given = (str(headers.get(field, "")) for field in (ID, TIMESTAMP, SIGNATURE))
        if not given or not stamp:
            return HookAnswer("unsigned", f"{ID}, {TIMESTAMP} and {SIGNATURE} are needed")
        if not _ID.fullmatch(name):
            return HookAnswer("id", f"{ID} must be 1 to 255 characters without spaces")
        if not in_time(stamp, self._clock.now()):
            return HookAnswer("time", f"{TIMESTAMP} is not within {TOLERANCE:g} s of this clock")
        length = int(str(headers["Content-Length"]))
        body = read(length)
        if len(body) != length:
            return HookAnswer("request", "the body is shorter than it says")
        try:
            keys = self._secrets()
        except ValueError as fault:
            return HookAnswer("secret", str(fault))
        if not is_signed(keys, name, stamp, body, given):
            return HookAnswer("signature", "no signature is by the secret of this place")
        with self._writing:
            return self._once(name, body)

    def _once(self, name: str, body: bytes) -> HookAnswer:
        """One after the other, so that two of one id are never both new."""
        now = self._clock.now()
        self._seen = {each: until for each, until in self._seen.items() if until > now.timestamp()}
        if name in self._seen:
            return HookAnswer("already", "this id was taken before")
        if len(self._seen) >= MOST_SEEN:
            return HookAnswer("busy", "too many messages in a short time; try again later")
        try:
            message = read_json(body, most_bytes=MOST_BYTES, most_values=MOST_VALUES)
        except ForeignJsonError as fault:
            return HookAnswer("json", str(fault))
        answer = self._take(message)
        if answer.good:
            self._seen[name] = (now + timedelta(seconds=2 * TOLERANCE)).timestamp()
        return answer


def _form(headers: Headers) -> HookAnswer | None:
    """What is wrong with the request before its body is read."""
    lengths = headers.get_all("Content-Length", [])
    if headers.get("Transfer-Encoding") is not None or len(lengths) != 1:
        return HookAnswer("length", "a body with one Content-Length is needed")
    length = str(lengths[0])
    if not (length.isascii() and length.isdigit()) or len(length) > 9 or int(length) > MOST_BYTES:
        return HookAnswer("size", f"at most {MOST_BYTES} bytes are read")
    if headers.get_content_type() != "application/json":
        return HookAnswer("type", "Content-Type must be application/json")
    return None
