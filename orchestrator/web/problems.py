"""What a refused request is answered with: problem details (RFC 9457) for programs, a page for people."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import quote

from starlette.responses import RedirectResponse, Response

from orchestrator.errors import ExitCode, Fault, OrchError, PlanFault
from orchestrator.web.templating import page

if TYPE_CHECKING:
    from starlette.requests import Request

STATUS = {
    ExitCode.USAGE: (400, "usage"),
    ExitCode.PLAN_FAULT: (422, "plan_fault"),
    ExitCode.REFUSED: (409, "refused"),
    ExitCode.CONFLICT: (409, "conflict"),
    ExitCode.NOT_FOUND: (404, "not_found"),
    ExitCode.MACHINE_LACKS: (501, "machine_lacks"),
    ExitCode.STORE_FAULT: (503, "store_fault"),
}
"""The status and the code of each kind of error."""
TITLES = {
    400: "Not understood",
    401: "Log in first",
    403: "Not allowed",
    404: "Not found",
    405: "Not with this method",
    408: "Too slow",
    409: "Refused",
    411: "Length required",
    412: "Changed meanwhile",
    413: "Too large",
    415: "Not in this form",
    422: "Faults were found",
    429: "Too many tries",
    500: "A fault of orch",
    501: "Not possible here",
    503: "The store does not answer",
}


class Problem(Exception):
    """A request that is not answered as asked: status of HTTP, a stable code, and a sentence that says what to do."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        headers: dict[str, str] | None = None,
        faults: list[dict[str, str]] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status, self.code, self.detail, self.headers = status, code, detail, headers or {}
        self.faults = faults or []


def problem_of(fault: OrchError) -> Problem:
    """The problem that an error of orch is."""
    status, code = STATUS.get(fault.exit_code, (409, "refused"))
    faults = [_fault_fields(each) for each in fault.faults] if isinstance(fault, PlanFault) else []
    return Problem(status, code, str(fault), faults=faults)


def _fault_fields(fault: Fault) -> dict[str, str]:
    line = "" if fault.line is None else str(fault.line)
    return {
        "in": fault.file,
        "line": line,
        "path": fault.path,
        "expected": fault.expected,
        "found": fault.found,
        "next": fault.next_move,
    }


def to_login(request: Request, *, of_api: bool) -> Problem:
    """Nobody is logged in: a page leads to the login and back, the API says how to authenticate (RFC 9110, 11.6.1)."""
    if of_api or request.method != "GET":
        return Problem(
            401, "unauthenticated", "Log in, or send a token.", headers={"WWW-Authenticate": "Bearer"}
        )
    back = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return Problem(303, "login", "Log in first.", headers={"Location": f"/login?to={quote(back, safe='')}"})


def answer_of(fault: Problem | OrchError, request: Request, *, of_api: bool) -> Response:
    """The answer to a request that is refused."""
    problem = fault if isinstance(fault, Problem) else problem_of(fault)
    if problem.status == 303:
        return RedirectResponse(problem.headers["Location"], status_code=303)
    if of_api or "application/json" in request.headers.get("accept", ""):
        body: dict[str, object] = {
            "type": f"urn:orch:problem:{problem.code}",
            "title": TITLES.get(problem.status, "Refused"),
            "status": problem.status,
            "detail": problem.detail,
            "code": problem.code,
        }
        if problem.faults:
            body["faults"] = problem.faults
        return Response(
            json.dumps(body), problem.status, headers=problem.headers, media_type="application/problem+json"
        )
    made = page(
        "problem.html.j2",
        request=request,
        title=TITLES.get(problem.status, "Refused"),
        lines=problem.detail.splitlines(),
        status=problem.status,
    )
    made.status_code = problem.status
    made.headers.update(problem.headers)
    return made
