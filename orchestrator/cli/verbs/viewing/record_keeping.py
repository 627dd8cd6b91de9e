"""`orch record archive`, `hold`, `release` and `due`: how long records are kept."""

from __future__ import annotations

import json

import click

from orchestrator.cli.options.common_options import by_option, json_option
from orchestrator.cli.options.signing_key import speaking_key_option
from orchestrator.cli.options.words_option import WORDS
from orchestrator.cli.wiring import ports_to_look as ports_of_home
from orchestrator.engine.lookup.deployment_lookup import find
from orchestrator.engine.lookup.snapshots import briefs
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
    d = words(ports, find(ports, deployment), reason=reason, by=by)
    lines = list(retention_lines(d)) or ["The legal hold is lifted"]
    for line in lines:
        click.echo(f"{d.id}: {line}.")


@click.command()
@json_option
def due(as_json: bool) -> None:  # noqa: FBT001
    """List archived records whose time is over, with those that are under legal hold. orch disposes of none."""
    ports = ports_of_home()
    now = ports.clock.now()
    over = [d for d in briefs(ports.journal) if d.keep_until is not None and d.keep_until <= now]
    for d in over:
        if as_json:
            until = d.keep_until.isoformat() if d.keep_until is not None else None
            click.echo(
                json.dumps(
                    {"kind": "record_due", "deployment": d.id, "until": until, "legal_hold": d.legal_hold}
                )
            )
        else:
            held = ", under legal hold: to be kept" if d.legal_hold else ""
            click.echo(f"{d.id}: kept until {d.keep_until:%Y-%m-%d}{held}")
    if not over and not as_json:
        click.echo("No record's time is over.")
