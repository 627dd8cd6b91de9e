"""The rules that the service knows: files of the house, of its home, and of the projects that an administrator named."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from orchestrator.adapters.files.environment_file import load_environment, name_of
from orchestrator.adapters.files.model_file import load_model, model_document
from orchestrator.adapters.files.noun_folder import shelved_in
from orchestrator.adapters.files.policy_file import load_policy, policy_document
from orchestrator.domain.text.plain_text import plain
from orchestrator.errors import OrchError
from orchestrator.policy.authority.document_standing import (
    approving_roles,
    notices,
    on_record,
    standing_of,
)
from orchestrator.policy.telling.words.document_words import standing_lines

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from orchestrator.domain.plan.loaded_file import LoadedFile
    from orchestrator.domain.rules.deployment_model import DeploymentModel
    from orchestrator.domain.rules.document_control import DocumentFile
    from orchestrator.domain.rules.environment import Environment
    from orchestrator.domain.rules.release_policy import ReleasePolicy
    from orchestrator.engine.ports import Ports
    from orchestrator.web.request_context import Asked


class DocumentRow(NamedTuple):
    """How a file stands as a document, in words, and everything that is to be said of that."""

    state: str
    approved_by: str
    valid_until: str
    review_due: str
    lines: tuple[str, ...]


class Rules(NamedTuple):
    """All that is known, sound files and the faults of others."""

    policies: Sequence[LoadedFile[ReleasePolicy]]
    models: Sequence[LoadedFile[DeploymentModel]]
    environments: Sequence[LoadedFile[Environment]]
    faults: tuple[str, ...]


def rules_of(asked: Asked) -> Rules:
    """Read all files anew: what binds is what they say now."""
    places = _places(asked)
    policies, bad_policies = shelved_in(
        _below(places, "policies"), load_policy, lambda p: (p.policy, p.version)
    )
    models, bad_models = shelved_in(_below(places, "models"), load_model, lambda m: (m.model, m.version))
    environments, bad_places = shelved_in(_below(places, "environments"), load_environment, name_of)
    faults = (*bad_policies, *bad_models, *bad_places)
    return Rules(policies, models, environments, tuple(str(fault) for fault in faults))


def policy_row(ports: Ports, loaded: LoadedFile[ReleasePolicy], project: Path | None) -> DocumentRow:
    """How a policy stands as a document."""
    return _row(ports, policy_document(loaded), approving_roles(loaded.noun), project)


def model_row(ports: Ports, loaded: LoadedFile[DeploymentModel], project: Path | None) -> DocumentRow:
    """How a model stands as a document."""
    return _row(ports, model_document(loaded), (), project)


def project_with(asked: Asked, file: str) -> Path | None:
    """The project of whose files this is one; None for a file of house or home."""
    return next((each for each in asked.service.projects if Path(file).is_relative_to(each)), None)


def _row(ports: Ports, file: DocumentFile, roles: Sequence[str], project: Path | None) -> DocumentRow:
    if file.control is None:
        return DocumentRow("no document", "", "", "", ())
    try:
        keyring = ports.keys.keyring(project)
        (presented,) = ports.keys.documents([file], keyring)
        standing = standing_of(presented, keyring, ports.clock.now(), roles)
    except OrchError as unreadable:
        return DocumentRow("not known", "", "", "", (plain(str(unreadable), 600),))
    document = on_record(standing)
    lines = (
        *standing_lines(document),
        *(f"{reason.found}; {reason.next_move}" for reason in standing.against),
        *(f"{finding}; {move}" for _, _, finding, move in notices(standing, ports.clock.now())),
    )
    return DocumentRow(
        document.state,
        document.approved_by,
        _day(document.valid_until),
        _day(document.review_due),
        tuple(plain(line, 600) for line in lines),
    )


def _day(day: date | None) -> str:
    return str(day) if day is not None else ""


def _places(asked: Asked) -> tuple[Path, ...]:
    """The house first, then the home, then the projects, each once."""
    house = asked.ports.keys.house_place
    return tuple(
        dict.fromkeys((*((Path(house),) if house else ()), asked.service.home, *asked.service.projects))
    )


def _below(places: Sequence[Path], name: str) -> tuple[Path, ...]:
    return tuple(place / name for place in places)
