"""Which differences of a hint are shown: more people read them than may read the files."""

from collections.abc import Iterable, Mapping

from orchestrator.domain.evidence.baseline import Baseline, BaselineScope, ConfigurationItem
from orchestrator.domain.evidence.hint import HintDiff, HintTask, Withheld
from orchestrator.policy.evidence.file_text import is_closed
from orchestrator.policy.evidence.scope_paths import is_shown, names_of

MOST_PATHS = 500
"""Files of one host whose modes are asked for; texts of the others are withheld."""
_PATTERN = frozenset("*?[]")


def paths_to_ask(tasks: Iterable[HintTask]) -> dict[str, tuple[str, ...]]:
    """The files, by host, whose texts tasks would change."""
    asked: dict[str, dict[str, None]] = {}
    for task in tasks:
        for diff in task.diffs:
            if diff.form in ("text", "prepared") and names_of(diff.path) and not _PATTERN & set(diff.path):
                asked.setdefault(task.host, {})[diff.path] = None
    return {host: tuple(paths)[:MOST_PATHS] for host, paths in asked.items()}


def scope_of_paths(paths: tuple[str, ...]) -> BaselineScope:
    """What is asked of a host: these files, without their content, and nothing else."""
    return BaselineScope(
        files=paths, packages="none", ports=False, users=False, system=False, content_limit=0
    )


def with_texts_withheld(
    task: HintTask, modes: Mapping[str, Baseline | str], scope: BaselineScope
) -> HintTask:
    """A task without the texts that not everybody may read. `modes`: the files of each host, or why nobody knows them.

    `scope`: what the plan captures of this host, which names files whose text is shown all the same.
    """
    seen = modes.get(task.host)
    diffs = tuple(_judged(diff, seen, scope) for diff in task.diffs)
    return task.model_copy(update={"diffs": diffs})


def without_texts(task: HintTask) -> HintTask:
    """A task without any text, where nobody knows which words of it are secret."""
    diffs = tuple(_withheld(diff, "values_unknown") for diff in task.diffs)
    message = "(not kept, for the vaulted values are not known)" if task.message else ""
    return task.model_copy(update={"diffs": diffs, "message": message})


def _judged(diff: HintDiff, seen: Baseline | str | None, scope: BaselineScope) -> HintDiff:
    if diff.form in ("state", "no_text"):
        return diff
    if not diff.path:
        return _withheld(diff, "no_file")
    if is_shown(scope, diff.path):
        return diff
    if diff.closed:
        return _withheld(diff, "closed")
    item = None if not isinstance(seen, Baseline) else _item_of(seen, diff.path)
    if item is None:
        return _withheld(diff, "mode_unknown")
    if item.attributes.get("exists") is False:
        return diff
    if "mode" not in item.attributes:
        return _withheld(diff, "mode_unknown")
    return _withheld(diff, "closed") if is_closed(item.attributes) else diff


def _withheld(diff: HintDiff, why: Withheld) -> HintDiff:
    return diff.model_copy(update={"text": "", "cut": False, "withheld": why})


def _item_of(seen: Baseline, path: str) -> ConfigurationItem | None:
    return next((item for item in seen.items if (item.kind, item.name) == ("file", path)), None)
