"""`orch node`: nodes of zones: invite, enrol, list, drain, remove."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import click

from orchestrator import bootstrap
from orchestrator.bootstrap import nodes
from orchestrator.cli import wiring
from orchestrator.cli.options.common_options import by_option, json_option
from orchestrator.cli.verbs.driving.worker import node_folder_option
from orchestrator.domain.text.command_word import command_word
from orchestrator.domain.text.model_base import seconds_of
from orchestrator.domain.text.plain_text import plain
from orchestrator.engine.lookup.node_words import node_fields, waiting_fields
from orchestrator.errors import UsageFault

TOKEN = "ORCH_NODE_TOKEN"  # noqa: S105 - its name


@click.group()
def node() -> None:
    """Nodes do the work of a zone: they run its playbooks and visit its hosts, and dial out to the server (docs/nodes.md)."""


@node.command()
@click.argument("zone")
@click.option(
    "--valid", default="1h", show_default=True, metavar="TIME", help="How long the token can be used."
)
@by_option
def invite(zone: str, valid: str, by: str) -> None:
    """Print a token by which one node can be enrolled into ZONE, once.

    It names the server's keys too, so that the node knows the server before it speaks to it. Give it to the node as
    $ORCH_NODE_TOKEN or on the input of orch node enrol.
    """
    _refuse_no_name(zone, "ZONE")
    seconds = _seconds(valid)
    token = nodes.invite(bootstrap.home_of(), nodes.store_url(), zone, by, seconds)
    click.echo(token)


@node.command()
@click.option(
    "--server",
    required=True,
    metavar="URL",
    help="https://HOST[:PORT], or the store's URL beside the server.",
)
@click.option("--name", required=True, help="The node's name; one that no other node has.")
@click.option(
    "--ca-file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Authorities for the server's certificate [default: this machine's].",
)
@node_folder_option
def enrol(server: str, name: str, ca_file: Path | None, folder: Path) -> None:
    """Enrol this machine as a node by a token, which is read from $ORCH_NODE_TOKEN or the input.

    The node's keys are made here and never leave it.
    """
    _refuse_no_name(name, "--name")
    token = os.environ.get(TOKEN) or sys.stdin.readline().strip()
    if not token:
        raise UsageFault(
            f"There is no token: set {TOKEN}, or give it on the input (orch node invite ZONE, on the server, prints one)."
        )
    settings = nodes.enrol(folder, nodes.Enrolment(name, server, ca_file), token, bootstrap.home_of())
    click.echo(
        f"{settings.name} is a node of {settings.zone}. Start it: "
        f"orch worker --zone {settings.zone} --node {command_word(str(folder))}"
    )


@node.command("list")
@json_option
def list_(as_json: bool) -> None:  # noqa: FBT001
    """List the nodes with what each has, since when one is silent, and what waits for a zone."""
    rows, waiting = _known()
    for fields in [*rows, *waiting] if as_json else ():
        click.echo(json.dumps(fields))
    for fields in () if as_json else rows:
        words = "; ".join(filter(None, (str(fields["state"]), _heard(fields), str(fields["has"]))))
        click.echo(
            f"{plain(str(fields['zone']), 120):<12} {plain(str(fields['name']), 120):<20} {plain(words, 300)}"
        )
    for fields in () if as_json else waiting:
        click.echo(f"{plain(str(fields['zone']), 120):<12} {'':<20} {plain(str(fields['waits']), 300)}")


def _known() -> tuple[list[dict[str, object]], list[dict[str, object]]]:
    """The nodes, and what waits for zones, here or of the server that is asked."""
    if (asked := wiring.server()) is not None:
        answer = asked.get("/api/v1/nodes")
        return list(answer["items"]), list(answer["waiting"])
    url = nodes.store_url()
    known, calls = nodes.book_at(url).nodes(), nodes.exchange_at(url).open_calls()
    return node_fields(known, calls), waiting_fields(known, calls)


@node.command()
@click.argument("name")
@click.option("--end", is_flag=True, help="Let it take new work again.")
def drain(name: str, end: bool) -> None:  # noqa: FBT001
    """Have a node take nothing new; what it has goes on to its end."""
    nodes.book_at(nodes.store_url()).change(name, draining=not end)
    click.echo(f"{name} takes new work again." if end else f"{name} takes nothing new; what it has goes on.")


@node.command()
@click.argument("name")
def remove(name: str) -> None:
    """Say that a node is gone for good: its keys count no more.

    Attempts that it had are lost once it was not heard of for a whole lease: only say it when the machine is off, or was
    looked at, for nothing else ends what runs there.
    """
    nodes.book_at(nodes.store_url()).change(name, gone=True)
    click.echo(f"{name} is no node any more.")


@node.command()
@click.option(
    "--now", is_flag=True, help="Also while nodes have work: what of it has not begun is refused by them."
)
def rekey(now: bool) -> None:  # noqa: FBT001
    """Replace the server's keys, with which it signs what nodes do and opens what they report.

    Nodes learn the new keys by a statement that the old one signs, and refuse the old one from then on. Where a key was
    stolen, enrol nodes anew instead (docs/nodes.md).
    """
    made = nodes.rekey(bootstrap.home_of(), nodes.store_url(), now=now)
    click.echo(
        f"The server's key is {made.after.verify[:16]} now; {made.before[:16]} counts no more with nodes."
    )


def _heard(fields: dict[str, object]) -> str:
    silent = fields["silent_seconds"]
    return (
        f"heard of {silent:.0f} s ago" if isinstance(silent, float) and fields["state"] != "removed" else ""
    )


def _refuse_no_name(name: str, option: str) -> None:
    if (
        not name[:1].isalnum()
        or not all(c.isascii() and (c.isalnum() or c in "._-") for c in name)
        or len(name) > 60
    ):
        raise UsageFault(
            f"{option}: expected letters, digits, dots, dashes and underscores, found {plain(name, 60)!r}."
        )


def _seconds(text: str) -> float:
    try:
        seconds = float(seconds_of(text))
    except ValueError as expected:
        raise UsageFault(f"--valid: expected {expected}, found {plain(text, 40)!r}.") from None
    if not 60.0 <= seconds <= 7 * 86400.0:
        raise UsageFault("--valid: expected 1m to 7d.")
    return seconds
