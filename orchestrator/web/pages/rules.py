"""The rules: release policies, deployment models, environments and freezes, with how they stand and who approved them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from orchestrator.domain.authority.access import Place
from orchestrator.domain.calendar.window import Freeze, Span
from orchestrator.engine.lookup.policies_in_force import policies_in_force
from orchestrator.engine.lookup.snapshots import briefs
from orchestrator.policy.authority.policy_lines import scope_words
from orchestrator.policy.authority.rule_outline import model_outline, policy_outline, with_document
from orchestrator.policy.telling.environment_outline import environment_outline
from orchestrator.web.problems import Problem
from orchestrator.web.routes import Route
from orchestrator.web.rule_shelf import Rules, model_row, policy_row, project_with, rules_of
from orchestrator.web.seen import seen_by
from orchestrator.web.templating import page

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from starlette.responses import Response

    from orchestrator.domain.plan.loaded_file import LoadedFile
    from orchestrator.domain.rules.environment import Environment
    from orchestrator.policy.authority.policy_memory import PolicyInForce
    from orchestrator.policy.telling.outline import Branch
    from orchestrator.web.request_context import Asked

AHEAD = timedelta(days=366)


class FreezeRow(NamedTuple):
    """A freeze: of which policy or environment, whether it binds now, and its present or next time."""

    freeze: Freeze
    of: str
    binds: bool
    span: Span | None


def _rules(asked: Asked) -> Response:
    ports, now, rules = asked.ports, asked.ports.clock.now(), rules_of(asked)
    in_force = policies_in_force(ports.journal, seen_by(asked, briefs(ports.journal)))
    environments = _seen(asked, rules)
    return page(
        "rules.html.j2",
        request=asked.request,
        asked=asked,
        policies=[
            (each, scope_words(each.noun), policy_row(ports, each, project_with(asked, each.file)))
            for each in rules.policies
        ],
        models=[(each, model_row(ports, each, project_with(asked, each.file))) for each in rules.models],
        environments=environments,
        in_force=in_force,
        freezes=sorted(
            _freezes(rules, environments, in_force, now),
            key=lambda row: (not row.binds, row.span is None, row.span.opens if row.span else now),
        ),
        faults=rules.faults,
        projects=asked.service.projects,
    )


def _seen(asked: Asked, rules: Rules) -> list[LoadedFile[Environment]]:
    """Environments list machines: each is shown to those who may see it."""
    return [each for each in rules.environments if asked.may("see", Place(environment=each.noun.environment))]


def _freezes(
    rules: Rules,
    environments: list[LoadedFile[Environment]],
    in_force: tuple[PolicyInForce, ...],
    now: datetime,
) -> Iterator[FreezeRow]:
    policies = {each.policy.policy: each.policy for each in in_force}
    policies |= {each.noun.policy: each.noun for each in rules.policies}
    for policy in policies.values():
        yield from (_freeze(freeze, f"policy {policy.policy}", now) for freeze in policy.freezes)
    for each in environments:
        named = f"environment {each.noun.environment}"
        yield from (_freeze(freeze, named, now) for freeze in each.noun.freezes)


def _freeze(freeze: Freeze, of: str, now: datetime) -> FreezeRow:
    spans = [span for span in freeze.spans(now, now + AHEAD) if span.closes > now]
    first = min(spans, key=lambda span: span.opens) if spans else None
    return FreezeRow(freeze, of, first is not None and first.holds(now), first)


def _policy(asked: Asked) -> Response:
    outlines = [
        with_document(
            policy_outline(each, asked.ports.clock.now()),
            policy_row(asked.ports, each, project_with(asked, each.file)).lines,
        )
        for each in rules_of(asked).policies
        if _name(each.noun.policy, each.noun.version) == asked.request.path_params["name"]
    ]
    return _outlines(asked, outlines, "release policy")


def _model(asked: Asked) -> Response:
    outlines = [
        with_document(model_outline(each), model_row(asked.ports, each, project_with(asked, each.file)).lines)
        for each in rules_of(asked).models
        if _name(each.noun.model, each.noun.version) == asked.request.path_params["name"]
    ]
    return _outlines(asked, outlines, "deployment model")


def _environment(asked: Asked) -> Response:
    outlines = [
        environment_outline(each, asked.ports.clock.now())
        for each in _seen(asked, rules_of(asked))
        if each.noun.environment == asked.request.path_params["name"]
    ]
    return _outlines(asked, outlines, "environment")


def _outlines(asked: Asked, outlines: list[Branch], what: str) -> Response:
    """Several files may say the same of one name: in the house, and in a project."""
    if not outlines:
        raise Problem(404, "not_found", f"There is no such {what}, or you may not see it.")
    return page("rule.html.j2", request=asked.request, asked=asked, outlines=outlines, what=what)


def _name(name: str, version: int) -> str:
    return f"{name}@{version}"


ROUTES = (
    Route("GET", "/rules", "see", _rules),
    Route("GET", "/rules/environments/{name}", "see", _environment),
    Route("GET", "/rules/models/{name}", "see", _model),
    Route("GET", "/rules/policies/{name}", "see", _policy),
)
