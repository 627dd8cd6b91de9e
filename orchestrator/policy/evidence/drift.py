"""Compares baselines, item by item and attribute by attribute: the proof of a backout, or its residue."""

from collections.abc import Iterable, Sequence

from orchestrator.domain.evidence.baseline import (
    AttributeValue,
    Baseline,
    Comparison,
    ConfigurationItem,
    Difference,
)
from orchestrator.domain.evidence.change_groups import ItemChange
from orchestrator.policy.evidence.by_products import is_by_product
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
from orchestrator.policy.evidence.file_text import CONTENT

Key = tuple[str, str]


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
            if is_by_product(kind, name, attribute, old_item, new_item):
                continue
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
        if attribute == CONTENT and ("sha256" in was or "sha256" in now):
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
    if not text.strip():
        return "none"
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
