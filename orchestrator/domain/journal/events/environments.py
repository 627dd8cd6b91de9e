"""Events of environments, on the journal of the house: which machines have left a live or governed environment."""

from typing import Literal

from orchestrator.domain.authority.word import Spoken
from orchestrator.domain.text.model_base import Many, Name, Noun, Text


class EnvironmentLeft(Noun):
    """A person's word: this machine is no longer one of these environments, so what was deployed there binds it no more.

    `machine` is how the person named it; `owners` are those who answer for the environments, as their files say.
    """

    kind: Literal["environment_left"] = "environment_left"
    machine: Text
    machine_ids: Many[Text] = ()
    host_keys: Many[Text] = ()
    environments: Many[Name] = ()
    owners: Many[Text] = ()
    by: Text
    reason: Text
    spoken: Spoken | None = None
