"""A whole export for one checkout: which templates may become plans, which inventories files, in which order."""

from __future__ import annotations

from dataclasses import dataclass

from orchestrator.domain.adoption.awx_export import AwxExport, AwxReason
from orchestrator.policy.adoption.from_awx.channels import channels_text
from orchestrator.policy.adoption.from_awx.inventories import inventory_text
from orchestrator.policy.adoption.from_awx.ledger import Ledger
from orchestrator.policy.adoption.from_awx.resources import key_of, of_kind, text_of
from orchestrator.policy.adoption.from_awx.templates import (
    Template,
    credential_words,
    schedule_note,
    template_of,
)
from orchestrator.policy.adoption.from_awx.workflows import steps
from orchestrator.policy.adoption.proposal import named

_KINDS = ("credential_types", "execution_environments", "organizations", "teams", "users", "applications")
CHANNELS = "channels-from-awx.yml"


@dataclass(frozen=True, slots=True)
class Translation:
    """What the export says, before the tree is looked at. Inventories by key: a path in the project, and the text to write
    there, empty where the file is one of the project."""

    templates: tuple[Template, ...]
    inventories: dict[str, tuple[str, str]]
    workflows: dict[str, list[str]]
    channels: str | None


def project_names(export: AwxExport) -> list[str]:
    """The projects whose playbooks job templates run."""
    names: dict[str, None] = {}
    for _, item in of_kind(export, "job_templates"):
        project = item.get("project")
        if isinstance(project, dict):
            names[str(project.get("name"))] = None
    return list(names)


def translated(ledger: Ledger, project: str | None) -> Translation:
    """Everything that needs no look at the tree; what is said of each field is in the ledger."""
    export = ledger.export
    inventories = _inventories(ledger)
    by_template, orders = steps(ledger)
    templates: list[Template] = []
    for path, item in of_kind(export, "job_templates"):
        reference = item.get("project")
        if project is not None and isinstance(reference, dict) and reference.get("name") != project:
            ledger.left_out(path, AwxReason.OTHER_PROJECT, str(reference.get("name")))
        elif text_of(item, "job_type") not in ("", "run") or not text_of(item, "playbook"):
            ledger.left_out(path, AwxReason.NOT_A_RUN, text_of(item, "job_type"))
        else:
            own = template_of(ledger, path, item, ())
            known = by_template.get(own.key, [])
            templates.append(template_of(ledger, path, item, known) if known else own)
    _rest(ledger)
    return Translation(tuple(templates), inventories, orders, channels_text(ledger))


def _inventories(ledger: Ledger) -> dict[str, tuple[str, str]]:
    places: dict[str, tuple[str, str]] = {}
    for path, item in of_kind(ledger.export, "inventory"):
        text = inventory_text(ledger, path, item)
        if text is not None:
            place = _free(
                f"inventories/{named(text_of(item, 'name'))}", [each for each, _ in places.values()]
            )
            places[key_of(dict(item))] = (f"{place}/hosts.yml", text)
    for path, item in of_kind(ledger.export, "inventory_sources"):
        key, place = key_of(item.get("inventory")), text_of(item, "source_path")
        if text_of(item, "source") == "scm" and place and key not in places:
            places[key] = (place, "")
            for field in ("name", "source", "source_path"):
                ledger.translated(*path, field)
            for field in ("natural_key", "inventory", "source_project"):
                ledger.reference(*path, field)
        else:
            ledger.left_out(path, AwxReason.SOURCE, text_of(item, "source"))
    return places


def _free(place: str, taken: list[str]) -> str:
    folders = {each.rpartition("/")[0].casefold() for each in taken}
    number, free = 2, place
    while free.casefold() in folders:
        free, number = f"{place}-{number}", number + 1
    return free


def _rest(ledger: Ledger) -> None:
    for path, item in of_kind(ledger.export, "credentials"):
        ledger.person(path, AwxReason.CREDENTIAL, credential_words(item))
    for path, item in of_kind(ledger.export, "schedules"):
        schedule_note(ledger, path, item)
    for path, item in of_kind(ledger.export, "projects"):
        ledger.person(path, AwxReason.BRANCH, text_of(item, "scm_branch") or "the default branch")
    for kind in _KINDS:
        for path, _ in of_kind(ledger.export, kind):
            ledger.left_out(path, AwxReason.KIND)
