"""A media library: a place with the master copies of release units (ITIL 4, definitive media library)."""

from typing import Annotated, Literal, NamedTuple
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, model_validator

from orchestrator.domain.text.model_base import Name, Noun, PositiveSeconds, Text
from orchestrator.domain.text.validation_error import exactly, wrong


def _base(url: str) -> str:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        raise wrong("a URL", "write it as https://HOST/FOLDER") from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise wrong("a URL that begins with https:// or http://", "write it as https://HOST/FOLDER")
    if parts.username is not None or parts.password is not None:
        raise wrong(
            "a URL without user and password",
            "put them into a file, and name it in `basic_auth`",
            finding="some",
        )
    if parts.query or parts.fragment:
        raise wrong("a URL of a folder, without ? and #", "remove what follows them")
    return url


BaseUrl = Annotated[str, Field(min_length=1, pattern=r"^[\x21-\x7e]+$"), AfterValidator(_base)]
AbsolutePath = Annotated[str, Field(pattern=r"^(/|~/)[^\x00-\x1f]+$")]


class Library(Noun):
    """A media library; `orch` is the version of this format. Either `folder` or `url` says where it is.

    `basic_auth`: a file with `user:password`, `headers`: a file with a field on each line (`Name: value`); both are read on
    this machine when they are needed, are on no record, and are sent by https only, to the library's own host. `ca_file`: the
    authorities that count. `patience`: the silence after which a connection counts as cut.
    """

    orch: Annotated[Literal[1], exactly(only=1)]
    library: Name
    title: Text
    folder: AbsolutePath | None = None
    url: BaseUrl | None = None
    ca_file: AbsolutePath | None = None
    basic_auth: AbsolutePath | None = None
    headers: AbsolutePath | None = None
    patience: PositiveSeconds = 30.0

    @property
    def place(self) -> str:
        """Its folder or URL."""
        return self.folder or self.url or ""

    @model_validator(mode="after")
    def _one_place(self) -> "Library":
        if (self.folder is None) == (self.url is None):
            raise wrong("either folder or url", "say in one way where the library is")
        if self.library == "project":
            raise wrong("another name", "`project` stands for the files of the project itself", at="library")
        for key in ("ca_file", "basic_auth", "headers"):
            if getattr(self, key) is not None and not (self.url or "").startswith("https://"):
                raise wrong(
                    "no such file without an https url", "remove it, or write https", finding="one", at=key
                )
        return self


class LibraryKnown(NamedTuple):
    """A media library with the file that defines it; `house`: the file is the house's or the home's."""

    noun: Library
    file: str
    house: bool = False
