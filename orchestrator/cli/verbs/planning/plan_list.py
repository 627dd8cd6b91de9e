"""`orch plan list`: the release plans of a project, or of the projects that a server knows."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from orchestrator.adapters.files.plan_folder import FOLDER, plans_below
from orchestrator.cli import wiring
from orchestrator.cli.options.common_options import json_option
from orchestrator.cli.options.rule_files import project_option
from orchestrator.cli.views.table import print_table
from orchestrator.domain.text.plain_text import plain
from orchestrator.errors import ExitCode, OrchError, PlanFault

if TYPE_CHECKING:
    from orchestrator.adapters.remote.server import Server

HEADINGS = ("plan", "release", "version", "environment", "faults")


@click.command("list")
@project_option
@json_option
def list_plans(project: Path | None, as_json: bool) -> int:  # noqa: FBT001 (click calls it)
    """List the plans below plans/ of this project, with what each releases where; nothing of the project is run.

    With --server: those of the projects that the server knows, by the names that the other commands take there.
    """
    asked = wiring.server()
    known = [*(_there(asked) if asked is not None else _here(project or Path()))]
    if as_json:
        for line in known:
            click.echo(json.dumps(line))
    elif known:
        print_table(HEADINGS, [_row(line) for line in known])
    else:
        click.echo(f"There is no plan in {FOLDER}/; orch init writes one for an existing Ansible tree.")
    return ExitCode.PLAN_FAULT if any(line["faults"] for line in known) else ExitCode.COMPLETED


def _here(project: Path) -> Iterator[dict[str, Any]]:
    ports = wiring.ports_to_check()
    for file in plans_below(project):
        faults: list[str] = []
        release, version, environment = "", "", ""
        try:
            written = ports.plan_files.load(file, project).plan
            release, version = written.release.name, written.release.version
            environment = written.resources.environment
        except PlanFault as fault:
            faults = [str(each) for each in fault.faults]
        except OrchError as fault:
            faults = [str(fault)]
        yield {
            "kind": "plan",
            "plan": file.as_posix(),
            "release": release,
            "version": version,
            "environment": environment,
            "faults": faults,
        }


def _there(server: Server) -> Iterator[dict[str, Any]]:
    after: str | None = ""
    while after is not None:
        page = server.get("/api/v1/plans", after=after, limit=500)
        yield from ({"kind": "plan", **item} for item in page["items"])
        after = page["next"]


def _row(line: dict[str, Any]) -> tuple[str, ...]:
    names = ("plan", "release", "version", "environment")
    return (*(plain(str(line[name]), 120) for name in names), str(len(line["faults"]) or ""))
