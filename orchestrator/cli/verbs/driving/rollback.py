"""`orch rollback`: back out a deployment, and prove it against the baseline."""

from __future__ import annotations

import click

from orchestrator.cli.follow import drive_in_view
from orchestrator.cli.options.common_options import by_option, json_option
from orchestrator.cli.wiring import ports as ports_of_home
from orchestrator.engine.use_cases import deployment_commands


@click.command()
@click.argument("deployment")
@click.option("--reason", required=True, help="The reason, for the record.")
@json_option
@by_option
def rollback(deployment: str, reason: str, as_json: bool, by: str) -> int:  # noqa: FBT001
    """Back out every host that DEPLOYMENT touched, newest wave first, and prove it against the baseline.

    DEPLOYMENT must have ended or be held. The exit code is 5 when the restoration is proved, 6 when something still
    differs, 7 when the backout failed.
    """
    ports = ports_of_home()
    return drive_in_view(
        ports,
        lambda watch: deployment_commands.rollback(ports, deployment, by=by, reason=reason, watch=watch),
        by=by,
        as_json=as_json,
    )
