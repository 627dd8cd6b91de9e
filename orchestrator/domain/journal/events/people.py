"""Events of the people of the service, on the journal of the house."""

from typing import Literal

from orchestrator.domain.authority.people import PeopleChange
from orchestrator.domain.authority.word import Spoken
from orchestrator.domain.text.model_base import Noun, Text


class PeopleChanged(Noun):
    """Who may come into the service, with which role, or by what, is changed. It lets in, and signs nothing."""

    kind: Literal["people_changed"] = "people_changed"
    change: PeopleChange
    by: Text
    spoken: Spoken | None = None
