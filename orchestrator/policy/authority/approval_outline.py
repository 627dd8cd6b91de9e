"""What a person sees before signing: release, change, hosts, waves, digest, decisions so far, and what is missing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from orchestrator.domain.authority.admission_answer import NotAdmitted
from orchestrator.domain.authority.approval import SignedApproval
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.text.format import counted, seconds_words
from orchestrator.domain.text.plain_text import plain
from orchestrator.policy.authority.admission import admit, moment_of_start, weigh
from orchestrator.policy.authority.admission_question import Question
from orchestrator.policy.authority.late_backout import Commands, is_late, late_backout
from orchestrator.policy.authority.late_words import concession
from orchestrator.policy.authority.word_checks import approval_words
from orchestrator.policy.calendar.point_of_no_return import WaveArithmetic
from orchestrator.policy.course.follow_up import following_words, needs_words
from orchestrator.policy.telling.outline import Branch, group
from orchestrator.policy.telling.summary import environment_words, release_words
from orchestrator.policy.telling.words.assessment_words import change_sections
from orchestrator.policy.telling.words.document_words import document_line
from orchestrator.policy.telling.words.host_words import hosts_words
from orchestrator.policy.telling.words.metric_words import metric_line
from orchestrator.policy.telling.words.stage_words import staged_lines
from orchestrator.policy.telling.words.unit_words import stated_words


def approval_outline(d: Deployment, question: Question) -> Branch:
    """Everything that the signer should see."""
    digest = d.authority.effective.digest if d.authority.effective is not None else ""
    return Branch(
        f"{release_words(d)} to {environment_words(d)}: {d.id}, {d.state.value}",
        (
            Branch(f"Purpose: {plain(d.plan.purpose, 2000)}"),
            group("Change", _change(d)),
            group("Hosts", _waves(d)),
            *_groups_if(
                "Stages" if d.plan.strategy.stages else "Load balancers",
                map(plain_line, staged_lines(d.plan)),
            ),
            group("Rules", _rules(d, question)),
            group("Backout", (_backout(d),)),
            *_groups_if("To take it back", _late(d, question)),
            *_groups_if("Times", _times(_at_its_start(d, question)) if not d.over else ()),
            *_groups_if("Said so far", map(plain_line, map(approval_words, d.authority.approvals))),
            *_groups_if("Missing now", missing_words(d, question)),
            Branch(f"Effective plan: {digest}"),
        ),
    )


def missing_words(d: Deployment, question: Question) -> Iterator[str]:
    """Every reason against its start; after the start, what must still follow."""
    if d.authority.opened_at is not None or d.over:
        yield from following_words(d, question.now)
        return
    answer = admit(_at_its_start(d, question))
    if isinstance(answer, NotAdmitted):
        yield from (plain(str(reason), 600) for reason in answer.reasons)


def _at_its_start(d: Deployment, question: Question) -> Question:
    """The question as admission asks it ahead: at the scheduled start, not at the moment in which somebody signs."""
    return replace(question, now=moment_of_start(d, question.now))


def _late(d: Deployment, question: Question) -> Iterator[str]:
    """What speaks against taking back what is completed, and the digest that leave for it names."""
    if not is_late(d) or not d.touched_hosts:
        return
    answer = late_backout(question, d, by="", emergency=False)
    if isinstance(answer, NotAdmitted):
        yield from (plain(str(reason), 600) for reason in answer.reasons)
    yield f"backout of {hosts_words(d.touched_hosts)}: {question.backout}"


class Following(NamedTuple):
    """What follows a decision: what is missing, else the command that may be given now."""

    missing: tuple[str, ...]
    command: str


def following_late_word(
    d: Deployment, question: Question, given: Sequence[SignedApproval], playbook: str | None
) -> Following | None:
    """What follows a concession or leave to roll back; None for other decisions."""
    hosts = dict.fromkeys(host for signed in given for host in signed.approval.hosts)
    if hosts:
        answer, command = (
            concession(question, d, tuple(hosts)),
            f"orch exclude {d.id} {' '.join(hosts)} --reason WHY",
        )
    elif any(signed.approval.decision == "roll_back" for signed in given):
        answer = late_backout(question, d, by="", emergency=False, playbook=playbook)
        command = Commands.of(d, playbook).rollback
    else:
        return None
    reasons = answer.reasons if isinstance(answer, NotAdmitted) else ()
    return Following(tuple(plain(str(reason), 600) for reason in reasons), command)


def plain_line(text: str) -> str:
    """People's text on one line."""
    return plain(text, 600)


def _groups_if(title: str, lines: Iterator[str] | tuple[str, ...] | map[str]) -> Iterator[Branch]:
    lines_of_words = tuple(lines)
    if lines_of_words:
        yield group(title, lines_of_words)


def _backout(d: Deployment) -> str:
    playbooks = dict.fromkeys(stage.backout.playbook or "by hand" for stage in reversed(d.plan.stages))
    return f"{', then '.join(playbooks)}, {d.plan.backout.on_failure} on failure"


def _change(d: Deployment) -> Iterator[str]:
    release, change = d.plan.release, d.authority.change
    yield f"type: {change.type}" + (f", because {plain(change.reason)}" if change.reason else "")
    yield f"asked for by {plain(d.by)} at {d.began_at:%Y-%m-%d %H:%M} UTC"
    for title, ones in (
        ("removes", release.removes),
        *((title.lower(), lines) for title, lines in change_sections(d.plan)),
    ):
        if ones:
            yield f"{title}: {'; '.join(plain(each, 600) for each in ones)}"
    yield from (
        ", ".join((f"unit {unit.name} {unit.version}", f"SHA-256 {unit.sha256[:16]}", *stated_words(unit)))
        for unit in release.units
    )
    yield from (
        f"risk ({risk.impact} impact): {plain(risk.risk)}; {plain(risk.mitigation)}" for risk in d.plan.risks
    )


def _waves(d: Deployment) -> Iterator[str]:
    yield f"{counted(len(d.standings), 'host')} in {counted(len(d.waves), 'wave')}, {d.plan.strategy.kind}"
    for wave in d.waves:
        confirm = f", confirmed by {plain(wave.gate.confirm)}" if wave.gate.confirm else ""
        yield f"{wave.name}: {hosts_words(wave.hosts)}; soak {seconds_words(wave.gate.soak)}{confirm}"
        yield from (
            f"{wave.name}: measured: {plain(metric_line(metric), 600)}" for metric in wave.gate.metrics
        )
    early_life = d.plan.validation.early_life
    for metric in early_life.metrics if early_life is not None else ():
        yield f"early life support: measured: {plain(metric_line(metric), 600)}"


def _rules(d: Deployment, question: Question) -> Iterator[str]:
    policy, model = d.authority.policy, d.authority.model
    yield f"policy: {policy.policy} version {policy.version}" if policy else "policy: none binds (ungoverned)"
    yield f"model: {model.model} version {model.version}" if model else "model: none"
    yield from map(document_line, d.authority.documents)
    if policy is not None:
        yield f"required before: {needs_words(question.needs) or 'nobody'}"
        yield f"required after: {needs_words(d.follow_up.sign_off or policy.approvals.after) or 'nobody'}"


def _times(question: Question) -> Iterator[str]:
    times = weigh(question).times
    for line in times.lines:
        yield _line(line)
    if times.closes is not None:
        yield f"the time that is open closes at {times.closes:%Y-%m-%d %H:%M} UTC"


def _line(line: WaveArithmetic) -> str:
    times = line.times
    if times.deploy is None or times.verify is None or line.back_out_all is None:
        return f"{times.name}: not known ({times.basis})"
    verdict = ""
    if line.spare is not None:
        spare = seconds_words(abs(round(line.spare)))
        verdict = f"; {spare} to spare" if line.may_start else f"; {spare} TOO LATE to be undone"
    return (
        f"{times.name}: deploy {seconds_words(round(times.deploy))}, verify {seconds_words(round(times.verify))}, "
        f"soak {seconds_words(times.soak)}, undo all so far {seconds_words(round(line.back_out_all))}{verdict} ({times.basis})"
    )
