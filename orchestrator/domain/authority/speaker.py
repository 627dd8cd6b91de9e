"""Who speaks, as the operating system or the service knows it: it is recorded with every word, whatever name that gives."""

from typing import Annotated

from pydantic import Field, model_validator

from orchestrator.domain.text.canonical import Since
from orchestrator.domain.text.model_base import Noun, Text
from orchestrator.domain.text.validation_error import wrong

SESSION = r"^[0-9a-f]{8}$"


class Speaker(Noun):
    """The user of the process that spoke, and where.

    `login`: the name of `uid` in the machine's user database. `caller`: who called sudo, as sudo itself says.
    `session_uid`: the user who logged in, as the kernel's audit keeps it (loginuid; proc(5)), through su and sudo too.

    Where a word comes through the service, all that is of the process is the service's own; `web_person` is who is logged in
    there, `web_address` where their browser is, and `web_session` the first digits of the digest of their session. These are
    by the word of the service.
    """

    uid: Annotated[int, Field(ge=0)]
    login: Text | None = None
    caller: Text | None = None
    session_uid: Annotated[int, Field(ge=0)] | None = None
    host: Text | None = None
    terminal: Text | None = None
    web_person: Annotated[Text | None, Since("0.2")] = None
    web_address: Annotated[Text | None, Since("0.2")] = None
    web_session: Annotated[str | None, Field(pattern=SESSION), Since("0.2")] = None

    @model_validator(mode="after")
    def _of_a_person(self) -> "Speaker":
        if self.web_person is None and (self.web_address or self.web_session):
            raise wrong(
                "a person with an address or a session of the service", "name web_person", at="web_person"
            )
        return self

    @property
    def name(self) -> str:
        """The login that a person would name: in the service, the caller of sudo, else the user of the process."""
        return self.web_person or self.caller or self.login or f"uid {self.uid}"
