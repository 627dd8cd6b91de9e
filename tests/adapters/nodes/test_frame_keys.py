"""Frames: only their receivers open them, and only as what their maker signed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from orchestrator.adapters.keys.frame_keys import FolderFrameKeys, signature_is_good
from orchestrator.errors import Refused


@pytest.fixture
def ends(tmp_path: Path) -> dict[str, FolderFrameKeys]:
    return {name: FolderFrameKeys(tmp_path / name, name) for name in ("server", "n1", "n2", "stranger")}


def test_each_receiver_opens_a_frame_and_nobody_else(ends: dict[str, FolderFrameKeys]) -> None:
    server = ends["server"]
    frame = server.seal(b"the vault's password", [ends["n1"].party, ends["n2"].party], b"call 1")
    assert b"password" not in frame
    for name in ("n1", "n2"):
        assert ends[name].open(frame, server.party, b"call 1") == b"the vault's password"
    with pytest.raises(Refused, match="sealed to others"):
        ends["stranger"].open(frame, server.party, b"call 1")


def test_a_frame_counts_as_what_it_is_about_and_of_its_maker_only(ends: dict[str, FolderFrameKeys]) -> None:
    frame = ends["server"].seal(b"x", [ends["n1"].party], b"call 1")
    with pytest.raises(Refused, match="signed by nobody"):
        ends["n1"].open(frame, ends["server"].party, b"call 2")
    with pytest.raises(Refused, match="signed by nobody"):
        ends["n1"].open(frame, ends["n2"].party, b"call 1")


@pytest.mark.parametrize("field", ["form", "by", "point", "boxes", "content", "signature"])
def test_a_changed_frame_is_refused(ends: dict[str, FolderFrameKeys], field: str) -> None:
    frame = json.loads(ends["server"].seal(b"x", [ends["n1"].party]))
    value = frame[field]
    frame[field] = {} if field == "boxes" else value[:-4] + ("AAAA" if value[-4:] != "AAAA" else "BBBB")
    with pytest.raises(Refused):
        ends["n1"].open(json.dumps(frame).encode(), ends["server"].party)


@pytest.mark.parametrize(
    "frame",
    [b"", b"{}", b"[]", b"no json", b'{"signature": 7}', b'{"signature": "zz"}', b"[" * 5000, b"\xff\xfe"],
)
def test_what_is_no_frame_is_refused(ends: dict[str, FolderFrameKeys], frame: bytes) -> None:
    with pytest.raises(Refused):
        ends["n1"].open(frame, ends["server"].party)


def test_keys_stay_the_same_and_are_private(tmp_path: Path, ends: dict[str, FolderFrameKeys]) -> None:
    assert FolderFrameKeys(tmp_path / "n1", "n1").party == ends["n1"].party
    assert {file.stat().st_mode & 0o777 for file in (tmp_path / "n1").iterdir()} == {0o600}
    (tmp_path / "n1/box.pem").chmod(0o644)
    with pytest.raises(Refused, match="open to others"):
        FolderFrameKeys(tmp_path / "n1", "n1")


def test_signatures(ends: dict[str, FolderFrameKeys]) -> None:
    signature = ends["n1"].sign(b"content")
    assert signature_is_good(ends["n1"].party, signature, b"content")
    assert not signature_is_good(ends["n1"].party, signature, b"other")
    assert not signature_is_good(ends["n2"].party, signature, b"content")
    assert not signature_is_good(ends["n1"].party, "no hex", b"content")
