"""Compares baselines, item by item and attribute by attribute: the proof of a backout, or its residue."""

import base64
import difflib
import re
import stat
from collections.abc import Iterable, Sequence

from orchestrator.domain.evidence.baseline import (
    AttributeValue,
    Baseline,
    Comparison,
    ConfigurationItem,
    Difference,
)
from orchestrator.domain.evidence.change_groups import ItemChange
from orchestrator.domain.text.format import mode_number
from orchestrator.policy.evidence.comparison_rules import (
    LATER_ATTRIBUTES,
    LATER_KINDS,
    NOT_CAPTURED,
    Attributes,
    is_later_attribute,
    not_looked_at,
    of_unlisted,
    rule_of,
)

Key = tuple[str, str]

_MODE = re.compile(r"[0-7]{1,6}", re.ASCII)
_DETERMINED_BY_DIGEST = "content"


def compare(before: Baseline, after: Baseline) -> Comparison:
    """The differences of two baselines of one host, or why they cannot be compared; incomplete is never equal."""
    reason = _incomparable(before, after)
    if reason is not None:
        return Comparison(host=before.host, inconclusive=reason)
    return Comparison(host=before.host, differences=tuple(_differences(before, after)))


def _incomparable(before: Baseline, after: Baseline) -> str | None:
    if before.host != after.host:
        return f"the baselines are of two hosts, {before.host} and {after.host}"
    if before.machine_id != after.machine_id:
        return f"the machine is another one: machine-id {before.machine_id} before, {after.machine_id} after"
    for when, baseline in (("before", before), ("after", after)):
        if not baseline.complete:
            return f"the baseline {when} is incomplete: {_first_of(baseline.faults)}"
        twice = _named_twice(baseline.items)
        if twice is not None:
            return f"the baseline {when} names {twice[0]} {twice[1]} twice"
    return None


def _first_of(faults: Sequence[str]) -> str:
    more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
    return f"{faults[0]}{more}"


def _named_twice(items: Iterable[ConfigurationItem]) -> Key | None:
    seen: set[Key] = set()
    for item in items:
        key = (item.kind, item.name)
        if key in seen:
            return key
        seen.add(key)
    return None


def _differences(before: Baseline, after: Baseline) -> Iterable[Difference]:
    was, now = _by_key(before), _by_key(after)
    then, later = of_unlisted(before), of_unlisted(after)
    cuts = (*before.cuts, *after.cuts)
    form = min(before.form, after.form)
    for kind, name in sorted(was.keys() | now.keys()):
        if not_looked_at(kind, name, form, cuts):
            continue
        is_later = kind in LATER_KINDS
        old_item = was.get((kind, name), then if is_later else None)
        new_item = now.get((kind, name), later if is_later else None)
        for attribute, old, new in _changed(kind, old_item, new_item, form):
            yield Difference(
                host=before.host, kind=kind, name=name, attribute=attribute, before=old, after=new
            )


def _by_key(baseline: Baseline) -> dict[Key, Attributes]:
    """The items that exist; an item recorded as absent equals one that is not listed."""
    return {
        (item.kind, item.name): item.attributes
        for item in baseline.items
        if item.attributes.get("exists") is not False
    }


def _changed(
    kind: str, was: Attributes | None, now: Attributes | None, form: int
) -> Iterable[tuple[str, AttributeValue, AttributeValue]]:
    if was is None or now is None:
        yield ("exists", was is not None, now is not None)
        return
    for attribute in sorted((was.keys() | now.keys()) - {"exists"}):
        if attribute == _DETERMINED_BY_DIGEST and ("sha256" in was or "sha256" in now):
            continue  # whole files are compared by digest; the content is kept only to be shown
        if is_later_attribute(kind, attribute, form):
            continue
        unknown = NOT_CAPTURED if attribute in LATER_ATTRIBUTES else None
        old, new = was.get(attribute, unknown), now.get(attribute, unknown)
        if rule_of(kind, attribute)(was, now, old, new):
            yield (attribute, old, new)


def summary_lines(differences: Iterable[Difference]) -> list[str]:
    """A line for each configuration item, for people: `web3: file /etc/shop.conf mode 0644 -> 0600`."""
    items: dict[tuple[str, str, str], list[Difference]] = {}
    for difference in differences:
        items.setdefault((difference.host, difference.kind, difference.name), []).append(difference)
    return [
        f"{host}: {kind} {name} {', '.join(_words(change) for change in changes)}"
        for (host, kind, name), changes in sorted(items.items())
    ]


def words_of_change(change: Difference | ItemChange) -> str:
    """One changed attribute for people, such as `mode 0644 -> 0600`."""
    return _words(change)


def _words(change: Difference | ItemChange) -> str:
    if change.attribute == "exists":
        return "is gone" if change.before else "is new"
    if change.kind == "unit" and change.attribute == "stale":
        return f"still runs what it started with: {_value_words(change.after)} changed after that"
    return f"{change.attribute} {_value_words(change.before)} -> {_value_words(change.after)}"


def _value_words(value: AttributeValue) -> str:
    if value is None:
        return "nothing"
    text = str(value).lower() if isinstance(value, bool) else str(value)
    if len(text) == 64 and all(character in "0123456789abcdef" for character in text):
        return f"{text[:12]}…"
    return text if len(text) <= 80 else f"{text[:79]}…"


def counts(differences: Iterable[Difference]) -> dict[str, dict[str, int]]:
    """How many configuration items differ, by host and kind."""
    items = sorted({(each.host, each.kind, each.name) for each in differences})
    counts: dict[str, dict[str, int]] = {}
    for host, kind, _ in items:
        kinds = counts.setdefault(host, {})
        kinds[kind] = kinds.get(kind, 0) + 1
    return counts


def content_lines(before: Baseline, after: Baseline, name: str) -> list[str]:
    """How a file's text changed, as a unified difference; empty where the content was not kept, or is not text.

    Of a file that not everybody on the host may read, before or after, only that it differs: a record is read by more people.
    """
    sides = [_by_key(each).get(("file", name), {}) for each in (before, after)]
    if any(_is_closed(side) for side in sides):
        same = sides[0].get("sha256") == sides[1].get("sha256")
        return [] if same else ["differs; its text is not shown, for not everybody may read the file"]
    texts = [_text_of(baseline, name) for baseline in (before, after)]
    was, now = texts
    if was is None or now is None:
        return []
    return list(difflib.unified_diff(was, now, "before", "after", lineterm=""))


def as_shown(baseline: Baseline) -> Baseline:
    """A baseline as it may be shown: without the content of files that not everybody on the host may read."""
    items = tuple(
        item.model_copy(
            update={"attributes": {k: v for k, v in item.attributes.items() if k != _DETERMINED_BY_DIGEST}}
        )
        if item.kind == "file" and _is_closed(item.attributes)
        else item
        for item in baseline.items
    )
    return baseline.model_copy(update={"items": items})


def _is_closed(attributes: Attributes) -> bool:
    """Whether not everybody may read a file; so also where its mode is none: what a host answers is not trusted."""
    if "mode" not in attributes:
        return False
    mode = attributes["mode"]
    return not (isinstance(mode, str) and _MODE.fullmatch(mode) and mode_number(mode) & stat.S_IROTH)


def _text_of(baseline: Baseline, name: str) -> list[str] | None:
    """The lines of a file; none for a file that does not exist."""
    attributes = _by_key(baseline).get(("file", name))
    if attributes is None:
        return []
    content = attributes.get(_DETERMINED_BY_DIGEST)
    if not isinstance(content, str):
        return None
    try:
        return base64.b64decode(content).decode("utf-8").splitlines()
    except ValueError:
        return None
