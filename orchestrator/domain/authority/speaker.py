"""Who speaks, as the operating system knows it: it is recorded with every word, whatever name the word gives."""

from typing import Annotated

from pydantic import Field

from orchestrator.domain.text.model_base import Noun, Text


class Speaker(Noun):
    """The user of the process that spoke, and where.

    `login`: the name of `uid` in the machine's user database. `caller`: who called sudo, as sudo itself says.
    `session_uid`: the user who logged in, as the kernel's audit keeps it (loginuid; proc(5)), through su and sudo too.
    """

    uid: Annotated[int, Field(ge=0)]
    login: Text | None = None
    caller: Text | None = None
    session_uid: Annotated[int, Field(ge=0)] | None = None
    host: Text | None = None
    terminal: Text | None = None

    @property
    def name(self) -> str:
        """The login that a person would name: the caller of sudo, else the user of the process."""
        return self.caller or self.login or f"uid {self.uid}"
