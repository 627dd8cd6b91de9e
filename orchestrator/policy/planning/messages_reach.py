"""Whom the messages of a communication plan reach: entries that no channel carries, and audiences that orch does not tell."""

from collections.abc import Iterator, Mapping

from orchestrator.domain.plan.communication import Communication, Notify
from orchestrator.domain.plan.objection import Objection
from orchestrator.domain.plan.release_plan import ReleasePlan
from orchestrator.domain.rules.channels import ChannelKind
from orchestrator.domain.text.names import same_name

Kinds = Mapping[str, ChannelKind]
"""The kind of each channel that the house has, by name."""
SHOWN = 5
"""Names of channels that a message lists."""


def why_not_reached(notify: Notify, kinds: Kinds) -> str | None:
    """Why nothing of this can arrive; None where it can."""
    kind = kinds.get(notify.by)
    if kind is None:
        return f"channels.yml has no channel {notify.by}"
    if kind == "mail" and not notify.to:
        return f"{notify.by} is mail, and no recipient is named (`to`)"
    return None


def next_move_of(kinds: Kinds) -> str:
    """What to do about a channel that there is not."""
    names = sorted(kinds)[:SHOWN]
    known = f", or use one of {', '.join(names)}" if names else ""
    return f"add it to channels.yml of the house{known}"


def unreached(plan: ReleasePlan, kinds: Kinds) -> Iterator[Objection]:
    """Messages that no channel carries; where the house has channels, audiences to which nothing is sent."""
    for index, entry in enumerate(plan.communication):
        if entry.notify is None:
            continue
        why = why_not_reached(entry.notify, kinds)
        if why is not None:
            unknown = entry.notify.by not in kinds
            path = f"communication[{index}].notify.{'by' if unknown else 'to'}"
            move = next_move_of(kinds) if unknown else "name the recipients"
            yield Objection(path, "messages that can be sent", why, move)
    if kinds:
        yield from _told_by_hand(plan.communication)


def _told_by_hand(entries: tuple[Communication, ...]) -> Iterator[Objection]:
    for index, entry in enumerate(entries):
        same = [other for other in entries if same_name(other.audience, entry.audience)]
        if same[0] is entry and not any(other.notify for other in same):
            finding = f"nothing for {entry.audience}: somebody has to do it by hand"
            move = "add `notify`, or know who tells them"
            yield Objection(f"communication[{index}]", "messages that orch sends", finding, move)
