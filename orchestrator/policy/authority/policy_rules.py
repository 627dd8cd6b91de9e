"""The reasons of a release policy against a deployment, apart from approvals, rehearsal and the calendar."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import combinations

from orchestrator.domain.authority.admission_answer import Reason
from orchestrator.domain.plan.roles import same_role
from orchestrator.domain.text.format import seconds_words
from orchestrator.domain.text.names import is_among
from orchestrator.policy.authority.admission_question import Question
from orchestrator.policy.authority.change_class import competence_reasons, required_by
from orchestrator.policy.authority.told_audiences import about_audiences
from orchestrator.policy.planning.requirements import shortfalls


def about_policy(question: Question) -> Iterator[Reason]:
    """Every such reason."""
    yield from _scope(question)
    yield from _change(question)
    yield from _mode(question)
    yield from _strategy(question)
    yield from _ssh_passwords(question)
    yield from _frequency(question)
    yield from _verification(question)
    yield from _apart(question)
    yield from competence_reasons(question.policy, question.plan)
    yield from about_audiences(question)


def _scope(question: Question) -> Iterator[Reason]:
    scope, release = question.policy.applies_to, question.plan.release.name
    for names, name, what in (
        (scope.releases, release, "release"),
        (scope.environments, question.environment, "environment"),
    ):
        if names and not is_among(name, names):
            yield Reason(
                code="policy.scope",
                about=question.policy.policy,
                found=f"not for {what} {name} (only for {', '.join(names)})",
                next_move="name the policy that is",
            )


def _change(question: Question) -> Iterator[Reason]:
    policy, change = question.policy, question.change
    if change.type not in policy.change_types:
        allowed = ", ".join(policy.change_types)
        move = f"ask for it as {' or '.join(policy.change_types)}"
        yield Reason(
            code="policy.change_type", about=change.type, found=f"the policy allows {allowed}", next_move=move
        )
    if question.plan.release.emergency != question.emergency:
        says = "an emergency" if question.plan.release.emergency else "no emergency"
        yield Reason(
            code="change.undeclared_emergency",
            about=change.type,
            found=f"the plan says that it is {says}",
            next_move="correct `release.emergency`, or ask for it otherwise",
        )
    if change.type == "standard" and policy.standard:
        yield from _preauthorised(question)


def _preauthorised(question: Question) -> Iterator[Reason]:
    model = question.model
    allowed = [f"{standard.model} version {standard.version}" for standard in question.policy.standard]
    name = "no model" if model is None else f"{model.model} version {model.version}"
    if name not in allowed:
        yield Reason(
            code="change.not_preauthorised",
            about=name,
            found=f"pre-authorised are {', '.join(allowed)}",
            next_move="use one of those, or ask for it as a normal change",
        )


def _mode(question: Question) -> Iterator[Reason]:
    if question.mode not in question.policy.modes:
        finding = f"the policy allows {', '.join(question.policy.modes)}"
        move = "put it into the schedule" if question.mode == "attended" else "start it by hand"
        yield Reason(code="policy.mode", about=question.mode, found=finding, next_move=move)


def _strategy(question: Question) -> Iterator[Reason]:
    kind, allowed = question.plan.strategy.kind, question.policy.strategies
    if allowed and kind not in allowed:
        finding = f"the policy allows {', '.join(allowed)}"
        yield Reason(code="policy.strategy", about=kind, found=finding, next_move="choose one of them")


def _ssh_passwords(question: Question) -> Iterator[Reason]:
    hosts = [target.host for target in question.ways.targets if target.password_login]
    if hosts and question.policy.ssh_passwords == "refuse":
        yield Reason(
            code="policy.ssh_passwords",
            about=hosts[0] + (f" and {len(hosts) - 1} more" if len(hosts) > 1 else ""),
            found="ssh logs in with a password (ansible_password), and the policy refuses that",
            next_move="give the login a key, or have the policy say `ssh_passwords: accept`",
        )


def _frequency(question: Question) -> Iterator[Reason]:
    frequency = question.policy.frequency
    if frequency is None or question.emergency:
        return
    per = timedelta(seconds=frequency.per)
    recent = sorted(start for start in question.recent if question.now - per < start <= question.now)
    if len(recent) >= frequency.at_most:
        free = recent[-frequency.at_most] + per
        yield Reason(
            code="policy.frequency",
            about=f"{frequency.at_most} in {seconds_words(frequency.per)}",
            found=f"{len(recent)} started in that time",
            next_move=f"wait until {free.isoformat()}",
        )


def _verification(question: Question) -> Iterator[Reason]:
    for required in required_by(question.policy, question.plan):
        for shortfall in shortfalls(required, question.plan, question.waves):
            finding = f"the policy asks for {shortfall.expected}, found {shortfall.found}"
            yield Reason(
                code="policy.verification", about=shortfall.path, found=finding, next_move=shortfall.next_move
            )


def _apart(question: Question) -> Iterator[Reason]:
    for apart in question.policy.separation.apart:
        held = [
            (role, person)
            for role, person in question.plan.roles.items()
            if any(same_role(role, other_role) for other_role in apart)
        ]
        for (role, person), (other, who) in combinations(held, 2):
            if question.keyring.one_person(person, who):
                yield Reason(
                    code="policy.separation",
                    about=f"{role} and {other}",
                    found=f"both held by {person}, and the policy keeps them apart",
                    next_move="give one of them to somebody else in the plan",
                )
