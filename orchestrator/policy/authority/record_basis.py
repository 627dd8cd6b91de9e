"""What a deployment rests on, for whoever audits its record: purpose, rehearsal, rules, roles, software and waves."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from orchestrator.domain.authority.rehearsal import Rehearsal
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.events import Recorded
from orchestrator.domain.plan.plan_kind import impact_of
from orchestrator.domain.plan.release_plan import ReleasePlan
from orchestrator.domain.plan.wave import Wave
from orchestrator.policy.authority.policy_lines import (
    allowance_lines,
    approval_lines,
    calendar_lines,
    emergency_lines,
    people_lines,
    rehearsal_lines,
    scope_words,
)
from orchestrator.policy.telling.words.environment_words import placed_words
from orchestrator.policy.telling.words.ground_words import ground_words
from orchestrator.policy.telling.words.metric_words import metric_line
from orchestrator.policy.telling.words.policy_words import policy_words
from orchestrator.policy.telling.words.software_words import software_words
from orchestrator.policy.telling.words.wave_words import check_titles, gate_words, limit_words

DIGESTS_DIFFER = (
    "Two captures of a host have different digests also where no item differs: a digest covers the whole capture with its "
    "time. Equal means that each item was compared by its attributes."
)


class Row(NamedTuple):
    """A name with its lines."""

    name: str
    lines: tuple[str, ...]


class WaveRow(NamedTuple):
    """What a wave was to do and had to meet, each in lines."""

    name: str
    hosts: tuple[str, ...]
    objective: str
    entry: tuple[str, ...]
    acceptance: tuple[str, ...]
    limit: str
    gate: tuple[str, ...]


def basis_of(d: Deployment, records: Sequence[Recorded]) -> tuple[Row, ...]:
    """Every answer that an auditor asks for first; what is not on record is said too."""
    return (
        *purpose_rows(d.plan, d.authority.environment_class),
        Row("rehearsal", rehearsal_basis(d, records)),
        Row("policy", tuple(_policy(d))),
        Row("admitted", tuple(_admission(d))),
        Row("roles", tuple(f"{role}: {person}" for role, person in d.plan.roles.items())),
        Row("software", tuple(_software(records))),
    )


def purpose_rows(plan: ReleasePlan, environment_class: str | None) -> Iterator[Row]:
    """What a release is for and what it changes."""
    release = plan.release
    yield Row("purpose", (plan.purpose,))
    yield Row("service", (release.service or "the plan names none",))
    yield Row("configuration items", release.cis or ("the plan names none",))
    if release.depends_on:
        yield Row("needs the services", release.depends_on)
    yield Row("environment", (placed_words(plan.resources.environment, environment_class),))
    impact = impact_of(plan)
    yield Row("impact", (impact or "the plan does not say",))


def wave_rows(waves: Iterable[Wave]) -> tuple[WaveRow, ...]:
    """Each wave with its objective, its hosts, its criteria and its gate."""
    return tuple(
        WaveRow(
            wave.name if wave.stage is None else f"{wave.stage}: {wave.name}",
            wave.hosts,
            wave.objective or "",
            tuple(check_titles(wave.entry)),
            tuple(check_titles(wave.acceptance)),
            f"fails {limit_words(wave.failure_limit, len(wave.hosts))}",
            (gate_words(wave.gate), *map(metric_line, wave.gate.metrics)),
        )
        for wave in waves
    )


def wave_lines(waves: Iterable[Wave]) -> Iterator[str]:
    """The same, a line for each wave."""
    for row in wave_rows(waves):
        parts = [
            f"objective: {row.objective.removesuffix('.')}" if row.objective else "no objective of its own",
            f"entry: {', '.join(row.entry) or 'no criteria of its own'}",
            *([f"acceptance beside the plan's: {', '.join(row.acceptance)}"] if row.acceptance else []),
            row.limit,
            f"gate: {'; '.join(row.gate)}",
        ]
        yield f"{row.name} ({len(row.hosts)}): {'; '.join(parts)}"


def rehearsal_basis(d: Deployment, records: Iterable[Recorded]) -> tuple[str, ...]:
    """The rehearsal that it rests on, or that it is one itself, or why it needs none."""
    return tuple(_rehearsal(d, records))


def _rehearsal(d: Deployment, records: Iterable[Recorded]) -> Iterator[str]:
    rehearsal, policy = d.rehearsing.rehearsal, d.authority.policy
    if rehearsal is not None:
        yield _is_one(rehearsal)
        return
    certified = [
        ground_words(ground)
        for record in records
        if isinstance(record.event, e.WindowOpened)
        for ground in record.event.reasons
        if ground.code == "rehearsal.covers"
    ]
    yield from certified
    if policy is None or policy.rehearsal is None:
        asked = "no policy asks for one" if policy is None else "the policy asks for none"
    else:
        asked = f"the policy asks for one {', '.join(rehearsal_lines(policy))}"
    yield asked if certified else f"it rests on none; {asked}"


def _is_one(rehearsal: Rehearsal) -> str:
    part = "after every wave" if rehearsal.part == "backout" else "after an injected failure"
    return f"this is a rehearsal itself, for {rehearsal.environment}: backed out {part}"


def _policy(d: Deployment) -> Iterator[str]:
    policy = d.authority.policy
    yield policy_words(policy)
    if policy is None:
        return
    yield f"{policy.title}; binds {scope_words(policy)}"
    yield from allowance_lines(policy)
    yield from calendar_lines(policy)
    if not policy.windows:
        yield "no window: it may start at any time that is not frozen"
    yield from approval_lines(policy)
    yield from (f"emergency: {line}" for line in emergency_lines(policy))
    yield from people_lines(policy)


def _admission(d: Deployment) -> Iterator[str]:
    """When it was let in and on which grounds, until when, and what was set aside for it."""
    authority = d.authority
    if authority.opened_at is None:
        yield "not admitted"
        return
    yield f"{authority.opened_at:%Y-%m-%d %H:%M:%S} UTC, started {authority.mode}"
    yield from authority.grounds
    if authority.closes is not None:
        yield f"the window closes {authority.closes:%Y-%m-%d %H:%M} UTC"
    yield from (f"set aside: {line}" for line in authority.set_aside)
    yield from (f"overridden: {line}" for line in authority.overridden)


def _software(records: Iterable[Recorded]) -> Iterator[str]:
    """The versions of each driver, where they change; journals of earlier versions do not have them."""
    last = ""
    for record in records:
        if isinstance(record.event, e.DriverTook):
            words = "; ".join(software_words(record.event))
            words = words or "not on record: an earlier version of orch drove it"
            if words != last:
                yield f"{words}, from {record.at:%Y-%m-%d %H:%M:%S} UTC"
            last = words
    if not last:
        yield "nothing has driven it yet"
