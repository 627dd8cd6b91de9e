"""`orch record archive`, `hold` and `release`: how long records are kept."""

from __future__ import annotations

import click

from orchestrator.cli.options.common_options import by_option
from orchestrator.cli.options.signing_key import speaking_key_option
from orchestrator.cli.options.words_option import WORDS
from orchestrator.cli.wiring import ports_to_look as ports_of_home
from orchestrator.engine.lookup.deployment_lookup import find_to_change
from orchestrator.engine.use_cases import retention
from orchestrator.errors import UsageFault
from orchestrator.policy.telling.review_lines import retention_lines


@click.command()
@click.argument("deployment")
@click.option("--reason", type=WORDS, required=True, help="Why now, for the record.")
@by_option
@speaking_key_option
def archive(deployment: str, reason: str, by: str) -> None:
    """Archive the record of DEPLOYMENT, once nothing is open; it is kept as long as its policy says."""
    _say("archive", deployment, reason, by)


@click.command()
@click.argument("deployment")
@click.option("--reason", type=WORDS, required=True, help="Which case asks for it, for the record.")
@by_option
@speaking_key_option
def hold(deployment: str, reason: str, by: str) -> None:
    """Put the record of DEPLOYMENT under legal hold: it is kept until somebody lifts that."""
    _say("hold", deployment, reason, by)


@click.command()
@click.argument("deployment")
@click.option("--reason", type=WORDS, required=True, help="Why it ends, for the record.")
@by_option
@speaking_key_option
def release(deployment: str, reason: str, by: str) -> None:
    """Lift the legal hold of the record of DEPLOYMENT."""
    _say("release", deployment, reason, by)


def _say(what: str, deployment: str, reason: str, by: str) -> None:
    if not reason.strip():
        raise UsageFault("--reason: expected words, found nothing.")
    ports = ports_of_home()
    words = {"archive": retention.archive, "hold": retention.hold, "release": retention.release}[what]
    d = words(ports, find_to_change(ports, deployment), reason=reason, by=by)
    lines = list(retention_lines(d)) or ["The legal hold is lifted"]
    for line in lines:
        click.echo(f"{d.id}: {line}.")
