"""Policies and models as outlines: what they require, and when a policy is open next."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from orchestrator.domain.calendar.local_time import wall
from orchestrator.domain.plan.loaded_file import LoadedFile
from orchestrator.domain.plan.wave import Gate, Limit
from orchestrator.domain.rules.deployment_model import DeploymentModel
from orchestrator.domain.rules.may_change import Rule, rule_words
from orchestrator.domain.rules.release_policy import ReleasePolicy
from orchestrator.domain.rules.requirement import AskedObjectives
from orchestrator.domain.text.format import counted, seconds_words
from orchestrator.domain.text.model_base import Noun
from orchestrator.domain.text.plain_text import plain
from orchestrator.policy.authority.document_standing import approving_roles
from orchestrator.policy.authority.policy_lines import (
    allowance_lines,
    approval_lines,
    calendar_lines,
    emergency_lines,
    needs_words,
    people_lines,
    rehearsal_lines,
    scope_words,
)
from orchestrator.policy.calendar.windows import calendar_of, closes_at, freezes_at, next_opening, open_at
from orchestrator.policy.telling.outline import Branch, group


def model_outline(loaded: LoadedFile[DeploymentModel]) -> Branch:
    """The whole model."""
    model = loaded.noun
    changes = f"changes: {', '.join(model.applies_to.change_types) or 'any'}"
    risks = f"risks: of at most {model.applies_to.highest_impact} impact"
    playbooks = [f"{name}: {path}" for name, path in model.playbooks.model_dump().items() if path]
    return Branch(
        f"Deployment model {model.model} version {model.version}: {plain(model.title)}",
        (
            Branch(f"Purpose: {plain(model.purpose, 2000)}"),
            group("Applies to", (changes, risks)),
            *_group_if("Triggers", map(plain, model.triggers)),
            *_group_if("Flow", [" > ".join(model.flow)] if model.flow else []),
            *_group_if("A plan that says nothing gets", _said(model.defaults)),
            *_group_if("A plan must have", _said(model.requires)),
            *_may_change(model.may_change),
            *_group_if("Playbooks of the model", playbooks),
            group("Steps", (f"{plain(s.step)} ({s.role}; seen by: {plain(s.seen_by)})" for s in model.steps)),
            *_group_if(
                "To become better", (f"{plain(i.what)} ({plain(i.owner)})" for i in model.improvements)
            ),
            Branch(f"File: {loaded.file}, SHA-256 {loaded.sha256[:16]}"),
        ),
    )


def policy_outline(loaded: LoadedFile[ReleasePolicy], now: datetime) -> Branch:
    """The whole policy, and when it is open from now on."""
    policy = loaded.noun
    return Branch(
        f"Release policy {policy.policy} version {policy.version}: {plain(policy.title)}",
        (
            Branch(f"Binds: {scope_words(policy)}"),
            group("Allows", allowance_lines(policy)),
            group("Approvals", approval_lines(policy)),
            *_group_if("A plan must verify", _said(policy.verification)),
            *_may_change(policy.may_change),
            *_group_if("Rehearsal", rehearsal_lines(policy)),
            *_group_if("Emergency", emergency_lines(policy)),
            *_group_if("Major impact", _major(policy)),
            *_group_if("People", people_lines(policy)),
            *_group_if("Model and policy as documents", _documents(policy)),
            group("Calendar", _calendar(policy, now)),
            *_group_if("Must be told by orch", _told(policy)),
            group("Review", _review(policy)),
            Branch(f"Records are kept for {seconds_words(policy.retention)}; orch deletes none by itself"),
            Branch(f"File: {loaded.file}, SHA-256 {loaded.sha256[:16]}"),
        ),
    )


def with_document(outline: Branch, lines: Iterable[str]) -> Branch:
    """The outline, with how the file stands as a document before the line that names it."""
    *rules, file = outline.below
    return Branch(outline.text, (*rules, *_group_if("Document", lines), file))


def _group_if(title: str, lines: Iterable[str]) -> Iterator[Branch]:
    line_tuple = tuple(lines)
    if line_tuple:
        yield group(title, line_tuple)


def _may_change(rule: Rule | None) -> Iterator[Branch]:
    if rule is not None:
        yield Branch(f"May change: {plain(rule_words(rule), 2000)}")


def _documents(policy: ReleasePolicy) -> Iterator[str]:
    rule = policy.documents
    if rule is None:
        return
    roles = ", ".join(map(plain, approving_roles(policy))) or "anybody whose key is trusted"
    demanded = "must be approved, valid and unchanged" if rule.must_be == "approved" else "may be drafts"
    yield f"{demanded}; approved by {roles}"
    if rule.overseers:
        yield f"the first live use of a version is overseen by {needs_words(rule.overseers)}"


def _told(policy: ReleasePolicy) -> Iterator[str]:
    if policy.communication is not None:
        tell = policy.communication.tell
        yield from (f"{plain(audience)} at: {', '.join(moments)}" for audience, moments in tell.items())


def _review(policy: ReleasePolicy) -> Iterator[str]:
    rule = policy.review
    which = "each deployment that touched a host" if rule.after == "each" else "what failed or was backed out"
    within = f", within {seconds_words(rule.within)}" if rule.within is not None else ""
    yield f"follows {which}{within}"
    yield f"incidents of {counted(rule.incident_days, 'day')} after the end are proposed to be linked"


def _major(policy: ReleasePolicy) -> Iterator[str]:
    major = policy.major
    if major is None:
        return
    if major.before:
        yield f"approved by as well, also where it is taken back later: {needs_words(major.before)}"
    if major.windows:
        yield f"only in the windows: {', '.join(major.windows)}"
    yield from (f"its plan must have {line}" for line in _said(major.verification))
    if major.review_within is not None:
        yield f"reviewed within {seconds_words(major.review_within)} by {needs_words(major.reviewers)}"


def _calendar(policy: ReleasePolicy, now: datetime) -> Iterator[str]:
    calendar = calendar_of(policy)
    yield from calendar_lines(policy)
    yield from (f"NOW FROZEN: {freeze.name}" for freeze in freezes_at(calendar, now))
    zone = policy.windows[0].zone if policy.windows else "UTC"
    if open_at(calendar, now):
        closes = closes_at(calendar, now)
        yield (
            f"open now, until {_at(closes)} ({zone} {_local(closes, zone)})"
            if closes
            else "open now, without an end"
        )
    else:
        opens = next_opening(calendar, now)
        closes = closes_at(calendar, opens) if opens else None
        until = f" until {_at(closes)}" if closes else ""
        yield (
            f"opens next at {_at(opens)} ({zone} {_local(opens, zone)}){until}"
            if opens
            else "does not open in ten years"
        )


def _at(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def _local(moment: datetime, zone: str) -> str:
    return f"{wall(moment, zone):%a %Y-%m-%d %H:%M}"


def _said(noun: Noun) -> Iterator[str]:
    """What a noun requires beyond its defaults: each key, with its value in words."""
    for name in type(noun).model_fields:
        value = getattr(noun, name)
        if value != type(noun).model_fields[name].get_default():
            yield f"{name.replace('_', ' ')}: {_words(name, value)}"


def _words(name: str, value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Limit):
        return f"{value.count} hosts" if value.count is not None else f"{value.percent:g}%"
    if isinstance(value, Gate):
        confirm = f", confirmed by {plain(value.confirm)}" if value.confirm else ""
        metrics = f", {counted(len(value.metrics), 'metric')}" if value.metrics else ""
        return f"soak {seconds_words(value.soak)}{metrics}{confirm}"
    if isinstance(value, AskedObjectives):
        within = f", known within {seconds_words(value.due_within)} of the end" if value.due_within else ""
        return f"{'each' if value.measured == 'each' else 'one at least'} with a measure{within}"
    if isinstance(value, Noun):
        return ", ".join(_said(value))
    if isinstance(value, tuple):
        return ", ".join(plain(str(each)) for each in value)
    return seconds_words(value) if isinstance(value, float) else plain(str(value))
