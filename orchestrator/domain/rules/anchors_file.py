"""The file `anchors.yml`: the places outside in which the log of the store is anchored."""

from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, model_validator

from orchestrator.domain.rules.library import AbsolutePath
from orchestrator.domain.seal.anchors import AnchorKind, AnchorPlace
from orchestrator.domain.text.model_base import Many, Name, Noun
from orchestrator.domain.text.validation_error import exactly, wrong


def _url(url: str) -> str:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        raise wrong("a URL", "write it as https://HOST/PATH") from None
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.fragment:
        raise wrong("a URL that begins with https:// or http://", "write it as https://HOST/PATH")
    if parts.username is not None or parts.password is not None:
        raise wrong("a URL without user and password", "use an authority that asks for none", finding="some")
    return url


StampUrl = Annotated[str, Field(min_length=1, pattern=r"^[\x21-\x7e]+$"), AfterValidator(_url)]
Branch = Annotated[str, Field(pattern=r"^[A-Za-z0-9]([A-Za-z0-9._/-]{0,198}[A-Za-z0-9_-])?$")]


class StampAuthority(Noun):
    """A time-stamp authority (RFC 3161).

    `ca_file`: the authorities that its certificate goes back to; `certificate`: further certificates on the way there, where
    its answers hold none.
    """

    url: StampUrl
    ca_file: AbsolutePath
    certificate: AbsolutePath | None = None


class AnchorRepository(Noun):
    """A local git repository, and the branch on which each checkpoint is a commit; the branch is made if there is none."""

    repository: AbsolutePath
    branch: Branch = "main"

    @property
    def place(self) -> str:
        """Both, as one text."""
        return f"{self.repository} {self.branch}"


class AnchorFile(Noun):
    """A file to which each checkpoint is appended, on another disk than the store's."""

    path: AbsolutePath


class Anchor(Noun):
    """One anchor: its name, and one of the three kinds."""

    anchor: Name
    rfc3161: StampAuthority | None = None
    git: AnchorRepository | None = None
    file: AnchorFile | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> "Anchor":
        if sum(each is not None for each in (self.rfc3161, self.git, self.file)) != 1:
            raise wrong("exactly one of rfc3161, git and file", "give each place an anchor of its own")
        return self

    @property
    def known_as(self) -> AnchorPlace:
        """Its name, kind and place."""
        if self.rfc3161 is not None:
            return AnchorPlace(self.anchor, _RFC3161, self.rfc3161.url)
        if self.git is not None:
            return AnchorPlace(self.anchor, _GIT, self.git.place)
        return AnchorPlace(self.anchor, _FILE, self.file.path if self.file is not None else "")


_RFC3161: AnchorKind = "rfc3161"
_GIT: AnchorKind = "git"
_FILE: AnchorKind = "file"


class AnchorsFile(Noun):
    """All anchors of a home; `orch` is the version of this format."""

    orch: Annotated[Literal[1], exactly(only=1)]
    anchors: Annotated[Many[Anchor], Field(min_length=1)]

    @model_validator(mode="after")
    def _named_once(self) -> "AnchorsFile":
        names = [each.anchor for each in self.anchors]
        again = next((number for number, name in enumerate(names) if name in names[:number]), None)
        if again is not None:
            raise wrong(
                "another name for each anchor", "rename one of the two", finding=names[again], at="anchors"
            )
        return self
