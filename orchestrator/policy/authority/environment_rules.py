"""The reasons of environments against a deployment: a machine is governed as what it is, whatever a plan calls it."""

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from posixpath import normpath

from orchestrator.domain.authority.admission_answer import Reason
from orchestrator.domain.plan.objection import Objection
from orchestrator.domain.plan.release_plan import ReleasePlan
from orchestrator.domain.rules.release_policy import ReleasePolicy
from orchestrator.policy.authority.admission_question import Question
from orchestrator.policy.authority.known_machines import Member, Place

_EXPECTED: Mapping[str, str] = {
    "environment.name": "the name of an environment",
    "environment.inventory": "the inventory of its environment",
    "environment.policy": "an environment whose policy binds",
    "environment.machine": "the environment of its machines",
}
NAMED = 8
"""The most hosts that one reason names."""


def about_environment(question: Question) -> Iterator[Reason]:
    """Every such reason."""
    place, environment = question.place, question.environment
    yield from named_alike(place, environment)
    yield from inventory_of_live(place, question.plan)
    yield from policy_missing(place, environment, question.policy if question.governed else None)
    yield from _gone(place, environment)
    yield from machine_reasons(place, environment, question.policy, rehearsing=question.rehearsing)


def objections_of(place: Place, plan: ReleasePlan, policy: ReleasePolicy | None) -> Iterator[Objection]:
    """What a check of the plan can say already, by files alone."""
    environment = plan.resources.environment
    reasons = (
        *named_alike(place, environment),
        *inventory_of_live(place, plan),
        *policy_missing(place, environment, policy),
        *machine_reasons(place, environment, policy, rehearsing=False),
    )
    for reason in reasons:
        path = "resources.inventory" if reason.code == "environment.inventory" else "resources.environment"
        yield Objection(
            path, _EXPECTED[reason.code], f"{reason.about}, which {reason.found}", reason.next_move
        )


def about_unknown(place: Place, plan: ReleasePlan) -> Iterator[Objection]:
    """The warning that no file knows the plan's environment, where files know others."""
    environment = plan.resources.environment
    if place.unknown(environment):
        known = ", ".join(dict.fromkeys(file.noun.environment for file in place.files))
        expected, finding = f"an environment that is known ({known})", f"{environment}, which no file knows"
        move = "add it to environments/, or write the one that is meant"
        yield Objection("resources.environment", expected, finding, move)


def named_alike(place: Place, environment: str) -> Iterator[Reason]:
    """A name that people read as that of a known environment, and that is none."""
    if place.file_of(environment) is not None:
        return
    for file in place.files:
        known = file.noun.environment
        if _as_read(known) == _as_read(environment):
            yield Reason(
                code="environment.name",
                about=environment,
                found=f"reads like {known}, which {file.file} knows, and is not that name",
                next_move=f"write {known} in resources.environment, or choose a name that nobody takes for it",
            )


def inventory_of_live(place: Place, plan: ReleasePlan) -> Iterator[Reason]:
    """The inventory of a live environment, under the name of another."""
    for file in place.files:
        noun = file.noun
        if not noun.live or noun.inventory is None or noun.environment == plan.resources.environment:
            continue
        if normpath(noun.inventory) == normpath(plan.resources.inventory):
            yield Reason(
                code="environment.inventory",
                about=plan.resources.inventory,
                found=f"is the inventory of {noun.environment} ({file.file}), and this is {plan.resources.environment}",
                next_move=f"write {noun.environment} in resources.environment, or name another inventory",
            )


def policy_missing(place: Place, environment: str, policy: ReleasePolicy | None) -> Iterator[Reason]:
    """The environment names a policy, and that one does not bind."""
    noun = place.binding(environment)
    if noun is None or noun.policy is None or (policy is not None and policy.policy == noun.policy):
        return
    binds = f"policy {policy.policy} binds" if policy is not None else "no policy binds"
    yield Reason(
        code="environment.policy",
        about=environment,
        found=f"is governed by policy {noun.policy}, and {binds}",
        next_move=f"see that {noun.policy} is in policies/ and applies to {environment}: orch policy list",
    )


def machine_reasons(
    place: Place, environment: str, policy: ReleasePolicy | None, *, rehearsing: bool
) -> tuple[Reason, ...]:
    """Machines that are known as those of another environment, and rehearsals on live ones."""
    against: list[Member] = []
    live: list[Member] = []
    for seen in place.seen:
        for level in place.levels(seen):
            if not any(_agrees(member, environment, policy) for member in level):
                against.append(max(level, key=lambda member: member.live))
            live += [member for member in level if member.live and member.environment == environment][:1]
    return (*_of_others(against, environment), *(_rehearsal(place, environment, live) if rehearsing else ()))


def _agrees(member: Member, environment: str, policy: ReleasePolicy | None) -> bool:
    """Whether the plan names the machine's environment; or its policy, which names both, binds in either."""
    if member.environment == environment:
        return True
    same = not member.live and policy is not None and member.policy == policy.policy
    return same and policy is not None and environment in policy.applies_to.environments


def _of_others(against: Iterable[Member], environment: str) -> Iterator[Reason]:
    groups: dict[tuple[str, str], list[Member]] = {}
    for member in against:
        groups.setdefault((member.environment, member.where), []).append(member)
    for (other, where), members in groups.items():
        first = members[0]
        what = f"{'a live machine' if first.live else 'a machine'} of {other}"
        how = f"by what {where} deployed there" if first.source == "history" else f"by {where}"
        leave = f"correct {where}"
        if first.damaged:
            leave = f"restore the journal of {where}, which cannot be read"
        elif first.source == "history":
            machine = first.seen.named or first.seen.host
            leave = f"have it released: orch environment release {machine} --reason WHY"
        yield Reason(
            code="environment.machine",
            about=_hosts(members),
            found=f"known as {what} {how}, and the plan calls it {environment}",
            next_move=f"write {other} in resources.environment, so that its rules bind, or {leave}",
        )


def _rehearsal(place: Place, environment: str, live: list[Member]) -> Iterator[Reason]:
    noun = place.binding(environment)
    if noun is not None and noun.rehearsals:
        return
    if live or (noun is not None and noun.live):
        yield Reason(
            code="environment.rehearsal",
            about=environment,
            found=f"is live{f' ({_hosts(live)})' if live else ''}, and a rehearsal takes back and breaks what it deploys",
            next_move="rehearse elsewhere, or have the environment's file say `rehearsals: true`",
        )


def _gone(place: Place, environment: str) -> Iterator[Reason]:
    """An environment that was known as live stays so: a file that is lost, or says less, lifts no rule."""
    file = place.file_of(environment)
    recorded = next((t for t in place.history if t.recorded and t.environment == environment), None)
    if recorded is None or (file is not None and file.noun.live):
        return
    finding = "no file knows it" if file is None else f"{file.file} calls it {file.noun.class_}"
    yield Reason(
        code="environment.gone",
        about=environment,
        found=f"was known as live when {recorded.deployment} was planned, and now {finding}",
        next_move="put its file back as it was, with `class: live`, or have each of its machines released: "
        "orch environment release MACHINE --reason WHY",
    )


def _hosts(members: Iterable[Member]) -> str:
    names = list(dict.fromkeys(member.seen.host for member in members))
    return ", ".join(names[:NAMED]) + (f" and {len(names) - NAMED} more" if len(names) > NAMED else "")


def _as_read(name: str) -> str:
    """A name as people read it: without case, form and separators."""
    return "".join(c for c in unicodedata.normalize("NFKC", name).casefold() if c.isalnum())
