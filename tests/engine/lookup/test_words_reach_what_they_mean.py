"""A word that is meant for one deployment reaches no other one, whatever it is called by."""

from __future__ import annotations

from typing import Literal

import pytest

from orchestrator.domain.authority.rehearsal import Rehearsal
from orchestrator.domain.journal import events as e
from orchestrator.engine.lookup.deployment_lookup import find, find_to_change
from orchestrator.engine.use_cases.deployment_commands import open_deployment
from orchestrator.errors import NotFound, StoreFault
from tests.fakes.journal import FakeJournal
from tests.worlds.command_line import orch
from tests.worlds.fleet import Fleet

Kind = Literal["open", "over", "deployed", "open rehearsal", "over rehearsal"]


def begin(fleet: Fleet, version: str, kind: Kind, name: str = "app") -> str:
    """The id of a deployment of this kind; `over` is one that was cancelled before it touched a host."""
    fleet.tree["release"] |= {"name": name, "version": version}
    if kind == "deployed":
        return fleet.deploy().id
    prepared = fleet.prepared()
    of = prepared.effective
    assert of is not None
    rehearsal = Rehearsal(of=of, environment="live", part="backout") if "rehearsal" in kind else None
    name = open_deployment(fleet.ports, prepared, by="ann", approvals=(), rehearsal=rehearsal)
    if kind.startswith("over"):
        fleet.say(fleet.now(name), e.DeploymentCancelled(by="ann", reason="enough"))
    return name


# What there is, oldest first (release app, version and kind), what is written, and which of them it means; None: refused
CALLED: list[tuple[list[tuple[str, Kind]], str, int | None]] = [
    # By release, release and version, and a beginning that reaches into the date.
    ([("1.1", "open")], "app", 0),
    ([("1.1", "open")], "app-1.1", 0),
    ([("1.1", "open")], "app-1.1-2026", 0),
    ([("1.1", "open"), ("1.2", "open")], "app-1.1", 0),
    ([("1.1", "open"), ("1.2", "open")], "app", None),
    # Not by a beginning of another version or release: 1.1 is not 1.10, and no candidate of 1.1 either.
    ([("1.10", "open")], "app-1.1", None),
    ([("1.10", "open")], "app-1", None),
    ([("1.10", "open")], "ap", None),
    ([("1.1-rc1", "open")], "app-1.1", None),
    ([("1.1", "over"), ("1.10", "open")], "app-1.1", 0),
    ([("1.1", "deployed"), ("1.1-rc1", "open")], "app-1.1", 0),
    # Not by nothing: an unset variable of a script.
    ([("1.1", "open")], "", None),
    ([("1.1", "open")], "-", None),
    # What has meant one does not come to mean another when that is over.
    ([("1.1", "over"), ("1.1", "open")], "app-1.1", None),
    ([("1.1", "deployed"), ("1.1", "open")], "app-1.1", None),
    ([("1.1", "open"), ("1.1", "over")], "app-1.1", None),
    ([("1.1", "deployed"), ("1.1", "deployed")], "app-1.1", None),
    ([("1.1", "over"), ("1.2", "open")], "app", None),
    # Rehearsals that are over stand in nobody's way; one that is at work may be meant.
    ([("1.1", "over rehearsal"), ("1.1", "over rehearsal"), ("1.1", "open")], "app-1.1", 2),
    ([("1.1", "deployed"), ("1.1", "over rehearsal")], "app-1.1", 0),
    ([("1.1", "open"), ("1.1", "open rehearsal")], "app-1.1", None),
    ([("1.1", "open rehearsal")], "app-1.1", 0),
    ([("1.1", "over rehearsal")], "app-1.1", 0),
    ([("1.1", "over rehearsal"), ("1.1", "over rehearsal")], "app-1.1", None),
]


@pytest.mark.parametrize(("there", "written", "meant"), CALLED, ids=str)
def test_a_word_reaches_what_no_other_is_called(
    there: list[tuple[str, Kind]], written: str, meant: int | None
) -> None:
    fleet = Fleet()
    names = [begin(fleet, version, kind) for version, kind in there]
    if meant is None:
        with pytest.raises(NotFound, match=r"No single deployment is called .*orch list"):
            find_to_change(fleet.ports, written)
    else:
        assert find_to_change(fleet.ports, written).id == names[meant]
    # A whole id is that one, though others begin with it.
    assert [find_to_change(fleet.ports, name).id for name in names] == names


def test_the_whole_id_of_one_that_is_gone_is_no_beginning_of_another() -> None:
    fleet = Fleet()
    first, second = begin(fleet, "1.1", "over"), begin(fleet, "1.1", "open")
    assert second == f"{first}-2"
    journal = fleet.ports.journal
    assert isinstance(journal, FakeJournal)
    for look in (find, find_to_change):
        assert look(fleet.ports, first).id == first
    journal.forget(first)
    with pytest.raises(NotFound, match=f"No single deployment is called {first} .found: {second}"):
        find_to_change(fleet.ports, first)
    # It left an attempt, so it is lost.
    journal.strangers = {f"{first}.1-deploy"}
    for look in (find, find_to_change):
        with pytest.raises(StoreFault, match="does not know the deployments of"):
            look(fleet.ports, first)


# Each command by which a person changes a deployment
WORDS = [
    ["abort", "{}", "--reason", "x"],
    ["approve", "{}", "--as", "change manager", "--reason", "x"],
    ["approve", "{}", "--roll-back", "--as", "change manager", "--reason", "x"],
    ["reject", "{}", "--as", "change manager", "--reason", "x"],
    ["sign-off", "{}", "--as", "service owner", "--reason", "x"],
    ["review", "{}", "--as", "service owner", "--reason", "x"],
    ["confirm", "{}", "--note", "x"],
    ["hold", "{}"],
    ["pause", "{}"],
    ["resume", "{}"],
    ["retry", "{}"],
    ["exclude", "{}", "h1", "--reason", "x"],
    ["rollback", "{}", "--reason", "x"],
    ["step", "done", "{}", "--note", "x"],
    ["schedule", "withdraw", "{}", "--reason", "x"],
    ["record", "hold", "{}", "--reason", "x"],
    ["record", "release", "{}", "--reason", "x"],
    ["record", "dispose", "{}", "--reason", "x", "--out", "."],
    ["pir", "open", "{}"],
    ["pir", "answer", "{}", "plan", "x"],
    ["pir", "close", "{}", "--reason", "x"],
    ["actions", "done", "{}", "1", "--note", "x"],
    ["objectives", "{}", "--measure"],
    ["done", "{}"],
]


@pytest.mark.parametrize("written", ["app-1.1", ""])
@pytest.mark.parametrize("words", WORDS, ids=lambda words: "-".join(words[:2]))
def test_each_command_takes_a_beginning_so(
    words: list[str], written: str, capsys: pytest.CaptureFixture[str]
) -> None:
    fleet = Fleet()
    name = begin(fleet, "1.10", "open")
    before = fleet.ports.journal.read(name)
    assert orch(fleet, [word.format(written) for word in words]) != 0
    assert "No single deployment is called" in "".join(capsys.readouterr())
    assert fleet.ports.journal.read(name) == before
