"""Whole rehearsals in memory: `next_step` asked until the deployment is over, with what happens scripted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from orchestrator.domain.authority.rehearsal import Rehearsal
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.evidence.baseline import BaselineReference, Difference
from orchestrator.domain.evidence.outcome import AttemptOutcome, HostOutcome, HostResult
from orchestrator.domain.fold.fold import apply
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.events import Recorded
from orchestrator.domain.plan.check import CheckResult
from orchestrator.policy.course.next_step import next_step
from orchestrator.policy.course.rehearsing import injected_failures
from orchestrator.policy.course.steps import (
    FollowAttempt,
    Over,
    Perform,
    RunAttempt,
    Step,
    WaitForPerson,
    WaitUntil,
)
from orchestrator.policy.course.steps import Record as Fact
from orchestrator.policy.planning.digests import effective_plan
from tests.histories import START, planned
from tests.worlds.plans import SHA, plan_of, plan_tree

HOSTS = ("h1", "h2", "h3")


@dataclass
class Scene:
    """What happens: seconds of each run by purpose, hosts on which something goes wrong, and what a second run changes."""

    tree: dict[str, Any] = field(default_factory=lambda: plan_tree(waves=[1, "rest"]))
    part: str = "backout"
    failure_in: int | None = None
    twice: bool = True
    fails: Mapping[str, HostResult] = field(default_factory=dict)
    rejects: frozenset[str] = frozenset()
    differs: frozenset[str] = frozenset()
    changes_again: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    seconds: Mapping[str, float] = field(default_factory=lambda: {"deploy": 60.0, "backout": 30.0})
    copy_changed_in: tuple[str, ...] = ()
    name: str = "app-2.0"
    as_deployment: bool = False

    def rehearsal(self) -> Rehearsal | None:
        if self.as_deployment:
            return None
        of = effective_plan(
            plan_of(self.tree), (), (), model=None, policy=None,
            tree={"playbooks/app.yml": SHA}, artefacts={"dml/app.tar.gz": SHA},
        )  # fmt: skip
        return Rehearsal.model_validate(
            {
                "of": of,
                "environment": "live",
                "part": self.part,
                "failure_in": self.failure_in,
                "twice": self.twice,
            }
        )


@dataclass
class Rehearsed:
    """How it ended, and its journal."""

    deployment: Deployment
    records: list[Recorded]
    waits: list[str]

    @property
    def kinds(self) -> list[str]:
        return [record.event.kind for record in self.records]


class _Play:
    def __init__(self, scene: Scene) -> None:
        self.scene, self.now, self.records = scene, START, list[Recorded]()
        self.deployment: Deployment | None = None
        self.waits: list[str] = []
        first = planned(HOSTS, scene.tree).model_copy(update={"rehearsal": scene.rehearsal()})
        self.note(first)

    def note(self, event: e.Event, seconds: float = 0.0) -> None:
        self.now += timedelta(seconds=seconds)
        seq = len(self.records) + 1
        record = Recorded(deployment=self.scene.name, seq=seq, at=self.now, event=event)
        self.deployment = apply(self.deployment, record)
        self.records.append(record)

    @property
    def d(self) -> Deployment:
        assert self.deployment is not None
        return self.deployment

    def take(self, step: Step) -> bool:
        match step:
            case Over():
                return False
            case WaitForPerson(reason=reason):
                self.waits.append(reason)
                return False
            case Fact(event=event):
                self.note(event)
            case WaitUntil(moment=moment):
                self.now = moment
            case RunAttempt():
                self.run(step)
            case Perform():
                self.perform(step)
            case FollowAttempt():
                raise AssertionError("every attempt here ends at once")
        return True

    def run(self, step: RunAttempt) -> None:
        self.note(e.AttemptIntended(attempt=step.attempt, purpose=step.purpose, wave=step.wave,
                                    hosts=step.hosts, repeated=step.repeated))  # fmt: skip
        outcomes = tuple(self.outcome(host, step) for host in step.hosts)
        ended = AttemptOutcome(attempt=step.attempt, hosts=outcomes, started_at=START, ended_at=START)
        changed = ("playbook tree (app.yml changed)",) if step.purpose in self.scene.copy_changed_in else ()
        self.note(e.AttemptEnded(outcome=ended, changed_in_copy=changed), self.scene.seconds[step.purpose])

    def outcome(self, host: str, step: RunAttempt) -> HostOutcome:
        result = self.scene.fails.get(host, "done") if step.purpose == "deploy" else "done"
        tasks = self.scene.changes_again.get(step.purpose, ()) if step.repeated else ("Unpack",)
        named = tasks if step.repeated else ()
        return HostOutcome(
            host=host, result=result, reason="scripted", changed=len(tasks), changed_tasks=named
        )

    def perform(self, step: Perform) -> None:
        references = tuple(BaselineReference(host=h, digest=SHA, machine_id=h, items=3) for h in HOSTS)
        match step.practice:
            case "verify_components":
                self.note(e.ComponentsVerified(digests={"dml/app.tar.gz": SHA}))
            case "verify_environment":
                self.note(e.EnvironmentVerified(results=()))
            case "capture_baseline" | "compare_changes":
                self.note(self.captured(step, references))
            case "verify_wave" | "watch":
                results = [self.answer(host) for host in step.hosts]
                if step.practice == "verify_wave":
                    results += injected_failures(self.d, step.wave, step.hosts)
                stage = "verification" if step.practice == "verify_wave" else "soak"
                self.note(e.WaveChecked.model_validate({"stage": stage, "wave": step.wave, "final": step.final,
                          "asked": len(results), "results": tuple(results)}), 5.0)  # fmt: skip
            case "prove_restoration":
                self.note(e.RestorationCompared(baselines=references, differences=tuple(
                    Difference(host=host, kind="file", name="/x", attribute="mode", before="1", after="2")
                    for host in step.hosts if host in self.scene.differs)), 2.0)  # fmt: skip
            case "quiesce":
                self.note(e.Quiesced(attempt=step.attempt))
            case other:
                raise AssertionError(f"{other} is not scripted")

    def captured(self, step: Perform, references: tuple[BaselineReference, ...]) -> e.Event:
        if step.practice == "capture_baseline":
            return e.BaselineCaptured(baselines=references)
        return e.ChangesCompared(wave=step.wave, baselines=references)

    def answer(self, host: str) -> CheckResult:
        answer = "failed" if host in self.scene.rejects else "passed"
        fields = {"host": host, "kind": "http", "title": "answers", "answer": answer, "expected": "200",
                "found": "scripted", "seconds": 0.1}  # fmt: skip
        return CheckResult.model_validate(fields)


def rehearsed(scene: Scene) -> Rehearsed:
    """Ask what is next until there is nothing, at most five hundred times."""
    play = _Play(scene)
    for _ in range(500):
        if not play.take(next_step(play.d, play.now)):
            return Rehearsed(play.d, play.records, play.waits)
    raise AssertionError(f"no end: {[record.event.kind for record in play.records[-20:]]}")
