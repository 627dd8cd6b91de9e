"""`orch actions`: what reviews agreed to do, until it is done."""

from __future__ import annotations

import json
from collections.abc import Iterator

import click

from orchestrator.cli.options.common_options import by_option, json_option
from orchestrator.cli.options.signing_key import speaking_key_option
from orchestrator.cli.options.words_option import WORDS
from orchestrator.cli.wiring import ports_to_look as ports_of_home
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.text.plain_text import plain
from orchestrator.engine.lookup.deployment_lookup import find, find_to_change
from orchestrator.engine.lookup.snapshots import briefs, folded
from orchestrator.engine.ports import Ports
from orchestrator.engine.use_cases.post_review import say_action_done
from orchestrator.errors import UsageFault
from orchestrator.policy.course.review_actions import ActionLine, action_line_words, action_lines


@click.group(invoke_without_command=True)
@click.option(
    "--of", "deployment", metavar="DEPLOYMENT", help="Of this one alone, with actions that are done."
)
@click.option("--due", is_flag=True, help="Only what is overdue.")
@json_option
@click.pass_context
def actions(context: click.Context, deployment: str | None, due: bool, as_json: bool) -> None:  # noqa: FBT001
    """List the open actions of reviews, and reviews that have a date."""
    if context.invoked_subcommand is not None:
        return
    ports = ports_of_home()
    now = ports.clock.now()
    chosen = _with_something_open(ports) if deployment is None else [find(ports, deployment)]
    lines = [line for d in chosen for line in action_lines(d, now, every_one=deployment is not None)]
    _print([line for line in lines if line.overdue or not due], due=due, as_json=as_json)


@actions.command()
@click.argument("deployment")
@click.argument("number", type=int)
@click.option(
    "--note", type=WORDS, required=True, metavar="TEXT", help="What shows that it is done, for the record."
)
@by_option
@speaking_key_option
def done(deployment: str, number: int, note: str, by: str) -> None:
    """Say that action NUMBER of DEPLOYMENT is done."""
    ports = ports_of_home()
    if not note.strip():
        raise UsageFault("--note: expected words, found nothing.")
    d = say_action_done(ports, find_to_change(ports, deployment), number, note=note, by=by)
    click.echo(f"{d.id}: action {number} is done.")


def _with_something_open(ports: Ports) -> Iterator[Deployment]:
    for brief in briefs(ports.journal):
        if brief.actions_due or (brief.pir_missing and brief.pir_due is not None):
            yield folded(ports.journal, brief.id)


def _print(lines: list[ActionLine], *, due: bool, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps({"kind": "actions", "actions": [_answer(line) for line in lines]}))
        return
    for line in lines:
        click.echo(plain(action_line_words(line), 800))
    if not lines:
        click.echo("No action is overdue." if due else "No action is open.")


def _answer(line: ActionLine) -> dict[str, object]:
    return {
        "deployment": line.deployment,
        "number": line.number,
        "what": line.what,
        "owner": line.owner,
        "due": line.due.isoformat(),
        "overdue": line.overdue,
        "done": line.done.model_dump(mode="json") if line.done is not None else None,
    }
