"""`orch feed`: results and planned dates as Atom and JSON, for a service desk."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click

from orchestrator.cli.wiring import ports_to_look
from orchestrator.errors import UsageFault

LATEST = 100
"""Results in a feed, unless the command says otherwise."""


@click.command()
@click.option("--atom", type=click.Path(path_type=Path, allow_dash=True), help="Write Atom (RFC 4287).")
@click.option(
    "--json", "json_file", type=click.Path(path_type=Path, allow_dash=True), help="Write JSON Feed 1.1."
)
@click.option(
    "--latest",
    type=click.IntRange(1, 10_000),
    default=LATEST,
    show_default=True,
    metavar="NUMBER",
    help="How many results.",
)
def feed(atom: Path | None, json_file: Path | None, latest: int) -> None:
    """Write the newest results, and all dates that are planned, to files (`-` is standard output).

    Everybody on the machine can read the files, so that a web server can serve them.
    """
    if not (atom or json_file):
        raise UsageFault("Nothing was written: name a file with --atom or --json.")
    from orchestrator.adapters.report.feed_files import atom_feed, json_feed
    from orchestrator.cli.views.whole_file import write_whole
    from orchestrator.engine.use_cases.feed import current_feed

    items = current_feed(ports_to_look(), latest)
    forms: list[tuple[Path | None, Callable[[], str]]] = [
        (atom, lambda: atom_feed(items)),
        (json_file, lambda: json_feed(items)),
    ]
    for path, text in forms:
        if path is not None and str(path) == "-":
            click.echo(text(), nl=False)
        elif path is not None:
            write_whole(path, text(), for_all=True)
            click.echo(f"The feed is in {path}", err=True)
