"""The text of files in baselines: whose is kept and shown, how it changed, and why it is withheld."""

import base64
import difflib
import re
import stat
from typing import NamedTuple

from orchestrator.domain.evidence.baseline import Baseline, BaselineScope, ConfigurationItem
from orchestrator.domain.text.format import mode_number
from orchestrator.policy.evidence.comparison_rules import Attributes
from orchestrator.policy.evidence.scope_paths import is_shown

CONTENT = "content"
_MODE = re.compile(r"[0-7]{1,6}", re.ASCII)


class Withheld(NamedTuple):
    """The text of a file that differs is not shown, because not everybody on the host may read a file of this mode."""

    mode: str


def as_kept(baseline: Baseline, scope: BaselineScope) -> Baseline:
    """A baseline as it may be kept and shown: without the text of files that not everybody on the host may read.

    Those that the scope names to be shown keep theirs. What a host answers is not trusted: it leaves such texts out itself.
    """
    items = tuple(_without_text(item) if _is_withheld(item, scope) else item for item in baseline.items)
    return baseline if items == baseline.items else baseline.model_copy(update={"items": items})


def withheld(before: Baseline, after: Baseline, name: str, scope: BaselineScope) -> Withheld | None:
    """Why the text of a file that differs is not shown: a record is read by more people than the file."""
    if is_shown(scope, name):
        return None
    sides = [_attributes_of(each, name) or {} for each in (before, after)]
    if sides[0].get("sha256") == sides[1].get("sha256"):
        return None
    closed = next((side for side in reversed(sides) if is_closed(side)), None)
    return None if closed is None else Withheld(str(closed["mode"]))


def content_lines(before: Baseline, after: Baseline, name: str, scope: BaselineScope) -> list[str]:
    """How a file's text changed, as a unified difference; empty where it is withheld, was not kept, or is not text."""
    sides = [_attributes_of(each, name) for each in (before, after)]
    if not is_shown(scope, name) and any(side is not None and is_closed(side) for side in sides):
        return []
    was, now = map(_lines_of, sides)
    if was is None or now is None:
        return []
    return list(difflib.unified_diff(was, now, "before", "after", lineterm=""))


def _is_withheld(item: ConfigurationItem, scope: BaselineScope) -> bool:
    closed = item.kind == "file" and CONTENT in item.attributes and is_closed(item.attributes)
    return closed and not is_shown(scope, item.name)


def _without_text(item: ConfigurationItem) -> ConfigurationItem:
    rest = {name: value for name, value in item.attributes.items() if name != CONTENT}
    return item.model_copy(update={"attributes": rest})


def is_closed(attributes: Attributes) -> bool:
    """Whether not everybody may read a file; so also where its mode is none."""
    if "mode" not in attributes:
        return False
    mode = attributes["mode"]
    return not (isinstance(mode, str) and _MODE.fullmatch(mode) and mode_number(mode) & stat.S_IROTH)


def _attributes_of(baseline: Baseline, name: str) -> Attributes | None:
    """The attributes of a file that is there."""
    for item in baseline.items:
        if (item.kind, item.name) == ("file", name) and item.attributes.get("exists") is not False:
            return item.attributes
    return None


def _lines_of(attributes: Attributes | None) -> list[str] | None:
    """The lines of a file; none for a file that does not exist."""
    if attributes is None:
        return []
    content = attributes.get(CONTENT)
    if not isinstance(content, str):
        return None
    try:
        return base64.b64decode(content).decode("utf-8").splitlines()
    except ValueError:
        return None
