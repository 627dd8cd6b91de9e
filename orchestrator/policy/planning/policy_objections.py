"""Faults in a release policy as a whole: windows that never open, freezes that overlap, unknown roles."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from orchestrator.domain.calendar.local_time import local
from orchestrator.domain.calendar.window import Recurring
from orchestrator.domain.plan.objection import Objection
from orchestrator.domain.plan.roles import ROLES, same_role
from orchestrator.domain.rules.release_policy import ReleasePolicy
from orchestrator.domain.rules.requirement import RoleNeed
from orchestrator.domain.text.validation_error import meant
from orchestrator.policy.calendar.windows import (
    HORIZON,
    Calendar,
    calendar_of,
    never_opening,
    overlapping_freezes,
)
from orchestrator.policy.planning.name_objections import misleading_policy_roles


def known_roles(policy: ReleasePolicy) -> tuple[str, ...]:
    """The roles in which an approval under this policy may be given."""
    return (*ROLES, *policy.roles)


class Places(NamedTuple):
    """Where the policy's windows and freezes stand in its file, in which there may be others."""

    windows: Sequence[int]
    freezes: Sequence[int]


def objections_to(policy: ReleasePolicy, places: Places | None = None) -> tuple[Objection, ...]:
    """Every objection to the policy by itself, whatever the time is."""
    at = places or Places(range(len(policy.windows)), range(len(policy.freezes)))
    return (
        *_names(policy, at),
        *_windows(policy, at),
        *_freezes(policy, at),
        *_unknown_roles(policy, at),
        *_unknown_windows(policy),
        *misleading_policy_roles(policy),
    )


def _names(policy: ReleasePolicy, at: Places) -> Iterator[Objection]:
    seen: set[str] = {"window"}
    listed = (("windows", policy.windows, at.windows), ("freezes", policy.freezes, at.freezes))
    for key, recurring_times, indexes in listed:
        for index, recurring in zip(indexes, recurring_times, strict=True):
            if recurring.name in seen:
                path = f"{key}[{index}].name"
                yield Objection(path, "a name of its own", f"`{recurring.name}` again", "name it otherwise")
            seen.add(recurring.name)


def _windows(policy: ReleasePolicy, at: Places) -> Iterator[Objection]:
    calendar = calendar_of(policy)
    for index, window in zip(at.windows, policy.windows, strict=True):
        alone = Calendar.updated(calendar, windows=(window,))
        if never_opening(alone, _beginning(window)):
            path, expected = f"windows[{index}]", "a window that opens at some time"
            finding = f"`{window.name}`, which freezes or exceptions cover each time"
            yield Objection(path, expected, finding, "correct it or the freezes, or remove it")


def _freezes(policy: ReleasePolicy, at: Places) -> Iterator[Objection]:
    if not policy.freezes:
        return
    earliest = min(_beginning(freeze) for freeze in policy.freezes)
    latest = max(_beginning(freeze) for freeze in policy.freezes) + HORIZON
    names = [freeze.name for freeze in policy.freezes]
    for freeze, other, span in overlapping_freezes(calendar_of(policy), earliest, latest):
        finding = f"`{freeze.name}` and `{other.name}`, both from {span.opens.isoformat()}"
        path = f"freezes[{at.freezes[len(names) - 1 - names[::-1].index(other.name)]}]"
        yield Objection(path, "freezes that do not overlap", finding, "shorten one, or make them one freeze")


def _beginning(recurring: Recurring) -> datetime:
    """A moment before all its times: local clocks differ by less than two days from UTC."""
    earliest = min(local(text) for text in (recurring.starts, *recurring.also))
    return earliest.replace(tzinfo=UTC) - timedelta(days=2)


def _unknown_roles(policy: ReleasePolicy, at: Places) -> Iterator[Objection]:
    known = known_roles(policy)
    for path, role in _roles_named(policy, at):
        if not any(same_role(role, known_role) for known_role in known):
            guess = meant(role, list(known))
            move = f"did you mean `{guess}`?" if guess else "add it to `roles`, or use one of those"
            yield Objection(path, f"a known role ({', '.join(known)})", f"`{role}`", move)


def _unknown_windows(policy: ReleasePolicy) -> Iterator[Objection]:
    names = [window.name for window in policy.windows]
    for index, name in enumerate(policy.major.windows if policy.major is not None else ()):
        if name not in names:
            move = f"use one of {', '.join(names)}" if names else "add the window, or leave this out"
            yield Objection(f"major.windows[{index}]", "a window of the policy", f"`{name}`", move)


def _roles_named(policy: ReleasePolicy, at: Places) -> Iterator[tuple[str, str]]:
    yield from _needs("approvals.before", policy.approvals.before)
    yield from _needs("approvals.after", policy.approvals.after)
    if policy.emergency is not None:
        yield from _needs("emergency.before", policy.emergency.before)
        yield from _needs("emergency.reviewers", policy.emergency.reviewers)
    if policy.major is not None:
        yield from _needs("major.before", policy.major.before)
        yield from _needs("major.reviewers", policy.major.reviewers)
    yield from _needs("late_backout.before", policy.late_backout.before)
    yield from _needs("late_backout.emergency", policy.late_backout.emergency)
    if policy.concessions is not None:
        yield from _needs("concessions.roles", policy.concessions.roles)
    for index, standard in enumerate(policy.standard):
        yield from _needs(f"standard[{index}].before", standard.before)
    for index, apart in enumerate(policy.separation.apart):
        yield from ((f"separation.apart[{index}][{place}]", role) for place, role in enumerate(apart))
    for index, freeze in zip(at.freezes, policy.freezes, strict=True):
        yield from ((f"freezes[{index}].override[{n}]", role) for n, role in enumerate(freeze.override))
    yield from ((f"changed_by[{n}]", role) for n, role in enumerate(policy.changed_by))
    if policy.documents is not None:
        yield from _needs("documents.overseers", policy.documents.overseers)
        yield from (
            (f"documents.approved_by[{n}]", role) for n, role in enumerate(policy.documents.approved_by)
        )
    yield from ((f"window_override[{n}]", role) for n, role in enumerate(policy.window_override))
    yield from ((f"verification.roles[{n}]", role) for n, role in enumerate(policy.verification.roles))


def _needs(path: str, needs: tuple[RoleNeed, ...]) -> Iterator[tuple[str, str]]:
    # The role may be written alone or with a count; its line is the same.
    yield from ((f"{path}[{index}]", need.role) for index, need in enumerate(needs))
