"""`orch list`: every deployment, newest first."""

from __future__ import annotations

import json

import click

from orchestrator.bootstrap import ports as ports_of_home
from orchestrator.cli.person import json_option
from orchestrator.cli.table import print_table
from orchestrator.domain.deployment import Deployment, elapsed
from orchestrator.domain.plain_text import plain
from orchestrator.domain.words import seconds_words
from orchestrator.engine.folding import every
from orchestrator.policy.plain_words import environment_words, release_words

HEADINGS = ("id", "release", "environment", "state", "began", "took", "by")


@click.command()
@json_option
def list_(as_json: bool) -> None:  # noqa: FBT001
    """List deployments, newest first: release, environment, state, when it began, how long it took, and by whom."""
    ports = ports_of_home()
    deployments = list(every(ports.journal))
    now = ports.clock.now()
    rows = [(*row_of(d), seconds_words(round(elapsed(d, now))), plain(d.by, 40)) for d in deployments]
    if as_json:
        for d in deployments:
            click.echo(json.dumps(_object(d, elapsed(d, now))))
    elif not rows:
        click.echo("There is no deployment yet; `orch deploy PLAN` starts one.")
    else:
        print_table(HEADINGS, rows, _style)


def row_of(d: Deployment) -> tuple[str, ...]:
    """The columns that do not depend on the present moment."""
    return (
        d.id,
        release_words(d),
        environment_words(d),
        state_words(d),
        f"{d.began_at.astimezone():%Y-%m-%d %H:%M}",
    )


def state_words(d: Deployment) -> str:
    """The state, and whether a person is waited for."""
    waiting = (
        "stopped"
        if d.stopped is not None
        else "held"
        if d.hold is not None
        else "paused"
        if d.paused is not None
        else ""
    )
    return f"{d.state.value} ({waiting})" if waiting and not d.over else d.state.value


def _object(d: Deployment, seconds: float) -> dict[str, object]:
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
    }


def _style(heading: str, cell: str) -> str:
    if heading != "state":
        return ""
    if cell == "completed":
        return "green"
    return "red" if cell.startswith(("backed out", "backout", "refused")) else "yellow"
