"""Loads plans, policies and models from YAML files; faults have lines. No YAML dict leaves this module."""

import hashlib
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from orchestrator.adapters.files.yaml_text.document import Document
from orchestrator.adapters.files.yaml_text.fault_messages import faults_of
from orchestrator.adapters.files.yaml_text.yaml_document import read_yaml
from orchestrator.adapters.files.yaml_text.yaml_events import LARGEST
from orchestrator.domain.plan.loaded_file import LoadedFile
from orchestrator.domain.text.model_base import Noun
from orchestrator.domain.text.names import BY_HAND
from orchestrator.errors import Fault, NotFound, PlanFault

N = TypeVar("N", bound=Noun)


def noun_of(file: str, content: bytes, kind: type[N]) -> LoadedFile[N]:
    """The noun in these bytes; `file` is its name in messages. Raises PlanFault with every schema fault."""
    document = read_yaml(file, content)
    noun = validated(document, kind)
    return LoadedFile(noun, file, hashlib.sha256(content).hexdigest(), document.lines())


def validated(document: Document, kind: type[N]) -> N:
    """The noun that a document written by hand holds. Raises PlanFault with every fault, in the order of lines."""
    faults = list(document.faults)
    noun = None
    if not document.is_faulty(()):
        try:
            noun = kind.model_validate(document.tree, context=BY_HAND)
        except ValidationError as error:
            faults += faults_of(error, document, kind)
    if noun is None or faults:
        raise PlanFault(sorted(faults, key=lambda fault: (fault.line or 0, fault.path)))
    return noun


def bytes_of(file: str, what: str) -> bytes:
    """The bytes of a file, at most one more than the limit. Raises NotFound, PlanFault."""
    try:
        with Path(file).open("rb") as stream:
            return stream.read(LARGEST + 1)
    except FileNotFoundError:
        raise NotFound(f"There is no {what} {file}; check the path.") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        fault = Fault(file, None, "", "a file that can be read", str(reason), "check the path")
        raise PlanFault([fault]) from None
