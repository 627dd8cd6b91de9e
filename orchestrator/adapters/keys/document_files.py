"""Approvals of models and policies as files, each beside the file that it is about."""

from collections.abc import Iterable
from pathlib import Path

from orchestrator.adapters.keys.ed25519 import document_answer
from orchestrator.adapters.keys.signed_files import is_there, read_noun
from orchestrator.domain.authority.document_approval import ENDING, PresentedDocument, SignedDocument
from orchestrator.domain.authority.signing import Keyring
from orchestrator.domain.rules.document_control import DocumentFile
from orchestrator.errors import Fault, PlanFault


def approval_file(file: str) -> Path:
    """The file of the approval of a model or policy."""
    return Path(file + ENDING)


def presented_documents(files: Iterable[DocumentFile], keyring: Keyring) -> tuple[PresentedDocument, ...]:
    """Each file with the approval beside it. Raises PlanFault with every approval that cannot be read."""
    presented: list[PresentedDocument] = []
    faults: list[Fault] = []
    for file in files:
        try:
            presented.append(_presented(file, keyring))
        except PlanFault as fault:
            faults.extend(fault.faults)
    if faults:
        raise PlanFault(faults)
    return tuple(presented)


def _presented(file: DocumentFile, keyring: Keyring) -> PresentedDocument:
    place = approval_file(file.file)
    if not is_there(place):
        return PresentedDocument(file=file)
    signed = read_noun(place, SignedDocument)
    return PresentedDocument(file=file, approval=signed, answer=document_answer(signed, keyring))
