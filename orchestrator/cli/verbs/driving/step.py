"""`orch step`: what people did by hand, and with which evidence."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from orchestrator.cli.options.common_options import by_option, json_option, readable_name
from orchestrator.cli.options.signing_key import speaking_key_option
from orchestrator.cli.options.words_option import WORDS
from orchestrator.cli.verbs.driving.signals import no_drive_option, said_and_driven
from orchestrator.cli.wiring import ports_to_act as ports_of_home
from orchestrator.cli.wiring import ports_to_look
from orchestrator.domain.deployment.attempts import Attempted
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.journal import events as e
from orchestrator.domain.text.format import counted
from orchestrator.domain.text.plain_text import plain
from orchestrator.engine.lookup.deployment_lookup import find, find_to_change
from orchestrator.errors import Refused
from orchestrator.policy.course.by_hand import due_of, manual_step_of
from orchestrator.policy.telling.words.stage_words import late_words

_id = click.argument("deployment")


def _answering(command: Callable[..., Any]) -> Callable[..., Any]:
    role = click.option("--role", help="Your role in this [default: the role that the step names].")
    note = click.option(
        "--note", type=WORDS, required=True, help="What was done and looked at, for the record."
    )
    attach = click.option(
        "--attach",
        "files",
        multiple=True,
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="A file that shows it; its digest is on the journal, its content in the store. May be repeated.",
    )
    return _id(role(note(attach(no_drive_option(json_option(by_option(speaking_key_option(command))))))))


@click.group()
def step() -> None:
    """Steps that people or suppliers do by hand: say how the one went that a deployment waits for."""


@step.command()
@_id
def show(deployment: str) -> None:
    """Show the step that DEPLOYMENT waits for: who, what, by when, and which evidence is expected."""
    d, attempt = _awaited(find(ports_to_look(), deployment))
    awaited, due = manual_step_of(d, attempt), due_of(d, attempt)
    rows = {
        "step": d.waves[attempt.wave].name + (", taken back" if attempt.purpose == "backout" else ""),
        "who": awaited.who,
        "what": awaited.instruction,
        "hosts": ", ".join(attempt.hosts),
        "evidence": awaited.evidence
        + (f" (with {counted(awaited.attachments, 'file')} at least)" if awaited.attachments else ""),
        "confirmed by": awaited.role,
        "asked at": f"{attempt.intended_at:%Y-%m-%d %H:%M} UTC",
        "due": f"{due:%Y-%m-%d %H:%M} UTC" if due is not None else "",
        "then": late_words(awaited),
    }
    for name, words in rows.items():
        if words:
            click.echo(f"{name:13} {plain(words, 2000)}")


@step.command()
@_answering
def done(**options: Any) -> int:
    """Say that the step which DEPLOYMENT waits for is done, and go on: the checks look at its result."""
    return _answer("done", **options)


@step.command()
@_answering
def failed(**options: Any) -> int:
    """Say that the step did not work; what may have been done of it is taken back as the plan says."""
    return _answer("failed", **options)


@step.command(name="not-begun")
@_answering
def not_begun(**options: Any) -> int:
    """Say that nothing of the step was done, so that nothing of it is to be taken back."""
    return _answer("not begun", **options)


def _answer(  # noqa: PLR0913 - an option each
    result: e.StepResult,
    *,
    deployment: str,
    role: str | None,
    note: str,
    files: tuple[Path, ...],
    by: str,
    as_json: bool,
    no_drive: bool,
) -> int:
    ports = ports_of_home()
    d, attempt = _awaited(find_to_change(ports, deployment))
    event = e.StepAnswered(
        attempt=attempt.attempt,
        result=result,
        role=readable_name(role, "--role") if role else manual_step_of(d, attempt).role,
        by=by,
        note=note,
        attached=tuple(ports.attachments.keep(file) for file in files),
    )
    return said_and_driven(d.id, event, as_json=as_json, no_drive=no_drive)


def _awaited(d: Deployment) -> tuple[Deployment, Attempted]:
    attempt = d.open_attempt
    if attempt is None or not attempt.manual:
        raise Refused(f"{d.id} is {d.state.value} and waits for no step by hand.")
    return d, attempt
