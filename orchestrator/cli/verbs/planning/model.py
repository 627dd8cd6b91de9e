"""`orch model`: the deployment models of a project."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import click

from orchestrator.adapters.files.model_file import load_model, model_document
from orchestrator.cli.options.common_options import json_option
from orchestrator.cli.options.document_desk import DOCUMENT_HEADINGS, DocumentDesk
from orchestrator.cli.options.rule_files import Shelf, as_line, check, project_option, tell_all
from orchestrator.cli.verbs.planning.approve_document import approving
from orchestrator.cli.verbs.planning.model_stats import stats
from orchestrator.cli.views.outline import print_outline
from orchestrator.domain.plan.loaded_file import LoadedFile
from orchestrator.domain.rules.deployment_model import DeploymentModel
from orchestrator.domain.text.plain_text import plain
from orchestrator.errors import Fault
from orchestrator.policy.authority.rule_outline import model_outline, with_document

HEADINGS = ("model", "version", "title", "flow", *DOCUMENT_HEADINGS, "file")


@click.group()
def model() -> None:
    """Deployment models: a repeatable approach for each kind of deployment (models/ in the project)."""


@model.command(name="list")
@project_option
@json_option
def list_models(project: Path | None, as_json: bool) -> int:  # noqa: FBT001 (click calls it)
    """List the models of the project, by name and version, with who approved them, and remind of reviews that are due."""
    shelf, desk = model_shelf(project), DocumentDesk(project)
    none = f"There is no deployment model in {shelf.places()}."

    def row(loaded: LoadedFile[DeploymentModel]) -> tuple[str, ...]:
        noun, flow = loaded.noun, " > ".join(loaded.noun.flow) or "any"
        cells = desk.cells(model_document(loaded))
        return noun.model, str(noun.version), plain(noun.title, 60), flow, *cells, loaded.file

    def more(loaded: LoadedFile[DeploymentModel]) -> Mapping[str, object]:
        return desk.as_json(model_document(loaded))

    code = tell_all(shelf, HEADINGS, row, none=none, as_json=as_json, more=more)
    desk.remind()
    return code


@model.command()
@click.argument("name", metavar="MODEL")
@project_option
@json_option
def show(name: str, project: Path | None, as_json: bool) -> None:  # noqa: FBT001
    """Show what MODEL (a name, NAME@VERSION, or a file) requires of a plan, and what a plan gets from it."""
    loaded, desk = model_shelf(project).named(name), DocumentDesk(project)
    if as_json:
        click.echo(as_line(loaded, desk.as_json(model_document(loaded))))
        return
    print_outline(with_document(model_outline(loaded), desk.lines(model_document(loaded))))


@model.command(name="check")
@click.argument("files", nargs=-1, metavar="[FILE...]", type=click.Path(path_type=Path))
@project_option
@json_option
def check_models(files: tuple[Path, ...], project: Path | None, as_json: bool) -> int:  # noqa: FBT001
    """Check the models in these files, or all in the project, and show every fault with its line."""
    folder = project or Path()
    desk = DocumentDesk(project)

    def warnings(loaded: LoadedFile[DeploymentModel]) -> list[Fault]:
        return [*_warnings(loaded, folder), *desk.warnings(model_document(loaded))]

    return check(model_shelf(project), files, warnings, as_json=as_json)


@model.command()
def schema() -> None:
    """Print the JSON Schema of deployment models, for editors."""
    from orchestrator.adapters.files.schemas.authority_schemas import model_schema

    click.echo(json.dumps(model_schema(), indent=2, ensure_ascii=False))


model.add_command(stats)


def model_shelf(project: Path | None) -> Shelf[DeploymentModel]:
    """The models of the project."""
    folders = ((project or Path()) / "models",)
    return Shelf(
        "deployment model", folders, load_model, lambda model_noun: (model_noun.model, model_noun.version)
    )


def _warnings(loaded: LoadedFile[DeploymentModel], project: Path) -> list[Fault]:
    playbooks = {
        "playbooks.deploy": loaded.noun.playbooks.deploy,
        "playbooks.backout": loaded.noun.playbooks.backout,
    }
    return [
        Fault(
            loaded.file,
            loaded.line_of(path),
            path,
            f"a playbook in {project}",
            f"no file {plain(named, 120)}",
            "correct the path",
        )
        for path, named in playbooks.items()
        if named is not None and not (project / named).is_file()
    ]


model.add_command(approving("model", model_shelf, model_document))
