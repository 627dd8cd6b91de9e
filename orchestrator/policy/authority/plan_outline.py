"""What a plan will do, as an outline: the twelve sections, in the order that matters to the person who starts it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from orchestrator.domain.evidence.attempt import Allowance
from orchestrator.domain.evidence.baseline import ScopeOn
from orchestrator.domain.plan.declared_change import DeclaredChange
from orchestrator.domain.plan.installed import installed_words
from orchestrator.domain.plan.objective import Objective, measure_words, text_of
from orchestrator.domain.plan.release_plan import ReleasePlan
from orchestrator.domain.plan.stage import Stage
from orchestrator.domain.plan.strategy_form import form_of
from orchestrator.domain.plan.wave import Wave
from orchestrator.domain.rules.may_change import rule_words
from orchestrator.domain.rules.prepared_plan import PreparedPlan
from orchestrator.domain.text.format import seconds_words
from orchestrator.domain.text.selection import selection_words
from orchestrator.policy.course.follow_up import needs_words
from orchestrator.policy.evidence.allowed_changes import rules_binding
from orchestrator.policy.telling.outline import Branch
from orchestrator.policy.telling.words.assessment_words import change_sections
from orchestrator.policy.telling.words.document_words import document_line, overseers_of
from orchestrator.policy.telling.words.environment_words import placed_words
from orchestrator.policy.telling.words.message_words import entry_words
from orchestrator.policy.telling.words.metric_words import metric_line
from orchestrator.policy.telling.words.policy_words import policy_words
from orchestrator.policy.telling.words.stage_words import rotation_lines, stage_lines, stage_title, tag_words
from orchestrator.policy.telling.words.strategy_words import strategy_words
from orchestrator.policy.telling.words.unit_words import stated_words
from orchestrator.policy.telling.words.wave_words import check_titles, gate_words, limit_words, on_words


def outline(checked: PreparedPlan, times: Branch) -> Branch:
    """The whole plan as a tree of lines; `times` is its point of no return."""
    plan = checked.plan
    release = plan.release
    kind = "Emergency release" if release.emergency else "Release"
    return Branch(
        f"{kind} {release.name} {release.version} to {placed_words(plan.resources.environment, checked.environment_class)}",
        (
            Branch(f"Purpose: {plan.purpose}"),
            _group("Objectives", map(_objective, plan.objectives)),
            _release(plan),
            *_change_side(plan),
            *_before(plan, checked),
            _strategy(checked),
            times,
            _afterwards(plan),
            _backout(plan),
            *_people(plan),
        ),
    )


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _group(title: str, lines: Iterable[str]) -> Branch:
    return Branch(title, tuple(Branch(line) for line in lines))


def _groups(titled: Iterable[tuple[str, Sequence[str]]]) -> Iterable[Branch]:
    return (_group(title, lines) for title, lines in titled if lines)


def _objective(objective: str | Objective) -> str:
    measure = measure_words(objective)
    due = (
        f", {seconds_words(objective.due)} after the end"
        if isinstance(objective, Objective) and objective.due
        else ""
    )
    return f"{text_of(objective)}{f' ({measure}{due})' if measure else ''}"


def _release(plan: ReleasePlan) -> Branch:
    release = plan.release
    units = [
        f"{unit.name} {unit.version}: {unit.artefact} (sha256 {unit.sha256[:12]})"
        + (f", on each host{_of_words(unit.on)} as {unit.on_target}" if unit.on_target else on_words(unit.on))
        + "".join(f", {words}" for words in stated_words(unit))
        for unit in release.units
    ]
    titled = (
        ("Carries", units),
        ("Removes", release.removes),
        ("Depends on", release.depends_on),
    )
    return Branch("Release package", tuple(_groups(titled)))


def _of_words(selection: Sequence[str] | None) -> str:
    return f" of {selection_words(selection)}" if selection is not None else ""


def _change_side(plan: ReleasePlan) -> Iterable[Branch]:
    return (_group(title, lines) for title, lines in change_sections(plan))


def _before(plan: ReleasePlan, checked: PreparedPlan) -> Iterable[Branch]:
    window = plan.schedule.window
    opens = (
        f"not before {window.opens.isoformat()}, no wave after {window.closes.isoformat()}"
        if window
        else "whenever the policy is open"
        if checked.policy is not None
        else "at any time"
    )
    first = [f"starts {opens}"]
    first += _authority(checked)
    first.append(f"{_count(len(plan.release.units), 'digest')} verified in the media library")
    first += _origin(plan)
    checks = _group(
        f"verified on all {len(checked.targets)} hosts", check_titles(plan.validation.environment)
    )
    baselines = [
        Branch(f"baseline of {', '.join(scope.captured())}{on_words(scope.on)}") for scope in _scopes(plan)
    ]
    yield Branch("Before any host is touched", (*(Branch(line) for line in first), checks, *baselines))


def _scopes(plan: ReleasePlan) -> Sequence[ScopeOn]:
    scope = plan.backout.baseline
    alone = ScopeOn.of_valid(
        **{name: getattr(scope, name) for name in scope.model_fields_set if name != "parts"}
    )
    return scope.parts or (alone,)


def _origin(plan: ReleasePlan) -> Iterable[str]:
    """What is verified of units beside their digests."""
    units = plan.release.units
    recorded = sum(unit.provenance is not None for unit in units)
    signed = sum(unit.signature is not None for unit in units)
    if recorded:
        yield f"records of build and test verified of {_count(recorded, 'unit')}"
    if signed:
        yield f"{_count(signed, 'signature')} of units verified"


def may_change_lines(checked: PreparedPlan) -> list[str]:
    """The rules that say what the deployment may change, a line each; both bind where there are two."""
    rules = rules_binding(checked.policy, checked.model)
    return [
        f"may change, by {place}: {rule_words(rule)}; anything more rejects the wave"
        for place, rule in rules.items()
    ]


def _authority(checked: PreparedPlan) -> Iterable[str]:
    """Which rules bind, and who must approve."""
    plan, policy, model = checked.plan, checked.policy, checked.model
    asked = list(plan.approval.required)
    if policy is not None:
        yield f"policy {policy.policy} version {policy.version} binds: {policy.title}"
        by_policy = [need for need in policy.approvals.before if need.role not in asked]
        asked += [needs_words([need]) for need in by_policy]
    else:
        yield policy_words(None)
    if model is not None:
        yield f"model {model.model} version {model.version}: {model.title}"
    yield from map(document_line, checked.documents)
    yield from installed_words(checked.installed)
    yield from may_change_lines(checked)
    if policy is not None:
        asked += overseers_of(policy, checked.documents)
    if asked:
        yield f"approval by {', '.join(asked)}"


def _strategy(checked: PreparedPlan) -> Branch:
    plan = checked.plan
    overall = plan.strategy.failure_limit.overall
    return Branch(
        f"Strategy: {strategy_words(checked)}",
        (
            *_how(plan),
            Branch(f"the deployment stops {limit_words(overall, len(checked.targets))}"),
            *(_stage(stage, checked.waves) for stage in plan.stages if stage.name is not None),
            *(_wave(wave) for wave in checked.waves if wave.stage is None),
            _group(_when_accepted(plan), check_titles(plan.validation.acceptance)),
        ),
        loud=form_of(plan.strategy.kind).all_at_once,
    )


def _when_accepted(plan: ReleasePlan) -> str:
    if not plan.strategy.stages:
        return "verified on each host after its wave"
    return "verified on each host after its last stage, and on all at the end"


def _how(plan: ReleasePlan) -> Iterable[Branch]:
    """The deploy playbook and what it may do; those of stages are said there."""
    if plan.strategy.stages:
        return ()
    lines = map(Branch, rotation_lines(plan.strategy.load_balancer))
    stage = plan.stages[0]
    return (Branch(f"deploy playbook {stage.playbook}{tag_words(stage)}"), *lines, *_allowed(stage.allow))


def _stage(stage: Stage, waves: Sequence[Wave]) -> Branch:
    """A stage with its waves; what it shares with the whole plan is said there."""
    return Branch(
        stage_title(stage),
        (
            *(Branch(line) for line in stage_lines(stage)),
            *_allowed(stage.allow),
            *_declared(stage.backout.changes),
            *(_wave(wave) for wave in waves if wave.stage == stage.name),
        ),
    )


def _allowed(allow: Allowance) -> Iterable[Branch]:
    phrases = [
        "hosts on which nothing was done count as done" if allow.noop else "",
        f"may fail: {', '.join(allow.ignored_tasks)}" if allow.ignored_tasks else "",
        f"may be rescued: {', '.join(allow.rescued_tasks)}" if allow.rescued_tasks else "",
        f"may touch {', '.join(allow.delegates)} as well" if allow.delegates else "",
        "facts become plain variables" if allow.injected_facts else "",
        f"only look, in check mode: {', '.join(allow.check_mode_tasks)}" if allow.check_mode_tasks else "",
        f"may not reach a host: {', '.join(allow.unreachable_tasks)}" if allow.unreachable_tasks else "",
        f"may be absent from the inventory: {', '.join(allow.absent_groups)}" if allow.absent_groups else "",
        f"may run in threads: {', '.join(allow.threaded_plugins)}" if allow.threaded_plugins else "",
    ]
    return (Branch(f"allowed: {line}") for line in phrases if line)


def _wave(wave: Wave) -> Branch:
    hosts = f"{wave.name} ({_count(len(wave.hosts), 'host')}): {', '.join(wave.hosts)}"
    lines = [f"objective: {wave.objective}"] if wave.objective else []
    lines.append(f"the wave fails {limit_words(wave.failure_limit, len(wave.hosts))}")
    gate = Branch(f"gate: {gate_words(wave.gate)}", tuple(map(Branch, map(metric_line, wave.gate.metrics))))
    after = "also checked after it" if wave.stage is None else "checked after it"
    titled = (("checked before it", check_titles(wave.entry)), (after, check_titles(wave.acceptance)))
    return Branch(hosts, (*(Branch(line) for line in lines), *_groups(titled), gate))


def _afterwards(plan: ReleasePlan) -> Branch:
    support = plan.validation.early_life
    if support is None:
        return Branch("Early life support: none")
    every = seconds_words(support.every)
    return Branch(
        f"Early life support: {seconds_words(support.duration)}, acceptance asked every {every}",
        tuple(map(Branch, map(metric_line, support.metrics))),
    )


def _backout(plan: ReleasePlan) -> Branch:
    backout = plan.backout
    whom = {
        "failed": "the failed hosts",
        "wave": "the hosts of the failed wave",
        "all_touched": "all hosts that were touched, newest wave first",
    }[backout.scope]
    action = (
        f"backs out {whom}"
        if backout.on_failure == "back_out"
        else f"holds for a person, who may back out {whom}"
    )
    return Branch(
        "If it fails",
        (
            Branch(action),
            *(
                (Branch("the stages in reverse order, each with its own playbook"),)
                if plan.strategy.stages
                else (Branch(f"backout playbook {backout.playbook}{tag_words(plan.stages[0].backout)}"),)
            ),
            *_allowed(backout.allow),
            *_declared(backout.changes),
            Branch("then the baseline is captured again: equal, or each difference is listed as residue"),
        ),
    )


def _declared(changes: Iterable[DeclaredChange]) -> Iterable[Branch]:
    for declared in changes:
        items = [f"{item.change.kind} {item.change.name}" for item in declared.changes]
        seen = f"seen in {', '.join(items)}" if items else f"nothing that counts: {declared.nothing}"
        yield Branch(f"declared: what task '{declared.task}' changes is {seen}")


def _people(plan: ReleasePlan) -> Iterable[Branch]:
    resources = plan.resources
    needed = [f"inventory {resources.inventory}", *resources.people, *resources.persons, *resources.tools]
    milestones = [f"{item.at.isoformat()} {item.what}" for item in plan.schedule.milestones]
    risks = [
        f"{item.risk} (likelihood {item.likelihood}, impact {item.impact}): {item.mitigation}"
        for item in plan.risks
    ]
    parties = [f"{item.audience} {entry_words(item)}" for item in plan.communication]
    titled = (
        ("Roles", [f"{role}: {person}" for role, person in plan.roles.items()]),
        ("Resources", needed),
        ("Milestones", milestones),
        ("Risks", risks),
        ("Communication", parties),
        ("Sign-off", plan.approval.sign_off),
    )
    return _groups(titled)
