"""`orch store`: which version the tables of the store have, their upgrade, and the move to a server."""

from __future__ import annotations

import json
from pathlib import Path

import click

from orchestrator.bootstrap import clock, store_care
from orchestrator.cli import wiring
from orchestrator.cli.options.common_options import json_option
from orchestrator.domain.text.plain_text import plain
from orchestrator.errors import Refused


@click.group()
def store() -> None:
    """Show where the store is and which version its tables have; upgrade it, move it, back it up, restore it."""


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
        words = {"place": look.place, "tables": look.tables, "known": look.known, "in_force": not look.mark}
        click.echo(json.dumps({"kind": "store", **words, "copies": [str(copy) for copy in look.copies]}))
        return
    click.echo(f"store    {plain(look.place, 400)}")
    click.echo(
        f"tables   version {look.tables}; this orch has {look.known}{_standing(look.tables, look.known)}"
    )
    for copy in look.copies:
        click.echo(f"copy     {plain(str(copy), 400)}")
    if look.mark:
        click.echo(f"moved    {look.mark}")


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


@store.command()
@click.argument("url")
@click.option(
    "--back", is_flag=True, help="Put the file in force again, where nothing was done on the server since."
)
@json_option
def move(url: str, back: bool, as_json: bool) -> None:  # noqa: FBT001
    """Move the store of this home from its file to an empty PostgreSQL database (postgresql://USER@HOST/DATABASE).

    Everything is copied in one transaction and verified: each table, and the seal of each record. The file is kept, and says
    from then on where its store went. It refuses while anything is driven or holds machines. Keep passwords in ~/.pgpass.
    """
    if back:
        file = store_care.move_back(url)
        if as_json:
            click.echo(json.dumps({"kind": "store_moved_back", "place": str(file)}))
            return
        click.echo(
            f"The store {plain(str(file), 400)} is in force again. Work without ORCH_STORE_URL from now on."
        )
        return
    from orchestrator.cli.views.waiting import waiting  # not on the way of `show`

    with waiting(clock(), "Rows that were copied") as advance:
        moved = store_care.move_store(url, advance)
    counts = {name: {"rows": each.rows, "digest": each.digest} for name, each in moved.tables.items()}
    if as_json:
        words = {"place": moved.place, "kept": str(moved.kept), "finished": moved.finished}
        click.echo(json.dumps({"kind": "store_moved", **words, "tables": counts, "contents": moved.contents}))
        return
    if moved.finished:
        click.echo(f"An earlier move to {plain(moved.place, 400)} was finished.")
    else:
        rows = sum(each.rows for each in moved.tables.values())
        click.echo(
            f"Moved {rows} rows ({moved.tables['events'].rows} events) and {moved.contents} contents to "
            f"{plain(moved.place, 400)}, and verified them."
        )
    click.echo(
        f"{plain(str(moved.kept), 400)} is kept, and no longer in force. From now on, on each machine:"
    )
    click.echo(f"  export ORCH_STORE_URL='{plain(moved.place, 400)}'")


@store.command()
@click.argument("file", type=click.Path(path_type=Path))
@json_option
def backup(file: Path, as_json: bool) -> None:  # noqa: FBT001
    """Back up this home to a new file: its journal as of one moment, baselines, private copies, keys; also during work.

    The file holds private keys, and is only for its owner. Where the store is on a server, the database is not in it: dump it
    afterwards, with the command that this one shows.
    """
    from orchestrator.cli.views.waiting import waiting

    with waiting(clock(), "Files that were backed up") as advance:
        made = store_care.back_up(file, advance)
    if as_json:
        words = {"file": str(made.file), "files": made.files, "journal": made.journal}
        click.echo(json.dumps({"kind": "store_backed_up", **words}))
        return
    click.echo(
        f"Backed up {made.files} files to {plain(str(made.file), 400)}. It holds private keys: keep it safe."
    )
    if not made.journal:
        click.echo(
            "The database is not in it. Dump it now: pg_dump --format=custom --file=orch.dump DATABASE"
        )


@store.command()
@click.argument("file", type=click.Path(path_type=Path))
@json_option
def restore(file: Path, as_json: bool) -> None:  # noqa: FBT001
    """Make this home ($ORCH_HOME, else .orch) from a backup; it must not be there.

    A backup that is older than what hosts, anchors or other homes have seen is noticed by what acts next, which refuses.
    """
    from orchestrator.cli.views.waiting import waiting

    with waiting(clock(), "Files that were restored") as advance:
        made = store_care.restore(file, advance)
    manifest = made.manifest
    if as_json:
        words = {"home": str(made.home), "made": manifest.made, "files": len(manifest.files)}
        click.echo(json.dumps({"kind": "store_restored", **words, "store": manifest.store}))
        return
    click.echo(
        f"Restored {len(manifest.files)} files of {plain(manifest.made, 40)[:19]} UTC to {plain(str(made.home), 400)}."
    )
    if str(made.home) != manifest.home:
        click.echo(
            f"It was at {plain(manifest.home, 400)}, where open deployments have their private copies: restore it there "
            "to go on with those."
        )
    if manifest.store == "server":
        click.echo("The journal is on a server: restore its dump with pg_restore, and set ORCH_STORE_URL.")
    click.echo("Verify it: orch record verify")


def _standing(tables: int, known: int) -> str:
    if tables < known:
        return ", and upgrades it with the next command"
    return ", which is older: use the orch that wrote it, or a newer one" if tables > known else ""
