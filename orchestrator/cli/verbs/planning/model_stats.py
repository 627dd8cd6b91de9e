"""`orch model stats`: results of deployments by model, from the records."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

import click

from orchestrator.cli.options.common_options import json_option
from orchestrator.cli.views.table import print_table
from orchestrator.cli.wiring import ports_to_look as ports_of_home
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.text.format import counted, seconds_words
from orchestrator.domain.text.model_base import seconds_of
from orchestrator.domain.text.plain_text import plain
from orchestrator.engine.lookup.disposed import disposed
from orchestrator.engine.lookup.journal_timeline import story_on
from orchestrator.engine.lookup.snapshots import every
from orchestrator.errors import UsageFault
from orchestrator.policy.measures.model_stats import ModelFigures, figures, within

HEADINGS = (
    "model", "version", "deployments", "success", "completed", "exceptions", "backed out", "residue", "backout failed",
    "refused", "cancelled", "open", "rehearsed", "deploy", "verify", "back out",
)  # fmt: skip
BAR = 10


@click.command()
@click.option(
    "--since",
    metavar="TIME",
    help="Count only deployments that began within this time, such as 90d [default: all].",
)
@click.option("--model", "name", help="Count only this model.")
@json_option
def stats(since: str | None, name: str | None, as_json: bool) -> None:  # noqa: FBT001 (click calls it)
    """Count successes and failures by model and version, with median wave times and the most common reasons.

    Success is the share of ended deployments that touched hosts and were verified on every host.
    """
    ports = ports_of_home()
    now = ports.clock.now()
    deployments = list(
        within(every(ports.journal), now - timedelta(seconds=_seconds(since)) if since else None)
    )
    chosen = [
        d
        for d in deployments
        if name is None or (d.authority.model is not None and d.authority.model.model == name)
    ]
    figures_by_model = figures((d, story_on(ports.journal, d)) for d in chosen)
    if as_json:
        for model_figures in figures_by_model:
            click.echo(model_figures.model_dump_json(ensure_ascii=True))
        return
    gone = len(disposed(ports.journal))
    if gone:
        click.echo(f"Not counted, because its record was disposed of: {counted(gone, 'deployment')}.")
    if not figures_by_model:
        click.echo(
            f"There is no deployment{f' by model {plain(name)}' if name else ''}{' in that time' if since else ''}."
        )
        return
    click.echo(f"{_period(chosen)}: {counted(len(chosen), 'deployment')}, rehearsals among them.")
    print_table(HEADINGS, list(map(_row, figures_by_model)), list(map(_styles, figures_by_model)))
    for line in _reasons(figures_by_model):
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


def _row(model_figures: ModelFigures) -> tuple[str, ...]:
    times = model_figures.waves
    counts = (
        *(model_figures.completed, model_figures.with_exceptions, model_figures.backed_out),
        *(model_figures.with_residue, model_figures.backout_failed, model_figures.refused),
        *(model_figures.cancelled, model_figures.open),
    )
    return (
        model_figures.model or "(no model)",
        "" if model_figures.version is None else str(model_figures.version),
        str(model_figures.deployments),
        _share(model_figures.success),
        *map(str, counts),
        f"{model_figures.rehearsed} of {model_figures.rehearsals}",
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
    """A share, with a bar before it in a terminal; empty when nothing was measured."""
    if success is None:
        return "-"
    full = round(success * BAR)
    bar = "█" * full + "░" * (BAR - full) + " " if sys.stdout.isatty() else ""
    return f"{bar}{success:.0%}"


def _time(seconds: float | None, waves: int) -> str:
    return "-" if seconds is None else f"{seconds_words(round(seconds, 1))} ({waves})"


def _styles(model_figures: ModelFigures) -> dict[str, str]:
    bad = {"residue": model_figures.with_residue, "backout failed": model_figures.backout_failed}
    return {heading: "bold red" for heading, count in bad.items() if count}


def _reasons(figures_by_model: Sequence[ModelFigures]) -> Iterator[str]:
    for model_figures in figures_by_model:
        if model_figures.reasons:
            version = f" version {model_figures.version}" if model_figures.version else ""
            yield f"Not good in {model_figures.model or 'deployments without a model'}{version}:"
            yield from (f"  {reason.times} x {plain(reason.reason, 200)}" for reason in model_figures.reasons)


def _retention(deployments: Sequence[Deployment]) -> Iterator[str]:
    yield "Times are medians over the number of waves beside them; rehearsals are counted separately."
    kept = {
        (d.authority.policy.policy, d.authority.policy.retention)
        for d in deployments
        if d.authority.policy is not None
    }
    for policy, seconds in sorted(kept):
        yield f"Policy {policy} has records kept for {seconds_words(seconds)}; orch deletes none by itself."
