"""Every kind of anchor: the fakes, a file, a git repository, and a time-stamp authority that is `openssl ts`."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import pytest

from orchestrator.adapters import process
from orchestrator.adapters.anchors import KnownAnchors
from orchestrator.domain.rules.anchors_file import Anchor
from orchestrator.domain.seal.anchors import AnchorPlace, Laid, Silent
from orchestrator.engine.anchor_ports import Anchors
from tests.fakes.anchors import FakeAnchors
from tests.worlds.stamp_authority import stamp_authority

NOW = datetime(2026, 11, 29, 11, 0, tzinfo=UTC)
ORIGIN = "orch-store/abc"
NOTES = [f"{ORIGIN}\n{size}\nnot looked at\n\n\u2014 key AAAA\n" for size in (3, 4)]
STAMPS = AnchorPlace("stamps", "rfc3161", "https://tsa")
FILE = AnchorPlace("disk", "file", "/mnt/second")


class Outside(NamedTuple):
    """Anchors, one that answers, and one whose place is not there."""

    anchors: Anchors
    there: AnchorPlace
    gone: AnchorPlace


def known(*anchors: dict[str, object]) -> Outside:
    read = [Anchor.model_validate(each) for each in anchors]
    port = KnownAnchors(lambda: read, process.run, lambda: NOW)
    return Outside(port, read[0].known_as, read[1].known_as)


@pytest.fixture(params=["fake file", "fake stamps", "file", "git", "rfc3161"])
def outside(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Outside]:
    kind = request.param
    if kind.startswith("fake"):
        there, gone = (
            (FILE, FILE._replace(name="x")) if kind == "fake file" else (STAMPS, STAMPS._replace(name="x"))
        )
        yield Outside(FakeAnchors(there, now=NOW), there, gone)
    elif kind == "file":
        yield known(
            {"anchor": "disk", "file": {"path": str(tmp_path / "notes")}},
            {"anchor": "x", "file": {"path": str(tmp_path / "no" / "notes")}},
        )
    elif kind == "git":
        subprocess.run(["git", "init", "-q", "--bare", str(tmp_path / "anchors.git")], check=True, timeout=60)
        yield known(
            {"anchor": "ledger", "git": {"repository": str(tmp_path / "anchors.git"), "branch": "orch"}},
            {"anchor": "x", "git": {"repository": str(tmp_path / "no.git")}},
        )
    else:
        with stamp_authority(tmp_path / "tsa") as authority:
            files = {"ca_file": str(authority.ca_file)}
            yield known(
                {"anchor": "stamps", "rfc3161": {"url": authority.url, **files}},
                {"anchor": "x", "rfc3161": {"url": "http://127.0.0.1:9/", **files}},
            )


def laid(outside: Outside) -> Sequence[Laid]:
    answers = [outside.anchors.lay(outside.there, ORIGIN, note, 30.0) for note in NOTES]
    assert all(isinstance(answer, Laid) for answer in answers), answers
    return [answer for answer in answers if isinstance(answer, Laid)]


def test_what_was_laid_is_outside_in_order(outside: Outside) -> None:
    laid(outside)
    there = outside.anchors.outside(outside.there, ORIGIN, 30.0)
    assert there is None if outside.there.kind == "rfc3161" else there == NOTES


def test_of_another_store_nothing_is_there(outside: Outside) -> None:
    laid(outside)
    assert not outside.anchors.outside(outside.there, "orch-store/other", 30.0)


def test_what_cannot_be_reached_is_silent(outside: Outside) -> None:
    answer = outside.anchors.lay(outside.gone, ORIGIN, NOTES[0], 5.0)
    assert isinstance(answer, Silent)


@pytest.mark.parametrize("outside", ["fake stamps", "rfc3161"], indirect=True)
def test_a_time_stamp_is_of_its_note_only(outside: Outside) -> None:
    first = laid(outside)[0]
    worth = outside.anchors.stamp_worth
    assert worth(outside.there.place, NOTES[0], first.proof).worth == "good"
    assert worth(outside.there.place, NOTES[0], first.proof).at == first.at
    assert worth(outside.there.place, NOTES[1], first.proof).worth == "bad"
    assert worth("https://another", NOTES[0], first.proof).worth == "not verified"
