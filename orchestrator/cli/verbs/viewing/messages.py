"""`orch messages`: which messages were sent, which are owed, and the channels of the house."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from orchestrator.cli import wiring
from orchestrator.cli.options.common_options import json_option
from orchestrator.domain.text.plain_text import plain
from orchestrator.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from orchestrator.domain.deployment.deployment import Deployment

HEADINGS = ("message", "moment", "audience", "channel", "state")
Row = dict[str, str | int]


@click.group()
def messages() -> None:
    """Messages of the communication plan: what was sent, what is owed, and by which channels."""


@messages.command(name="list")
@click.argument("deployment", required=False)
@json_option
def list_messages(deployment: str | None, as_json: bool) -> None:  # noqa: FBT001 (click calls it)
    """List the messages of DEPLOYMENT (default: the newest): sent, owed, given up."""
    from orchestrator.engine.lookup.deployment_lookup import find

    d = find(wiring.ports_to_look(), deployment)
    rows = list(_rows(d))
    if as_json:
        for row in rows:
            click.echo(json.dumps(row))
        return
    if not rows:
        click.echo(f"{d.id} has sent no message and owes none.")
        return
    from orchestrator.cli.views.table import print_table

    print_table(HEADINGS, [tuple(str(row[heading]) for heading in HEADINGS) for row in rows])


@messages.command()
@click.argument("deployment", required=False)
def send(deployment: str | None) -> int:
    """Send now what DEPLOYMENT owes and is due (default: what all deployments owe).

    Drivers and `orch run-due` do this in processes of their own. The exit code is 8 if a message could not be sent.
    """
    from orchestrator.engine.use_cases.messages import owing, send_due
    from orchestrator.policy.telling.message_events import try_words

    ports = wiring.ports_to_look()
    failed = False
    for name in [deployment] if deployment is not None else owing(ports):
        for each in send_due(ports, name):
            click.echo(f"{each.message}: {try_words(each)}")
            failed = failed or each.result == "failed"
    return ExitCode.HELD if failed else ExitCode.COMPLETED


@messages.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
def check(file: Path | None) -> None:
    """Check the channels in FILE (default: channels.yml of the house, else of the home), and show them."""
    from orchestrator.adapters.files.channels_file import CHANNELS, known_channels, load_channels
    from orchestrator.bootstrap import home_of

    places = (wiring.house().place, home_of())
    loaded = load_channels(file) if file is not None else known_channels(places)
    if loaded is None:
        click.echo(f"There is no {CHANNELS} in {' or '.join(str(place) for place in dict.fromkeys(places))}.")
        return
    for name, channel in loaded.noun.channels.items():
        mail, hook = channel.mail, channel.webhook
        if mail is not None:
            click.echo(f"{name}: mail by {mail.server}:{mail.port} (tls: {mail.tls}), from {mail.sender}")
        elif hook is not None:
            place = hook.url if isinstance(hook.url, str) else "a URL that a file or a command gives"
            click.echo(f"{name}: webhook ({hook.format}) to {plain(place, 200)}")
        else:
            click.echo(f"{name}: apprise, to a URL that a file or a command gives")


@messages.command()
def schema() -> None:
    """Print the JSON Schema of channels.yml, for editors."""
    from orchestrator.adapters.files.schemas.authority_schemas import channels_schema

    click.echo(json.dumps(channels_schema(), indent=2, ensure_ascii=False))


def _rows(d: Deployment) -> Iterator[Row]:
    """What was tried, then what was not yet."""
    from orchestrator.policy.course.messages import owed

    open_ones = {message.id_in(d.id): message for message in owed(d)}
    for name, tried in d.messages.tried.items():
        last = tried.last
        # An owed message that nobody needs any more is not tried again.
        then = "given up" if name not in open_ones else f"again at {open_ones[name].due:%Y-%m-%d %H:%M} UTC"
        state = f"sent at {tried.at:%Y-%m-%d %H:%M} UTC" if last.result == "sent" else f"failed, {then}"
        yield _row(name, last.moment, last.audience, last.channel, state, tried.tries, last.reason)
    for name, message in open_ones.items():
        if name not in d.messages.tried:
            state = f"owed from {message.due:%Y-%m-%d %H:%M} UTC"
            yield _row(name, message.reached.moment, message.audience, message.notify.by, state, 0, "")


def _row(name: str, moment: str, audience: str, channel: str, state: str, tries: int, reason: str) -> Row:
    words = f"{state}: {plain(reason, 100)}" if reason else state
    return {
        "message": name,
        "moment": moment,
        "audience": plain(audience, 60),
        "channel": channel,
        "state": words,
        "tries": tries,
    }
