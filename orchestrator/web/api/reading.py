"""Reads what a request to the API brings: validated, with all faults at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from orchestrator.domain.text.plain_text import plain
from orchestrator.web.problems import Problem

if TYPE_CHECKING:
    from orchestrator.web.request_context import Asked

M = TypeVar("M", bound=BaseModel)


class Given(BaseModel):
    """The base of bodies and parameters; what is not known is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def body_of(asked: Asked, form: type[M]) -> M:
    """The body as JSON of this form. Raises Problem."""
    media = asked.request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media != "application/json":
        raise Problem(415, "media_type", "Send the body as application/json.")
    try:
        return form.model_validate_json(asked.body or b"")
    except ValidationError as fault:
        raise _faulty("body", fault) from None


def query_of(asked: Asked, form: type[M]) -> M:
    """The parameters behind the question mark. Raises Problem."""
    given = asked.request.query_params
    names = set(given.keys())
    several = sorted(name for name in names if len(given.getlist(name)) > 1)
    if several:
        raise Problem(422, "faults", f"Give {', '.join(plain(name, 60) for name in several)} once.")
    try:
        return form.model_validate({name: given[name] for name in names})
    except ValidationError as fault:
        raise _faulty("query", fault) from None


def _faulty(part: str, fault: ValidationError) -> Problem:
    faults = [
        {
            "in": part,
            "path": plain(".".join(map(str, each["loc"])), 200),
            "expected": plain(each["msg"], 300),
        }
        for each in fault.errors(include_url=False, include_context=False, include_input=False)[:50]
    ]
    words = "; ".join(f"{each['path'] or part}: {each['expected']}" for each in faults)
    return Problem(422, "faults", f"Not as this route wants it: {words}.", faults=faults)
