"""What a form of a page holds: texts of bounded length, by name."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from orchestrator.web.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request

LONGEST = 10_000
MOST_FIELDS = 100


async def form_of(request: Request) -> Mapping[str, str]:
    """The fields of a form, the last of each name. Raises Problem for what is no form, too long, or holds files."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in {"application/x-www-form-urlencoded", ""}:
        raise Problem(415, "no_form", "Expected the fields of a form (application/x-www-form-urlencoded).")
    form = await request.form(max_files=0, max_fields=MOST_FIELDS)
    fields = {name: value for name, value in form.multi_items() if isinstance(value, str)}
    if any(len(value) > LONGEST for value in fields.values()):
        raise Problem(413, "too_large", f"A field has more than {LONGEST} characters.")
    return fields


def path_within(text: str) -> str:
    """The text where it is a path of this service, else `/`: nobody is led to another site."""
    parts = urlsplit(text)
    fine = (
        text.startswith("/")
        and not text.startswith(("//", "/\\"))
        and not parts.scheme
        and not parts.netloc
        and text.isascii()
        and text.isprintable()
        and "\\" not in text
    )
    return text if fine and len(text) <= 2000 else "/"
