"""What an HTTP check takes from files of this machine: credentials and a private authority. They are read when it is asked."""

import base64
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from orchestrator.adapters.home_paths import expanded
from orchestrator.domain.plan.check import CheckBase, HttpCheck
from orchestrator.domain.text.redaction import Redactor

_LARGEST = 1 << 20


class HttpSecrets(NamedTuple):
    """Fields that the request has beside those of the plan, and what takes the credentials out of findings."""

    fields: Mapping[str, str]
    redact: Callable[[str], str]


NONE = HttpSecrets({}, Redactor())


def secrets_of(check: CheckBase, project: Path) -> HttpSecrets:
    """Those of a check. Raises OSError or ValueError, in words that hold nothing of the files."""
    if not isinstance(check, HttpCheck):
        return NONE
    fields: dict[str, str] = {}
    values: list[str] = []
    if check.ca_file is not None:
        fields["ca"] = _read(project, check.ca_file)
    if check.basic_auth is not None:
        pair = _line(project, check.basic_auth.file)
        if ":" not in pair:
            raise ValueError(f"{check.basic_auth.file} does not hold `user:password` on one line")
        fields["authorization"] = f"Basic {base64.b64encode(pair.encode()).decode('ascii')}"
        values += [pair, pair.partition(":")[2]]
    if check.bearer is not None:
        token = _line(project, check.bearer.file)
        fields["authorization"] = f"Bearer {token}"
        values.append(token)
    return HttpSecrets(fields, Redactor(values)) if fields else NONE


def _line(project: Path, name: str) -> str:
    lines = _read(project, name).splitlines()
    if len(lines) != 1 or not lines[0].strip().isprintable() or not lines[0].strip():
        raise ValueError(f"{name} does not hold one line of text")
    return lines[0].strip()


def _read(project: Path, name: str) -> str:
    path = project / expanded(name)
    try:
        with path.open("rb") as file:
            return file.read(_LARGEST).decode("utf-8")
    except UnicodeDecodeError:
        raise ValueError(f"{name} is no text") from None


def unreadable_words(error: OSError | ValueError) -> str:
    """Why a check cannot be asked: one of its files cannot be read."""
    if isinstance(error, OSError):
        return f"{error.filename} cannot be read on this machine: {error.strerror}"
    return str(error)
