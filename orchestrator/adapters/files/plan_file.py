"""Release plans from YAML files. No dict of YAML exists after this module."""

import hashlib
from pathlib import Path as FilePath
from typing import Any

from pydantic import ValidationError

from orchestrator.adapters.files.document import Document
from orchestrator.adapters.files.plain_words import faults_of
from orchestrator.adapters.files.yaml_document import read_yaml
from orchestrator.adapters.files.yaml_events import LARGEST
from orchestrator.domain.check import BY_HAND
from orchestrator.domain.loaded_plan import LoadedPlan
from orchestrator.domain.release_plan import ReleasePlan
from orchestrator.errors import Fault, NotFound, PlanFault


def load_plan(path: FilePath | str) -> LoadedPlan:
    """The release plan in a file. Raises NotFound when there is none, PlanFault with every fault of its form."""
    file = str(path)
    return plan_of(file, _bytes_of(file))


def plan_of(file: str, content: bytes) -> LoadedPlan:
    """The release plan in these bytes; `file` is the name for messages. Raises PlanFault with every fault of its form."""
    document = read_yaml(file, content)
    plan, faults = _validated(document)
    if plan is None or faults:
        raise PlanFault(sorted(faults, key=lambda fault: (fault.line or 0, fault.path)))
    return LoadedPlan(plan, file, hashlib.sha256(content).hexdigest(), document.lines())


def _bytes_of(file: str) -> bytes:
    try:
        with FilePath(file).open("rb") as stream:
            # One byte more than is allowed tells the reader that there is more.
            return stream.read(LARGEST + 1)
    except FileNotFoundError:
        raise NotFound(f"There is no release plan {file}; check the path.") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise PlanFault(
            [Fault(file, None, "", "a file that can be read", str(reason), "check the path")]
        ) from None


def _validated(document: Document) -> tuple[ReleasePlan | None, list[Fault]]:
    faults = list(document.faults)
    if document.is_faulty(()):
        return None, faults
    tree: Any = document.tree
    try:
        return ReleasePlan.model_validate(tree, context=BY_HAND), faults
    except ValidationError as error:
        return None, faults + faults_of(error, document, ReleasePlan)
