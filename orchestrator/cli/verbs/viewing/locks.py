"""`orch locks`: which deployment holds which machine, since when, and why."""

from __future__ import annotations

import click

from orchestrator.cli.options.common_options import json_option
from orchestrator.cli.views.unreadable import say_lost
from orchestrator.cli.wiring import ports_to_look as ports_of_home
from orchestrator.cli.wiring import say_home
from orchestrator.domain.fold.brief import brief_of
from orchestrator.domain.journal.host_lock import HostLock
from orchestrator.domain.text.plain_text import plain
from orchestrator.engine.lookup.snapshots import folded
from orchestrator.engine.ports import Ports
from orchestrator.errors import NotFound, StoreFault
from orchestrator.policy.course.brief_words import state_words

HEADINGS = ("host", "machine", "held by", "state", "since", "by", "purpose")


@click.command()
@json_option
def locks(as_json: bool) -> None:  # noqa: FBT001
    """Show which deployment holds which machine, since when and why."""
    ports = ports_of_home()
    held = ports.locks.held()
    say_lost(ports)
    if as_json:
        for lock in held:
            click.echo(lock.model_dump_json(ensure_ascii=True))
        return
    say_home()
    if not held:
        click.echo("No machine is held.")
        return
    rows = [HEADINGS, *(_row(ports, lock) for lock in held)]
    widths = [max(len(row[place]) for row in rows) for place in range(len(HEADINGS))]
    for row in rows:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def _row(ports: Ports, lock: HostLock) -> tuple[str, ...]:
    state, purpose = _why(ports, lock.deployment)
    since = f"{lock.since.astimezone():%Y-%m-%d %H:%M:%S}"
    return lock.host, lock.machine[:12], lock.deployment, state, since, plain(lock.by, 40), plain(purpose, 60)


def _why(ports: Ports, name: str) -> tuple[str, str]:
    try:
        deployment = folded(ports.journal, name)
    except NotFound:
        return "no such deployment", ""
    except StoreFault as fault:
        return "cannot be read", str(fault)
    return state_words(brief_of(deployment), ports.clock.now()), deployment.plan.purpose
