"""`orch policy`: the release policies of a project and of the house."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import click

from orchestrator.adapters.files.model_file import models_in
from orchestrator.adapters.files.policy_file import policy_document
from orchestrator.bootstrap import clock
from orchestrator.cli.options.common_options import json_option
from orchestrator.cli.options.document_desk import DOCUMENT_HEADINGS, DocumentDesk
from orchestrator.cli.options.rule_files import as_line, check, project_option, tell_all
from orchestrator.cli.verbs.planning.approve_document import approving
from orchestrator.cli.verbs.planning.policy_adoption import adopt, policy_shelf, withdraw
from orchestrator.cli.views.outline import print_outline
from orchestrator.domain.plan.loaded_file import LoadedFile
from orchestrator.domain.rules.release_policy import ReleasePolicy
from orchestrator.domain.text.plain_text import plain
from orchestrator.errors import Fault
from orchestrator.policy.authority.document_standing import approving_roles
from orchestrator.policy.authority.policy_lines import scope_words
from orchestrator.policy.authority.rule_outline import policy_outline, with_document
from orchestrator.policy.calendar.windows import calendar_of, odd_times

HEADINGS = ("policy", "version", "title", "binds", *DOCUMENT_HEADINGS, "file")
YEAR = timedelta(days=366)


@click.group()
def policy() -> None:
    """Release policies: when a deployment is allowed (policies/ in the project, and in orch's home for the house)."""


policy.add_command(adopt)
policy.add_command(withdraw)
policy.add_command(
    approving("policy", policy_shelf, policy_document, roles=lambda loaded: approving_roles(loaded.noun))
)


@policy.command(name="list")
@project_option
@json_option
def list_policies(project: Path | None, as_json: bool) -> int:  # noqa: FBT001 (click calls it)
    """List the policies of the project and of the house, with who approved them, and remind of reviews that are due."""
    shelf, desk = policy_shelf(project), DocumentDesk(project)
    none = f"There is no release policy in {shelf.places()}: none binds."

    def row(loaded: LoadedFile[ReleasePolicy]) -> tuple[str, ...]:
        noun, cells = loaded.noun, desk.cells(policy_document(loaded), approving_roles(loaded.noun))
        title, binds = plain(noun.title, 60), scope_words(noun)
        return noun.policy, str(noun.version), title, binds, *cells, loaded.file

    def more(loaded: LoadedFile[ReleasePolicy]) -> Mapping[str, object]:
        return desk.as_json(policy_document(loaded), approving_roles(loaded.noun))

    code = tell_all(shelf, HEADINGS, row, none=none, as_json=as_json, more=more)
    desk.remind()
    return code


@policy.command()
@click.argument("name", metavar="POLICY")
@project_option
@json_option
def show(name: str, project: Path | None, as_json: bool) -> None:  # noqa: FBT001
    """Show what POLICY (a name, NAME@VERSION, or a file) requires, and when it is open next."""
    loaded, desk = policy_shelf(project).named(name), DocumentDesk(project)
    document, roles = policy_document(loaded), approving_roles(loaded.noun)
    if as_json:
        click.echo(as_line(loaded, desk.as_json(document, roles)))
        return
    print_outline(with_document(policy_outline(loaded, clock().now()), desk.lines(document, roles)))


@policy.command(name="check")
@click.argument("files", nargs=-1, metavar="[FILE...]", type=click.Path(path_type=Path))
@project_option
@json_option
def check_policies(files: tuple[Path, ...], project: Path | None, as_json: bool) -> int:  # noqa: FBT001
    """Check the policies in these files, or all that may bind here, and show every fault with its line.

    Warns of models that a policy names and models/ lacks, and of times in the coming year that a clock change skips or
    repeats.
    """
    folder = (project or Path()) / "models"
    known = {model_file.noun.model for model_file in models_in([folder])[0]}
    desk = DocumentDesk(project)

    def warnings(loaded: LoadedFile[ReleasePolicy]) -> list[Fault]:
        of_document = desk.warnings(policy_document(loaded), approving_roles(loaded.noun))
        return [*_models(loaded, known, folder), *_odd(loaded), *of_document]

    return check(policy_shelf(project), files, warnings, as_json=as_json)


@policy.command()
def schema() -> None:
    """Print the JSON Schema of release policies, for editors."""
    from orchestrator.adapters.files.schemas.authority_schemas import policy_schema

    click.echo(json.dumps(policy_schema(), indent=2, ensure_ascii=False))


def _models(loaded: LoadedFile[ReleasePolicy], known: set[str], folder: Path) -> list[Fault]:
    named = {f"models[{n}]": name for n, name in enumerate(loaded.noun.models)}
    named |= {f"standard[{n}].model": standard.model for n, standard in enumerate(loaded.noun.standard)}
    return [
        Fault(
            loaded.file,
            loaded.line_of(path),
            path,
            f"a model in {folder}",
            f"none of the name {name}",
            "correct it or add it",
        )
        for path, name in named.items()
        if name not in known
    ]


def _odd(loaded: LoadedFile[ReleasePolicy]) -> list[Fault]:
    now = clock().now()
    paths = {
        each.name: f"{key}[{n}]"
        for key in ("windows", "freezes")
        for n, each in enumerate(getattr(loaded.noun, key))
    }
    return [
        Fault(
            loaded.file,
            loaded.line_of(paths[odd.name]),
            f"{paths[odd.name]}.starts",
            "starts outside the hour in which clocks change",
            f"{odd.local_start}, which {'does not exist' if odd.oddity == 'skipped' else 'comes twice'}",
            f"it is taken as {odd.span.opens.isoformat()} to {odd.span.closes.isoformat()}",
        )
        for odd in odd_times(calendar_of(loaded.noun), now, now + YEAR)
    ]
