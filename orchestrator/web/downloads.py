"""Files that a page hands out: named by what they are of, never shown inside a page."""

from __future__ import annotations

import re

from starlette.responses import Response

MEDIA_TYPES = {
    "html": "text/html; charset=utf-8",
    "pdf": "application/pdf",
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "jsonl": "application/jsonl",
    "xml": "application/xml",
}
_ODD = re.compile(r"[^A-Za-z0-9._-]+")


def download(name: str, ending: str, content: str | bytes) -> Response:
    """A file to keep. A browser neither shows nor runs it here, also where it is a page."""
    file = f"{_ODD.sub('-', name)[:150]}.{ending}"
    return Response(
        content,
        media_type=MEDIA_TYPES[ending.rpartition(".")[2]],
        headers={
            "Content-Disposition": f'attachment; filename="{file}"',
            "Content-Security-Policy": (
                "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; "
                "frame-ancestors 'none'; base-uri 'none'"
            ),
        },
    )
