"""An HTTP answer as it is, for adapters that read what is in it: asked like a check, with the same files for credentials."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from orchestrator.adapters.checks.http_secrets import secrets_of, unreadable_words
from orchestrator.domain.plan.check import HttpCheck

GetHttp = Callable[[dict[str, Any]], tuple[int, bytes] | str]


class HttpAnswer(NamedTuple):
    """Status and body; or `fault`, why there is none. `redact` takes credentials out of what is kept of either."""

    status: int = 0
    body: bytes = b""
    fault: str = ""
    redact: Callable[[str], str] = str


class HttpGet:
    """Asks for what a check describes, or sends a body there with another method; nothing is judged."""

    def __init__(self, get: GetHttp) -> None:
        self._get = get

    def __call__(self, check: HttpCheck, project: Path) -> HttpAnswer:
        """The answer; one of files that cannot be read is a fault as well."""
        return self.send(check, project, check.method, None)

    def send(self, check: HttpCheck, project: Path, method: str, body: bytes | None) -> HttpAnswer:
        """The answer to this method with this body, where there is one."""
        try:
            secrets = secrets_of(check, project)
        except (OSError, ValueError) as unreadable:
            return HttpAnswer(fault=unreadable_words(unreadable))
        got = self._get({**check.model_dump(), **secrets.fields, "method": method, "body": body})
        if isinstance(got, str):
            return HttpAnswer(fault=secrets.redact(got), redact=secrets.redact)
        return HttpAnswer(*got, redact=secrets.redact)
