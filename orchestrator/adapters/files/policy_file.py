"""Release policies from YAML files."""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from pydantic import ValidationError

from orchestrator.adapters.files.noun_file import bytes_of, noun_of
from orchestrator.adapters.files.yaml_text.yaml_document import read_yaml
from orchestrator.domain.plan.http_fields import BY_HAND
from orchestrator.domain.plan.loaded_file import LoadedFile
from orchestrator.domain.rules.release_policy import ReleasePolicy
from orchestrator.errors import Fault, PlanFault
from orchestrator.policy.planning.policy_objections import objections_to

_TIME = re.compile(r"(windows|freezes)\[(\d+)\]")


def load_policy(path: Path | str) -> LoadedFile[ReleasePolicy]:
    """The release policy in a file. Raises NotFound, and PlanFault with every fault of schema and of meaning."""
    return policy_of(str(path), bytes_of(str(path), "release policy"))


def policy_of(file: str, content: bytes) -> LoadedFile[ReleasePolicy]:
    """The release policy in these bytes. Raises PlanFault with every fault."""
    try:
        loaded = noun_of(file, content, ReleasePolicy)
    except PlanFault as form:
        raise PlanFault(_in_order([*form.faults, *_of_the_rest(file, content, form.faults)])) from None
    faults = [loaded.fault(objection) for objection in objections_to(loaded.noun)]
    if faults:
        raise PlanFault(_in_order(faults))
    return loaded


def _of_the_rest(file: str, content: bytes, form: Sequence[Fault]) -> list[Fault]:
    """Faults of meaning in the rest of a policy, if its only schema faults are in some windows or freezes."""
    faulty = [_TIME.match(fault.path) for fault in form]
    places = {(match[1], int(match[2])) for match in faulty if match is not None}
    if None in faulty:
        return []
    document = read_yaml(file, content)
    tree = document.tree if isinstance(document.tree, dict) else {}
    listed = {key: value for key in ("windows", "freezes") if isinstance(value := tree.get(key), list)}
    kept = {key: [n for n in range(len(value)) if (key, n) not in places] for key, value in listed.items()}
    rest = {key: [listed[key][n] for n in indexes] for key, indexes in kept.items()}
    try:
        policy = ReleasePolicy.model_validate({**tree, **rest}, context=BY_HAND)
    except ValidationError:
        return []
    lines = LoadedFile(policy, file, "", document.lines())

    def as_written(path: str) -> str:
        return _TIME.sub(lambda match: f"{match[1]}[{kept[match[1]][int(match[2])]}]", path, count=1)

    return [
        lines.fault(objection._replace(path=as_written(objection.path)))
        for objection in objections_to(policy)
    ]


def _in_order(faults: Iterable[Fault]) -> list[Fault]:
    return sorted(faults, key=lambda fault: (fault.line or 0, fault.path))
