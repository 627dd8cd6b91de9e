"""Deployments for tests, made as everywhere else: by folding events."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.evidence.baseline import BaselineReference
from orchestrator.domain.evidence.change_groups import ChangeGroup
from orchestrator.domain.evidence.outcome import AttemptOutcome, HostOutcome
from orchestrator.domain.fold.fold import fold
from orchestrator.domain.journal import events as e
from orchestrator.domain.plan.check import CheckResult
from tests.worlds.plans import SHA, plan_of, plan_tree, prepared, targets_named

START = datetime(2026, 1, 1, 12, tzinfo=UTC)
HOSTS = ("h1", "h2", "h3", "h4")


def planned(hosts: Sequence[str] = HOSTS, tree: dict[str, Any] | None = None) -> e.Planned:
    """The first event of a deployment of the test plan over these hosts."""
    ready = prepared(plan_of(tree or plan_tree()), targets_named(*hosts))
    return e.Planned(
        plan=ready.plan,
        plan_file=ready.plan_file,
        plan_sha256=ready.plan_sha256,
        project=ready.project,
        targets=ready.targets,
        waves=ready.waves,
        by="ann",
    )


def ready_to_deploy(hosts: Sequence[str] = HOSTS, tree: dict[str, Any] | None = None) -> list[e.Event]:
    """Everything up to the captured baseline."""
    return [
        planned(hosts, tree),
        e.Submitted(by="ann"),
        e.Approved(basis="none asked for"),
        e.WindowOpened(basis="none"),
        e.ComponentsVerified(digests={"dml/app.tar.gz": SHA}),
        e.EnvironmentVerified(results=()),
        e.BaselineCaptured(
            baselines=tuple(BaselineReference(host=h, digest=SHA, machine_id=h, items=3) for h in hosts)
        ),
    ]


def attempted(
    name: str, wave: int, *, purpose: Literal["deploy", "backout"] = "deploy", **results: str
) -> list[e.Event]:
    """An attempt from intent to end, with a result for each host (`done`, `not_done`, `unknown`)."""
    outcomes = [
        HostOutcome.model_validate({"host": h, "result": r, "reason": "" if r == "done" else f"{h} broke"})
        for h, r in results.items()
    ]
    outcome = AttemptOutcome(attempt=name, hosts=tuple(outcomes), started_at=START, ended_at=START)
    return [
        e.AttemptIntended(attempt=name, purpose=purpose, wave=wave, hosts=tuple(results)),
        e.AttemptEnded(outcome=outcome),
    ]


def checked(
    wave: int,
    *,
    stage: Literal["verification", "soak", "early_life"] = "verification",
    final: bool = True,
    **answers: str,
) -> e.WaveChecked:
    """One acceptance check's answer for each host."""
    results = tuple(
        CheckResult.model_validate(
            {
                "host": host,
                "kind": "http",
                "title": "answers",
                "answer": answer,
                "expected": "status 200",
                "found": "status 200" if answer == "passed" else "status 500",
                "seconds": 0.1,
            }
        )
        for host, answer in answers.items()
    )
    return e.WaveChecked(stage=stage, wave=wave, final=final, asked=len(results), results=results)


def compared(wave: int, *hosts: str, **words: Any) -> e.ChangesCompared:
    """What changed after a wave: on these hosts nothing."""
    references = tuple(BaselineReference(host=h, digest=SHA, machine_id=h, items=3) for h in hosts)
    groups = (ChangeGroup(hosts=hosts),) if hosts else ()
    return e.ChangesCompared(wave=wave, baselines=references, groups=groups, **words)


def recorded(events: Sequence[e.Event], name: str = "app-2.0") -> list[e.Recorded]:
    """Events on a journal, one second apart."""
    return [
        e.Recorded(deployment=name, seq=n, at=START + timedelta(seconds=n), event=event)
        for n, event in enumerate(events, 1)
    ]


def deployment(events: Sequence[e.Event]) -> Deployment:
    """The fold of these events."""
    return fold(recorded(events))
