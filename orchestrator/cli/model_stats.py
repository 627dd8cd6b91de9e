"""`orch model stats`: how deployments by each model went, from the records."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

import click

from orchestrator.cli.person import json_option
from orchestrator.cli.table import print_table
from orchestrator.cli.wiring import ports_to_look as ports_of_home
from orchestrator.domain.deployment import Deployment
from orchestrator.domain.noun import seconds_of
from orchestrator.domain.plain_text import plain
from orchestrator.domain.words import seconds_words
from orchestrator.engine.folding import every
from orchestrator.engine.journal_story import story_on
from orchestrator.errors import UsageFault
from orchestrator.policy.model_stats import ModelFigures, figures, within
from orchestrator.policy.plain_words import counted

HEADINGS = (
    "model", "version", "deployments", "success", "completed", "exceptions", "backed out", "residue", "backout failed",
    "refused", "cancelled", "open", "rehearsed", "deploy", "verify", "back out",
)  # fmt: skip
BAR = 10


@click.command()
@click.option(
    "--since",
    metavar="TIME",
    help="Only deployments that began within this time, such as 90d [default: all].",
)
@click.option("--model", "name", help="Only this model.")
@json_option
def stats(since: str | None, name: str | None, as_json: bool) -> None:  # noqa: FBT001 (click calls it)
    """Count successes and failures by model and version, with median times of waves and the commonest reasons.

    Success is the share of those that touched hosts and have ended that was verified on every host.
    """
    ports = ports_of_home()
    now = ports.clock.now()
    found = list(within(every(ports.journal), now - timedelta(seconds=_seconds(since)) if since else None))
    chosen = [
        d
        for d in found
        if name is None or (d.authority.model is not None and d.authority.model.model == name)
    ]
    told = figures((d, story_on(ports.journal, d)) for d in chosen)
    if as_json:
        for one in told:
            click.echo(one.model_dump_json())
        return
    if not told:
        click.echo(
            f"There is no deployment{f' by model {plain(name)}' if name else ''}{' in that time' if since else ''}."
        )
        return
    click.echo(f"{_period(chosen)}: {counted(len(chosen), 'deployment')}, rehearsals among them.")
    print_table(HEADINGS, [_row(one) for one in told], _style)
    for line in _reasons(told):
        click.echo(line)
    click.echo("\n".join(_retention(chosen)))


def _seconds(text: str) -> float:
    try:
        seconds = seconds_of(text)
    except ValueError as expected:
        raise UsageFault(
            f"--since: expected {expected}, found {plain(text, 80)!r}; write for example 90d."
        ) from None
    return float(seconds)


def _period(deployments: Sequence[Deployment]) -> str:
    first = min(d.began_at for d in deployments)
    last = max(d.last_at for d in deployments)
    return f"From {_day(first)} to {_day(last)}"


def _day(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _row(one: ModelFigures) -> tuple[str, ...]:
    times = one.waves
    counts = (
        one.completed, one.with_exceptions, one.backed_out, one.with_residue, one.backout_failed, one.refused,
        one.cancelled, one.open,
    )  # fmt: skip
    return (
        one.model or "(no model)",
        "" if one.version is None else str(one.version),
        str(one.deployments),
        _share(one.success),
        *map(str, counts),
        f"{one.rehearsed} of {one.rehearsals}",
        *(
            _time(*pair)
            for pair in (
                (times.deploy, times.deployed),
                (times.verify, times.verified),
                (times.back_out, times.backed_out),
            )
        ),
    )


def _share(success: float | None) -> str:
    """A share, in a terminal with a bar before it; nothing that was not measured is drawn."""
    if success is None:
        return "-"
    full = round(success * BAR)
    bar = "█" * full + "░" * (BAR - full) + " " if sys.stdout.isatty() else ""
    return f"{bar}{success:.0%}"


def _time(seconds: float | None, waves: int) -> str:
    return "-" if seconds is None else f"{seconds_words(round(seconds, 1))} ({waves})"


def _style(heading: str, cell: str) -> str:
    bad = heading in {"residue", "backout failed"} and cell != "0"
    return "bold red" if bad else ""


def _reasons(told: Sequence[ModelFigures]) -> Iterator[str]:
    for one in told:
        if one.reasons:
            yield f"Not good in {one.model or 'deployments without a model'}{f' version {one.version}' if one.version else ''}:"
            yield from (f"  {reason.times} x {plain(reason.reason, 200)}" for reason in one.reasons)


def _retention(deployments: Sequence[Deployment]) -> Iterator[str]:
    yield "Times are medians, of as many waves as stand beside them; rehearsals are counted by themselves."
    kept = {
        (d.authority.policy.policy, d.authority.policy.retention)
        for d in deployments
        if d.authority.policy is not None
    }
    for policy, seconds in sorted(kept):
        yield f"Policy {policy} has records kept for {seconds_words(seconds)}; orch deletes none by itself."
