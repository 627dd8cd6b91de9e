"""The document of the API (OpenAPI 3.1), made from the table of routes and the shapes that they read and answer."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from orchestrator.web.api.problem_form import ProblemDetails

if TYPE_CHECKING:
    from orchestrator.web.api.described import Described
    from orchestrator.web.routes import Route

REF = "#/components/schemas/{model}"
USUAL = (401, 403, 422, 429, 500, 503)
"""Statuses of problems that every route may answer with."""


def document(routes: Iterable[Route], address: str) -> dict[str, Any]:
    """The document of these routes; those without a description are pages, and not in it."""
    rows = [(route, route.described) for route in routes if route.described is not None]
    shapes = [*_shapes(described for _, described in rows)]
    places, defined = models_json_schema(shapes, ref_template=REF)
    paths: dict[str, Any] = {}
    for route, described in rows:
        paths.setdefault(re.sub(r":\w+}", "}", route.path), {})[route.method.lower()] = _operation(
            route, described, places
        )
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "orch",
            "version": "1",
            "description": "Releases and deployments: what stands where, what runs, and the words of people. Fields are added "
            "to answers; none changes its meaning or goes within version 1.",
        },
        "servers": [{"url": address}],
        "security": [{"token": []}, {"session": []}],
        "paths": paths,
        "components": {
            "schemas": defined.get("$defs", {}),
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "Reads, checks plans, pauses and holds.",
                },
                "session": {"type": "apiKey", "in": "cookie", "name": "orch_session"},
            },
        },
    }


def _shapes(described: Iterable[Described]) -> Iterator[tuple[type[BaseModel], Any]]:
    seen: dict[tuple[type[BaseModel], str], None] = {(ProblemDetails, "serialization"): None}
    for each in described:
        for model, mode in (
            (each.answer, "serialization"),
            (each.body, "validation"),
            (each.signed, "serialization"),
        ):
            if model is not None:
                seen[model, mode] = None
    yield from seen


def _operation(route: Route, described: Described, places: dict[Any, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {
        "summary": described.summary,
        "operationId": _operation_id(route),
        "x-right": route.right or "open",
        "parameters": [*_parameters(route, described)],
        "responses": _responses(route, described, places),
    }
    if route.right is None:
        made["security"] = []
    if described.body is not None:
        schema = places[described.body, "validation"]
        made["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    return made


def _operation_id(route: Route) -> str:
    words = re.findall(r"[a-z0-9_]+", route.path.removeprefix("/api/v1"))
    return "_".join([route.method.lower(), *words])


def _parameters(route: Route, described: Described) -> Iterator[dict[str, Any]]:
    for name in re.findall(r"{(\w+)[}:]", route.path):
        yield {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}
    if described.query is not None:
        schema = _inlined(described.query)
        for name, form in schema.get("properties", {}).items():
            yield {
                "name": name,
                "in": "query",
                "required": name in schema.get("required", ()),
                "schema": form,
            }
    if described.tagged:
        yield _header("If-None-Match", "The ETag of the answer that the caller has.")
    if described.once:
        yield _header(
            "Idempotency-Key",
            "A name of this request: sent again, it is answered as before and not done again.",
        )


def _header(name: str, words: str) -> dict[str, Any]:
    return {
        "name": name,
        "in": "header",
        "required": False,
        "description": words,
        "schema": {"type": "string"},
    }


@cache
def _inlined(query: type[BaseModel]) -> dict[str, Any]:
    """The schema of parameters, which hold no other models."""
    return query.model_json_schema()


def _responses(route: Route, described: Described, places: dict[Any, Any]) -> dict[str, Any]:
    content: dict[str, Any] = {}
    if described.answer is not None:
        content = {described.media: {"schema": places[described.answer, "serialization"]}}
    elif described.media != "application/json":
        kind = "object" if described.media.endswith("+json") else "string"
        content = {described.media: {"schema": {"type": kind}}}
    made: dict[str, Any] = {str(described.status): {"description": "What was asked for."}}
    if content:
        made[str(described.status)]["content"] = content
    if described.signed is not None:
        schema = places[described.signed, "serialization"]
        words = "Nothing is done yet: sign the statement, and send the same with it as `signed`."
        made["202"] = {"description": words, "content": {"application/json": {"schema": schema}}}
    if described.tagged:
        made["304"] = {"description": "The caller has it already."}
    problem = places[ProblemDetails, "serialization"]
    own = [400, 404] if "{" in route.path else [400]
    if route.method != "GET":
        own += [409, 411, 412, 413, 415]
    for status in sorted({*USUAL, *own, *described.problems}):
        made[str(status)] = {
            "description": "A problem (RFC 9457).",
            "content": {"application/problem+json": {"schema": problem}},
        }
    return made
