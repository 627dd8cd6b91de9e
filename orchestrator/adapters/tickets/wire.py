"""Questions to a ticket system over HTTP, and what their statuses say; documents are read by the module of the system."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlencode

from orchestrator.domain.authority.change_ticket import TicketPlace, TicketSilence
from orchestrator.domain.plan.check import HttpCheck
from orchestrator.domain.plan.http_fields import CredentialFile
from orchestrator.domain.text.plain_text import plain

SHOWN = 200
"""Characters of a fault that are kept."""
_DONE = frozenset({200, 201})
_NO_CONTENT = 204
_BUSY, _SERVER = 429, 500
_STATUSES: dict[int, TicketSilence] = {401: "refused", 403: "refused", 404: "missing", _BUSY: "unreachable"}


class Answer(Protocol):
    """Status and body; or `fault`, why there is none. `redact` takes credentials out of it."""

    @property
    def status(self) -> int: ...
    @property
    def body(self) -> bytes: ...
    @property
    def fault(self) -> str: ...
    @property
    def redact(self) -> Callable[[str], str]: ...


class Send(Protocol):
    """Sends one request; it owns connections, limits, certificates and credentials, and follows no redirection."""

    def __call__(self, check: HttpCheck, project: Path, method: str, body: bytes | None, /) -> Answer: ...


class SilentSystem(Exception):
    """The system gave no answer that can be used."""

    def __init__(self, silence: TicketSilence, detail: str) -> None:
        super().__init__(detail)
        self.silence: TicketSilence = silence
        self.detail = detail


class Wire:
    """One ticket system, with the credentials for it. Each method sends one request, and raises SilentSystem."""

    def __init__(self, send: Send, place: TicketPlace) -> None:
        self._send, self.place = send, place

    def ask(self, path: str, **words: str) -> Any:
        """The document at a path below the system's URL."""
        query = f"?{urlencode(words)}" if words else ""
        return self._answer("GET", f"{path}{query}", None)

    def tell(self, method: str, path: str, document: object) -> Any:
        """The document that answers this one; None where the system says no more than that it is done."""
        return self._answer(method, path, json.dumps(document).encode())

    def _answer(self, method: str, path: str, body: bytes | None) -> Any:
        answer = self._send(self._question(path), Path("/"), method, body)
        if answer.fault:
            raise SilentSystem("unreachable", plain(answer.redact(answer.fault), SHOWN))
        if body is not None and answer.status == _NO_CONTENT:
            return None
        # Only what was sent can have been created; to a question every other status is no answer.
        if answer.status not in _DONE or (body is None and answer.status != 200):
            raise SilentSystem(_silence(answer.status), f"status {answer.status}")
        return json.loads(answer.body)

    def _question(self, path: str) -> HttpCheck:
        place = self.place
        return HttpCheck(
            url=f"{place.url.rstrip('/')}{path}",
            timeout=place.patience,
            headers={"Accept": "application/json", "Content-Type": "application/json"},
            basic_auth=_file(place.basic_auth),
            bearer=_file(place.bearer),
            ca_file=place.ca_file,
        )


def _file(name: str | None) -> CredentialFile | None:
    return None if name is None else CredentialFile(file=name)


def _silence(status: int) -> TicketSilence:
    return _STATUSES.get(status, "unreachable" if status >= _SERVER else "nonsense")
