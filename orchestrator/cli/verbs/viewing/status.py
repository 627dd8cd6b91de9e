"""`orch status`: the tree of a deployment as it stands now."""

from __future__ import annotations

import socket
from datetime import datetime
from pathlib import Path

import click

from orchestrator.cli.options.common_options import json_option
from orchestrator.cli.views.unreadable import say_lost
from orchestrator.cli.wiring import ports_to_look as ports_of_home
from orchestrator.cli.wiring import say_home
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.evidence.attempt_sighting import TaskSeen
from orchestrator.domain.journal.driver_name import driver_named
from orchestrator.domain.text.plain_text import plain
from orchestrator.engine.lookup.deployment_lookup import find
from orchestrator.engine.lookup.journal_timeline import story_on
from orchestrator.engine.ports import Ports
from orchestrator.policy.course.next_step import next_step
from orchestrator.policy.course.steps import WaitForPerson
from orchestrator.policy.telling.exit_codes import exit_code_of


@click.command()
@click.argument("deployment", required=False)
@json_option
@click.option("--exit-code", is_flag=True, help="Exit with the code of the deployment (docs/exit-codes.md).")
def status(deployment: str | None, as_json: bool, exit_code: bool) -> int:  # noqa: FBT001
    """Show where DEPLOYMENT stands [default: the open one, else the newest]. The beginning of an id is enough."""
    ports = ports_of_home()
    d = find(ports, deployment)
    say_lost(ports, d)
    if as_json:
        from orchestrator.engine.lookup.result_line import result_of
        from orchestrator.engine.lookup.seals_line import seals_line

        seals = seals_line(ports.anchor_book.state(d.id), ports.seal_keys.last_look())
        line = result_of(d, ports.clock.now()).model_copy(update={"seals": seals})
        click.echo(line.model_dump_json(ensure_ascii=True))
    else:
        _print_tree(ports, d)
        say_home()
    return exit_code_of(d) if exit_code else 0


def _print_tree(ports: Ports, d: Deployment) -> None:
    from rich.console import Console

    from orchestrator.cli.views.paint import footer, header, painted, speaks_unicode, write
    from orchestrator.cli.views.tree import tree_lines
    from orchestrator.policy.authority.word_checks import statement_words
    from orchestrator.policy.course.follow_up import following_words
    from orchestrator.policy.telling.words.anchor_words import state_lines
    from orchestrator.policy.telling.words.seal_words import last_look_words

    console, now = Console(highlight=False), ports.clock.now()
    lines = tree_lines(d, story_on(ports.journal, d), now, _tasks(ports, d))
    body = painted(lines, console.width, unicode=speaks_unicode(console), whole=True)
    write(console, [*header(d, now, console.width), *body, *footer(d)])
    anchored = state_lines(ports.anchor_book.state(d.id))
    for line in (*statement_words(d), *following_words(d, now), *anchored):
        click.echo(plain(line, 600))
    attempt = d.open_attempt
    still = "" if attempt is None else ports.playbooks.stands_still(attempt.attempt)
    if still:
        click.echo(f"\n{plain(still[:1].upper() + still[1:], 600)}")
    driven = driver_words(d, now)
    if driven:
        click.echo(f"\n{driven}")
    if verified := last_look_words(ports.seal_keys.last_look()):
        click.echo(f"\n{verified}")


def _tasks(ports: Ports, d: Deployment) -> dict[str, TaskSeen]:
    attempt = d.open_attempt
    return (
        {} if attempt is None else {seen.host: seen for seen in ports.playbooks.tasks_seen(attempt.attempt)}
    )


def driver_words(d: Deployment, now: datetime) -> str:
    """Who drives it, as far as this machine can see; no driver is missing where it has ended, or waits for a person."""
    if d.over or d.driving.stopped is not None:
        return ""
    machine, process = driver_named(d.driving.driver)
    waits = isinstance(next_step(d, now), WaitForPerson)
    if not machine or process is None:
        return "" if waits else f"No process drives it: orch resume {d.id}"
    if machine != socket.gethostname():
        return f"Driven by process {process} on {machine}, which cannot be seen from here."
    if is_orch(process):
        return f"Driven by process {process} on this machine."
    return "" if waits else f"No process drives it (process {process} is gone): orch resume {d.id}"


def is_orch(process: int) -> bool:
    """Whether this process of this machine lives and is orch, as far as can be seen."""
    try:
        return b"orch" in Path(f"/proc/{process}/cmdline").read_bytes()
    except PermissionError:
        return True
    except OSError:
        return False
