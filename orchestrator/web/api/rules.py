"""The rules over the API: environments, release policies and deployment models of the house, home and known projects."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from orchestrator.domain.authority.access import Place
from orchestrator.web.api.answering import answered
from orchestrator.web.api.described import Described
from orchestrator.web.api.models import Answered
from orchestrator.web.problems import Problem
from orchestrator.web.routes import Route
from orchestrator.web.rule_shelf import rules_of

if TYPE_CHECKING:
    from starlette.responses import Response

    from orchestrator.domain.plan.loaded_file import LoadedFile
    from orchestrator.domain.text.model_base import Noun
    from orchestrator.web.request_context import Asked

Known = Callable[["Asked"], Iterable["LoadedFile[Any]"]]


class RuleFile(Answered):
    """A file of a rule: its name, the digest of its bytes, and what it says, as `orch environment show --json` has it."""

    file: str
    sha256: str
    rule: dict[str, Any]


class RuleList(Answered):
    """All that are known, and the faults of files that cannot be read."""

    items: list[RuleFile]
    faults: list[str]


def _environments(asked: Asked) -> Iterable[LoadedFile[Any]]:
    """Environments list machines: each is shown to those who may see it."""
    return [
        each
        for each in rules_of(asked).environments
        if asked.may("see", Place(environment=each.noun.environment))
    ]


def _policies(asked: Asked) -> Iterable[LoadedFile[Any]]:
    return rules_of(asked).policies


def _models(asked: Asked) -> Iterable[LoadedFile[Any]]:
    return rules_of(asked).models


def _shown(loaded: LoadedFile[Any]) -> RuleFile:
    noun: Noun = loaded.noun
    return RuleFile(file=loaded.file, sha256=loaded.sha256, rule=noun.model_dump(mode="json", by_alias=True))


def _list_of(known: Known) -> Callable[[Asked], Response]:
    def answer(asked: Asked) -> Response:
        items = [_shown(each) for each in known(asked)]
        return answered(asked, RuleList(items=items, faults=list(rules_of(asked).faults)))

    return answer


def _one_of(known: Known, field: str) -> Callable[[Asked], Response]:
    """By its name; of several versions the newest."""

    def answer(asked: Asked) -> Response:
        name = asked.request.path_params["name"]
        called = [each for each in known(asked) if getattr(each.noun, field) == name]
        if not called:
            raise Problem(404, "not_found", f"There is no such {field}, or you may not see it.")
        return answered(asked, _shown(max(called, key=lambda each: getattr(each.noun, "version", 0))))

    return answer


def _routes(plural: str, field: str, known: Known) -> tuple[Route, Route]:
    place = f"/api/v1/{plural}"
    return (
        Route(
            "GET",
            place,
            "see",
            _list_of(known),
            described=Described(f"List {plural}", RuleList, tagged=True),
        ),
        Route(
            "GET",
            f"{place}/{{name}}",
            "see",
            _one_of(known, field),
            described=Described(f"Show one of the {plural}", RuleFile, tagged=True),
        ),
    )


ROUTES = (
    *_routes("environments", "environment", _environments),
    *_routes("policies", "policy", _policies),
    *_routes("models", "model", _models),
)
