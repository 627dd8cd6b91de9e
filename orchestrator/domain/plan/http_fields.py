"""Fields of an HTTP request of a check or a metric: its URL and headers without secrets, and the files that hold those."""

from typing import Annotated

from pydantic import Field, ValidationInfo

from orchestrator.domain.text.model_base import Noun, Text
from orchestrator.domain.text.names import BY_HAND
from orchestrator.domain.text.validation_error import wrong


class CredentialFile(Noun):
    """A file of this machine, read when the check is asked; its content is in no digest and on no journal."""

    file: Text


_SECRET_HEADERS = {"authorization", "proxy-authorization", "cookie"}
_BY_FILE = (
    "name a file that holds it: `basic_auth: {file: ...}` (user:password) or `bearer: {file: ...}` (a token)"
)


def without_password(url: str, info: ValidationInfo) -> str:
    """The URL, unless it holds a password where a person writes it: journals of earlier versions have such plans."""
    if info.context == BY_HAND and "@" in url.split("/", 3)[2]:
        raise wrong("a URL without a user or a password", _BY_FILE, finding="one with them")
    return url


def without_secrets(headers: dict[str, str]) -> dict[str, str]:
    """The headers, unless one of them is made to hold a secret."""
    for name in headers:
        if name.lower() in _SECRET_HEADERS:
            raise wrong("headers that hold no secret", _BY_FILE, finding=f"`{name}`")
    return headers


def without_credentials(url: str) -> str:
    """A URL as it may be shown: without the user and the password that it can hold in journals of earlier versions."""
    scheme, _, rest = url.partition("://")
    place, slash, path = rest.partition("/")
    return f"{scheme}://{place.rpartition('@')[2]}{slash}{path}"


def one_authorization(basic_auth: CredentialFile | None, bearer: CredentialFile | None) -> None:
    """Raises where both are there: a request has one Authorization header (RFC 9110 11.6.2)."""
    if basic_auth is not None and bearer is not None:
        raise wrong("one of `basic_auth` and `bearer`", "take one out", finding="both", at="bearer")


def files_of(
    basic_auth: CredentialFile | None, bearer: CredentialFile | None, ca_file: str | None
) -> dict[str, str]:
    """The files of this machine that a request needs, by field."""
    secret = {"basic_auth.file": basic_auth, "bearer.file": bearer}
    named = {field: each.file for field, each in secret.items() if each is not None}
    return named if ca_file is None else {**named, "ca_file": ca_file}


HeaderName = Annotated[str, Field(pattern=r"^[A-Za-z0-9!#$%&'*+.^_`|~-]+$", max_length=100)]
HeaderValue = Annotated[str, Field(pattern=r"^[\x20-\x7e]*$", max_length=1000)]
