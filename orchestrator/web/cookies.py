"""The cookies of the service: only the server reads them, and only pages of this service send them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

SESSION, DEVICE, FLOW = "orch", "orch-browser", "orch-login"


def name_of(name: str, *, https: bool) -> str:
    """With https the browser itself holds that no other host set it, and that it is sent encrypted (RFC 6265bis, 4.1.3.2)."""
    return f"__Host-{name}" if https else name


def cookie(request: Request, name: str, *, https: bool) -> str:
    """What the browser sent of it; empty where it sent none."""
    return request.cookies.get(name_of(name, https=https), "")


def set_cookie(
    answer: Response, name: str, value: str, *, https: bool, lasts: timedelta | None = None
) -> None:
    """Have the browser keep it, for so long or until it is closed."""
    age = int(lasts.total_seconds()) if lasts is not None else None
    answer.set_cookie(
        name_of(name, https=https), value, max_age=age, path="/", secure=https, httponly=True, samesite="lax"
    )


def drop_cookie(answer: Response, name: str, *, https: bool) -> None:
    """Have the browser forget it."""
    answer.delete_cookie(name_of(name, https=https), path="/", secure=https, httponly=True, samesite="lax")
