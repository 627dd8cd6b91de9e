"""Release policies from YAML files."""

from collections.abc import Iterable
from pathlib import Path

from pydantic import ValidationError

from orchestrator.adapters.files.noun_file import bytes_of, noun_of
from orchestrator.adapters.files.noun_folder import Shelved, shelved_in
from orchestrator.adapters.files.yaml_text.yaml_document import read_yaml
from orchestrator.domain.calendar.window import Freeze, MaintenanceWindow
from orchestrator.domain.plan.loaded_file import LoadedFile
from orchestrator.domain.rules.document_control import DocumentFile
from orchestrator.domain.rules.release_policy import ReleasePolicy
from orchestrator.domain.text.model_base import Noun
from orchestrator.domain.text.names import BY_HAND
from orchestrator.errors import Fault, PlanFault
from orchestrator.policy.planning.policy_objections import Places, objections_to

_TIMES: dict[str, type[Noun]] = {"windows": MaintenanceWindow, "freezes": Freeze}


def load_policy(path: Path | str) -> LoadedFile[ReleasePolicy]:
    """The release policy in a file. Raises NotFound, and PlanFault with every fault of schema and of meaning."""
    return policy_of(str(path), bytes_of(str(path), "release policy"))


def policy_of(file: str, content: bytes) -> LoadedFile[ReleasePolicy]:
    """The release policy in these bytes. Raises PlanFault with every fault."""
    try:
        loaded = noun_of(file, content, ReleasePolicy)
    except PlanFault as form:
        raise PlanFault(_in_order([*form.faults, *_of_the_rest(file, content)])) from None
    faults = [loaded.fault(objection) for objection in objections_to(loaded.noun)]
    if faults:
        raise PlanFault(_in_order(faults))
    return loaded


def policies_in(folders: Iterable[Path]) -> Shelved[ReleasePolicy]:
    """The valid policies of these folders, by name and version, and every fault of the folders and of the others."""
    return shelved_in(folders, load_policy, lambda policy: (policy.policy, policy.version))


def policy_document(item: LoadedFile[ReleasePolicy]) -> DocumentFile:
    """A policy as a document."""
    noun = item.noun
    return DocumentFile.of_valid(
        what="policy",
        name=noun.policy,
        version=noun.version,
        file=item.file,
        sha256=item.sha256,
        control=noun.document,
    )


def _of_the_rest(file: str, content: bytes) -> list[Fault]:
    """Faults of meaning in the rest of a policy, if its only schema faults are in some windows or freezes."""
    document = read_yaml(file, content)
    tree = document.tree if isinstance(document.tree, dict) else {}
    listed = {key: value for key in _TIMES if isinstance(value := tree.get(key), list)}
    sound = {
        key: [n for n, time in enumerate(times) if _is_sound(key, time)] for key, times in listed.items()
    }
    rest = {key: [listed[key][n] for n in indexes] for key, indexes in sound.items()}
    try:
        policy = ReleasePolicy.model_validate({**tree, **rest}, context=BY_HAND)
    except ValidationError:
        return []
    lines = LoadedFile(policy, file, "", document.lines())
    places = Places(**{key: sound.get(key, ()) for key in _TIMES})
    return [lines.fault(objection) for objection in objections_to(policy, places)]


def _is_sound(key: str, time: object) -> bool:
    try:
        _TIMES[key].model_validate(time, context=BY_HAND)
    except ValidationError:
        return False
    return True


def _in_order(faults: Iterable[Fault]) -> list[Fault]:
    return sorted(faults, key=lambda fault: (fault.line or 0, fault.path))
