"""Policies and models as outlines: what they require, and when a policy is open next."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from orchestrator.cli.views.outline import Branch, group
from orchestrator.domain.calendar.local_time import wall
from orchestrator.domain.calendar.window import Recurring
from orchestrator.domain.plan.loaded_file import LoadedFile
from orchestrator.domain.plan.wave import Gate, Limit
from orchestrator.domain.rules.deployment_model import DeploymentModel
from orchestrator.domain.rules.may_change import Rule, rule_words
from orchestrator.domain.rules.release_policy import ReleasePolicy
from orchestrator.domain.rules.requirement import AskedObjectives, RoleNeed
from orchestrator.domain.text.format import counted, seconds_words
from orchestrator.domain.text.model_base import Noun
from orchestrator.domain.text.plain_text import plain
from orchestrator.policy.authority.document_standing import approving_roles
from orchestrator.policy.authority.policy_word import changing_roles
from orchestrator.policy.calendar.windows import calendar_of, closes_at, freezes_at, next_opening, open_at


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
            group("Allows", _allows(policy)),
            group("Approvals", _approvals(policy)),
            *_group_if("A plan must verify", _said(policy.verification)),
            *_may_change(policy.may_change),
            *_group_if("Rehearsal", _rehearsal(policy)),
            *_group_if("Emergency", _emergency(policy)),
            *_group_if("Major impact", _major(policy)),
            *_group_if("People", _people(policy)),
            *_group_if("Model and policy as documents", _documents(policy)),
            group("Calendar", _calendar(policy, now)),
            group("Review", _review(policy)),
            Branch(f"Records are kept for {seconds_words(policy.retention)}; orch deletes none by itself"),
            Branch(f"File: {loaded.file}, SHA-256 {loaded.sha256[:16]}"),
        ),
    )


def with_document(outline: Branch, lines: Iterable[str]) -> Branch:
    """The outline, with how the file stands as a document before the line that names it."""
    *rules, file = outline.below
    return Branch(outline.text, (*rules, *_group_if("Document", lines), file))


def scope_words(policy: ReleasePolicy) -> str:
    """Such as `shop to live`, `everything to live`."""
    releases = ", ".join(policy.applies_to.releases) or "everything"
    environments = ", ".join(policy.applies_to.environments) or "any environment"
    return f"{releases} to {environments}"


def needs_words(needs: Sequence[RoleNeed]) -> str:
    """Such as `change manager, 2 service owners by 2 people`; `nobody` where there is none."""
    role_counts = [need.role if need.people == 1 else f"{need.role} ({need.people} people)" for need in needs]
    return ", ".join(plain(each) for each in role_counts) or "nobody"


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


def _review(policy: ReleasePolicy) -> Iterator[str]:
    rule = policy.review
    which = "each deployment that touched a host" if rule.after == "each" else "what failed or was backed out"
    within = f", within {seconds_words(rule.within)}" if rule.within is not None else ""
    yield f"follows {which}{within}"
    yield f"incidents of {counted(rule.incident_days, 'day')} after the end are proposed to be linked"


def _allows(policy: ReleasePolicy) -> Iterator[str]:
    yield f"types of change: {', '.join(policy.change_types)}"
    yield f"started: {', '.join(policy.modes)}"
    yield f"strategies: {', '.join(policy.strategies) or 'any'}"
    yield f"models: {', '.join(policy.models) or 'any, or none'}"
    if policy.frequency is not None:
        yield f"at most {counted(policy.frequency.at_most, 'start')} in {seconds_words(policy.frequency.per)}"


def _approvals(policy: ReleasePolicy) -> Iterator[str]:
    approvals, separation = policy.approvals, policy.separation
    yield f"before: {needs_words(approvals.before)}; each counts for {seconds_words(approvals.valid_for)}"
    yield f"after (sign-off): {needs_words(approvals.after)}"
    for standard in policy.standard:
        yield f"standard change by {standard.model} version {standard.version}: {needs_words(standard.before)}"
    yield f"rollback of what is completed: {needs_words(policy.backout_needs)}"
    if policy.emergency_backout_needs:
        yield f"the same in an emergency: {needs_words(policy.emergency_backout_needs)}"
    yield f"going on without a host: {needs_words(policy.concession_needs)}"
    if policy.confirm.before_soak_ends:
        yield "a gate may be confirmed while its soak time runs"
    if policy.sign_off.ends_early_life == "at_once":
        yield "a whole sign-off ends early life support at once"
    yield f"the requester {'may' if separation.requester_approves else 'may not'} approve"
    yield f"one person may fill {'several roles' if separation.several_roles else 'one role only'}"
    yield f"changed by: {', '.join(map(plain, changing_roles(policy))) or 'anybody whose key is trusted'}"
    for roles in separation.apart:
        yield f"different people: {', '.join(map(plain, roles))}"
    if policy.roles:
        yield f"further roles: {', '.join(map(plain, policy.roles))}"


def _rehearsal(policy: ReleasePolicy) -> Iterator[str]:
    asked = policy.rehearsal
    if asked is None:
        return
    yield f"in {', '.join(asked.environments) or 'any environment'}, at most {seconds_words(asked.max_age)} ago"
    if asked.failure_path:
        yield "with an injected failure as well"
    if asked.idempotence:
        yield "each playbook twice"
    if asked.uncovered == "refuse":
        yield "with no change that the baseline does not capture"


def _emergency(policy: ReleasePolicy) -> Iterator[str]:
    emergency = policy.emergency
    if emergency is None:
        return
    yield f"what counts as one: {plain(emergency.definition)}"
    yield f"approved by: {needs_words(emergency.before)}"
    waived = {
        "windows": emergency.outside_windows,
        "rehearsal": emergency.without_rehearsal,
        "flow": emergency.outside_flow,
    }
    yield f"waived: {', '.join(what for what, gone in waived.items() if gone) or 'nothing'}"
    yield f"reviewed within {seconds_words(emergency.review_within)} by {needs_words(emergency.reviewers)}"


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


def _people(policy: ReleasePolicy) -> Iterator[str]:
    people = policy.people
    if people.overlap == "refuse":
        yield "a person is in one deployment at a time"
    if people.not_busy:
        yield f"roles that keep nobody busy: {', '.join(map(plain, people.not_busy))}"
    for competence in people.competent:
        yield f"{plain(competence.role)}: only {', '.join(map(plain, competence.people))}"


def _calendar(policy: ReleasePolicy, now: datetime) -> Iterator[str]:
    calendar = calendar_of(policy)
    yield from (f"window {_recurring(window)}" for window in policy.windows)
    for freeze in policy.freezes:
        yield f"freeze {_recurring(freeze)}: {plain(freeze.reason)}"
        yield f"  may be overridden by: {', '.join(map(plain, freeze.override)) or 'nobody'}"
    if policy.window_override:
        yield f"may start outside the windows by the word of: {', '.join(map(plain, policy.window_override))}"
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


def _recurring(recurring: Recurring) -> str:
    end = (
        f"to {recurring.ends}"
        if recurring.ends is not None
        else f"for {seconds_words(recurring.lasts or 0.0)}"
    )
    rule = f", {recurring.repeats}" if recurring.repeats else ""
    left_out = f", not {', '.join(recurring.skips)}" if recurring.skips else ""
    further = f", also {', '.join(recurring.also)}" if recurring.also else ""
    return f"{recurring.name}: {recurring.starts} {end} {recurring.zone}{rule}{left_out}{further}"


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
