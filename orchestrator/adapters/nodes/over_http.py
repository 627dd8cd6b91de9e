"""The server over HTTPS, as a node dials it: the port `Courier`, and the enrolment before it."""

from __future__ import annotations

import base64
import json
import secrets
import ssl
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlsplit

import httpx
from pydantic import ValidationError

from orchestrator.adapters.nodes.courier import Courier
from orchestrator.adapters.nodes.door import (
    PATH,
    CallText,
    Enrolled,
    Enrolment,
    Successions,
    digest_of_party,
    enrolment_text,
    signed_text,
)
from orchestrator.adapters.nodes.tls_words import tls_words
from orchestrator.domain.text.foreign_json import ForeignJsonError, read_object
from orchestrator.domain.text.plain_text import plain
from orchestrator.engine.node_ports import PART, Call, FrameKeys, Succession
from orchestrator.engine.ports import Clock
from orchestrator.errors import Conflict, Refused, StoreFault, UsageFault

SLACK = 20.0
"""Seconds for an answer beyond the time that the server was asked to wait."""
MOST_BYTES = 128 << 20
"""Bytes of an answer."""
MACHINES = "those of this machine"
"""The authorities of a node that was given no file of them."""
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def checked_url(url: str) -> str:
    """The server's address without a slash at its end. Raises UsageFault where others could listen."""
    parts = urlsplit(url)
    plain_http = parts.scheme == "http" and parts.hostname in _LOOPBACK
    if (parts.scheme != "https" and not plain_http) or not parts.hostname or parts.query or parts.fragment:
        raise UsageFault(
            f"The server's address is {plain(url, 100)}; expected https://HOST[:PORT] (http only to this machine)."
        )
    return url.rstrip("/")


def client(ca_file: Path | None) -> httpx.Client:
    """With the authorities of a file, or those of the machine. Raises UsageFault."""
    try:
        context = ssl.create_default_context(cafile=None if ca_file is None else str(ca_file))
    except (OSError, ssl.SSLError) as error:
        raise UsageFault(
            f"{ca_file} holds no certificates of authorities that can be read ({error.strerror or error}); put them there, in "
            "PEM."
        ) from None
    return httpx.Client(verify=context, follow_redirects=False, timeout=SLACK)


class HttpCourier(Courier):
    """One connection at a time is enough for most; httpx keeps it open."""

    def __init__(
        self, url: str, keys: FrameKeys, clock: Clock, opened: httpx.Client, ca_file: str | None = None
    ) -> None:
        self._url, self._keys, self._clock, self._client = url, keys, clock, opened
        self._authorities = ca_file or MACHINES

    def take(self, seconds: float, *, new: bool) -> Call | None:
        """See the port."""
        status, body = self._ask("take", {"seconds": seconds, "new": new}, seconds)
        return None if status == 204 else _call(_object(body))

    def owed(self) -> list[Call]:
        """See the port."""
        _, body = self._ask("owed", {})
        calls = _object(body).get("calls")
        if not isinstance(calls, list):
            raise StoreFault("The server's answer is not of its form.")
        return [_call(each) for each in calls]

    def answer(self, call: str, frame: bytes) -> None:
        """See the port."""
        self._ask("answer", {"call": call, "frame": _text(frame)})

    def report(self, attempt: str, number: int, frame: bytes, *, last: bool) -> None:
        """See the port."""
        self._ask("report", {"attempt": attempt, "number": number, "last": last, "frame": _text(frame)})

    def part(self, digest: str, number: int) -> bytes | None:
        """See the port."""
        status, body = self._ask("part", {"digest": digest, "number": number})
        if len(body) > PART:
            raise Refused("The server gave a larger part of a project than there are.")
        return None if status == 204 else body

    def successions(self) -> list[Succession]:
        """See the port."""
        _, body = self._ask("successions", {})
        try:
            return list(Successions.model_validate_json(body).successions)
        except ValidationError:
            raise StoreFault("The server's answer is not of its form.") from None

    def leave(self) -> None:
        """The node ends by itself."""
        self._ask("leave", {})

    def _ask(self, verb: str, question: dict[str, object], seconds: float = 0.0) -> tuple[int, bytes]:
        body = json.dumps(question).encode()
        time, nonce = str(int(self._clock.now().timestamp())), secrets.token_hex(16)
        headers = {
            "orch-node": self._keys.party.name,
            "orch-time": time,
            "orch-nonce": nonce,
            "orch-signature": self._keys.sign(signed_text(verb, time, nonce, body)),
        }
        return _posted(
            self._client, f"{self._url}{PATH}{verb}", body, headers, seconds, authorities=self._authorities
        )


def enrol(
    opened: httpx.Client, url: str, token: str, keys: FrameKeys, ca_file: str | None = None
) -> Enrolled:
    """Enrol this machine's keys by a token. Raises Refused, also where the server is not the one that the token names."""
    asked = Enrolment(token=token, party=keys.party, signature=keys.sign(enrolment_text(token, keys.party)))
    _, body = _posted(
        opened, f"{url}{PATH}enrol", asked.model_dump_json().encode(), {}, authorities=ca_file or MACHINES
    )
    try:
        enrolled = Enrolled.model_validate_json(body)
    except ValidationError:
        raise StoreFault("The server's answer is not of its form.") from None
    if digest_of_party(enrolled.server) != token.rpartition(".")[2]:
        raise Refused(
            "The server that answered has other keys than the token says: it is another one. Nothing was kept."
        )
    return enrolled


def _posted(
    opened: httpx.Client,
    url: str,
    body: bytes,
    headers: dict[str, str],
    seconds: float = 0.0,
    *,
    authorities: str,
) -> tuple[int, bytes]:
    """Status and body of a good answer. Raises StoreFault where none comes, and as the server says otherwise."""
    try:
        with opened.stream(
            "POST",
            url,
            content=body,
            headers={**headers, "content-type": "application/json"},
            timeout=seconds + SLACK,
        ) as answer:
            content = _bounded(answer.iter_bytes())
    except (httpx.HTTPError, OSError) as error:
        words = tls_words(_server_of(url), error, authorities)
        raise StoreFault(
            words or f"{url} cannot be reached ({plain(str(error) or type(error).__name__, 200)})."
        ) from None
    if answer.status_code in (200, 204):
        return answer.status_code, content
    words = _words(content) or f"HTTP status {answer.status_code}"
    if answer.status_code in (401, 403, 400, 413):
        raise Refused(f"The server refuses this node: {words}")
    raise (Conflict if answer.status_code == 409 else StoreFault)(f"The server says: {words}")


def _server_of(url: str) -> str:
    return "://".join(urlsplit(url)[:2])


def _bounded(parts: Iterable[bytes]) -> bytes:
    content = bytearray()
    for part in parts:
        content += part
        if len(content) > MOST_BYTES:
            raise StoreFault(f"The server's answer has more than {MOST_BYTES} bytes.")
    return bytes(content)


def _words(content: bytes) -> str:
    try:
        return plain(str(read_object(content[:4096]).get("words", "")), 500)
    except ForeignJsonError:
        return ""


def _object(content: bytes) -> dict[str, object]:
    try:
        return read_object(content, most_bytes=MOST_BYTES)
    except ForeignJsonError as fault:
        raise StoreFault(f"The server's answer cannot be read: {fault}.") from None


def _call(given: object) -> Call:
    try:
        text = CallText.model_validate(given)
        frame = base64.b64decode(text.frame, validate=True)
    except ValueError:
        raise StoreFault("The server's answer is not of its form.") from None
    return Call(text.id, text.zone, "", frame, text.attempt, text.content)


def _text(frame: bytes) -> str:
    return base64.b64encode(frame).decode("ascii")
