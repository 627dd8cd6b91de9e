"""A deployment as it goes on: its page, the hosts of one wave, and the stream of what changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from orchestrator.engine.lookup.snapshots import folded
from orchestrator.policy.telling.summary import release_words
from orchestrator.web.live.fragments import fragments_of, version_of
from orchestrator.web.live.stream import rights_of, stream
from orchestrator.web.live.wave_rows import TROUBLE, cells_of, in_order_of_trouble, wave_rows
from orchestrator.web.problems import Problem
from orchestrator.web.routes import Route
from orchestrator.web.templating import page
from orchestrator.web.words.word_pages import AGAIN
from orchestrator.web.words.word_table import WORDS

if TYPE_CHECKING:
    from starlette.responses import Response

    from orchestrator.policy.course.words_now import WordNow
    from orchestrator.web.request_context import Asked

SENT_BEFORE = "This was sent before. Nothing more was recorded now; what became of it is on this page."
AT_ONCE = 500
"""Hosts on one page of a wave."""


def _deployment(asked: Asked) -> Response:
    name = asked.request.path_params["deployment"]
    with asked.service.memory.followers.at(asked.ports, name) as at:
        fragments, d = fragments_of(at, asked.ports.clock.now(), rights_of(asked)), at.d
    word = asked.request.query_params.get("said", "")
    return page(
        "deployment.html.j2",
        request=asked.request,
        asked=asked,
        d=d,
        release=release_words(d),
        fragments=fragments,
        version=version_of(fragments),
        said=SENT_BEFORE if word == AGAIN else WORDS[cast("WordNow", word)].outcome if word in WORDS else "",
    )


def _wave(asked: Asked) -> Response:
    d = folded(asked.ports.journal, asked.request.path_params["deployment"])
    number = _number(asked.request.path_params["wave"])
    if not 1 <= number <= len(d.waves):
        raise Problem(404, "not_found", f"{d.id} has waves 1 to {len(d.waves)}.")
    wave = d.waves[number - 1]
    shown = "trouble" if asked.request.query_params.get("shown") == "trouble" else "all"
    cells = in_order_of_trouble(cells_of(d, wave))
    if shown == "trouble":
        cells = [cell for cell in cells if cell.family in TROUBLE]
    nth = max(1, _number(asked.request.query_params.get("page", "1")))
    begin = (nth - 1) * AT_ONCE
    return page(
        "wave.html.j2",
        request=asked.request,
        asked=asked,
        d=d,
        wave=wave,
        row=wave_rows(d)[number - 1],
        cells=cells[begin : begin + AT_ONCE],
        shown=shown,
        number=nth,
        first=begin + 1,
        last=min(begin + AT_ONCE, len(cells)),
        total=len(cells),
        addresses={target.host: target.address for target in d.targets},
    )


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 0


ROUTES = (
    Route("GET", "/deployments/{deployment}", "see", _deployment, about="deployment"),
    Route("GET", "/deployments/{deployment}/waves/{wave}", "see", _wave, about="deployment"),
    Route("GET", "/deployments/{deployment}/stream", "see", stream, about="deployment"),
)
