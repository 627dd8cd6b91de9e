"""How long waves took in deployments that completed. They were not backed out, so nothing is known of how long that takes."""

from typing import Annotated

from pydantic import Field

from orchestrator.domain.text.model_base import Many, Moment, Name, Noun, Seconds


class ForwardWave(Noun):
    """The times of one wave, in seconds, to deploy and to verify."""

    wave: Annotated[int, Field(ge=0)]
    hosts: Annotated[int, Field(ge=1)]
    stage: Name | None = None
    deploy: Seconds
    verify: Seconds


class CompletedTimes(Noun):
    """The waves of several completed deployments. `newest`: the one that ended last, at `ended_at`.

    No point of no return rests on them: that needs a measured backout.
    """

    deployments: Annotated[int, Field(ge=1)]
    newest: str
    ended_at: Moment
    waves: Many[ForwardWave]
