"""How single attributes of configuration items compare where equality is not enough, and what is not compared at all."""

from collections.abc import Callable, Sequence
from typing import get_args

from orchestrator.domain.evidence.baseline import AttributeValue, Baseline, Cut, SystemKind

Attributes = dict[str, AttributeValue]
Rule = Callable[[Attributes, Attributes, AttributeValue, AttributeValue], bool]
"""Whether an attribute differs: the item before and after, and the attribute's two values."""

LATER_ATTRIBUTES = {"gecos"}
"""Attributes that earlier versions did not capture: absent in a stored baseline they are unknown, so equal to nothing."""
LATER_KINDS = {"passwd line", "group line"}
"""Items that came with `gecos`: a baseline whose users have none says nothing of them."""
NOT_CAPTURED = "not captured then"

_SYSTEM = frozenset(get_args(SystemKind))
_LATER_OF_UNITS = {
    "needs_reload",
    "restarting",
    "program",
    "program_path",
    "arguments",
    "environment",
    "limits",
    "started",
    "stale",
}
_LATER_OF_FILES = {"hard_links", "same_file_as", "flags"}
_LABELS = ("xattr ",)
_EARLIER_LABELS = ("xattr security.", "xattr system.")


def of_unlisted(baseline: Baseline) -> Attributes | None:
    """What a baseline says of an item of a later kind that it does not list: unknown where the kind was not captured."""
    users = [item.attributes for item in baseline.items if item.kind == "user"]
    return {"lines": NOT_CAPTURED} if any("gecos" not in user for user in users) else None


def not_looked_at(kind: str, name: str, form: int, cuts: Sequence[Cut]) -> bool:
    """Whether one of two captures did not look at such an item: its version knew no such kind, or it was cut.

    `form` is the lesser of the two. The promise of a backout is made with the baseline before: what that did not look at is
    named as not seen, and is no residue.
    """
    if kind not in _SYSTEM:
        return False
    return form < 1 or any(cut.kind == kind and _is_below(name, cut.below) for cut in cuts)


def is_later_attribute(kind: str, attribute: str, form: int) -> bool:
    """Whether one of two captures knew no such attribute."""
    if form >= 1:
        return False
    if kind == "unit":
        return attribute in _LATER_OF_UNITS
    labelled = attribute.startswith(_LABELS) and not attribute.startswith(_EARLIER_LABELS)
    return kind == "file" and (attribute in _LATER_OF_FILES or labelled)


def differs(_was: Attributes, _now: Attributes, old: AttributeValue, new: AttributeValue) -> bool:
    """Two values are equal only if they are of one type: 1 is not true."""
    return type(old) is not type(new) or old != new


def _never(_was: Attributes, _now: Attributes, _old: AttributeValue, _new: AttributeValue) -> bool:
    return False


def _was_restarted(was: Attributes, now: Attributes) -> bool:
    return differs(was, now, was.get("started"), now.get("started"))


def _runs_the_rejected(was: Attributes, now: Attributes, _old: AttributeValue, new: AttributeValue) -> bool:
    """A process of before the baseline runs what it ran then, whatever became of its files; a later one may run the release."""
    return bool(new) and _was_restarted(was, now)


def _another_program(was: Attributes, now: Attributes, old: AttributeValue, new: AttributeValue) -> bool:
    """Another program runs, unless the one before ran on after its file was replaced, as after an update without a restart.

    Then any restart brings the program that was there at the baseline, and no restart brings the other one back.
    """
    outdated = bool(was.get("stale")) and _was_restarted(was, now) and not now.get("stale")
    return differs(was, now, old, new) and not outdated


def _another_value(_was: Attributes, _now: Attributes, old: AttributeValue, new: AttributeValue) -> bool:
    """Another value of what is there both times: parameters come when the kernel loads a module, and it does so by itself."""
    return old is not None and new is not None and old != new


RULES_OF_KINDS: dict[str, Rule] = {"kernel parameters": _another_value}
"""By kind, for every attribute without a rule of its own."""
RULES: dict[tuple[str, str], Rule] = {
    ("unit", "started"): _never,
    ("unit", "stale"): _runs_the_rejected,
    ("unit", "program"): _another_program,
}
"""By kind and attribute."""


def rule_of(kind: str, attribute: str) -> Rule:
    """How an attribute compares: by `differs`, unless a rule says otherwise."""
    return RULES.get((kind, attribute)) or RULES_OF_KINDS.get(kind, differs)


def _is_below(name: str, top: str) -> bool:
    return not top or name == top or name.startswith(top.rstrip("/") + "/")
