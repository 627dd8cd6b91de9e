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
@click.option(
    "--despite",
    multiple=True,
    metavar="CODE",
    help="Set aside an obstacle that the refusal names by this code, or `all`; the record keeps which. May be repeated.",
)
@json_option
@by_option
def rollback(deployment: str, reason: str, despite: tuple[str, ...], as_json: bool, by: str) -> int:  # noqa: FBT001
    """Back out every host that DEPLOYMENT touched, newest wave first, and prove it against the baseline.

    DEPLOYMENT must have ended or be held. The exit code is 5 when the restoration is proved, 6 when something still
    differs, 7 when the backout failed. It is refused where a later deployment has touched one of the same machines, or
    another holds one; the refusal says how to go ahead all the same.
    """
    ports = ports_of_home()
    return drive_in_view(
        ports,
        lambda watch: deployment_commands.rollback(
            ports, deployment, by=by, reason=reason, watch=watch, despite=despite
        ),
        by=by,
        as_json=as_json,
    )
