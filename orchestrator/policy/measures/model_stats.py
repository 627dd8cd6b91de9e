"""The results of deployments by model, from their journals: successes, failures with reasons, and times of waves.

The measures are those of deployment management (ISO/IEC 20000-1 9.3: success and failure of releases are analysed).
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from statistics import median
from typing import Literal

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.deployment.rollout_progress import FailureStage
from orchestrator.domain.journal.lifecycle import NEVER_TOUCHED, OVER, State, end_of
from orchestrator.domain.text.model_base import Many, Moment, Noun
from orchestrator.policy.evidence.rehearsal_verdict import faults_of_part
from orchestrator.policy.telling.ends import Figure, meaning_of
from orchestrator.policy.telling.timeline import Story, StoryStep

S = State
_DEPLOY = frozenset({"entry", "deploy", "quiesce"})
COMMONEST = 5
STAGES: dict[FailureStage, str] = {
    "wave": "deploying a wave",
    "verification": "verification",
    "soak": "soak",
    "early_life": "early life support",
    "abort": "abort",
}


class MeasuredTimes(Noun):
    """The median times of waves in seconds, and the number of waves; None where no wave got that far."""

    deploy: float | None = None
    verify: float | None = None
    back_out: float | None = None
    deployed: int = 0
    verified: int = 0
    backed_out: int = 0


class Because(Noun):
    """A reason why deployments did not end well, without host names, and how often it occurred."""

    reason: str
    times: int


class ModelFigures(Noun):
    """The figures of one model in one version (None: deployments without a model), from `first` to `last`.

    `success`: the share of deployments verified on every host, out of those that touched hosts and have ended. Rehearsals
    are counted separately: `rehearsed` of them succeeded: backed out, proved, and no second run changed anything.
    """

    model: str | None
    version: int | None
    deployments: int
    completed: int = 0
    with_exceptions: int = 0
    backed_out: int = 0
    with_residue: int = 0
    backout_failed: int = 0
    refused: int = 0
    cancelled: int = 0
    open: int = 0
    success: float | None = None
    rehearsals: int = 0
    rehearsed: int = 0
    waves: MeasuredTimes = MeasuredTimes()
    reasons: Many[Because] = ()
    first: Moment
    last: Moment


def figures(stories: Iterable[tuple[Deployment, Story]]) -> tuple[ModelFigures, ...]:
    """The figures of every model and version; deployments without a model come last."""
    by_model: dict[tuple[str, int], list[tuple[Deployment, Story]]] = {}
    for d, story in stories:
        known = (
            (d.authority.model.model, d.authority.model.version) if d.authority.model is not None else ("", 0)
        )
        by_model.setdefault(known, []).append((d, story))
    named = sorted(known for known in by_model if known[0])
    return tuple(_figures(by_model[known]) for known in [*named, *([("", 0)] if ("", 0) in by_model else [])])


def _figures(stories: Sequence[tuple[Deployment, Story]]) -> ModelFigures:
    real = [(d, story) for d, story in stories if d.rehearsing.rehearsal is None]
    rehearsals = [d for d, _ in stories if d.rehearsing.rehearsal is not None]
    counts: Counter[str] = Counter(_figure_of(d) for d, _ in real)
    model = stories[0][0].authority.model
    return ModelFigures(
        model=model.model if model is not None else None,
        version=model.version if model is not None else None,
        deployments=len(real),
        **counts,
        success=_success(counts),
        rehearsals=len(rehearsals),
        rehearsed=sum(not faults_of_part(d) for d in rehearsals),
        waves=_times([story for _, story in real], [d for d, _ in real]),
        reasons=_reasons([d for d, _ in real]),
        first=min(d.began_at for d, _ in stories),
        last=max(d.last_at for d, _ in stories),
    )


def _figure_of(d: Deployment) -> Figure | Literal["open"]:
    end = end_of(d.state)
    return meaning_of(end).figure if end is not None else "open"


def _success(counts: Counter[str]) -> float | None:
    touched = sum(counts[meaning_of(end).figure] for end in OVER if end not in NEVER_TOUCHED)
    return round(counts["completed"] / touched, 4) if touched else None


def _times(stories: Sequence[Story], deployments: Sequence[Deployment]) -> MeasuredTimes:
    waves = [
        [step for step in story.of_wave(wave.number) if not step.repeated]
        for story, d in zip(stories, deployments, strict=True)
        for wave in d.waves
    ]
    deploy = [_seconds(steps, _DEPLOY) for steps in waves if _passed(steps, "deploy")]
    verify = [
        _seconds(steps, {"verification", "changes"}) for steps in waves if _passed(steps, "verification")
    ]
    back_out = [_seconds(steps, {"backout"}) for steps in waves if _passed(steps, "backout")]
    return MeasuredTimes(
        deploy=_median(deploy),
        verify=_median(verify),
        back_out=_median(back_out),
        deployed=len(deploy),
        verified=len(verify),
        backed_out=len(back_out),
    )


def _passed(steps: Sequence[StoryStep], name: str) -> bool:
    named = [step for step in steps if step.name == name]
    return bool(named) and named[-1].result == "passed"


def _seconds(steps: Sequence[StoryStep], names: Iterable[str]) -> float:
    """Failed tries before the one that passed are included."""
    wanted = set(names)
    return sum(max(0.0, step.seconds or 0.0) for step in steps if step.name in wanted)


def _median(seconds: Sequence[float]) -> float | None:
    return round(median(seconds), 3) if seconds else None


def _reasons(deployments: Sequence[Deployment]) -> tuple[Because, ...]:
    counted = Counter(reason for d in deployments for reason in set(_reasons_of(d)))
    commonest = sorted(counted.items(), key=lambda item: (-item[1], item[0]))
    return tuple(Because(reason=reason, times=times) for reason, times in commonest[:COMMONEST])


def _reasons_of(d: Deployment) -> list[str]:
    if d.backout is not None:
        if d.backout.cause is not None:
            return [f"{STAGES[d.backout.cause.stage]}: {d.backout.cause.reason}"]
        return [f"taken back by a person: {d.backout.reason}" if d.backout.by_a_person else d.backout.reason]
    if d.state is S.REFUSED:
        return [f"refused: {cause}" for cause in d.preparation.causes[:COMMONEST]]
    return list(d.rollout.exceptions.values())


def within(deployments: Iterable[Deployment], since: datetime | None) -> Iterable[Deployment]:
    """Deployments that began at or after a moment; all of them without one."""
    return (d for d in deployments if since is None or d.began_at >= since)
