"""`orch stop-all`: stop every deployment in an emergency, and lift the stop."""

from __future__ import annotations

import os
import socket

import click

from orchestrator.cli.options.common_options import by_option
from orchestrator.cli.options.signing_key import speaking_key_option
from orchestrator.cli.options.words_option import WORDS
from orchestrator.cli.wiring import ports_to_look as ports_of_home
from orchestrator.cli.wiring import refuse_without_home
from orchestrator.domain.journal.driver_name import DriverName
from orchestrator.engine.lookup.snapshots import survey
from orchestrator.engine.ports import Ports
from orchestrator.engine.use_cases import emergency_stop
from orchestrator.engine.use_cases.stop_proof import silence
from orchestrator.errors import ExitCode


@click.command()
@click.option("--reason", type=WORDS, required=True, help="The reason, for the record.")
@click.option("--lift", is_flag=True, help="Lift the stop that is in force.")
@by_option
@speaking_key_option
def stop_all(reason: str, lift: bool, by: str) -> int:  # noqa: FBT001
    """Stop every deployment now, backouts too, and let none start before the stop is lifted.

    Ends every run, here and on the hosts, and says when all are quiet or which are not. After the stop is lifted, each
    deployment stays paused until somebody resumes or aborts it.
    """
    refuse_without_home()
    ports = ports_of_home()
    return _lift(ports, by, reason) if lift else _stop(ports, by, reason)


def _stop(ports: Ports, by: str, reason: str) -> int:
    stopped = emergency_stop.stop_all(ports, by=by, reason=reason)
    click.echo("The emergency stop is in force: nothing starts before `orch stop-all --lift --reason WHY`.")
    driver = str(DriverName(socket.gethostname(), os.getpid()))
    loud = 0
    for deployment in stopped:
        left = silence(ports, deployment.id, driver=driver, by=by)
        loud += left is not None
        click.echo(f"{deployment.id}: {left or 'stopped; no process of it is left'}")
    if not stopped:
        click.echo("No deployment was open.")
    unreadable = survey(ports.journal).unreadable
    for name in unreadable:
        click.echo(f"{name}: cannot be read, so it was not stopped; if its driver runs, end that: orch locks")
    loud += len(unreadable)
    return ExitCode.HELD if loud else ExitCode.COMPLETED


def _lift(ports: Ports, by: str, reason: str) -> int:
    lifted = emergency_stop.lift(ports, by=by, reason=reason)
    click.echo("The emergency stop is lifted.")
    for deployment in lifted:
        click.echo(
            f"{deployment.id}: paused; go on with orch resume {deployment.id}, or orch abort {deployment.id} --reason WHY"
        )
    return ExitCode.COMPLETED
