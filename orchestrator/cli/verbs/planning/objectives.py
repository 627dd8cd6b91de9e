"""`orch objectives`: what releases were to bring about, and whether they did."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

import click

from orchestrator.cli.options.common_options import by_option, json_option, readable_name
from orchestrator.cli.options.signing_key import speaking_key_option
from orchestrator.cli.options.words_option import WORDS
from orchestrator.cli.wiring import ports_to_look as ports_of_home
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.text.plain_text import plain
from orchestrator.engine.lookup.deployment_lookup import find_to_change
from orchestrator.engine.lookup.snapshots import every
from orchestrator.engine.ports import Ports
from orchestrator.engine.use_cases import objectives as words
from orchestrator.errors import UsageFault
from orchestrator.policy.course.objectives import Outcome, outcomes_of


@click.command()
@click.argument("deployment", required=False)
@click.option("--measure", is_flag=True, help="Measure now what checks and metrics can measure.")
@click.option("--record", "recorded", nargs=2, metavar="N VALUE", help="Name the number of objective N.")
@click.option(
    "--accept", type=int, metavar="N", help="Decide that it stays at that although N is not achieved."
)
@click.option("--note", type=WORDS, default="", help="Where the number is from, for the record.")
@click.option(
    "--attach",
    "files",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="A file that shows it.",
)
@click.option("--role", help="Your role in this.")
@click.option("--reason", type=WORDS, default="", help="Why it is accepted, for the record.")
@json_option
@by_option
@speaking_key_option
def objectives(  # noqa: PLR0913, PLR0917 - an option each
    deployment: str | None,
    measure: bool,  # noqa: FBT001
    recorded: tuple[str, str] | None,
    accept: int | None,
    note: str,
    files: tuple[Path, ...],
    role: str | None,
    reason: str,
    as_json: bool,  # noqa: FBT001
    by: str,
) -> None:
    """Show which objectives of DEPLOYMENT are achieved [default: what is due or missed anywhere]; measure, name, accept."""
    ports = ports_of_home()
    asked = sum((measure, recorded is not None, accept is not None))
    if asked > 1 or (asked and deployment is None):
        raise UsageFault("Give a DEPLOYMENT, and one of --measure, --record and --accept.")
    if deployment is None:
        _due(ports, as_json=as_json)
        return
    d = find_to_change(ports, deployment)
    if measure:
        d = words.measure(ports, d, by=by)
    elif recorded is not None:
        attached = [ports.attachments.keep(file) for file in files]
        number = _number(recorded[0])
        own = readable_name(role, "--role") if role else None
        d = words.record(ports, d, number, recorded[1], by=by, note=note, role=own, attached=attached)
    elif accept is not None:
        if not role or not reason:
            raise UsageFault("--accept is the word of a role, with a reason: add --role ROLE --reason WHY.")
        d = words.accept(ports, d, accept, by=by, role=readable_name(role, "--role"), reason=reason)
    _show(ports, [d], as_json=as_json, every_one=True)


def _number(text: str) -> int:
    if not text.isdecimal():
        raise UsageFault(f"Expected the number of an objective, found {text!r}.")
    return int(text)


def _due(ports: Ports, *, as_json: bool) -> None:
    _show(ports, every(ports.journal), as_json=as_json, every_one=False)


def _show(ports: Ports, deployments: Iterable[Deployment], *, as_json: bool, every_one: bool) -> None:
    now = ports.clock.now()
    lines: list[tuple[Deployment, Outcome]] = []
    for d in deployments:
        lines += [(d, outcome) for outcome in outcomes_of(d, now) if every_one or (d.over and _open(outcome))]
    if as_json:
        click.echo(json.dumps({"kind": "objectives", "objectives": [_answer(*line) for line in lines]}))
        return
    for d, outcome in lines:
        click.echo(plain(_words(d, outcome, named=not every_one), 800))
    if not lines:
        click.echo("No objective is due or missed.")


def _open(outcome: Outcome) -> bool:
    return outcome.name == "not yet known" or (outcome.name == "not achieved" and outcome.accepted is None)


def _words(d: Deployment, outcome: Outcome, *, named: bool) -> str:
    head = f"{d.id}  " if named else ""
    late = ", OVERDUE" if outcome.overdue else ""
    due = (
        f", due {outcome.due:%Y-%m-%d %H:%M} UTC{late}"
        if outcome.due and outcome.name == "not yet known"
        else ""
    )
    known = (
        f", found {outcome.measured.found} by {outcome.measured.by}" if outcome.measured is not None else ""
    )
    accepted = f", accepted by {outcome.accepted.by} as {outcome.accepted.role}" if outcome.accepted else ""
    measure = f" [{outcome.measure}]" if outcome.measure else ""
    return f"{head}{outcome.number + 1}. {outcome.name}{due}{known}{accepted}: {outcome.objective}{measure}"


def _answer(d: Deployment, outcome: Outcome) -> dict[str, object]:
    return {
        "deployment": d.id,
        "number": outcome.number + 1,
        "objective": outcome.objective,
        "outcome": outcome.name,
        "due": outcome.due.isoformat() if outcome.due is not None else None,
        "overdue": outcome.overdue,
        "measured": outcome.measured.model_dump(mode="json") if outcome.measured is not None else None,
        "accepted": outcome.accepted.model_dump(mode="json") if outcome.accepted is not None else None,
    }
