"""What an HTTP(S) library takes from files of this machine: credentials, further fields, and the authorities that count."""

import base64
import re
import ssl

from orchestrator.adapters.home_paths import expanded
from orchestrator.adapters.media.source import AbsentError
from orchestrator.domain.rules.library import Library

_LARGEST = 1 << 16
_FIELD = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?)")
_OWN = ("host", "range", "if-range", "accept-encoding", "content-length", "transfer-encoding", "connection")


def fields_of(library: Library) -> dict[str, str]:
    """The fields with credentials. Raises AbsentError, in words that hold nothing of the files."""
    fields: dict[str, str] = {}
    if library.headers is not None:
        for line in _lines(library.headers):
            match = _FIELD.fullmatch(line)
            if match is None or match[1].lower() in _OWN:
                raise AbsentError(
                    f"{library.headers}, where a line is not `Name: value` of a field that may be sent"
                )
            fields[match[1]] = match[2]
    if library.basic_auth is not None:
        pair = _lines(library.basic_auth)
        if len(pair) != 1 or ":" not in pair[0]:
            raise AbsentError(f"{library.basic_auth}, which does not hold `user:password` on one line")
        fields["Authorization"] = f"Basic {base64.b64encode(pair[0].encode()).decode('ascii')}"
    return fields


def context_of(library: Library) -> ssl.SSLContext:
    """Certificates and host names are always verified. Raises AbsentError for an unusable `ca_file`."""
    if library.ca_file is None:
        return ssl.create_default_context()
    try:
        return ssl.create_default_context(cafile=str(expanded(library.ca_file)))
    except (OSError, ssl.SSLError):
        raise AbsentError(f"{library.ca_file}, from which no authority can be read") from None


def _lines(name: str) -> list[str]:
    path = expanded(name)
    try:
        if path.stat().st_mode & 0o077:
            raise AbsentError(f"{name}, which others may read; chmod 600 {name}")
        with path.open("rb") as file:
            text = file.read(_LARGEST).decode("ascii")
    except OSError as error:
        raise AbsentError(f"{name}, which cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise AbsentError(f"{name}, which is no text in ASCII") from None
    return [line.strip() for line in text.splitlines() if line.strip()]
