"""`orch init`: read an existing Ansible tree, and write the plan and the backout that it lacks."""

from __future__ import annotations

import getpass
import hashlib
import os
from pathlib import Path

import click

from orchestrator.cli.verbs.planning.agreement import agree
from orchestrator.cli.views.init_lines import next_lines, will_write_lines
from orchestrator.domain.adoption.tree_reading import Inventory, TreePlaces
from orchestrator.domain.text.command_word import command_word
from orchestrator.domain.text.plain_text import plain
from orchestrator.errors import Conflict, ExitCode, Fault, NotFound, PlanFault
from orchestrator.policy.adoption.backout_text import backout_text, changes_text, deploy_text, role_text
from orchestrator.policy.adoption.plan_text import ignore_text, plan_text
from orchestrator.policy.adoption.proposal import Choice, Proposal, named
from orchestrator.policy.adoption.without_ssh_text import inverse_text

ROLE_PLAYBOOK = "apply-role.yml"
_IGNORE = ".orchignore"
_SCHEMA = "plans/release-plan.schema.json"
_folder = click.Path(file_okay=False, path_type=Path)


@click.command(name="init")
@click.argument("folder", metavar="[FOLDER]", default=".", type=_folder)
@click.option(
    "--playbook", metavar="PATH", help="The playbook that deploys [default: the likeliest of the tree]."
)
@click.option(
    "--inventory",
    metavar="PATH",
    help="The inventory of the plan [default: the one of ansible.cfg, or the likeliest].",
)
@click.option(
    "--name", metavar="NAME", help="What the release is called [default: as the playbook, or as the folder]."
)
@click.option(
    "--version",
    "release_version",
    metavar="VERSION",
    help="Its version [default: what git calls the commit].",
)
@click.option(
    "--dynamic-inventory",
    is_flag=True,
    help="The inventory is a program or a plugin, and may run on this machine.",
)
@click.option("--dry-run", is_flag=True, help="Print the files instead of writing them.")
@click.option("--yes", is_flag=True, help="Ask nothing.")
@click.option(
    "--example", is_flag=True, help="Write the example, a shop, into FOLDER instead of reading a tree."
)
@click.option(
    "--from-awx",
    metavar="EXPORT",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write plans for the job templates in what `awx export` wrote; FOLDER is a checkout of their project.",
)
@click.option("--awx-project", metavar="NAME", help="Which project of the export FOLDER is a checkout of.")
@click.option("--json", "as_json", is_flag=True, help="With --from-awx: print the report for programs.")
def init(  # noqa: PLR0913 - what a person may choose
    folder: Path, *, playbook: str | None, inventory: str | None, name: str | None, release_version: str | None,
    dynamic_inventory: bool, dry_run: bool, yes: bool, example: bool, from_awx: Path | None, awx_project: str | None,
    as_json: bool,
) -> int:  # fmt: skip
    """Write a release plan and a backout for the Ansible tree in FOLDER [default: here].

    It reads playbooks and roles as text, says in a numbered list what it is going to write, and asks once. It changes and
    overwrites no file. What a task changes and nobody can tell from its text is marked in the backout as a gap, and
    `orch plan check` names each gap that is left.
    """
    if example:
        from orchestrator.cli.verbs.planning.example import write_example

        return write_example(folder, dry_run=dry_run, yes=yes)
    if from_awx is not None:
        from orchestrator.cli.verbs.planning.init_from_awx import import_from_awx

        return import_from_awx(
            tree_at(folder), from_awx, awx_project, inventory, dry_run=dry_run, yes=yes, as_json=as_json
        )
    project = tree_at(folder)
    proposal = _proposal(
        project, _chosen(project, playbook, inventory, dynamic=dynamic_inventory), name, release_version
    )
    files = files_of(project, proposal)
    if dry_run:
        for path, text in files.items():
            click.echo(f"# ---- {path}\n{text}", nl=False)
        return ExitCode.COMPLETED
    for line in will_write_lines(proposal, files, project):
        click.echo(line if line.isprintable() else plain(line, 500))
    refuse_what_stands(project, files)
    agree(yes=yes)
    from orchestrator.adapters.files.new_files import write_new

    write_new(project, files)
    click.echo(f"Written: {len(files)} files. No other file was changed.\n")
    return _check_and_next(project, proposal)


def tree_at(folder: Path) -> Path:
    """The real path of a folder. Raises NotFound where there is none."""
    if not folder.is_dir():
        raise NotFound(f"There is no folder {command_word(str(folder))}: name the folder of an Ansible tree.")
    return folder.resolve()


def _chosen(
    project: Path, playbook: str | None, inventory: str | None, *, dynamic: bool
) -> tuple[str, Inventory, TreePlaces]:
    from orchestrator.adapters.ansible.adoption.places import places_of

    places = places_of(project)
    faults: list[Fault] = []
    usual = next(iter(places.playbooks), ROLE_PLAYBOOK if places.is_role else None)
    book = _relative(project, playbook) if playbook else usual
    if book is None or (playbook and not (project / book).is_file()):
        expected, move = "a playbook with a play for hosts", "name it with --playbook"
        faults.append(Fault(str(project), None, "", expected, playbook or "none", move))
    place = _given_inventory(project, inventory, places)
    if place is None:
        move = "name one with --inventory, or make hosts on this machine: orch lab up --inventory-dir inventories"
        faults.append(Fault(str(project), None, "", "an inventory", inventory or "none", move))
    elif place.dynamic and not dynamic:
        move = "add --dynamic-inventory if it may run on this machine, or name another with --inventory"
        faults.append(Fault(place.path, None, "", "an inventory that is text", "a program or a plugin", move))
    if faults or book is None or place is None:
        raise PlanFault(faults)
    return book, place, places


def _given_inventory(project: Path, given: str | None, places: TreePlaces) -> Inventory | None:
    if given is None:
        return next(iter(places.inventories), None)
    from orchestrator.adapters.ansible.adoption.places import inventory_at

    return inventory_at(project, Path(given))


def _relative(project: Path, given: str) -> str:
    place = Path(given) if Path(given).exists() else project / given
    real = place.resolve()
    return str(real.relative_to(project)) if real.is_relative_to(project) else given


def _proposal(
    project: Path, chosen: tuple[str, Inventory, TreePlaces], name: str | None, version: str | None
) -> Proposal:
    from orchestrator.adapters.ansible.adoption.git_words import commit_name, git_person
    from orchestrator.adapters.ansible.adoption.reading import hosts_in, read_playbook, read_role

    book, inventory, places = chosen
    place = project / inventory.path
    is_role = places.is_role and not (project / book).is_file()
    reading = (
        read_role(book, project.name, project, place) if is_role else read_playbook(book, project, place)
    )
    known = hosts_in(project, place, reading.hosts, dynamic=inventory.dynamic)
    stem = Path(book).stem
    usual = project.name if stem in ("site", "main", "playbook", "deploy", "all", "apply-role") else stem
    unit_path = next(
        name for name in ("tasks/main.yml", "tasks/main.yaml", book) if (project / name).is_file()
    )
    unit = unit_path, hashlib.sha256((project / unit_path).read_bytes()).hexdigest()
    choice = Choice(
        named(name or usual), named(version or commit_name(project) or "1"), book, inventory.path, inventory.dynamic,
        git_person(project) or getpass.getuser(), known.hosts, unit, places.ignored,
        no_hosts=known.why, connection=known.connection,
    )  # fmt: skip
    return Proposal(reading, choice)


def files_of(project: Path, proposal: Proposal) -> dict[str, str]:
    """Every file by its path, the plan last: with it the set is complete."""
    import json

    from orchestrator.adapters.files.on_hosts.program_text import program_text
    from orchestrator.adapters.files.schemas.plan_schema import plan_schema

    schema = {_SCHEMA: json.dumps(plan_schema(), indent=1) + "\n"}
    if proposal.choice.connection:
        files, shared = {proposal.backout_path: inverse_text(proposal)}, schema
    else:
        files = {
            proposal.changes_path: changes_text(proposal),
            proposal.backout_path: backout_text(proposal),
            proposal.deploy_path: deploy_text(proposal),
        }
        shared = {proposal.program_path: program_text(), **schema}
    if not (project / proposal.choice.playbook).exists():
        files[proposal.choice.playbook] = role_text(proposal)
    # A second plan of one tree uses what the first one brought.
    files |= {path: text for path, text in shared.items() if _text(project / path) != text}
    if not os.path.lexists(project / _IGNORE):
        files[_IGNORE] = ignore_text(proposal)
    return {**files, proposal.plan_path: plan_text(proposal)}


def _text(path: Path) -> str | None:
    return path.read_text(encoding="utf-8", errors="replace") if path.is_file() else None


def refuse_what_stands(project: Path, files: dict[str, str]) -> None:
    """Raises Conflict where one of the files stands already."""
    from orchestrator.adapters.files.new_files import standing

    there = standing(project, files)
    if there:
        raise Conflict(
            f"{', '.join(there)} stands already and is not written over; nothing was written. "
            "Choose another name with --name, or move it away."
        )


def _check_and_next(project: Path, proposal: Proposal) -> int:
    """The check that `orch plan check` makes, and what to do then. The exit code is that of the check."""
    from orchestrator.cli.verbs.planning.plan import check_and_report

    here = project == Path.cwd()
    path = Path(proposal.plan_path) if here else project / proposal.plan_path
    code = check_and_report(path)
    for line in next_lines(proposal, path, project):
        click.echo(line)
    return code
