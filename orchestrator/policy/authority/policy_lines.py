"""What a release policy requires, a line each: for its outline and for the records of deployments that it bound."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from orchestrator.domain.calendar.window import Recurring
from orchestrator.domain.rules.release_policy import ReleasePolicy
from orchestrator.domain.rules.requirement import RoleNeed
from orchestrator.domain.text.format import counted, seconds_words
from orchestrator.domain.text.plain_text import plain
from orchestrator.policy.authority.policy_word import changing_roles


def scope_words(policy: ReleasePolicy) -> str:
    """Such as `shop to live`, `everything to live`."""
    releases = ", ".join(policy.applies_to.releases) or "everything"
    environments = ", ".join(policy.applies_to.environments) or "any environment"
    return f"{releases} to {environments}"


def needs_words(needs: Sequence[RoleNeed]) -> str:
    """Such as `change manager, 2 service owners by 2 people`; `nobody` where there is none."""
    role_counts = [need.role if need.people == 1 else f"{need.role} ({need.people} people)" for need in needs]
    return ", ".join(plain(each) for each in role_counts) or "nobody"


def allowance_lines(policy: ReleasePolicy) -> Iterator[str]:
    """What the policy allows: types of change, starts, strategies, models, and how often."""
    yield f"types of change: {', '.join(policy.change_types)}"
    yield f"started: {', '.join(policy.modes)}"
    yield f"strategies: {', '.join(policy.strategies) or 'any'}"
    yield f"passwords of ssh: {'accepted' if policy.ssh_passwords == 'accept' else 'refused'}"
    yield f"models: {', '.join(policy.models) or 'any, or none'}"
    if policy.frequency is not None:
        yield f"at most {counted(policy.frequency.at_most, 'start')} in {seconds_words(policy.frequency.per)}"


def approval_lines(policy: ReleasePolicy) -> Iterator[str]:
    """Who must agree to what, and what one person may not do alone."""
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


def rehearsal_lines(policy: ReleasePolicy) -> Iterator[str]:
    """What a rehearsal must have; nothing where none is required."""
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
    if asked.versions == "exact":
        yield "with the very versions of Ansible, Python and collections that will run"
    if asked.versions == "any":
        yield "with any versions of Ansible, Python and collections"


def emergency_lines(policy: ReleasePolicy) -> Iterator[str]:
    """The emergency procedure; nothing where there is none."""
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


def people_lines(policy: ReleasePolicy) -> Iterator[str]:
    """What the policy says of people's time and competence."""
    people = policy.people
    if people.overlap == "refuse":
        yield "a person is in one deployment at a time"
    if people.not_busy:
        yield f"roles that keep nobody busy: {', '.join(map(plain, people.not_busy))}"
    for competence in people.competent:
        yield f"{plain(competence.role)}: only {', '.join(map(plain, competence.people))}"


def recurring_words(recurring: Recurring) -> str:
    """A window or freeze with its times, its rule and its exceptions."""
    end = (
        f"to {recurring.ends}"
        if recurring.ends is not None
        else f"for {seconds_words(recurring.lasts or 0.0)}"
    )
    rule = f", {recurring.repeats}" if recurring.repeats else ""
    left_out = f", not {', '.join(recurring.skips)}" if recurring.skips else ""
    further = f", also {', '.join(recurring.also)}" if recurring.also else ""
    return f"{recurring.name}: {recurring.starts} {end} {recurring.zone}{rule}{left_out}{further}"


def calendar_lines(policy: ReleasePolicy) -> Iterator[str]:
    """Its windows and freezes, with who may go on in spite of them."""
    yield from (f"window {recurring_words(window)}" for window in policy.windows)
    for freeze in policy.freezes:
        yield f"freeze {recurring_words(freeze)}: {plain(freeze.reason)}"
        yield f"  may be overridden by: {', '.join(map(plain, freeze.override)) or 'nobody'}"
    if policy.window_override:
        yield f"may start outside the windows by the word of: {', '.join(map(plain, policy.window_override))}"
