"""Decisions about a deployment: pause, hold, resume, abort, retry, exclude, confirm. The journal keeps who and why."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from orchestrator.cli.follow import drive_in_view
from orchestrator.cli.options.ansible_option import ansible_option
from orchestrator.cli.options.become_options import become_options, refuse_to_ask_for_another
from orchestrator.cli.options.common_options import by_option, json_option, readable_name
from orchestrator.cli.options.detach_option import detach_option, refuse_both, say_detached
from orchestrator.cli.options.patience import patience_of, patience_options
from orchestrator.cli.options.signing_key import speaking_key_option
from orchestrator.cli.options.words_option import WORDS
from orchestrator.cli.views.json_lines import JsonLines
from orchestrator.cli.views.plain_lines import ending_lines
from orchestrator.cli.wiring import drivers, ports_to_look, server_url
from orchestrator.cli.wiring import ports_to_act as ports_of_home
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.events import Event
from orchestrator.engine.lookup.deployment_lookup import find, find_to_change
from orchestrator.engine.ports import Ports
from orchestrator.engine.speaking import get_ready
from orchestrator.engine.use_cases import deployment_commands
from orchestrator.engine.use_cases.patient_start import resume_and_wait, resume_detached
from orchestrator.errors import Conflict, Refused, TakenOver, UsageFault
from orchestrator.policy.telling.exit_codes import exit_code_of

_id = click.argument("deployment")
_reason = click.option("--reason", type=WORDS, required=True, help="The reason, for the record.")
no_drive_option = click.option(
    "--no-drive",
    is_flag=True,
    help="Only record the decision on the journal; do not continue the deployment here.",
)


def _driving(command: Callable[..., Any]) -> Callable[..., Any]:
    return no_drive_option(
        json_option(by_option(speaking_key_option(ansible_option(become_options(command)))))
    )


@click.command()
@_id
@click.option(
    "--reason", type=WORDS, default="no reason given", show_default=True, help="The reason, for the record."
)
@by_option
@speaking_key_option
def pause(deployment: str, reason: str, by: str) -> int:
    """Pause DEPLOYMENT before its next step; a run that is under way finishes."""
    return _say(ports_to_look(), deployment, e.Paused(by=by, reason=reason))


@click.command()
@_id
@click.option(
    "--reason", type=WORDS, default="no reason given", show_default=True, help="The reason, for the record."
)
@by_option
@speaking_key_option
def hold(deployment: str, reason: str, by: str) -> int:
    """Hold DEPLOYMENT for a person now; if it is held already, decide to keep it held."""
    ports = ports_to_look()
    current = find_to_change(ports, deployment)
    if current.over or not current.touched:
        before = "" if current.over else f"; before that, it is paused: orch pause {current.id}"
        raise Refused(f"{current.id} is {current.state.value}: only a deployment at work is held{before}.")
    event = (
        e.HeldOn(by=by, reason=reason)
        if current.driving.hold is not None
        else e.DeploymentHeld(by=by, reason=reason)
    )
    return _say(ports, current.id, event)


@click.command()
@click.argument("deployment", required=False)
@click.option("--reason", type=WORDS, default="go on", show_default=True, help="The reason, for the record.")
@patience_options("for what is lacking before the start")
@detach_option
@_driving
def resume(  # noqa: PLR0913, PLR0917 - what a person may ask for with it
    deployment: str | None,
    reason: str,
    wait: bool,  # noqa: FBT001
    at_most: str,
    detach: bool,  # noqa: FBT001
    by: str,
    as_json: bool,  # noqa: FBT001
    no_drive: bool,  # noqa: FBT001
) -> int:
    """Continue DEPLOYMENT [default: the open one] after a pause, after waiting for something, or after its driver died."""
    patience = patience_of(wait=wait, at_most=at_most)
    refuse_both(detach=detach, wait=wait)
    refuse_to_ask_for_another(detach=detach)
    ports = ports_of_home()
    current = find_to_change(ports, deployment)
    paused = current.driving.paused is not None
    get_ready(ports, Path(current.project))
    if paused:
        deployment_commands.signal(ports, current.id, e.Resumed(by=by, reason=reason))
    elif no_drive:
        raise UsageFault(f"{current.id} is not paused; nothing was recorded.")
    if detach and not no_drive:
        line = resume_detached(ports, drivers(), find(ports, current.id), by=by)
        return say_detached(line, as_json=as_json)
    if patience is not None and not no_drive:
        return drive_in_view(
            ports,
            lambda watch: resume_and_wait(
                ports, current, by=by, watch=watch, patience=patience, said_already=paused
            ),
            by=by,
            as_json=as_json,
        )
    return _drive_on(ports, current.id, by=by, as_json=as_json, no_drive=no_drive, said_already=paused)


@click.command()
@_id
@_reason
@_driving
def abort(deployment: str, reason: str, by: str, as_json: bool, no_drive: bool) -> int:  # noqa: FBT001
    """Stop the present run of DEPLOYMENT, then back out every host that it touched."""
    return said_and_driven(
        deployment, e.AbortRequested(by=by, reason=reason), as_json=as_json, no_drive=no_drive
    )


@click.command()
@_id
@click.option(
    "--reason", type=WORDS, default="try again", show_default=True, help="The reason, for the record."
)
@click.option("--again", is_flag=True, help="Run a step that runs once, or may not be repeated, once more.")
@_driving
def retry(deployment: str, reason: str, again: bool, by: str, as_json: bool, no_drive: bool) -> int:  # noqa: FBT001
    """Retry the failed step of a held DEPLOYMENT."""
    retried = e.Retried(by=by, reason=reason, again=again)
    return said_and_driven(deployment, retried, as_json=as_json, no_drive=no_drive)


@click.command()
@_id
@click.argument("hosts", nargs=-1, required=True, metavar="HOST...")
@_reason
@_driving
def exclude(
    deployment: str,
    hosts: tuple[str, ...],
    reason: str,
    by: str,
    as_json: bool,  # noqa: FBT001
    no_drive: bool,  # noqa: FBT001
) -> int:
    """Continue a held DEPLOYMENT without these hosts; the record says that they need attention.

    Where a policy binds, the roles that it names concede that first with orch approve --concede HOST.
    """
    event = e.Excluded(hosts=hosts, by=by, reason=reason)
    return said_and_driven(deployment, event, as_json=as_json, no_drive=no_drive)


@click.command()
@_id
@click.option("--role", help="Your role in this decision [default: the role that the gate requires].")
@click.option(
    "--note",
    type=WORDS,
    default="",
    help="What you looked at, for the record; without one it does not count.",
)
@_driving
def confirm(
    deployment: str,
    role: str | None,
    note: str,
    by: str,
    as_json: bool,  # noqa: FBT001
    no_drive: bool,  # noqa: FBT001
) -> int:
    """Confirm the gate at which DEPLOYMENT waits, once its soak time is over, and continue."""
    current = find_to_change(ports_of_home(), deployment)
    asked = current.rollout.gate.confirm if current.rollout.gate is not None else None
    if asked is None:
        raise Refused(f"{current.id} is {current.state.value} and does not wait for a confirmation.")
    event = e.Confirmed(
        wave=current.rollout.wave, role=readable_name(role, "--role") if role else asked, by=by, note=note
    )
    return said_and_driven(current.id, event, as_json=as_json, no_drive=no_drive)


def said_and_driven(deployment: str, event: Event, *, as_json: bool, no_drive: bool) -> int:
    """Put a person's word on the journal, and go on from here unless `no_drive`; the exit code."""
    ports = ports_of_home()
    current = find_to_change(ports, deployment)
    deployment_commands.signal(ports, current.id, event)
    by = getattr(event, "by", "")
    return _drive_on(ports, current.id, by=by, as_json=as_json, no_drive=no_drive)


def _say(ports: Ports, deployment: str, event: Event) -> int:
    d = deployment_commands.signal(ports, deployment, event)
    click.echo(f"{d.id}: {event.kind.replace('_', ' ')} is on the journal.")
    click.echo("\n".join(ending_lines(d)))
    return 0


def _drive_on(
    ports: Ports, deployment: str, *, by: str, as_json: bool, no_drive: bool, said_already: bool = True
) -> int:
    """Drive in the foreground, unless `--no-drive` is given or another driver is alive; that one reads the journal."""
    if (url := server_url()) is not None:
        return _left_to_others(
            find(ports, deployment), f"It is on record at {url}, where it is driven", as_json=as_json
        )
    if no_drive:
        return _left_to_others(find_to_change(ports, deployment), "Not driven on from here", as_json=as_json)
    try:
        return drive_in_view(
            ports,
            lambda watch: deployment_commands.resume(
                ports, deployment, by=by, watch=watch, said_already=said_already
            ),
            by=by,
            as_json=as_json,
        )
    except TakenOver:
        raise
    except Conflict as alive:
        current = find_to_change(ports, deployment)
        return _left_to_others(
            current, f"The decision is on the journal, and its driver continues: {alive}", as_json=as_json
        )


def _left_to_others(d: Deployment, why: str, *, as_json: bool) -> int:
    click.echo(why if why.endswith(".") else f"{why}.", err=True)
    if as_json:
        JsonLines().ended(d)
    else:
        click.echo("\n".join(ending_lines(d)))
    return exit_code_of(d) if d.over else 0
