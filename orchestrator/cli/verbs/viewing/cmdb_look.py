"""The configuration items for a command, with what has to be said of them first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from orchestrator.cli.wiring import ports_to_look as ports_of_home
from orchestrator.domain.text.format import counted
from orchestrator.domain.text.plain_text import plain

if TYPE_CHECKING:
    from orchestrator.engine.lookup.cmdb_items import KnownCis


def look() -> KnownCis:
    """Every item; what had to be written to the store first, and what cannot be read, is said on the error stream."""
    from orchestrator.engine.lookup.cmdb_items import known_cis

    known = known_cis(ports_of_home())
    if known.filled:
        ends = counted(known.filled, "end")
        click.echo(f"The CMDB lacked {ends} of deployments; they were added from the journals.", err=True)
    for name, reason in known.unreadable.items():
        click.echo(f"{name} cannot be read and is passed over: {plain(reason, 300)}", err=True)
    return known
