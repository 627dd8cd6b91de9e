"""`orch store`: which version the tables of the store have, and their upgrade."""

from __future__ import annotations

import json

import click

from orchestrator.bootstrap import store_care
from orchestrator.cli import wiring
from orchestrator.cli.options.common_options import json_option
from orchestrator.domain.text.plain_text import plain
from orchestrator.errors import Refused


@click.group()
def store() -> None:
    """Show which version the tables of the store have, and upgrade them."""


@store.command()
@json_option
def show(as_json: bool) -> None:  # noqa: FBT001
    """Show where the store is, the version of its tables, and the copies that upgrades left.

    It changes nothing: a store of an older orch is upgraded by the first other command, or by `orch store upgrade`.
    """
    if not wiring.has_journal():
        wiring.say_no_home()
        return
    look = store_care.store_look()
    if as_json:
        words = {"place": look.place, "tables": look.tables, "known": look.known}
        click.echo(json.dumps({"kind": "store", **words, "copies": [str(copy) for copy in look.copies]}))
        return
    click.echo(f"store    {plain(look.place, 400)}")
    click.echo(
        f"tables   version {look.tables}; this orch has {look.known}{_standing(look.tables, look.known)}"
    )
    for copy in look.copies:
        click.echo(f"copy     {plain(str(copy), 400)}")


@store.command()
@click.option("--backed-up", is_flag=True, help="A server's administrator has made a backup.")
def upgrade(backed_up: bool) -> None:  # noqa: FBT001
    """Upgrade the tables of the store, which is one way: an older orch refuses it afterwards.

    A store in a file is copied first, beside it. The backup of a store on a server is its administrator's; say
    --backed-up when it is made.
    """
    if not wiring.has_journal():
        wiring.say_no_home()
        return
    before = store_care.store_look()
    if before.tables == before.known:
        click.echo(f"Its tables have version {before.known}, the newest of this orch. Nothing was changed.")
        return
    if store_care.server_url() is not None and before.tables < before.known:
        if not backed_up:
            raise Refused(
                f"The store {plain(before.place, 400)} has tables of version {before.tables}; this orch has "
                f"{before.known}. Nothing was changed. Make a backup of the database first "
                "(pg_dump --format=custom --file=orch.dump DATABASE), then: orch store upgrade --backed-up"
            )
        store_care.upgrade_server()
    _ = wiring.ports_to_look().journal
    click.echo(f"Its tables have version {store_care.store_look().tables} now.")


def _standing(tables: int, known: int) -> str:
    if tables < known:
        return ", and upgrades it with the next command"
    return ", which is older: use the orch that wrote it, or a newer one" if tables > known else ""
