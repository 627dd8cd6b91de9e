"""Checks the model and policy of a plan as documents: who approved them, and what a person should see to."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from orchestrator.domain.authority.document_approval import PresentedDocument
from orchestrator.domain.authority.signing import Keyring
from orchestrator.domain.rules.document_on_record import DocumentOnRecord
from orchestrator.domain.rules.environment import Environment
from orchestrator.domain.rules.release_policy import ReleasePolicy
from orchestrator.engine.ports import Governing, Ports
from orchestrator.errors import Fault, PlanFault
from orchestrator.policy.authority.document_standing import (
    Standing,
    approving_roles,
    as_objections,
    notices,
    on_record,
    standing_of,
)


@dataclass(frozen=True, slots=True)
class DocumentsChecked:
    """How model and policy stand, with warnings for what is lacking that the policy does not demand."""

    documents: tuple[DocumentOnRecord, ...] = ()
    faults: tuple[Fault, ...] = ()
    warnings: tuple[Fault, ...] = ()


def check_documents(
    ports: Ports, binds: Governing, project: Path, environment: Environment | None
) -> DocumentsChecked:
    """The documents of a plan for this environment. Where files say that it is not live, nothing is warned of."""
    now = ports.clock.now()
    try:
        known = _standings(ports, binds, project, now)
    except PlanFault as unusable:
        return DocumentsChecked(faults=unusable.faults)
    warned = environment is None or environment.live
    warnings = tuple(_warnings(known, binds.policy, now)) if warned else ()
    return DocumentsChecked(tuple(map(on_record, known)), warnings=warnings)


def _standings(ports: Ports, binds: Governing, project: Path, now: datetime) -> tuple[Standing, ...]:
    """How each stands. Keys and approvals are read only where a file has the section `document`. Raises PlanFault."""
    files, roles = binds.documents, approving_roles(binds.policy)
    if any(file.control is not None for file in files):
        keyring = ports.keys.keyring(project)
        presented = ports.keys.documents(files, keyring)
    else:
        keyring, presented = Keyring(), tuple(PresentedDocument(file=file) for file in files)
    return tuple(standing_of(each, keyring, now, roles) for each in presented)


def _warnings(known: Iterable[Standing], policy: ReleasePolicy | None, now: datetime) -> Iterator[Fault]:
    """What is lacking, and reviews that are due. Where the policy demands what is lacking, admission says so."""
    demanded = policy is not None and policy.documents is not None and policy.documents.must_be == "approved"
    for standing in known:
        lacking = () if demanded else as_objections(standing)
        for path, expected, finding, move in (*lacking, *notices(standing, now)):
            yield Fault(standing.file.file, None, path, expected, f"{standing.file.title}: {finding}", move)
