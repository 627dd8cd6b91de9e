"""A release plan as a document for sign-off: what will happen, to what, by which rules, and how it is taken back."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from orchestrator.adapters.report.document import Document, Fact, Section, fact, table
from orchestrator.adapters.report.plan_sections import sections_of
from orchestrator.adapters.report.record_document import plan_parts, wave_section
from orchestrator.domain.rules.prepared_plan import PreparedPlan
from orchestrator.domain.text.format import counted
from orchestrator.policy.authority.policy_lines import approval_lines, calendar_lines, rehearsal_lines
from orchestrator.policy.authority.record_basis import purpose_rows, wave_rows
from orchestrator.policy.authority.time_lines import (
    HEADINGS,
    basis_lines,
    completed_facts,
    frame_lines,
    time_rows,
    verdict_line,
)
from orchestrator.policy.authority.times_ahead import TimesAhead
from orchestrator.policy.telling.words.document_words import document_line
from orchestrator.policy.telling.words.environment_words import placed_words
from orchestrator.policy.telling.words.policy_words import policy_words
from orchestrator.policy.telling.words.stage_words import stage_title
from orchestrator.policy.telling.words.wave_words import check_titles, limit_words

ON_PAPER = (
    "A name on this paper approves nothing in orch: a signed decision does, for the effective plan named above. Its digest is "
    "another one as soon as anything in it changes."
)
NOTHING_OPEN = "Nothing that can be seen before a start, but for the decisions below."


@dataclass(frozen=True, slots=True)
class PlanAsked:
    """A plan without faults, with what else its document says: the strategy in words, its times, and what is still asked.

    `ahead` is None where its times are behind it, or cannot be known.
    """

    checked: PreparedPlan
    strategy: str
    ahead: TimesAhead | None
    zone: ZoneInfo
    asked: Sequence[str]


def plan_document(asked: PlanAsked, made_at: datetime) -> Document:
    """The document of a checked plan."""
    checked, plan = asked.checked, asked.checked.plan
    release = plan.release
    kind = "emergency release" if release.emergency else "release"
    open_points = [*asked.asked, *(f"warning: {warning}" for warning in checked.warnings)]
    return Document(
        kind="Release plan",
        title=f"{release.name} {release.version} to {placed_words(plan.resources.environment, checked.environment_class)}",
        name=f"sha256 {checked.plan_sha256[:16]}",
        tone="care",
        state=f"{kind}, for sign-off",
        words=(asked.strategy, plan.purpose),
        facts=tuple(_facts(checked)),
        sections=(
            Section("Still open", tuple(open_points), nothing=NOTHING_OPEN),
            Section("What it changes", facts=tuple(_changes(checked))),
            wave_section(wave_rows(checked.waves)),
            _hosts(checked),
            _checks(checked),
            *((_times(asked, asked.ahead),) if asked.ahead is not None else ()),
            Section("Backout", tuple(_backout(checked))),
            Section("Rules", tuple(_rules(checked))),
            Section("The plan in its sections", ("As orch read it, with the defaults of its model.",)),
            *plan_parts(sections_of(plan)),
            _sign_off(checked),
        ),
        made_at=made_at,
        made_from=checked.named or checked.plan_file,
        digest=f"effective plan {checked.effective.digest}" if checked.effective is not None else "",
        times=f"Times of waves are by the clocks of {asked.zone.key}, all others UTC.",
    )


def _facts(checked: PreparedPlan) -> Iterator[Fact]:
    yield fact("Plan", checked.plan_file, f"sha256 {checked.plan_sha256}")
    if checked.effective is not None:
        yield fact("Effective plan", checked.effective.digest)
    hosts, waves = counted(len(checked.targets), "host"), counted(len(checked.waves), "wave")
    yield fact("Reaches", f"{hosts} in {waves}")
    yield fact("Change", f"{checked.plan.change_request.type} change", *checked.plan.release.requests)
    if checked.model is not None:
        yield fact("Model", f"{checked.model.model} version {checked.model.version}: {checked.model.title}")
    for document in checked.documents:
        yield fact("Document", document_line(document))
    for unit in checked.plan.release.units:
        yield fact("Component", f"{unit.name} {unit.version}, {unit.artefact}", f"sha256 {unit.sha256}")


def _changes(checked: PreparedPlan) -> Iterator[Fact]:
    rows = purpose_rows(checked.plan, checked.environment_class)
    yield from (Fact(row.name.capitalize(), row.lines) for row in rows)


def _hosts(checked: PreparedPlan) -> Section:
    addresses = {target.host: target.address for target in checked.targets}
    rows = ((host, addresses[host], wave.name) for wave in checked.waves for host in wave.hosts)
    return Section("Hosts", table=table((("host", 4), ("address", 3), ("wave", 3)), rows))


def _checks(checked: PreparedPlan) -> Section:
    validation = checked.plan.validation
    rows = [("before any host is touched", title) for title in check_titles(validation.environment)]
    for wave in checked.waves:
        rows += [(f"before {wave.name}", title) for title in check_titles(wave.entry)]
        rows += [(f"after {wave.name}", title) for title in check_titles(wave.acceptance)]
    rows += [("on each host afterwards", title) for title in check_titles(validation.acceptance)]
    return Section("Checks", table=table((("when", 3), ("what must hold", 7)), rows))


def _times(asked: PlanAsked, ahead: TimesAhead) -> Section:
    on_close = asked.checked.plan.schedule.on_window_close
    verdict, _ = verdict_line(ahead, asked.zone)
    lines = (*frame_lines(ahead, on_close, asked.zone), *([verdict] if verdict else []))
    rows = time_rows(ahead, asked.zone)
    headings = [(name, 2.0) for name in HEADINGS]
    return Section(
        "Point of no return",
        (*lines, *basis_lines(ahead), *completed_facts(ahead)),
        table=table(headings, rows),
    )


def _backout(checked: PreparedPlan) -> Iterator[str]:
    plan = checked.plan
    whom = {
        "failed": "the failed hosts",
        "wave": "the hosts of the failed wave",
        "all_touched": "all hosts that were touched, newest wave first",
    }[plan.backout.scope]
    overall = limit_words(plan.strategy.failure_limit.overall, len(checked.targets))
    yield f"The deployment stops {overall}."
    if plan.backout.on_failure == "back_out":
        yield f"Then orch backs out {whom}."
    else:
        yield f"Then it holds for a person, who may back out {whom}."
    for stage in plan.stages:
        where = f"{stage_title(stage)}: " if stage.name is not None else ""
        yield f"{where}backout playbook {stage.backout.playbook or 'none: people take it back by hand'}."
    yield "Afterwards the baseline is captured again and compared: equal, or each difference is listed as residue."


def _rules(checked: PreparedPlan) -> Iterator[str]:
    yield policy_words(checked.policy)
    if checked.policy is not None:
        yield from (f"rehearsal: {line}" for line in rehearsal_lines(checked.policy))
        yield from calendar_lines(checked.policy)
        yield from approval_lines(checked.policy)


def _sign_off(checked: PreparedPlan) -> Section:
    plan, policy = checked.plan, checked.policy
    before = (
        [*plan.approval.required, *(need.role for need in policy.approvals.before)]
        if policy
        else plan.approval.required
    )
    after = (
        [*plan.approval.sign_off, *(need.role for need in policy.approvals.after)]
        if policy
        else plan.approval.sign_off
    )
    rows = [
        (when, role, plan.roles.get(role, ""), "", "")
        for when, roles in (("before", before), ("after", after))
        for role in dict.fromkeys(roles)
    ]
    headings = (("when", 1.5), ("role", 3), ("person in the plan", 3), ("decision and date", 3), ("name", 4))
    return Section("Sign-off", (ON_PAPER,), table=table(headings, rows))
