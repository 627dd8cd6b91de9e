"""`orch environment`: the environments of a project and of the house, and machines that leave one."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from orchestrator.adapters.files.environment_file import known_environments, load_environment, name_of
from orchestrator.adapters.files.noun_folder import Shelved
from orchestrator.bootstrap import clock, home_of
from orchestrator.cli import wiring
from orchestrator.cli.options.common_options import by_option, json_option
from orchestrator.cli.options.rule_files import Shelf, as_line, check, project_option, tell_all
from orchestrator.cli.options.signing_key import speaking_key_option
from orchestrator.cli.options.words_option import WORDS
from orchestrator.domain.plan.loaded_file import LoadedFile
from orchestrator.domain.rules.environment import Environment
from orchestrator.domain.text.plain_text import plain
from orchestrator.policy.planning.environment_objections import warnings_of

if TYPE_CHECKING:
    from orchestrator.adapters.remote.server import Server
    from orchestrator.errors import Fault

HEADINGS = ("environment", "class", "owner", "title", "policy", "file")


@click.group()
def environment() -> None:
    """Environments and their machines (environments/ in the project, and in orch's home for the house)."""


@environment.command(name="list")
@project_option
@json_option
def list_environments(project: Path | None, as_json: bool) -> int:  # noqa: FBT001 (click calls it)
    """List the environments of the project and of the house, by name."""
    shelf = _shelf(project)
    none = f"There is no environment in {shelf.places()}: none is known."
    return tell_all(shelf, HEADINGS, _row, none=none, as_json=as_json)


@environment.command()
@click.argument("name", metavar="ENVIRONMENT")
@project_option
@json_option
def show(name: str, project: Path | None, as_json: bool) -> None:  # noqa: FBT001
    """Show what binds in ENVIRONMENT (a name or a file), and which machines are known as its own."""
    loaded = _shelf(project).named(name)
    if as_json:
        click.echo(as_line(loaded))
        return
    from orchestrator.cli.views.outline import print_outline
    from orchestrator.policy.telling.environment_outline import environment_outline

    print_outline(environment_outline(loaded, clock().now()))


@environment.command(name="check")
@click.argument("files", nargs=-1, metavar="[FILE...]", type=click.Path(path_type=Path))
@project_option
@json_option
def check_environments(files: tuple[Path, ...], project: Path | None, as_json: bool) -> int:  # noqa: FBT001
    """Check the environments in these files, or all that are known here, and show every fault with its line.

    Warns of a live environment without machines: they are known only by what was deployed to it.
    """
    if not files:
        known_environments(
            project or Path(),
            [place / "environments" for place in dict.fromkeys((wiring.house().place, home_of()))],
        )
    return check(_shelf(project), files, _warnings, as_json=as_json)


@environment.command()
def schema() -> None:
    """Print the JSON Schema of environments, for editors."""
    from orchestrator.adapters.files.schemas.authority_schemas import environment_schema

    click.echo(json.dumps(environment_schema(), indent=2, ensure_ascii=False))


@environment.command()
@click.argument("machine", metavar="MACHINE")
@click.option("--reason", type=WORDS, required=True, help="The reason, for the record.")
@project_option
@by_option
@speaking_key_option
def release(machine: str, reason: str, project: Path | None, by: str) -> None:
    """Release MACHINE: what was deployed to it so far binds it to no environment any more.

    MACHINE is a machine-id, the SHA-256 of a host key, or the name of a host as it was deployed to. What a file says of it
    stays. The word goes on the journal of the house.
    """
    from orchestrator.cli.wiring import ports_to_look
    from orchestrator.engine.use_cases.release_machine import release_machine

    ports = ports_to_look()
    files = ports.authority.environments((project or Path()).absolute())
    event = release_machine(
        ports, machine, files, by=by, reason=reason, project=(project or Path()).absolute()
    )
    click.echo(f"{plain(machine, 120)} is released from {', '.join(event.environments)}.")
    if event.owners:
        click.echo(f"Tell {' and '.join(event.owners)}, who answer for that.")


@dataclass(frozen=True, slots=True)
class ShelfOfServer(Shelf[Environment]):
    """Environments that a server knows; faults of its files are said on the error stream."""

    server: Server

    def all(self) -> Shelved[Environment]:
        """See Shelf."""
        from orchestrator.adapters.remote.remote_rules import environments

        known, faults = environments(self.server)
        for fault in faults:
            click.echo(fault, err=True)
        return tuple(known), ()

    def places(self) -> str:
        """See Shelf."""
        return self.server.url


def _shelf(project: Path | None) -> Shelf[Environment]:
    if (asked := wiring.server()) is not None:
        return ShelfOfServer("environment", (), load_environment, name_of, asked)
    folders = ((project or Path()), home_of(), wiring.house().place)
    return Shelf(
        "environment", tuple(folder / "environments" for folder in folders), load_environment, name_of
    )


def _row(loaded: LoadedFile[Environment]) -> tuple[str, ...]:
    noun = loaded.noun
    title, owner = plain(noun.title, 60), plain(noun.owner, 40)
    return noun.environment, noun.class_, owner, title, noun.policy or "", loaded.file


def _warnings(loaded: LoadedFile[Environment]) -> list[Fault]:
    return [loaded.fault(objection) for objection in warnings_of(loaded.noun)]
