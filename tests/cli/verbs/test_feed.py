"""`orch feed`: results newest first, then planned dates, as Atom and JSON that other programs read."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from xml.etree import ElementTree

import pytest

from orchestrator.adapters.report.feed_files import atom_feed, json_feed
from orchestrator.errors import ExitCode
from orchestrator.policy.telling.feed import FeedItem
from tests.fakes.clock import START
from tests.fakes.playbooks import Script
from tests.worlds.command_line import orch
from tests.worlds.fleet import Fleet

ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def fleet() -> Fleet:
    fleet = Fleet()
    fleet.deploy()
    fleet.clock.sleep(3600)
    fleet.playbooks.script("deploy", None, Script(results={"h1": "not_done"}))
    fleet.deploy()
    fleet.add(fleet.plan("later", "h9"), fleet.clock.now() + timedelta(days=2))
    fleet.add(fleet.plan("next", "h8"), fleet.clock.now() + timedelta(days=1))
    return fleet


def write(fleet: Fleet, folder: Path) -> tuple[str, str]:
    atom, feed = folder / "feed.xml", folder / "feed.json"
    assert orch(fleet, ["feed", "--atom", str(atom), "--json", str(feed)]) == 0
    assert atom.stat().st_mode & 0o777 == 0o644
    return atom.read_text(), feed.read_text()


def test_results_come_newest_first_and_then_what_is_planned(fleet: Fleet, tmp_path: Path) -> None:
    items = json.loads(write(fleet, tmp_path)[1])["items"]
    assert [(item["_orch"]["kind"], item["_orch"]["state"]) for item in items] == [
        ("result", "backed out"),
        ("result", "completed"),
        ("planned", items[2]["_orch"]["state"]),
        ("planned", items[3]["_orch"]["state"]),
    ]
    assert items[0]["title"] == "app 2.0 in test: backed out"
    assert items[2]["_orch"]["starts"] < items[3]["_orch"]["starts"]


def test_both_forms_say_the_same_and_stay_the_same(fleet: Fleet, tmp_path: Path) -> None:
    atom, feed = write(fleet, tmp_path)
    assert (atom, feed) == write(fleet, tmp_path)
    tree = ElementTree.fromstring(atom)
    entries = tree.findall(f"{ATOM}entry")
    items = json.loads(feed)["items"]
    for entry, item in zip(entries, items, strict=True):
        assert entry.findtext(f"{ATOM}id") == item["id"]
        assert entry.findtext(f"{ATOM}title") == item["title"]
        assert entry.findtext(f"{ATOM}content") == item["content_text"]
        assert entry.findtext(f"{ATOM}updated") == item["date_modified"]
    assert len({item["id"] for item in items}) == 4
    assert tree.findtext(f"{ATOM}updated") == max(item["date_modified"] for item in items)


def test_hostile_text_is_text() -> None:
    name = "<script>alert(1)</script>\x1b[31m\u202e]]>"
    item = FeedItem(kind="result", deployment="d1", title=name, text=name, state="completed", changed=START)
    [entry] = ElementTree.fromstring(atom_feed([item])).findall(f"{ATOM}entry")
    for text in (entry.findtext(f"{ATOM}title"), json.loads(json_feed([item]))["items"][0]["content_text"]):
        assert text is not None
        assert "<script>" in text
        assert not set("\x1b\u202e") & set(text)


def test_no_more_results_than_asked_for(fleet: Fleet, capsys: pytest.CaptureFixture[str]) -> None:
    assert orch(fleet, ["feed", "--json", "-", "--latest", "1"]) == 0
    kinds = [item["_orch"]["kind"] for item in json.loads(capsys.readouterr().out)["items"]]
    assert kinds == ["result", "planned", "planned"]


def test_a_feed_of_nothing_is_a_feed(tmp_path: Path) -> None:
    atom, feed = write(Fleet(), tmp_path)
    assert json.loads(feed)["items"] == []
    assert ElementTree.fromstring(atom).findtext(f"{ATOM}updated") == "1970-01-01T00:00:00Z"


def test_without_a_file_nothing_is_written(fleet: Fleet) -> None:
    assert orch(fleet, ["feed"]) == ExitCode.USAGE
