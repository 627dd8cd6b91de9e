"""Which deployment is meant by a beginning that several ids share."""

from __future__ import annotations

from typing import Literal

import pytest

from orchestrator.domain.authority.rehearsal import Rehearsal
from orchestrator.domain.journal import events as e
from orchestrator.engine.lookup.deployment_lookup import find
from orchestrator.engine.use_cases.deployment_commands import open_deployment
from orchestrator.errors import NotFound
from tests.worlds.fleet import Fleet

Kind = Literal["open", "over", "deployed", "open rehearsal", "over rehearsal"]


def begun(fleet: Fleet, kind: Kind, version: str = "") -> str:
    """The id of a deployment of this kind; `over` is one that was cancelled before it touched a host."""
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


@pytest.mark.parametrize(
    ("there", "meant"),
    [
        (["open"], 0),
        (["over rehearsal"], 0),
        (["over rehearsal", "over rehearsal", "open"], 2),
        (["open", "over rehearsal"], 0),
        (["open rehearsal", "open"], 1),
        (["over", "over", "open"], 2),
        (["over", "over rehearsal", "over rehearsal"], 0),
        (["over", "deployed", "over rehearsal"], 1),
        (["over", "deployed", "open"], 2),
        (["deployed", "deployed"], None),
        (["deployed", "open rehearsal"], None),
        (["open", "open"], None),
        (["over", "over"], None),
        (["over", "over", "over rehearsal"], None),
        (["over rehearsal", "over rehearsal"], None),
        (["open rehearsal", "over rehearsal"], None),
        (["over", "open rehearsal"], None),
    ],
    ids=str,
)
def test_a_beginning_means_the_one_at_work_that_is_no_rehearsal(there: list[Kind], meant: int | None) -> None:
    fleet = Fleet()
    names = [begun(fleet, kind) for kind in there]
    beginning = names[0].rpartition("-2026")[0]
    assert all(name.startswith(beginning) for name in names)
    if meant is None:
        with pytest.raises(NotFound, match=rf"No single deployment.*{names[-1]}.*orch list"):
            find(fleet.ports, beginning)
    else:
        assert find(fleet.ports, beginning).id == names[meant]
    # A whole id is that one, though others begin with it.
    assert [find(fleet.ports, name).id for name in names] == names


def test_one_that_cannot_be_read_is_not_passed_over() -> None:
    fleet = Fleet()
    names = [begun(fleet, kind) for kind in ("open", "over rehearsal")]
    journal = fleet.ports.journal
    assert find(fleet.ports, names[0].rpartition("-2026")[0]).id == names[0]
    journal.append(names[1], len(journal.read(names[1])), [e.Submitted(by="ann")])
    with pytest.raises(NotFound, match=names[1]):
        find(fleet.ports, names[0].rpartition("-2026")[0])
