"""`orch list`: every deployment, newest first."""

from __future__ import annotations

import json
from datetime import datetime

import click

from orchestrator.bootstrap import ports as ports_of_home
from orchestrator.cli.person import json_option
from orchestrator.cli.table import print_table
from orchestrator.domain.deployment import Deployment, elapsed
from orchestrator.domain.plain_text import plain
from orchestrator.domain.words import seconds_words
from orchestrator.engine.folding import every
from orchestrator.policy.following import review_overdue, reviews_missing, short_words, sign_offs_missing
from orchestrator.policy.plain_words import environment_words, release_words

HEADINGS = ("id", "release", "environment", "state", "began", "took", "by")


@click.command()
@json_option
def list_(as_json: bool) -> None:  # noqa: FBT001
    """List deployments, newest first: release, environment, state, when it began, how long it took, and by whom."""
    ports = ports_of_home()
    deployments = list(every(ports.journal))
    now = ports.clock.now()
    rows = [(*row_of(d, now), seconds_words(round(elapsed(d, now))), plain(d.by, 40)) for d in deployments]
    if as_json:
        for d in deployments:
            click.echo(json.dumps(_object(d, elapsed(d, now), now)))
    elif not rows:
        click.echo("There is no deployment yet; `orch deploy PLAN` starts one.")
    else:
        print_table(HEADINGS, rows, _style)


def row_of(d: Deployment, now: datetime) -> tuple[str, ...]:
    """The columns but the last two."""
    return (
        d.id,
        release_words(d),
        environment_words(d),
        state_words(d, now),
        f"{d.began_at.astimezone():%Y-%m-%d %H:%M}",
    )


def state_words(d: Deployment, now: datetime) -> str:
    """The state, and whether a person is waited for: to decide while it is open, to sign off or review after."""
    waiting = (
        "stopped"
        if d.stopped is not None
        else "held"
        if d.hold is not None
        else "paused"
        if d.paused is not None
        else ""
    )
    if d.over:
        waiting = short_words(d, now)
    return f"{d.state.value} ({waiting})" if waiting else d.state.value


def _object(d: Deployment, seconds: float, now: datetime) -> dict[str, object]:
    return {
        "id": d.id,
        "release": d.plan.release.name,
        "version": d.plan.release.version,
        "environment": environment_words(d),
        "state": d.state.value,
        "over": d.over,
        "held": d.hold is not None,
        "paused": d.paused is not None,
        "stopped": d.stopped is not None,
        "began_at": d.began_at.isoformat(),
        "seconds": round(seconds, 3),
        "by": d.by,
        "policy": d.policy.policy if d.policy is not None else None,
        "model": d.model.model if d.model is not None else None,
        "sign_off_missing": [need.role for need in sign_offs_missing(d)],
        "review_missing": [need.role for need in reviews_missing(d)],
        "review_by": d.review_by.isoformat() if d.review_by is not None else None,
        "review_overdue": review_overdue(d, now),
        "closed": d.closed is not None,
    }


def _style(heading: str, cell: str) -> str:
    if heading != "state":
        return ""
    if "overdue" in cell:
        return "bold red"
    if cell == "completed":
        return "green"
    return "red" if cell.startswith(("backed out", "backout", "refused")) else "yellow"
