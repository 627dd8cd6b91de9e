"""What a deployment model holds against a deployment that uses it."""

from collections.abc import Iterator

from orchestrator.domain.authority.admission_answer import Reason
from orchestrator.domain.plan.release_plan import Level
from orchestrator.domain.rules.deployment_model import DeploymentModel
from orchestrator.policy.authority.admission_question import Question
from orchestrator.policy.planning.requirements import shortfalls

_LEVELS: tuple[Level, ...] = ("low", "medium", "high")


def about_model(question: Question) -> Iterator[Reason]:
    """Every such reason; and that there is no model, where the policy asks for one."""
    model, allowed = question.model, question.policy.models
    if model is None:
        if allowed:
            found = f"the policy asks for one of {', '.join(allowed)}"
            yield Reason(
                code="model.missing", about="no model", found=found, next_move="name one in the plan"
            )
        return
    if allowed and model.model not in allowed:
        found = f"the policy allows {', '.join(allowed)}"
        yield Reason(code="model.not_allowed", about=model.model, found=found, next_move="use one of those")
    yield from _applies(question, model)
    for one in shortfalls(model.requires, question.plan, question.waves):
        found = f"model {model.model} asks for {one.expected}, found {one.found}"
        yield Reason(code="model.requires", about=one.path, found=found, next_move=one.next_move)
    yield from _playbooks(question, model)
    yield from _flow(question, model)


def _applies(question: Question, model: DeploymentModel) -> Iterator[Reason]:
    types, highest = model.applies_to.change_types, model.applies_to.highest_impact
    impact = max((risk.impact for risk in question.plan.risks), key=_LEVELS.index)
    said = []
    if types and question.change.type not in types:
        said.append(f"it is for {', '.join(types)} changes, and this is {question.change.type}")
    if _LEVELS.index(impact) > _LEVELS.index(highest):
        said.append(f"it is for risks of at most {highest} impact, and the plan names one of {impact}")
    # A rehearsal may run in an environment of its own, which no release passes through.
    if model.flow and question.environment not in model.flow and not question.rehearsing:
        said.append(f"it is for {', '.join(model.flow)}, and this is {question.environment}")
    for found in said:
        yield Reason(
            code="model.not_applicable", about=model.model, found=found, next_move="choose another model"
        )


def _playbooks(question: Question, model: DeploymentModel) -> Iterator[Reason]:
    for path, asked, named in (
        ("strategy.playbook", model.playbooks.deploy, question.plan.strategy.playbook),
        ("backout.playbook", model.playbooks.backout, question.plan.backout.playbook),
    ):
        if asked is not None and asked != named:
            found = f"model {model.model} has {asked}, found {named}"
            yield Reason(
                code="model.playbook", about=path, found=found, next_move="name the model's playbook"
            )


def _flow(question: Question, model: DeploymentModel) -> Iterator[Reason]:
    before = model.before(question.environment)
    emergency = question.policy.emergency
    waived = question.emergency and emergency is not None and emergency.outside_flow
    if before is None or waived:
        return
    release, artefacts = question.plan.release, question.effective.digests["artefacts"]
    there = [
        one
        for one in question.successes
        if (one.environment, one.release, one.version) == (before, release.name, release.version)
    ]
    if any(one.artefacts == artefacts for one in there):
        return
    found = f"it succeeded in {before} with other artefacts" if there else f"it has not succeeded in {before}"
    yield Reason(
        code="model.flow",
        about=f"{release.name} {release.version} in {question.environment}",
        found=found,
        next_move=f"deploy it to {before} first",
    )
