"""Sections of a plan whose texts say nothing, repeat one another, or name a channel that reaches nobody."""

import posixpath
import re
from collections.abc import Iterator, Sequence

from orchestrator.domain.plan.objection import Objection
from orchestrator.domain.plan.objective import text_of
from orchestrator.domain.plan.planned_schedule import Schedule
from orchestrator.domain.plan.planning_mistake import MistakeCode, PlanningMistake
from orchestrator.domain.plan.release_plan import ReleasePlan
from orchestrator.policy.planning.empty_words import emptiness, says_only, word_list, words_of

_OWN_WORDS: dict[str, str] = {
    "purpose": "purpose deploy deployment release rollout roll out install installation update upgrade version change goal",
    "objectives": "objective objectives goal goals works work working succeeds success successful run runs",
    "risk": "risk risks risiko risiken risque risques riesgo riesgos low medium high unlikely",
    "mitigation": "mitigation mitigate mitigated risk risks low careful carefully care hope try avoid luck",
    "audience": "audience",
    "channel": "channel usual",
    "when": "when",
    "removes": "removes component components",
    "reference": "rfc change ticket number",
    "reason": "reason emergency urgent asap",
    "milestone": "milestone",
    "change": "change changes",
    "people": "people person",
    "tools": "tool tools",
    "wave": "objective wave pilot deploy",
    "instruction": "instruction instructions step manual manually do it",
    "evidence": "evidence proof done",
}
"""Words that say nothing in one field: its own name, and what every release is."""
_UNREACHABLE = re.compile(
    r"/dev/null|\bno-?reply@|\b(do-?not-?reply)@|@(localhost|invalid|example\.(com|org|net))\b|\.invalid\b",
    re.I,
)
_OUTSIDE_ON_PURPOSE = word_list(
    "before after ahead announce announced announcement inform informed notice notify freeze review report closes closed "
    "early life retrospective sign signed accepted acceptance hypercare rehearsal approval approved vorher nachher"
)
_LONG = 4
"""Words from which the same text in two sections is no coincidence."""


def sections_that_say_nothing(plan: ReleasePlan) -> Iterator[PlanningMistake]:
    """Every text of the plan that says nothing, in the order of its sections."""
    for path, field, text in _texts(plan):
        why = emptiness(text, _OWN_WORDS[field].split())
        if why is not None and not (field == "reference" and why == "a number alone"):
            code: MistakeCode = "mitigation.says_nothing" if field == "mitigation" else "text.says_nothing"
            finding = f"`{text}`: {why}"
            yield PlanningMistake(code, Objection(path, _EXPECTED[field], finding, _MOVES.get(field, _MOVE)))
    yield from _copies_of_the_release(plan)
    yield from _copied(plan)
    yield from _mitigations_that_repeat(plan)
    yield from _unreachable(plan)
    yield from _milestones_outside(plan.schedule)
    yield from _backouts_that_deploy(plan)


_EXPECTED: dict[str, str] = {
    "purpose": "what customers or users have of the release",
    "objectives": "an outcome that can be measured",
    "risk": "what can go wrong",
    "mitigation": "what makes the risk less likely, or less harmful",
    "audience": "who is informed",
    "channel": "a channel that reaches its audience",
    "when": "when they are informed",
    "removes": "a component that is removed",
    "reference": "the reference of a record, such as RFC-1042",
    "reason": "why it cannot wait",
    "milestone": "what has happened by then",
    "change": "what the task changes",
    "people": "the people who are needed",
    "tools": "a tool that is needed",
    "wave": "what the wave has to show",
    "instruction": "what the person has to do",
    "evidence": "what shows that it is done",
}
_MOVE = "say it in a few words"
_MOVES = {
    "reference": "name the record, or remove the entry",
    "removes": "name it, or remove the entry",
    "people": "name them, or remove the entry",
    "tools": "name it, or remove the entry",
    "milestone": "say it, or remove the milestone",
    "wave": "say it, or leave `objective` out",
}


def _texts(plan: ReleasePlan) -> Iterator[tuple[str, str, str]]:
    """Every text of people: its path, the kind of field, and the text."""
    yield "purpose", "purpose", plan.purpose
    release = plan.release
    yield from _each("release.removes", "removes", release.removes)
    for key in ("rfcs", "known_errors", "problems"):
        yield from _each(f"release.{key}", "reference", getattr(release, key))
    yield from _each("objectives", "objectives", [text_of(each) for each in plan.objectives])
    yield from _objectives_of_waves(plan)
    yield from _steps_by_hand(plan)
    yield from _each("resources.people", "people", plan.resources.people)
    yield from _each("resources.tools", "tools", plan.resources.tools)
    yield from _each(
        "schedule.milestones", "milestone", [each.what for each in plan.schedule.milestones], ".what"
    )
    for index, risk in enumerate(plan.risks):
        yield f"risks[{index}].risk", "risk", risk.risk
        yield f"risks[{index}].mitigation", "mitigation", risk.mitigation
    for index, entry in enumerate(plan.communication):
        yield f"communication[{index}].audience", "audience", entry.audience
        yield f"communication[{index}].channel", "channel", entry.channel
        yield from _each(f"communication[{index}].when", "when", entry.when)
    yield from (
        ("approval.reason", "reason", reason) for reason in [plan.approval.reason] if reason is not None
    )


def _steps_by_hand(plan: ReleasePlan) -> Iterator[tuple[str, str, str]]:
    for stage in plan.stages:
        for path, manual in ((stage.path, stage.manual), (stage.backout.path, stage.backout.manual)):
            if manual is not None:
                yield f"{path}.manual.instruction", "instruction", manual.instruction
                yield f"{path}.manual.evidence", "evidence", manual.evidence


def _objectives_of_waves(plan: ReleasePlan) -> Iterator[tuple[str, str, str]]:
    for stage in plan.stages:
        texts = [(f"{stage.path}.waves[{index}]", wave.objective) for index, wave in enumerate(stage.waves)]
        if stage.pilot is not None:
            texts.insert(0, (f"{stage.path}.pilot", stage.pilot.objective))
        yield from ((f"{path}.objective", "wave", text) for path, text in texts if text is not None)


def _each(path: str, field: str, texts: Sequence[str], key: str = "") -> Iterator[tuple[str, str, str]]:
    return ((f"{path}[{index}]{key}", field, text) for index, text in enumerate(texts))


def _prose(plan: ReleasePlan) -> Iterator[tuple[str, str, str]]:
    return (each for each in _texts(plan) if each[1] in {"purpose", "objectives", "risk", "mitigation"})


def _copies_of_the_release(plan: ReleasePlan) -> Iterator[PlanningMistake]:
    release = plan.release
    names = (release.name, release.version, *(unit.name for unit in release.units))
    names += (*(unit.artefact for unit in release.units), "release deploy version to update upgrade install")
    for path, field, text in _prose(plan):
        if says_only(text, *names) and emptiness(text, _OWN_WORDS[field].split()) is None:
            objection = Objection(path, _EXPECTED[field], f"`{text}`, the name of the release", _MOVE)
            yield PlanningMistake("text.copies_release", objection)


def _copied(plan: ReleasePlan) -> Iterator[PlanningMistake]:
    """The same text in two sections: one of them is not filled in. A mitigation that repeats its risk has its own code."""
    first: dict[tuple[str, ...], tuple[str, str]] = {}
    for path, field, text in _prose(plan):
        words = words_of(text)
        place, kind = first.setdefault(words, (path, field))
        if place == path or kind == field or len(words) < _LONG or (kind, field) == ("risk", "mitigation"):
            continue
        finding = f"the text of {place} again"
        yield PlanningMistake("text.copied", Objection(path, _EXPECTED[field], finding, _MOVE))


def _mitigations_that_repeat(plan: ReleasePlan) -> Iterator[PlanningMistake]:
    for index, risk in enumerate(plan.risks):
        if words_of(risk.risk) == words_of(risk.mitigation) and emptiness(risk.mitigation) is None:
            path, expected = f"risks[{index}].mitigation", _EXPECTED["mitigation"]
            objection = Objection(path, expected, "the text of its risk again", _MOVE)
            yield PlanningMistake("mitigation.says_nothing", objection)


def _unreachable(plan: ReleasePlan) -> Iterator[PlanningMistake]:
    for index, entry in enumerate(plan.communication):
        for key, text in (("audience", entry.audience), ("channel", entry.channel)):
            if _UNREACHABLE.search(text):
                path, move = f"communication[{index}].{key}", "name an address that somebody reads"
                objection = Objection(path, _EXPECTED["channel"], f"`{text}`", move)
                yield PlanningMistake("communication.unreachable", objection)


def _milestones_outside(schedule: Schedule) -> Iterator[PlanningMistake]:
    """Milestones of the deployment that its window excludes; what is announced, reported or reviewed is meant to be outside."""
    window = schedule.window
    if window is None:
        return
    for index, milestone in enumerate(schedule.milestones):
        inside = window.opens <= milestone.at <= window.closes
        if not inside and _OUTSIDE_ON_PURPOSE.isdisjoint(words_of(milestone.what)):
            expected = f"a time from {window.opens.isoformat()} to {window.closes.isoformat()}, its window"
            move = "correct the time, or say that it is before or after the deployment"
            objection = Objection(
                f"schedule.milestones[{index}].at", expected, milestone.at.isoformat(), move
            )
            yield PlanningMistake("milestone.outside_window", objection)


def _backouts_that_deploy(plan: ReleasePlan) -> Iterator[PlanningMistake]:
    for stage in plan.stages:
        backout = stage.backout
        same = posixpath.normpath(stage.playbook) == posixpath.normpath(backout.playbook)
        same = same and (stage.tags, stage.skip_tags) == (backout.tags, backout.skip_tags)
        if stage.manual is None and same and stage.variables == backout.variables:
            path, finding = f"{backout.path}.playbook", "the deploy playbook with the same variables"
            objection = Objection(path, "a playbook that takes the release back", finding, "name another")
            yield PlanningMistake("backout.deploys", objection)
