"""`orch init --example`: writes the shop, a whole project that can be deployed, from what orch carries."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from orchestrator.cli.verbs.planning.agreement import agree
from orchestrator.domain.text.command_word import command_word
from orchestrator.errors import Conflict, ExitCode

PARTS = {
    "plans": "release plans, of which 1.2.0 starts and does not pass its checks",
    "playbooks": "the playbook that deploys the shop",
    "rollback": "the playbook that takes it back",
    "dml": "the release packages",
    "checks": "checks in testinfra",
    "inventories": "variables of the inventories; `orch lab up` adds hosts",
    "environments": "the environments of the plans",
    "models": "deployment models",
    "policies": "release policies",
}
_LAB_FILES = ("hosts.yml",)


def write_example(folder: Path, *, dry_run: bool = False, yes: bool = False) -> int:
    """Write it into a folder, after one question. Raises Conflict where a file of it stands already."""
    files = example_files()
    if dry_run:
        click.echo("\n".join(files))
        return ExitCode.COMPLETED
    click.echo(f"It is going to write the shop into {folder}, {len(files)} files:")
    for number, (part, meaning) in enumerate(PARTS.items(), 1):
        click.echo(f"  {number}. {part}/: {meaning}")
    folder_of_them(folder, files)
    agree(yes=yes)
    place_files(folder, files)
    click.echo("Written. Next, on a Linux machine, as root:")
    if folder.resolve() != Path.cwd():
        click.echo(f"  cd {command_word(str(folder))}")
    for line in ("lab up", "plan check plans/shop-1.0.0.yml", "deploy plans/shop-1.0.0.yml", "lab down"):
        click.echo(f"  orch {line}")
    return ExitCode.COMPLETED


def example_files() -> dict[str, bytes]:
    """Every file of the example by its path; hosts that a lab of a checkout has are none of it."""
    from orchestrator.adapters.files.shipped import shipped

    files: dict[str, bytes] = {}
    for part in PARTS:
        root = shipped(part)
        for path in _below(root):
            name = f"{part}/{path.relative_to(root)}"
            if part != "inventories" or _is_shipped_inventory(name):
                files[name] = path.read_bytes()
    return dict(sorted(files.items()))


def _is_shipped_inventory(name: str) -> bool:
    folder, *rest = Path(name).parts[1:]
    known = folder in ("lab", "lab-live", "lab-staging", "live", "staging")
    return known and not (folder.startswith("lab") and rest[-1] in _LAB_FILES)


def folder_of_them(folder: Path, files: dict[str, bytes]) -> None:
    """Raises Conflict where one of the files stands already."""
    from orchestrator.adapters.files.new_files import standing

    there = standing(folder, files)
    if there:
        more = (
            f" and {len(there) - 3} more stand"
            if len(there) > 3
            else " stands"
            if len(there) == 1
            else " stand"
        )
        raise Conflict(
            f"In {folder} {', '.join(there[:3])}{more} already, and nothing is written over: name another folder."
        )


def place_files(folder: Path, files: dict[str, bytes]) -> None:
    """All of them or none."""
    from orchestrator.adapters.files.new_files import write_new

    folder.mkdir(parents=True, exist_ok=True)
    write_new(folder, files)


def _below(root: Path) -> Iterator[Path]:
    for path in sorted(root.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            yield path
