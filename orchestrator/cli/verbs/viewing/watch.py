"""`orch watch`: follow a deployment that another terminal, a timer or a pipeline drives."""

from __future__ import annotations

import socket

import click

from orchestrator.cli.follow import Follower, view_for
from orchestrator.cli.options.common_options import json_option
from orchestrator.cli.options.patience import patience_of, patience_options
from orchestrator.cli.verbs.viewing.status import driver_words, is_orch
from orchestrator.cli.wiring import ports_to_watch
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.journal.driver_name import driver_named
from orchestrator.engine.use_cases.watching import follow, one_to_watch
from orchestrator.errors import ExitCode
from orchestrator.policy.telling.exit_codes import exit_code_of


@click.command()
@click.argument("deployment", required=False)
@patience_options("for the next deployment where none is open, and on where one waits for a person")
@json_option
def watch(deployment: str | None, wait: bool, at_most: str, as_json: bool) -> int:  # noqa: FBT001
    """Follow DEPLOYMENT [default: the newest open one] until it is over, or waits for a person. Nothing is driven.

    Shows the live tree in a terminal and plain lines elsewhere. Ctrl-C ends only the watching. The exit code is the
    deployment's (docs/exit-codes.md). Whoever may read the journal may watch, also in the home of another user.
    """
    patience = patience_of(wait=wait, at_most=at_most)
    ports = ports_to_watch()
    try:
        name = one_to_watch(ports, deployment, patience)
        view = view_for(ports, as_json=as_json)
        follower = Follower(view, "")
        with view:
            d = follow(ports, name, follower, driven=is_driven, patience=patience)
    except KeyboardInterrupt:
        click.echo("No longer watching; whatever is driven goes on. Watch again: orch watch", err=True)
        return ExitCode.INTERRUPTED
    with follower.unharmed():
        view.ended(d)
    if words := driver_words(d, ports.clock.now()):
        click.echo(words, err=True)
    return exit_code_of(d)


def is_driven(d: Deployment) -> bool | None:
    """Whether a process of this machine drives it; None where the driver is on another."""
    machine, process = driver_named(d.driving.driver)
    if not machine or process is None:
        return False
    return is_orch(process) if machine == socket.gethostname() else None
