"""The reasons of a deployment model against a deployment that uses it."""

from collections.abc import Iterator

from orchestrator.domain.authority.admission_answer import Reason
from orchestrator.domain.plan.release_plan import Level
from orchestrator.domain.rules.deployment_model import DeploymentModel
from orchestrator.domain.text.names import is_among, same_name
from orchestrator.policy.authority.admission_question import Question
from orchestrator.policy.authority.broken_basis import broken_record
from orchestrator.policy.planning.requirements import shortfalls

_LEVELS: tuple[Level, ...] = ("low", "medium", "high")


def about_model(question: Question) -> Iterator[Reason]:
    """Every such reason, including a missing model where the policy requires one."""
    model, allowed = question.model, question.policy.models
    if model is None:
        if allowed:
            finding = f"the policy asks for one of {', '.join(allowed)}"
            yield Reason(
                code="model.missing", about="no model", found=finding, next_move="name one in the plan"
            )
        return
    if allowed and model.model not in allowed:
        finding = f"the policy allows {', '.join(allowed)}"
        yield Reason(code="model.not_allowed", about=model.model, found=finding, next_move="use one of those")
    yield from _applies(question, model)
    for shortfall in shortfalls(model.requires, question.plan, question.waves):
        finding = f"model {model.model} asks for {shortfall.expected}, found {shortfall.found}"
        yield Reason(
            code="model.requires", about=shortfall.path, found=finding, next_move=shortfall.next_move
        )
    yield from _playbooks(question, model)
    yield from _flow(question, model)


def _applies(question: Question, model: DeploymentModel) -> Iterator[Reason]:
    types, highest = model.applies_to.change_types, model.applies_to.highest_impact
    impact = max((risk.impact for risk in question.plan.risks), key=_LEVELS.index)
    findings = []
    if types and question.change.type not in types:
        findings.append(f"it is for {', '.join(types)} changes, and this is {question.change.type}")
    if _LEVELS.index(impact) > _LEVELS.index(highest):
        findings.append(f"it is for risks of at most {highest} impact, and the plan names one of {impact}")
    # A rehearsal may run in a separate environment that is not part of the flow.
    if model.flow and not is_among(question.environment, model.flow) and not question.rehearsing:
        findings.append(f"it is for {', '.join(model.flow)}, and this is {question.environment}")
    for finding in findings:
        yield Reason(
            code="model.not_applicable", about=model.model, found=finding, next_move="choose another model"
        )


def _playbooks(question: Question, model: DeploymentModel) -> Iterator[Reason]:
    deploy = (
        (f"{s.path}.playbook", model.playbooks.deploy, s.playbook)
        for s in question.plan.stages
        if s.manual is None
    )
    backouts = [stage.backout for stage in question.plan.stages]
    backout = (
        (f"{b.path}.playbook", model.playbooks.backout, b.playbook) for b in backouts if b.manual is None
    )
    for path, asked, named in (*deploy, *backout):
        if asked is not None and asked != named:
            finding = f"model {model.model} has {asked}, found {named}"
            yield Reason(
                code="model.playbook", about=path, found=finding, next_move="name the model's playbook"
            )


def _flow(question: Question, model: DeploymentModel) -> Iterator[Reason]:
    before = model.before(question.environment)
    emergency = question.policy.emergency
    waived = question.emergency and emergency is not None and emergency.outside_flow
    if before is None or waived:
        return
    release, artefacts = question.plan.release, question.effective.digests["artefacts"]
    there = [
        success
        for success in question.successes
        if same_name(success.environment, before)
        and same_name(success.release, release.name)
        and success.version == release.version
    ]
    same = [success.deployment for success in there if success.artefacts == artefacts]
    if same:
        if all(name in question.broken for name in same):
            yield broken_record(question, same[0])
        return
    finding = (
        f"it succeeded in {before} with other artefacts" if there else f"it has not succeeded in {before}"
    )
    yield Reason(
        code="model.flow",
        about=f"{release.name} {release.version} in {question.environment}",
        found=finding,
        next_move=f"deploy it to {before} first",
    )
