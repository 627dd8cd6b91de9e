"""`orch incident`: incidents of the services that orch deploys to, and which of them came of a deployment."""

from __future__ import annotations

import json
from pathlib import Path

import click

from orchestrator.cli.options.common_options import by_option, json_option
from orchestrator.cli.options.option_values import noun_given
from orchestrator.cli.options.schedule_times import moment_of_option
from orchestrator.cli.options.signing_key import speaking_key_option
from orchestrator.cli.options.words_option import WORDS
from orchestrator.cli.verbs.planning.incident_listen import listen
from orchestrator.cli.wiring import ports_to_look as ports_of_home
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.evidence.incident import Incident
from orchestrator.domain.text.command_word import command_word
from orchestrator.domain.text.plain_text import plain
from orchestrator.engine.lookup.deployment_lookup import find_to_change
from orchestrator.engine.lookup.known_incidents import incident_named, known_incidents
from orchestrator.engine.lookup.snapshots import every
from orchestrator.engine.ports import Ports
from orchestrator.engine.use_cases import incidents as use
from orchestrator.errors import UsageFault
from orchestrator.policy.course.incidents import proposed
from orchestrator.policy.telling.words.incident_words import incident_words


@click.group()
def incident() -> None:
    """Incidents, and which of them came of a deployment."""


incident.add_command(listen)


@incident.command()
@click.argument("incident_id", metavar="[ID]", required=False)
@click.option("--title", help="What happened, in one line.")
@click.option("--opened", metavar="TIME", help="When it was opened [default: now].")
@click.option("--closed", metavar="TIME", help="When it was over.")
@click.option("--severity", help="How severe it is, in the words of your service desk.")
@click.option("--host", "hosts", multiple=True, help="A host that it concerns; give one for each.")
@click.option("--ci", "cis", multiple=True, help="A configuration item that it concerns; give one for each.")
@click.option("--service", help="The service that it concerns.")
@click.option("--impact", type=WORDS, default=None, help="What customers noticed.")
@click.option(
    "--file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Import from this file instead: CSV or JSON.",
)
@by_option
@speaking_key_option
def add(incident_id: str | None, file: Path | None, by: str, **given: str | tuple[str, ...] | None) -> None:
    """Write down incident ID, or what has changed of it, or import a file; the newest word on each counts."""
    ports = ports_of_home()
    fields = {name: value for name, value in given.items() if value}
    if file is not None:
        if incident_id is not None or fields:
            raise UsageFault("Give an ID with its options, or --file alone.")
        from orchestrator.adapters.files.incident_file import read_incidents

        incidents = read_incidents(file)
        if not incidents:
            click.echo(f"{plain(str(file), 300)} has no incident.")
            return
        changed = use.write_down(ports, incidents, source=str(file), by=by)
    elif incident_id is None:
        raise UsageFault("Give the ID of the incident, or --file.")
    else:
        changed = use.write_down(ports, [_given(ports, incident_id, fields)], source="by hand", by=by)
    for each in changed:
        click.echo(plain(incident_words(each), 800))
        _print_proposals(ports, each)
    if not changed:
        click.echo("Nothing new: all of it is written down already.")


def _given(ports: Ports, incident_id: str, fields: dict[str, str | tuple[str, ...]]) -> Incident:
    """The incident as the options say; what they leave out stays as it is known."""
    now = ports.clock.now()
    known = known_incidents(ports.journal).get(incident_id)
    before: dict[str, object] = known.model_dump() if known is not None else {"opened": now}
    moments: dict[str, object] = {
        name: moment_of_option(str(fields[name]), now, "UTC", f"--{name}")
        for name in ("opened", "closed")
        if name in fields
    }
    options = {"id": "ID", "hosts": "--host", "cis": "--ci"}
    return noun_given(Incident, {**before, **fields, **moments, "id": incident_id}, options)


@incident.command("list")
@json_option
def list_(as_json: bool) -> None:  # noqa: FBT001
    """List incidents, newest first, with the deployments that they came of, or may have come of."""
    ports = ports_of_home()
    deployments = list(every(ports.journal))
    known = sorted(known_incidents(ports.journal).values(), key=lambda each: each.opened, reverse=True)
    for each in known:
        linked, maybe = _linked(deployments, each), _maybe(deployments, each)
        if as_json:
            answer = {"kind": "incident", **each.model_dump(mode="json"), "linked": linked, "proposed": maybe}
            click.echo(json.dumps(answer))
            continue
        came = f"; came of {', '.join(linked)}" if linked else ""
        click.echo(plain(f"{incident_words(each)}{came}", 800))
        _print_commands(each, maybe)
    if not known and not as_json:
        click.echo("No incident is written down; orch incident add ID --title TITLE writes one down.")


@incident.command()
@click.argument("incident_id", metavar="ID")
@click.argument("deployment")
@click.option("--unrelated", is_flag=True, help="It did not come of it.")
@click.option("--reason", type=WORDS, required=True, help="Why, for the record.")
@by_option
@speaking_key_option
def link(incident_id: str, deployment: str, unrelated: bool, reason: str, by: str) -> None:  # noqa: FBT001
    """Say that incident ID came of DEPLOYMENT; or with --unrelated that it did not."""
    ports = ports_of_home()
    if not reason.strip():
        raise UsageFault("--reason: expected words, found nothing.")
    chosen, d = incident_named(ports.journal, incident_id), find_to_change(ports, deployment)
    d = use.link(ports, d, chosen, related=not unrelated, reason=reason, by=by)
    click.echo(f"{chosen.id} {'did not come' if unrelated else 'came'} of {d.id}.")


def _print_proposals(ports: Ports, each: Incident) -> None:
    _print_commands(each, _maybe(list(every(ports.journal)), each))


def _print_commands(each: Incident, deployments: list[str]) -> None:
    for name in deployments:
        command = f"orch incident link {command_word(each.id)} {command_word(name)} --reason WHY"
        click.echo(f"  It may have come of {name} ({command}; if not, add --unrelated).")


def _linked(deployments: list[Deployment], each: Incident) -> list[str]:
    links = ((d.id, d.post_review.incidents.get(each.id)) for d in deployments)
    return [name for name, link in links if link is not None and link.related]


def _maybe(deployments: list[Deployment], each: Incident) -> list[str]:
    return [d.id for d in deployments if proposed(d, [each])]
