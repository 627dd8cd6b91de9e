"""People who do a stage by hand in the simulation, or take it back: well, badly, not at all, or late."""

from random import Random
from typing import Literal

from orchestrator.domain.deployment.attempts import Attempted
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.evidence.attachment import Attachment
from orchestrator.domain.journal import events as e
from orchestrator.domain.plan.manual_step import ManualStep
from tests.simulation.world import Act, World

Conduct = Literal["does", "pretends", "fails", "never begins", "is silent", "is aborted"]
CONDUCTS: tuple[Conduct, ...] = (
    *("does", "does", "does", "does"),
    *("pretends", "fails", "never begins", "is silent", "is aborted"),
)
FILE = Attachment(name="ticket.png", sha256="f" * 64, size=1)


class People:
    """Each piece of work is done once at most, and its word can come long after it."""

    def __init__(self, world: World, random: Random) -> None:
        self._world = world
        self._random = random
        self.conducts = CONDUCTS
        self._at_work: dict[str, Conduct] = {}
        self.said: set[tuple[str, str]] = set()

    def words(self, d: Deployment, attempt: Attempted) -> list[e.Event]:
        """What somebody says now of the work that is waited for, beginning with what does not count; nothing, mostly later."""
        if attempt.attempt not in self._at_work:
            self._at_work[attempt.attempt] = self._random.choice(self.conducts)
            self._work(d, attempt)
            if self._random.random() < 0.3:
                return []
        conduct = self._at_work[attempt.attempt]
        self._world.injected[f"by hand: {conduct}", self._world.phase] += 1
        if conduct == "is silent" and self._random.random() < 0.7:
            return []
        if conduct == "is aborted" and attempt.purpose == "deploy":
            return [e.AbortRequested(by="bo", reason="the supplier does not come")]
        return self._answers(d, attempt, conduct)

    def _work(self, d: Deployment, attempt: Attempted) -> None:
        conduct, now = self._at_work[attempt.attempt], self._world.true
        if conduct in ("pretends", "never begins", "is silent"):
            return
        stage = d.waves[attempt.wave].stage or ""
        for host in (self._world.hosts[name] for name in attempt.hosts):
            act = Act(now, host.name, attempt.attempt, d.id, attempt.purpose, now, stage, by_hand=True)
            self._world.acts.append(act)
            if attempt.purpose == "deploy":
                host.half_deploy(stage)
            if conduct != "fails" and attempt.purpose == "deploy":
                host.deploy(stage)
            elif conduct != "fails":
                host.take_back(stage)

    def _answers(self, d: Deployment, attempt: Attempted, conduct: Conduct) -> list[e.Event]:
        step = step_of(d, attempt)
        results: dict[Conduct, e.StepResult] = {"fails": "failed", "never begins": "not begun"}
        result = results.get(conduct, "done")
        word = e.StepAnswered(
            attempt=attempt.attempt,
            result=result,
            role=step.role,
            by="cy",
            note="looked",
            attached=(FILE,) * step.attachments,
        )
        early = [
            word.model_copy(update={"note": " "}),
            word.model_copy(update={"role": "change manager"}),
            *([word.model_copy(update={"attached": ()})] if step.attachments and result == "done" else []),
        ]
        self.said.add((attempt.attempt, result))
        return [self._random.choice(early), word]


def step_of(d: Deployment, attempt: Attempted) -> ManualStep:
    """The step of the plan that is done by hand."""
    stage = d.plan.stage_of(d.waves[attempt.wave])
    step = stage.manual if attempt.purpose == "deploy" else stage.backout.manual
    assert step is not None
    return step


def manual_attempts(records: list[e.Recorded]) -> frozenset[str]:
    """The attempts that were work of people."""
    intents = (r.event for r in records if isinstance(r.event, e.AttemptIntended))
    return frozenset(intent.attempt for intent in intents if intent.manual)


def ended_by_hand(event: e.Event) -> str | None:
    """The attempt that a word ends, or that nobody confirmed in time."""
    if isinstance(event, e.StepAnswered) or (isinstance(event, e.StepOverdue) and event.ends):
        return event.attempt
    return None
