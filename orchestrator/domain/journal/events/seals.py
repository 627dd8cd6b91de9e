"""Events about seals: what was found not to be what was sealed, and what a person decided on it."""

from typing import Annotated, Literal

from pydantic import Field

from orchestrator.domain.authority.word import Spoken
from orchestrator.domain.text.model_base import Many, Noun, Text


class DamageHere(Noun):
    """One thing that did not fit the seal of a deployment: its code, and the event that it is about, if it is about one."""

    code: Text
    event: Annotated[int, Field(ge=0)] = 0


class SealBroken(Noun):
    """Between two steps its driver found that the record is not what was sealed; what follows is decided on what is intact.

    `damage` names the first findings, and `more` counts the others. `facts`: whether what a backout rests on can still be
    read from the journal as it was.
    """

    kind: Literal["seal_broken"] = "seal_broken"
    damage: Many[DamageHere]
    more: Annotated[int, Field(ge=0)] = 0
    facts: Literal["intact", "damaged"]


class LogAccepted(Noun):
    """A person looked at why the log of the store did not fit, such as a backup that was restored, and accepts that once.

    `breaks`: the number of the break. It counts for each deployment that was in the log, and for no tree that broke itself.
    `damage`: what did not fit when it was said, if it was said before the log was begun anew.
    """

    kind: Literal["log_accepted"] = "log_accepted"
    breaks: Annotated[int, Field(ge=1)]
    damage: Many[DamageHere] = ()
    by: Text
    reason: Text
    spoken: Spoken | None = None


class SealAccepted(Noun):
    """A person looked at what does not fit the seal of this deployment, and decides that it goes on all the same."""

    kind: Literal["seal_accepted"] = "seal_accepted"
    damage: Many[DamageHere]
    by: Text
    reason: Text
    spoken: Spoken | None = None
