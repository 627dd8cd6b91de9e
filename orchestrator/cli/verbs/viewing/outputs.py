"""`orch outputs`: what the runs of a deployment left for people."""

from __future__ import annotations

import shutil
from pathlib import Path

import click

from orchestrator.cli.wiring import ports_to_look as ports_of_home
from orchestrator.domain.text.plain_text import plain
from orchestrator.engine.lookup.deployment_lookup import find
from orchestrator.errors import Conflict, StoreFault


@click.command()
@click.argument("deployment", required=False)
@click.option(
    "--to",
    "target",
    type=click.Path(path_type=Path),
    help="Copy the folders to this new folder, instead of listing their files.",
)
def outputs(deployment: str | None, target: Path | None) -> None:
    """Show or copy the outputs of DEPLOYMENT [default: the open one, else the newest].

    They are those of its release in its environment, as later deployments have left them.
    """
    ports = ports_of_home()
    current = find(ports, deployment)
    folder = ports.authority.outputs(current.plan)
    if not current.plan.resources.outputs:
        click.echo(f"The plan of {current.id} names no outputs (resources.outputs).")
    elif target is None:
        click.echo(f"{folder}:")
        for file in sorted(path for path in folder.rglob("*") if path.is_file()):
            click.echo(f"  {plain(str(file.relative_to(folder)))}")
    else:
        _copy(folder, target)
        click.echo(f"The outputs of {current.id} are in {target}")


def _copy(folder: Path, target: Path) -> None:
    if target.exists():
        raise Conflict(f"{target} exists; name a new folder.")
    try:
        shutil.copytree(folder, target, symlinks=True)
    except (OSError, shutil.Error) as error:
        raise StoreFault(f"{folder} cannot be copied to {target}: {error}.") from None
