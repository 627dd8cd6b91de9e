"""What a plan lacks of a model's or policy's requirements; and a plan with a model's defaults."""

from collections.abc import Iterator, Sequence

from orchestrator.domain.plan.objection import Objection
from orchestrator.domain.plan.release_plan import ReleasePlan
from orchestrator.domain.plan.roles import same_role
from orchestrator.domain.plan.stage import Stage
from orchestrator.domain.plan.wave import Limit, Wave
from orchestrator.domain.rules.deployment_model import DeploymentModel
from orchestrator.domain.rules.requirement import AskedGate, Required, StageForm
from orchestrator.domain.text.format import seconds_words
from orchestrator.policy.planning.absence import says_absent
from orchestrator.policy.planning.change_requirements import change_shortfalls
from orchestrator.policy.planning.objective_requirements import objective_shortfalls
from orchestrator.policy.planning.plan_findings import path_of
from orchestrator.policy.planning.unit_rules import unit_shortfalls

_DEFAULTED = ("gate", "failure_limit", "task_timeout", "run_timeout", "forks")


def with_defaults(plan: ReleasePlan, model: DeploymentModel) -> ReleasePlan:
    """The plan with the model's defaults for what it leaves out. Waves must be resolved from the result."""
    defaults = model.defaults
    given = {
        name: getattr(defaults, name)
        for name in _DEFAULTED
        if getattr(defaults, name) is not None and name not in plan.strategy.model_fields_set
    }
    update: dict[str, object] = {"strategy": plan.strategy.model_copy(update=given)} if given else {}
    if defaults.early_life is not None and "early_life" not in plan.validation.model_fields_set:
        update["validation"] = plan.validation.model_copy(update={"early_life": defaults.early_life})
    return plan.model_copy(update=update)


def shortfalls(required: Required, plan: ReleasePlan, waves: Sequence[Wave]) -> tuple[Objection, ...]:
    """Everything required that the plan lacks, in the order of the plan."""
    return (
        *_release(required, plan),
        *change_shortfalls(required, plan),
        *objective_shortfalls(required, plan),
        *_strategy(required, plan),
        *_stages(required, plan),
        *_coverage(required, plan, waves),
        *_gates(required, plan, waves),
        *_roles(required, plan),
        *_validation(required, plan),
        *_backout(required, plan),
    )


def _release(required: Required, plan: ReleasePlan) -> Iterator[Objection]:
    release = plan.release
    for key, asked, there in (
        ("units", required.units, bool(release.units)),
        ("removes", required.removes, bool(release.removes)),
    ):
        if asked is not None and there != (asked == "some"):
            move = f"fill in `{key}`" if asked == "some" else f"remove `{key}`, or choose another model"
            yield Objection(f"release.{key}", asked, "some" if there else "none", move)
    if required.units_on_target:
        for index, unit in enumerate(release.units):
            if unit.on_target is None:
                path = f"release.units[{index}].on_target"
                yield Objection(path, "where the unit stands on a host", "nothing", "add `on_target`")
    yield from unit_shortfalls(required, release.units)
    if required.rfcs and not release.requests:
        yield Objection("release.rfcs", "at least one request for change", "none", "name it in the plan")


def _strategy(required: Required, plan: ReleasePlan) -> Iterator[Objection]:
    strategy = plan.strategy
    if required.strategies and strategy.kind not in required.strategies:
        expected = f"one of {', '.join(required.strategies)}"
        yield Objection("strategy.kind", expected, strategy.kind, "choose one of them")
    for stage in plan.stages:
        if required.idempotent and not stage.idempotent and not (stage.once or stage.manual):
            yield Objection(f"{stage.path}.idempotent", "true", "false", "make the playbook idempotent")
        if required.task_timeout is not None and stage.task_timeout < required.task_timeout:
            expected = f"at least {seconds_words(required.task_timeout)}"
            yield Objection(
                f"{stage.path}.task_timeout", expected, seconds_words(stage.task_timeout), "raise it"
            )


def _stages(required: Required, plan: ReleasePlan) -> Iterator[Objection]:
    first = plan.stages[0]
    if required.first_stage is not None and not _has_form(first, required.first_stage):
        asked = {
            "once": "a first stage that runs once, on one host",
            "manual": "a first stage that people do",
        }
        yield Objection(
            "strategy.stages",
            asked[required.first_stage],
            f"stage {first.name}" if first.name else "no stages",
            f"write it as a stage with `{required.first_stage}`, before the others",
        )
    done_by_hand = any(stage.manual for stage in plan.stages)
    if required.manual is not None and done_by_hand != (required.manual == "some"):
        expected = "a stage that people do" if required.manual == "some" else "no stage that people do"
        move = (
            "add a stage with `manual`" if required.manual == "some" else "remove it, or choose another model"
        )
        yield Objection("strategy.stages", expected, "some" if done_by_hand else "none", move)


def _has_form(stage: Stage, form: StageForm) -> bool:
    return stage.once if form == "once" else stage.manual is not None


def _coverage(required: Required, plan: ReleasePlan, waves: Sequence[Wave]) -> Iterator[Objection]:
    """Each stage brings something new to its hosts: its first wave is a first one."""
    for wave in waves:
        of_stage = [each for each in waves if each.stage == wave.stage]
        total = sum(len(each.hosts) for each in of_stage)
        limits = [required.any_wave, required.first_wave if wave is of_stage[0] else None]
        for limit in limits:
            if limit is not None and len(wave.hosts) > _most(limit, total):
                expected = f"at most {_limit_words(limit)} of {total} hosts in {wave.name}"
                finding = f"{len(wave.hosts)}"
                yield Objection(path_of(plan, waves, wave), expected, finding, "make the wave smaller")


def _most(limit: Limit, total: int) -> int:
    """The most hosts a wave may have; one is always allowed, or small fleets could not be reached at all."""
    return max(1, limit.hosts_of(total))


def _limit_words(limit: Limit) -> str:
    return str(limit.count) if limit.count is not None else f"{limit.percent:g}%"


def _gates(required: Required, plan: ReleasePlan, waves: Sequence[Wave]) -> Iterator[Objection]:
    asked = required.gate
    if asked is None:
        return
    for wave in waves[:1] if asked.after == "first wave" else waves:
        yield from _gate(asked, path_of(plan, waves, wave), wave)


def _gate(asked: AskedGate, path: str, wave: Wave) -> Iterator[Objection]:
    if wave.gate.soak < asked.soak:
        expected = f"a soak of at least {seconds_words(asked.soak)} after {wave.name}"
        finding = seconds_words(wave.gate.soak) if wave.gate.soak else "none"
        yield Objection(f"{path}.gate.soak", expected, finding, "lengthen it")
    if asked.confirm is not None and not same_role(wave.gate.confirm or "", asked.confirm):
        expected = f"confirmation by {asked.confirm} after {wave.name}"
        yield Objection(f"{path}.gate.confirm", expected, wave.gate.confirm or "none", "add `confirm`")


def _roles(required: Required, plan: ReleasePlan) -> Iterator[Objection]:
    for role in required.roles:
        if not any(same_role(given, role) for given in plan.roles):
            yield Objection("roles", f"somebody as {role}", "nobody", "name the person")


def _validation(required: Required, plan: ReleasePlan) -> Iterator[Objection]:
    validation = plan.validation
    before = [check.kind for check in validation.environment]
    after = [check.kind for check in validation.acceptance]
    for path, asked, there in (
        ("validation.environment", required.environment, before),
        ("validation.acceptance", required.acceptance, after),
    ):
        for kind in asked:
            if kind not in there:
                yield Objection(path, f"a check of kind `{kind}`", "none", "add one")
    if required.acceptance_any and not set(required.acceptance_any) & set(after):
        expected = f"a check of kind {' or '.join(f'`{kind}`' for kind in required.acceptance_any)}"
        yield Objection("validation.acceptance", expected, "none", "add one")
    if required.absence and not any(says_absent(check) for check in validation.acceptance):
        expected = "a check that something is gone"
        yield Objection(
            "validation.acceptance", expected, "none", "add for example `file: {path: ..., exists: false}`"
        )
    early = validation.early_life.duration if validation.early_life else 0.0
    if required.early_life is not None and early < required.early_life:
        expected = f"at least {seconds_words(required.early_life)} of early life support"
        finding = seconds_words(early) if early else "none"
        yield Objection("validation.early_life", expected, finding, "lengthen it")


def _backout(required: Required, plan: ReleasePlan) -> Iterator[Objection]:
    baseline = plan.backout.baseline
    for part in required.baseline:
        if not baseline.captures_everywhere(part):
            path = f"backout.baseline.{part}"
            yield Objection(
                path, f"{part} in the baseline", "none", "name them, so that the backout is proved"
            )
    scope = required.backout_scope
    if scope is not None and plan.backout.scope != scope:
        yield Objection("backout.scope", scope, plan.backout.scope, f"write `scope: {scope}`")
